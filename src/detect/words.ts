import type { AuthEvent, RequestEvent } from "../model/event.ts";
import type { Standing } from "./rule.ts";

/** `1 failed login`, `37 failed logins`, `1 match`, `3 matches`. */
export function counted(n: number, thing: string): string {
  if (n === 1) return `${n} ${thing}`;
  return `${n} ${thing}${/(?:s|ch|sh|x)$/.test(thing) ? "es" : "s"}`;
}

/** ` in 40 s`, ` in 12 min`, ` in 3 h`: how long it took from the first to the last; nothing where it was at once. */
export function within({ since, last }: Pick<Standing, "since" | "last">): string {
  return last === since ? "" : ` in ${long((last - since) / 1000)}`;
}

/** A window counts up to so many times its seconds (tracks.ts). */
export const WINDOW_SLACK = 8 / 7;

/**
 * For the most that a window of so many seconds held: as {@link within}, but ` in 10 min, going on for 3 h` where it lasts
 * longer, as much more came then.
 */
export function atMostIn(seconds: number, { since, last }: Pick<Standing, "since" | "last">): string {
  const lasted = (last - since) / 1000;
  if (lasted <= seconds * WINDOW_SLACK) return within({ since, last });
  return ` in ${long(seconds)}, going on for ${long(lasted)}`;
}

/** `40 s`, `12 min`, `3 h`. */
function long(exact: number): string {
  const seconds = Math.max(1, Math.round(exact));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** `/.env ×3, /.git/config`: what came, most often first, as far as it was noted. */
export function named({ names }: Standing): string {
  return [...(names ?? [])]
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => (n === 1 ? name : `${name} ×${n}`))
    .join(", ");
}

/** `TLS, RDP`: what came, as far as it was noted, without how often. */
export function kinds({ names }: Standing): string {
  return [...(names?.keys() ?? [])].join(", ");
}

/** `all`, and what came behind a colon where anything was noted. */
export function detailed(all: string, names: string): string {
  return names === "" ? all : `${all}: ${names}`;
}

/** Longer is not read. */
const SAMPLE = 160;

/** `404 GET /.env`. */
export function requestSample({ status, method, path }: RequestEvent): string {
  return cut([status, method, path].filter((part) => part !== undefined).join(" "));
}

/** `ssh failed root`, `ssh accepted password ann`: as a row tells what an address did last. */
export function loginSample({ service, outcome, method, user }: AuthEvent): string {
  const how = outcome === "accepted" ? method : undefined;
  return cut([service, outcome, how, user].filter((part) => part !== undefined).join(" "));
}

/** Cut to what a line shows. */
export function cut(text: string): string {
  // By way of bytes: a part of a string, and one put together, may hold on to the whole of what it was made of.
  return Buffer.from(text.length > SAMPLE ? `${text.slice(0, SAMPLE)}…` : text).toString();
}

/** Grows by `step` with each tenfold of `ratio`, which is 1 when a rule just fires. */
export function grown(score: number, step: number, ratio: number): number {
  return Math.round(score + step * Math.log10(Math.max(1, ratio)));
}
