/**
 * What is known of an address lies together, so that a line of a log touches two cache lines of it and not
 * one per number: `records[SIZE * slot + FIELD]`. The first eight are what every request reads or changes;
 * the first two of them hold the address itself, as four words of 32 bits.
 */
export const LAST_SEEN = 2;
export const REQUESTS = 3;
export const BYTES = 4;
/** Requests, logins and sockets ever: who keeps a strip when strips are short. */
export const ACTIVITY = 5;
/** Newest request in the arena, 0 for none. */
export const LAST_REQUEST = 6;
/** Newest record in the arena when the address came: those up to it are not of this stay. */
export const BORN = 7;

export const FIRST_SEEN = 8;
/** A sum of {@link HIDDEN}, {@link SHELL} and {@link MET}. */
export const MARKS = 9;
export const STATUS_4XX = 10;
export const STATUS_5XX = 11;
export const MALFORMED = 12;
export const AUTH_FAILURES = 13;
export const AUTH_ACCEPTED = 14;
/** Newest login in the arena, 0 for none. */
export const LAST_AUTH = 15;

/** It is counted and not listed. */
export const HIDDEN = 1;
/** It was heard of by a service for logging in, and not by a web server that asks for passwords. */
export const SHELL = 2;
/** It had a connection beyond half-open: nobody forged it. */
export const MET = 4;

/** Fields per slot: two cache lines. */
export const SIZE = 16;

export type Records = Float64Array;

export function createRecords(slots: number): Records {
  return new Float64Array(SIZE * slots);
}

/** The same memory as words, of which the first four of each record are its address. */
export function addressWords(records: Records): Uint32Array {
  return new Uint32Array(records.buffer);
}

export function read(records: Records, slot: number, field: number): number {
  return records[SIZE * slot + field] as number;
}

export function write(records: Records, slot: number, field: number, value: number): void {
  records[SIZE * slot + field] = value;
}

export function add(records: Records, slot: number, field: number, n: number): void {
  const i = SIZE * slot + field;
  records[i] = (records[i] as number) + n;
}

export function clear(records: Records, slot: number): void {
  records.fill(0, SIZE * slot, SIZE * (slot + 1));
}

export function mark(records: Records, slot: number, mark: number): void {
  write(records, slot, MARKS, read(records, slot, MARKS) | mark);
}

/** Whether an address has one of the marks. */
export function isMarked(records: Records, slot: number, mark: number): boolean {
  return (read(records, slot, MARKS) & mark) !== 0;
}
