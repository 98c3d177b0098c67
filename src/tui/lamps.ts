import type { HealthEvent, Part } from "../model/event.ts";
import { grouped, short } from "./format.ts";
import { PALETTE, type Style } from "./palette.ts";
import type { Span } from "./surface.ts";

/** In the order they are shown; a part nothing was heard of has no lamp. */
const PARTS: readonly (readonly [Part, string])[] = [
  ["sockets", "sockets"],
  ["packets", "capture"],
  ["http", "logs"],
  ["auth", "auth"],
  ["kernel", "kernel"],
  ["geo", "geo"],
  ["whois", "whois"],
  ["dns", "dns"],
  ["history", "history"],
  ["replay", "replay"],
  ["output", "output"],
];

type State = HealthEvent["state"];

/** A lamp of what nobody asked for by name and what is not here: no fault. */
type Look = State | "off";

const LOOKS: Readonly<Record<Look, { readonly sign: string; readonly style: Style }>> = {
  up: { sign: "●", style: PALETTE.good },
  degraded: { sign: "◐", style: PALETTE.warning },
  down: { sign: "✗", style: PALETTE.bad },
  off: { sign: "○", style: PALETTE.dim },
};
/** What tells that no log of a kind is here at all, or that packets may be counted in no way. */
const NONE_HERE: readonly string[] = ["access logs", "auth logs", "packets"];

/** Lines later than this are not what happens now. */
const LAG_WORTH_SAYING = 5_000;

/** How long the lateness of a line is news (ms). */
const RECENT = 30_000;

/** How one part of the program does. */
export interface Lamp {
  /** Its sign, its name, how many sources it has where that can differ, and which of several ways it goes. */
  readonly spans: readonly Span[];
  /** What is wrong or missing. */
  readonly why?: Span;
  /** How much that matters beside the others. */
  readonly weight: number;
}

/** A part that is down matters more than one that works with losses, and that more than one nobody asked for. */
const WEIGHTS: Readonly<Record<Look, number>> = { down: 3, degraded: 2, up: 1, off: 0 };

/** One lamp for each part that has sources. */
export function lamps(health: readonly HealthEvent[], now: number): Lamp[] {
  return PARTS.flatMap(([part, name]) => {
    const sources = health.filter((event) => event.part === part);
    return sources.length === 0 ? [] : [lamp(name, sources, part === "http", now)];
  });
}

/** The sign of a lamp with its colour. */
export function signOf(look: Look): Span {
  const { sign, style } = LOOKS[look];
  return [sign, style];
}

function lamp(name: string, sources: readonly HealthEvent[], counted: boolean, now: number): Lamp {
  const worst =
    sources.find(({ state }) => state === "down") ?? sources.find(({ state }) => state === "degraded");
  const reading = sources.filter(({ state }) => state !== "down").length;
  // One file of several is gone: reading goes on, with less than asked for.
  const state = worst === undefined ? "up" : worst.state === "down" && reading > 0 ? "degraded" : worst.state;
  const look: Look =
    sources.length === 1 && worst !== undefined && NONE_HERE.includes(worst.source) ? "off" : state;
  const why = (worst === undefined ? losses(sources, now) : [worst.detail]).join(", ");
  const { via } =
    (worst?.via === undefined ? sources.find((source) => source.via !== undefined) : worst) ?? {};
  const words = [
    name,
    ...(counted && reading > 0 ? [grouped(reading)] : []),
    ...(via === undefined ? [] : [via]),
  ];
  return {
    spans: [signOf(look), [` ${words.join(" ")}`, PALETTE.dim]],
    weight: WEIGHTS[look],
    ...(why !== "" && { why: [why, LOOKS[look === "up" ? "degraded" : look].style] }),
  };
}

/** What the sources missed, in words. */
export function losses(sources: readonly HealthEvent[], now: number): string[] {
  const sum = (key: "unparsed" | "lost" | "lostBytes"): number =>
    sources.reduce((total, source) => total + (source[key] ?? 0), 0);
  // A line that was late when it was read says nothing of a log that is quiet since.
  const lag = Math.max(...sources.map(({ lag = 0, at }) => (now - at < RECENT ? lag : 0)));
  return [
    ...(sum("unparsed") > 0 ? [`${short(sum("unparsed"))} not understood`] : []),
    ...(sum("lost") > 0 ? [`${short(sum("lost"))} lost`] : []),
    ...(sum("lostBytes") > 0 ? [`${short(sum("lostBytes"))}B lost`] : []),
    ...(lag > LAG_WORTH_SAYING ? [`${short(lag / 1000)}s late`] : []),
  ];
}
