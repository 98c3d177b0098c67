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
  type Records,
  read,
  write,
} from "./record.ts";
import type { State } from "./state.ts";
import { claimStrip, releaseStrip } from "./strips.ts";
import { leaveMemory } from "./visits.ts";
import { clearWindow } from "./windows.ts";
import { forgetWire, packetsOf } from "./wire.ts";

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

/** The slot of an address, made on first sight; notes that it did something at `at`. */
export function touch(state: State, words: IpWords, offset: number, at: number): number {
  const { addresses, records, strips, wire } = state;
  let slot = findAddress(addresses, words, offset);
  if (slot < 0) {
    if (addresses.size === addresses.capacity) evict(state);
    slot = enter(state, words, offset, at);
  } else {
    if (read(records, slot, ACTIVITY) === 0) wire.alone--;
    see(records, slot, at);
  }
  add(records, slot, ACTIVITY, 1);
  if (strips.of[slot] === -1) {
    const activity = read(records, slot, ACTIVITY);
    if (strips.used < strips.owner.length || activity % CLAIM_EVERY === 0) claimStrip(strips, slot, records);
  }
  return slot;
}

/**
 * The slot of an address of which packets passed, `packets` of them, the last at `at`. Anybody can forge them by the
 * million: they are no activity, and an address known from them alone takes the place of none that is known otherwise.
 * -1 where there is no room for it.
 */
export function notice(state: State, words: IpWords, offset: number, at: number, packets: number): number {
  const { addresses, records, wire } = state;
  const slot = findAddress(addresses, words, offset);
  if (slot >= 0) {
    see(records, slot, at);
    return slot;
  }
  if (addresses.size === addresses.capacity) {
    const leaving = wire.alone === 0 ? -1 : quietestAlone(state, false);
    if (leaving < 0 || worthAlone(state, leaving) > at + Math.min(packets, MAX_ACTIVITY)) return -1;
    leave(state, leaving);
  }
  wire.alone++;
  return enter(state, words, offset, at);
}

/** A slot for an address that is not held yet. */
function enter(
  { addresses, records, recent, minutes, isListed }: State,
  words: IpWords,
  offset: number,
  at: number,
): number {
  minutes.entered++;
  const slot = addAddress(addresses, words, offset);
  write(records, slot, FIRST_SEEN, at);
  write(records, slot, LAST_SEEN, at);
  write(records, slot, BORN, recent.newest);
  write(records, slot, MARKS, isListed(words, offset) ? 0 : HIDDEN);
  return slot;
}

function see(records: Records, slot: number, at: number): void {
  if (at >= read(records, slot, LAST_SEEN)) write(records, slot, LAST_SEEN, at);
  else if (at < read(records, slot, FIRST_SEEN)) write(records, slot, FIRST_SEEN, at);
}

/** Lets one go. The host's counts keep what it did. */
function evict(state: State): void {
  leave(state, state.wire.alone > 0 ? quietestAlone(state, true) : quietest(state));
}

/** The quietest of the next candidates. */
function quietest(state: State): number {
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
  return leaving;
}

/**
 * The quietest of the next candidates that are known from packets alone, -1 where none of them is; with `far` on to the
 * first one there is. To go so far costs little: in a full table no more of them come, so all that way is one round.
 */
function quietestAlone(state: State, far: boolean): number {
  const { addresses, records } = state;
  let leaving = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CANDIDATES || (far && leaving < 0); i++) {
    state.hand = (state.hand + 1) % addresses.capacity;
    if (read(records, state.hand, ACTIVITY) > 0) continue;
    const worth = worthAlone(state, state.hand);
    if (worth >= least) continue;
    least = worth;
    leaving = state.hand;
  }
  return leaving;
}

/** When it was last seen; a packet is worth what any other act is. */
function worthAlone({ records, wire }: State, slot: number): number {
  return read(records, slot, LAST_SEEN) + Math.min(packetsOf(wire, slot), MAX_ACTIVITY);
}

function leave(state: State, slot: number): void {
  if (read(state.records, slot, ACTIVITY) === 0) state.wire.alone--;
  forget(state, slot);
  state.counts.evicted++;
}

function forget(state: State, slot: number): void {
  const { sockets } = state;
  const { subject } = state;
  leaveMemory(state, slot);
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
  forgetWire(state.wire, slot);
}
