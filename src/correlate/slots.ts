import { addAddress, findAddress, removeAddress } from "../model/address-index.ts";
import type { IpWords } from "../model/ip.ts";
import { forgetOrigin } from "./origins.ts";
import {
  ACTIVITY,
  AUTH_FAILURES,
  add,
  BORN,
  clear,
  FIRST_SEEN,
  HIDDEN,
  LAST_SEEN,
  MARKS,
  read,
  write,
} from "./record.ts";
import type { State } from "./state.ts";
import { claimStrip, releaseStrip } from "./strips.ts";
import { clearWindow } from "./windows.ts";

/** Addresses looked at to find one that may leave: enough that a busy one hardly ever goes. */
const CANDIDATES = 16;
/** What a finding or a login failure is worth against silence when one must leave, in milliseconds. */
const SUSPICION = 3_600_000;
/**
 * Each act is worth a millisecond, up to a quarter of an hour: a log's times are whole seconds, and in a
 * flood of one second only this tells who keeps coming from who came once.
 */
const MAX_ACTIVITY = 900_000;
/** Out of reach of any time: an address with open sockets leaves only when all candidates have some. */
const CONNECTED = 1e15;
/** How often an address without a strip asks for one: a strip costs others theirs. */
const CLAIM_EVERY = 16;

/** The slot of an address, made on first sight; notes that it was active at `at`. */
export function touch(state: State, words: IpWords, offset: number, at: number): number {
  const { addresses, records, strips } = state;
  let slot = findAddress(addresses, words, offset);
  if (slot < 0) {
    if (addresses.size === addresses.capacity) evict(state);
    slot = addAddress(addresses, words, offset);
    write(records, slot, FIRST_SEEN, at);
    write(records, slot, LAST_SEEN, at);
    write(records, slot, BORN, state.recent.newest);
    write(records, slot, MARKS, state.isListed(words, offset) ? 0 : HIDDEN);
  } else {
    if (at >= read(records, slot, LAST_SEEN)) write(records, slot, LAST_SEEN, at);
    else if (at < read(records, slot, FIRST_SEEN)) write(records, slot, FIRST_SEEN, at);
  }
  add(records, slot, ACTIVITY, 1);
  if (strips.of[slot] === -1) {
    const activity = read(records, slot, ACTIVITY);
    if (strips.used < strips.owner.length || activity % CLAIM_EVERY === 0) claimStrip(strips, slot, records);
  }
  return slot;
}

/** Lets the quietest of the next candidates go. The host's counts keep what it did. */
function evict(state: State): void {
  const { addresses, records, sockets, subject } = state;
  let leaving = state.hand;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CANDIDATES; i++) {
    state.hand = (state.hand + 1) % addresses.capacity;
    const slot = state.hand;
    let worth = read(records, slot, LAST_SEEN) + Math.min(read(records, slot, ACTIVITY), MAX_ACTIVITY);
    // What raises it further lies elsewhere in memory, and most candidates need not be asked.
    if (worth >= least) continue;
    if ((sockets.count[slot] as number) > 0) worth += CONNECTED;
    subject.slot = slot;
    if (state.judge.risk(subject) > 0 || read(records, slot, AUTH_FAILURES) > 0) worth += SUSPICION;
    if (worth >= least) continue;
    least = worth;
    leaving = slot;
  }
  forget(state, leaving);
  state.counts.evicted++;
}

function forget(state: State, slot: number): void {
  const { sockets } = state;
  const { subject } = state;
  subject.slot = slot;
  state.judge.forget(subject);
  removeAddress(state.addresses, slot);
  releaseStrip(state.strips, slot);
  clearWindow(state.windows, slot);
  clear(state.records, slot);
  sockets.first[slot] = -1;
  sockets.count[slot] = 0;
  sockets.establishedCount[slot] = 0;
  sockets.halfOpenCount[slot] = 0;
  state.texts[slot] = undefined;
  forgetOrigin(state.origins, slot);
}
