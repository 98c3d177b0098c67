/**
 * What is counted per address lies together, so that a line of a log touches one or two cache lines of
 * it and not one per number: `records[SIZE * slot + FIELD]`. The first eight are what every request
 * changes.
 */
export const FIRST_SEEN = 0;
export const LAST_SEEN = 1;
export const REQUESTS = 2;
export const BYTES = 3;
/** Requests, logins and sockets ever: who keeps a strip when strips are short. */
export const ACTIVITY = 4;
/** Newest request in the arena, 0 for none. */
export const LAST_REQUEST = 5;
/** 1 for a private or reserved address. */
export const PRIVATE = 6;
export const STATUS_4XX = 8;
export const STATUS_5XX = 9;
export const MALFORMED = 10;
export const AUTH_FAILURES = 11;
export const AUTH_ACCEPTED = 12;
/** Newest login in the arena, 0 for none. */
export const LAST_AUTH = 13;
/** Fields per slot: two cache lines. */
export const SIZE = 16;

export type Records = Float64Array;

export function createRecords(slots: number): Records {
  return new Float64Array(SIZE * slots);
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
