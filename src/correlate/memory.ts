import type { HistoryEvent } from "../model/event.ts";
import { MAX_RULES, type Past, together, type Visit } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";
import type { Alert } from "../model/snapshot.ts";

/** Of who left the table with something that history was not told: a flood's crowd of a minute. */
const MAX_LEFT = 65_536;

/** More than anybody is asked about in a second. */
const MAX_ACCUSED = 1_024;

/** What of an address adds up in history, at these places of {@link Memory.told}. */
export const TOLD = ["requests", "bytes", "inBytes", "outBytes", "authFailures"] as const;
/** And when it was last seen then. */
const LAST = TOLD.length;
const FIELDS = LAST + 1;

/** Verdicts that were raised and that history was not told of. */
export interface Flags {
  count: number;
  readonly rules: Set<string>;
}

/** What history knows of the addresses that are held, and what it has still to be told. At the slot's place. */
export interface Memory {
  /** Somebody keeps history: who leaves is remembered until it was taken. */
  keeps: boolean;
  /** 1 where it was asked who the address is; 0 for those that are new. */
  readonly asked: Uint8Array;
  /** Never changed: a new one takes the place of the old. */
  readonly past: (Past | undefined)[];
  readonly told: Float64Array;
  readonly flags: Map<number, Flags>;
  /** 1 while a verdict of weight stands. */
  readonly standing: Uint8Array;
  /** Addresses of which one was raised, until somebody asks for them. */
  accused: Ip[];
  /** Of addresses that are no longer held. */
  left: Map<Ip, Visit>;
  /** Addresses that left and were too many to remember. */
  lost: number;
  /** Where the search for new ones, and the taking of visits, go on. */
  askHand: number;
  takeHand: number;
}

export function createMemory(slots: number): Memory {
  return {
    keeps: false,
    asked: new Uint8Array(slots),
    past: new Array(slots).fill(undefined),
    told: new Float64Array(FIELDS * slots),
    flags: new Map(),
    standing: new Uint8Array(slots),
    accused: [],
    left: new Map(),
    lost: 0,
    askHand: 0,
    takeHand: 0,
  };
}

/** What a copy may be asked for: what was before. It is never told anything, and tells nobody. */
export function copyMemory({ past }: Memory): Memory {
  return { ...createMemory(0), past: past.slice() };
}

export function learnPast({ past }: Memory, slot: number, { kind: _, at: __, ...told }: HistoryEvent): void {
  past[slot] = told;
}

/** A verdict on the address of a slot was raised or cleared. Weak hints, which honest people give as well, flag nobody. */
export function noteAlert(memory: Memory, slot: number, ip: Ip, { state, severity, findings }: Alert): void {
  const { standing, flags, accused } = memory;
  if (state === "cleared") standing[slot] = 0;
  else if (severity !== "info") {
    const flagged = flags.get(slot) ?? { count: 0, rules: new Set() };
    if (standing[slot] === 0) {
      flagged.count++;
      if (accused.length < MAX_ACCUSED) accused.push(ip);
    }
    for (const { rule } of findings) if (flagged.rules.size < MAX_RULES) flagged.rules.add(rule);
    flags.set(slot, flagged);
    standing[slot] = 1;
  }
}

export function toldOf({ told }: Memory, slot: number, field: number): number {
  return told[FIELDS * slot + field] as number;
}

export function lastTold({ told }: Memory, slot: number): number {
  return told[FIELDS * slot + LAST] as number;
}

/** History knows these numbers of it now. */
export function setTold(
  { told, flags }: Memory,
  slot: number,
  now: readonly number[],
  lastSeen: number,
): void {
  for (let i = 0; i < LAST; i++) told[FIELDS * slot + i] = now[i] as number;
  told[FIELDS * slot + LAST] = lastSeen;
  flags.delete(slot);
}

/** Keeps what somebody did who left, together with what they did before they left another time. */
export function keepLeft(memory: Memory, visit: Visit): void {
  const { left } = memory;
  const before = left.get(visit.ip);
  if (before === undefined && left.size >= MAX_LEFT) memory.lost++;
  else left.set(visit.ip, before === undefined ? visit : together(before, visit));
}

export function forgetMemory({ asked, past, told, flags, standing }: Memory, slot: number): void {
  asked[slot] = 0;
  standing[slot] = 0;
  // Of most nothing was told, and a write costs a flood more than a look.
  if (past[slot] !== undefined) past[slot] = undefined;
  if (told[FIELDS * slot + LAST] !== 0) told.fill(0, FIELDS * slot, FIELDS * (slot + 1));
  if (flags.size > 0) flags.delete(slot);
}
