import { messageOf } from "../model/message-of.ts";
import { type Act, audit } from "./audit.ts";
import { type Entry, readLedger, writeLedger } from "./ledger.ts";
import type { Failure, Means } from "./means.ts";

export function entriesIn(means: Means, remarks: string[]): readonly Entry[] {
  try {
    return readLedger(means.state);
  } catch (error) {
    remarks.push(messageOf(error));
    return [];
  }
}

/** Writes these down instead of all that was; in words where it cannot. */
export function keepLedger(means: Means, entries: readonly Entry[]): string[] {
  try {
    writeLedger(means.state, entries);
    return [];
  } catch (error) {
    return [`what was blocked cannot be written down: ${messageOf(error)}`];
  }
}

/** The words of an act's result. */
export function resultOf(failure: Failure | undefined): string {
  return failure === undefined ? "ok" : `failed: ${failure.detail}`;
}

export function written(means: Means, act: Act, remarks: string[]): void {
  try {
    audit(means.state, means.who, act);
  } catch (error) {
    remarks.push(`this act cannot be written down: ${messageOf(error)}`);
  }
}
