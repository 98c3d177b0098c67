import type { RequestEvent } from "../model/event.ts";
import type { Standing } from "./rule.ts";

/** `1 failed login`, `37 failed logins`, `1 match`, `3 matches`. */
export function counted(n: number, thing: string): string {
  if (n === 1) return `${n} ${thing}`;
  return `${n} ${thing}${/(?:s|ch|sh|x)$/.test(thing) ? "es" : "s"}`;
}

/** ` in 40 s`, ` in 12 min`, ` in 3 h`: how long it took from the first to the last; nothing where it was at once. */
export function within({ since, last }: Pick<Standing, "since" | "last">): string {
  if (last === since) return "";
  const seconds = Math.max(1, Math.round((last - since) / 1000));
  if (seconds < 120) return ` in ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? ` in ${minutes} min` : ` in ${Math.round(minutes / 60)} h`;
}

/** As {@link within}, of the highest number of so many seconds: it tells of no longer time, however long it goes on. */
export function withinWindow({ since, last }: Pick<Standing, "since" | "last">, seconds: number): string {
  return within({ since: Math.max(since, last - seconds * LONGEST), last });
}

/** Milliseconds that a window counts at most for each of its seconds (tracks.ts). */
export const LONGEST = (1000 * 8) / 7;

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

/** Longer is not read. */
const SAMPLE = 160;

/** `404 GET /.env`. */
export function requestSample({ status, method, path }: RequestEvent): string {
  return cut([status, method, path].filter((part) => part !== undefined).join(" "));
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
