import type { Block } from "./block.ts";

/** Whoever ends a block, a kernel that tells whole seconds or a program of ours, is done within this (ms). */
const PATIENCE = 5_000;

/** Whether it is in force though its time is over, so that nobody seems to end it. `now` is epoch milliseconds. */
export function isOverdue({ until, missing }: Pick<Block, "until" | "missing">, now: number): boolean {
  return !missing && until !== null && until + PATIENCE <= now;
}
