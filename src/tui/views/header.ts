import type { Bandwidth, Baseline, HostVerdict, Offender, Snapshot } from "../../model/snapshot.ts";
import { type Charge, chargeOf, chargeSpans } from "../accused.ts";
import { cells, cut } from "../fit.ts";
import { byteRate, bytes, clock, duration, monthOf, short } from "../format.ts";
import { hostWords } from "../host-words.ts";
import { type Lamp, lamps } from "../lamps.ts";
import { PALETTE, type Style } from "../palette.ts";
import { requestRate } from "../rate.ts";
import { SEVERITIES } from "../severity.ts";
import { sparkline } from "../sparkline.ts";
import type { State } from "../state.ts";
import {
  fitting,
  paintSpans,
  type Rect,
  type Segment,
  type Span,
  type Surface,
  spansWidth,
} from "../surface.ts";

const GAP: Span = ["  ", PALETTE.plain];
/** From this width a sparkline shows the minute in stretches of five seconds, below it of ten. */
const WIDE = 150;
/** A sparkline needs this much traffic for its full height, so that one stray request is no peak. */
const FULL_BYTES = 10_000;
const FULL_EVENTS = 5;

/** Two lines: how busy the host is; what presses it, and how every source does. */
export function paintHeader(surface: Surface, { x, y, width }: Rect, state: State): void {
  const { snapshot } = state;
  const badges = badgesOf(state);
  const room = width - 2 - spansWidth(badges);
  if (snapshot === undefined) {
    paintSpans(surface, x, y, width, [[" starting", PALETTE.dim]]);
    paintSpans(surface, x, y + 1, width, []);
    return;
  }
  paintSpans(surface, x, y, 1, []);
  paintSpans(surface, x + 1, y, room, fitting(activity(snapshot, width), room, GAP));
  paintSpans(surface, x + 1 + room, y, width - 1 - room, badges);
  paintHealth(surface, x, y + 1, width, snapshot);
}

function badgesOf({ title, frozen, snapshot, utc }: State): Span[] {
  const frozenAt = `FROZEN ${clock(snapshot?.at ?? 0, utc)}`;
  const words = [...(title === undefined ? [] : [title]), ...(frozen ? [frozenAt] : [])];
  return words.flatMap((word): Span[] => [
    [" ", PALETTE.plain],
    [` ${word} `, PALETTE.badge],
  ]);
}

function activity(snapshot: Snapshot, width: number): Segment[] {
  const { host, totals, series, interfaces, bandwidth, baseline, at } = snapshot;
  const nic = interfaces.find((rate) => rate.default) ?? interfaces[0];
  const accepted = totals.newConnectionsPerSecond;
  const { synPerSecond, inPacketsPerSecond = 0, outPacketsPerSecond = 0 } = totals.wire ?? {};
  const spark = (values: readonly number[], rank: number, full: number): Segment => ({
    spans: [[sparkline(values, width >= WIDE ? 12 : 6, Math.floor(at / 1000), full), PALETTE.spark]],
    rank,
  });
  return [
    { spans: [[host.name, PALETTE.strong]], rank: 0 },
    ...(host.uptime === undefined ? [] : [figure("up", duration(host.uptime), 4)]),
    ...(nic === undefined
      ? []
      : [
          figure(`${nic.name} ↓`, byteRate(nic.inBytesPerSecond).padStart(7), 3),
          spark(series.inBytes, 7, FULL_BYTES),
          figure("↑", byteRate(nic.outBytesPerSecond).padStart(7), 3),
          spark(series.outBytes, 8, FULL_BYTES),
        ]),
    ...(bandwidth === undefined ? [] : [month(bandwidth, nic?.name, at)]),
    figure("req", rate(requestRate(snapshot)).padStart(6), 1),
    spark(series.requests, 5, FULL_EVENTS),
    ...usual(baseline),
    ...(accepted === undefined
      ? []
      : [figure("new", rate(accepted).padStart(6), 2), spark(series.newConnections, 6, FULL_EVENTS)]),
    ...(synPerSecond === undefined
      ? []
      : [
          figure("SYN", rate(synPerSecond).padStart(6), 2),
          spark(series.syn ?? [], 5, FULL_EVENTS),
          figure("pkts", rate(inPacketsPerSecond + outPacketsPerSecond).padStart(6), 10),
        ]),
  ];
}

/** The requests of this time yesterday, or where that is not known of a week ago. */
function usual(baseline: Baseline | undefined): Segment[] {
  const { yesterday, lastWeek } = baseline ?? {};
  return [
    ...(yesterday === undefined ? [] : [figure("yesterday", rate(yesterday.requests / 60), 9)]),
    ...(lastWeek === undefined ? [] : [figure("a week ago", rate(lastWeek.requests / 60), 11)]),
  ];
}

/** Named by what is not obvious: a month that is over, an interface that is not the one beside it. */
function month(bandwidth: Bandwidth, beside: string | undefined, at: number): Segment {
  const when = bandwidth.month === monthOf(at) ? "month" : bandwidth.month;
  const what = bandwidth.interface === beside ? when : `${bandwidth.interface} ${when}`;
  return {
    spans: [
      [`${what} ↓ `, PALETTE.dim],
      [bytes(bandwidth.inBytes), PALETTE.strong],
      [" ↑ ", PALETTE.dim],
      [bytes(bandwidth.outBytes), PALETTE.strong],
    ],
    rank: 9,
  };
}

function figure(label: string, value: string, rank: number, style: Style = PALETTE.strong): Segment {
  return {
    spans: [
      [`${label} `, PALETTE.dim],
      [value, style],
    ],
    rank,
  };
}

function rate(value: number): string {
  return `${short(value)}/s`;
}

/** On the left who presses the host, and how; on the right the lamps. */
function paintHealth(surface: Surface, x: number, y: number, width: number, snapshot: Snapshot): void {
  const named = lamps(snapshot.health, snapshot.at);
  const signs = pressure(snapshot);
  const charge = chargeOf(snapshot.verdicts);
  // A blank on either side, and two between.
  const free = (all: readonly Lamp[]) => width - 4 - spansWidth(lampSpans(all, 0));
  const all = charge === undefined ? named : besideCharge(charge, signs, named, free);
  const left = charge === undefined ? fitting(signs, free(all), GAP) : pressed(charge, signs, free(all));
  const room = width - 4 - spansWidth(left);
  const right = lampSpans(all, room);
  const size = Math.min(room, spansWidth(right));
  surface.text(x, y, 1, "", PALETTE.plain);
  paintSpans(surface, x + 1, y, width - 2 - size, left);
  paintSpans(surface, x + width - 1 - size, y, size + 1, right);
}

/** The lamps with their names where these take nothing from the worst one's rules, else as signs: first what is well. */
function besideCharge(
  { head, rules }: Charge,
  signs: readonly Segment[],
  named: readonly Lamp[],
  free: (all: readonly Lamp[]) => number,
): readonly Lamp[] {
  if (spansWidth([...head, ...rules]) <= free(named)) return named;
  const sign = ({ spans, weight }: Lamp): Lamp => ({ spans: spans.slice(0, 1), weight });
  const terse = named.map((lamp) => (lamp.why === undefined ? sign(lamp) : lamp));
  const grave = signs.filter(isGrave).flatMap(({ spans }) => [GAP, ...spans]);
  return spansWidth([...head, ...grave]) <= free(terse) ? terse : named.map(sign);
}

/** Who it is with the rules, and what the kernel tells: before the rules what must not be missed. */
function pressed({ head, rules, others }: Charge, signs: readonly Segment[], room: number): Span[] {
  const beside = fitting(signs, room - spansWidth([...head, ...rules, GAP]), GAP);
  const alone = fitting(signs.filter(isGrave), room - spansWidth([...head, GAP]), GAP);
  const facts = beside.length < alone.length ? alone : beside;
  const tail = facts.length === 0 ? [] : [GAP, ...facts];
  return [...chargeSpans({ head, rules, others }, room - spansWidth(tail)), ...tail];
}

/** A reason shorter than this says nothing. */
const MIN_REASON = 6;

/** The lamps with reasons: the worst one's as far as the room goes, then those of the others. */
function lampSpans(all: readonly Lamp[], room: number): Span[] {
  let left = room - spansWidth(all.flatMap(({ spans }, i) => (i === 0 ? spans : [GAP, ...spans])));
  const reasons = new Map<Lamp, Span>();
  for (const lamp of all.toSorted((a, b) => b.weight - a.weight)) {
    if (lamp.why === undefined || left - 2 < MIN_REASON) continue;
    const reason = cut(lamp.why[0], left - 2);
    reasons.set(lamp, [`: ${reason}`, lamp.why[1]]);
    left -= 2 + cells(reason);
  }
  return all.flatMap((lamp, i) => {
    const reason = reasons.get(lamp);
    return [...(i === 0 ? [] : [GAP]), ...lamp.spans, ...(reason === undefined ? [] : [reason])];
  });
}

/** The rank of what the table tells too. */
const HALF_OPEN = 3;

function isGrave({ rank }: Segment): boolean {
  return rank < HALF_OPEN;
}

function pressure({ totals }: Snapshot): Segment[] {
  const { halfOpen, synCookiesPerSecond = 0, listenDropsPerSecond = 0 } = totals;
  return [
    figure("half-open", short(halfOpen), HALF_OPEN, halfOpen > 0 ? PALETTE.warning : PALETTE.dim),
    ...(synCookiesPerSecond > 0 ? [figure("SYN cookies", rate(synCookiesPerSecond), 1, PALETTE.bad)] : []),
    ...(listenDropsPerSecond > 0 ? [figure("listen drops", rate(listenDropsPerSecond), 2, PALETTE.bad)] : []),
  ];
}

/** What is wrong with the host as a whole, and what helps; where nothing is, the three heaviest by requests, connections and bytes. */
export function paintOffenders(surface: Surface, { x, y, width }: Rect, { snapshot }: State): void {
  if (snapshot?.verdict !== undefined) {
    surface.text(x, y, 1, "", PALETTE.plain);
    paintSpans(surface, x + 1, y, width - 1, hostSpans(snapshot.verdict, width - 2));
    return;
  }
  const { requests = [], connections = [], bytes: sent = [] } = snapshot?.offenders ?? {};
  const groups = [
    offenders("requests", requests, (value) => `${short(value)}/m`),
    offenders("connections", connections, short),
    offenders("sent", sent, bytes),
  ];
  const segments = groups.flatMap((group, i) =>
    group.map((spans, place) => ({ spans, rank: place * 3 + i + 1 })),
  );
  surface.text(x, y, 1, "", PALETTE.plain);
  paintSpans(surface, x + 1, y, width - 1, fitting(segments, width - 2, GAP));
}

/** `▲ SPOOFED FLOOD: 9000 SYN cookies/s sent, ... The sources are forged: ...`, as far as it goes. */
function hostSpans(verdict: HostVerdict, room: number): Span[] {
  const { head, evidence, advice } = hostWords(verdict);
  const words = cut(`${evidence}. ${advice}`, Math.max(0, room - cells(head)));
  const shown = Math.min(words.length, evidence.length + 1);
  return [
    [head, SEVERITIES[verdict.severity].style],
    [words.slice(0, shown), PALETTE.strong],
    [words.slice(shown), PALETTE.plain],
  ];
}

function offenders(label: string, list: readonly Offender[], show: (value: number) => string): Span[][] {
  return list
    .filter(({ value }) => value > 0)
    .map(({ ip, value }, i) => [
      ...(i === 0 ? ([[`${label} `, PALETTE.dim]] satisfies Span[]) : []),
      [ip, PALETTE.plain],
      [` ${show(value)}`, PALETTE.notice],
    ]);
}
