import { FIREWALLS, type FirewallName } from "../model/block.ts";
import { parseTarget, type Target } from "../model/target.ts";
import { isObject, numberOf, parseJson } from "../model/untrusted-json.ts";
import type { StateDirectory } from "./state-directory.ts";

const FILE = "blocks.json";
/** More blocks than a person can have meant one by one; a firewall's own listing goes on beyond. */
export const MAX_ENTRIES = 10_000;

/** A block as it was meant, so that it can be put back, ended and explained. Times are epoch milliseconds. */
export interface Entry {
  readonly target: Target;
  readonly firewall: FirewallName;
  readonly since: number;
  readonly until: number | null;
  readonly reason: string;
  /** Dropped by rules that gave way to this one. */
  readonly packets: number;
  /** Being put into the firewall: if that came to nothing, nobody is to put it there later. */
  readonly pending: boolean;
  /** Nobody has confirmed it: what a firewall loses of it is not put back. */
  readonly armed: boolean;
  /** The operator overruled the guard: it is not asked again when the block is put back. */
  readonly forced: boolean;
}

/** The entries. What is none is left out. Throws an Error that names the file where it cannot be read. */
export function readLedger(state: StateDirectory): Entry[] {
  const text = state.read(FILE);
  if (text === undefined) return [];
  const read = parseJson(text);
  if (read === undefined) throw new Error(`${state.path}/${FILE} is not JSON: move it away`);
  const blocks = isObject(read) && Array.isArray(read.blocks) ? read.blocks : [];
  return blocks.flatMap(entryOf).slice(0, MAX_ENTRIES);
}

/** Throws where it cannot be written. */
export function writeLedger(state: StateDirectory, entries: readonly Entry[]): void {
  const blocks = entries.map(({ target, pending, armed, forced, ...rest }) => ({
    target: target.text,
    ...rest,
    ...(pending && { pending }),
    ...(armed && { armed }),
    ...(forced && { forced }),
  }));
  state.replace(FILE, `${JSON.stringify({ v: 1, blocks })}\n`);
}

export function isSame(
  a: Pick<Entry, "target" | "firewall">,
  b: Pick<Entry, "target" | "firewall">,
): boolean {
  return a.target.text === b.target.text && a.firewall === b.firewall;
}

function entryOf(raw: unknown): Entry[] {
  if (!isObject(raw)) return [];
  const { since, until, reason, packets, pending, armed, forced } = raw;
  const target = typeof raw.target === "string" ? parseTarget(raw.target) : undefined;
  const firewall = FIREWALLS.find((name) => name === raw.firewall);
  if (target === undefined || firewall === undefined) return [];
  if (!isTime(since) || (until !== null && !isTime(until))) return [];
  return [
    {
      target,
      firewall,
      since,
      until,
      reason: typeof reason === "string" ? reason : "",
      packets: numberOf(packets) ?? 0,
      pending: pending === true,
      armed: armed === true,
      forced: forced === true,
    },
  ];
}

/** The last moment a Date can hold, in epoch milliseconds (ECMA-262, time values). */
const LAST_TIME = 8.64e15;

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= LAST_TIME;
}
