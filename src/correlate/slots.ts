import { isPrivate } from "../model/cidr.ts";
import type { IpWords } from "../model/ip.ts";
import { addAddress, findAddress, removeAddress } from "./addresses.ts";
import type { State } from "./state.ts";
import { claimStrip, releaseStrip } from "./strips.ts";
import { clearWindow } from "./windows.ts";

/** Addresses looked at to find one that may leave: enough that a busy one hardly ever goes. */
const CANDIDATES = 16;
/** What a login failure is worth against silence when one must leave, in milliseconds. */
const SUSPICION = 3_600_000;
/** Out of reach of any time: an address with open sockets leaves only when all candidates have some. */
const CONNECTED = 1e15;
/** How often an address without a strip asks for one: a strip costs others theirs. */
const CLAIM_EVERY = 16;

/** The slot of an address, made on first sight; notes that it was active at `at`. */
export function touch(state: State, words: IpWords, offset: number, at: number): number {
  const { addresses, columns, strips } = state;
  let slot = findAddress(addresses, words, offset);
  if (slot < 0) {
    if (addresses.size === addresses.capacity) evict(state);
    slot = addAddress(addresses, words, offset);
    columns.firstSeen[slot] = at;
    columns.lastSeen[slot] = at;
    columns.isPrivate[slot] = isPrivate(words, offset) ? 1 : 0;
  } else {
    if (at > (columns.lastSeen[slot] as number)) columns.lastSeen[slot] = at;
    if (at < (columns.firstSeen[slot] as number)) columns.firstSeen[slot] = at;
  }
  const activity = (columns.activity[slot] as number) + 1;
  columns.activity[slot] = activity;
  const strip = strips.of[slot] as number;
  if (strip < 0 && (strips.used < strips.owner.length || activity % CLAIM_EVERY === 0)) {
    claimStrip(strips, slot, columns.activity);
  }
  return slot;
}

/** Lets the quietest of the next candidates go. The host's counts keep what it did. */
function evict(state: State): void {
  const { addresses, columns } = state;
  let leaving = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CANDIDATES; i++) {
    state.hand = (state.hand + 1) % addresses.capacity;
    const slot = state.hand;
    if (addresses.cellOf[slot] === -1) continue;
    const worth =
      (columns.lastSeen[slot] as number) +
      ((columns.connections[slot] as number) > 0 ? CONNECTED : 0) +
      ((columns.authFailures[slot] as number) > 0 ? SUSPICION : 0);
    if (worth < least) {
      least = worth;
      leaving = slot;
    }
  }
  forget(state, leaving);
  state.counts.evicted++;
}

function forget(state: State, slot: number): void {
  const { columns } = state;
  removeAddress(state.addresses, slot);
  releaseStrip(state.strips, slot);
  clearWindow(state.windows, slot);
  columns.requests[slot] = 0;
  columns.bytes[slot] = 0;
  columns.status4xx[slot] = 0;
  columns.status5xx[slot] = 0;
  columns.malformed[slot] = 0;
  columns.authFailures[slot] = 0;
  columns.authAccepted[slot] = 0;
  columns.activity[slot] = 0;
  columns.connections[slot] = 0;
  columns.established[slot] = 0;
  columns.halfOpen[slot] = 0;
  columns.firstSocket[slot] = -1;
  columns.lastRequest[slot] = 0;
  columns.lastAuth[slot] = 0;
  columns.text[slot] = undefined;
}
