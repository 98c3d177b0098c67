import { findAddress } from "../model/address-index.ts";
import { parseCidr } from "../model/cidr.ts";
import {
  type AuthEvent,
  type BandwidthEvent,
  type HealthEvent,
  type HistoryEvent,
  type Input,
  type KernelCounter,
  type KernelEvent,
  type OriginEvent,
  type RequestEvent,
  type RequestView,
  type SocketsView,
  TCP_ESTABLISHED,
  TCP_SYN_RECV,
} from "../model/event.ts";
import { parseIpWords } from "../model/ip.ts";
import { prefixSet } from "../model/prefix-set.ts";
import type { Alert } from "../model/snapshot.ts";
import { toSocketsView } from "../model/socket-table.ts";
import { toTrafficView } from "../model/traffic-table.ts";
import { keepAlert } from "./alerts.ts";
import { failuresOf } from "./attempts.ts";
import { halfOpenOf } from "./half-open.ts";
import { learnPast, noteAlert } from "./memory.ts";
import { addCarried, turnMinute } from "./minutes.ts";
import { learnOrigin } from "./origins.ts";
import { foldTraffic } from "./peers.ts";
import { keepAuth, keepRequest } from "./recent.ts";
import {
  AUTH_ACCEPTED,
  AUTH_FAILURES,
  add,
  BYTES,
  LAST_AUTH,
  LAST_REQUEST,
  MALFORMED,
  MET,
  mark,
  REQUESTS,
  read,
  SHELL,
  STATUS_4XX,
  STATUS_5XX,
  write,
} from "./record.ts";
import { touch } from "./slots.ts";
import { MAX_SOURCES, type State } from "./state.ts";
import { bumpStrip, ROW } from "./strips.ts";
import { bumpSeries, bumpWindow, type Series, setSeries } from "./windows.ts";

const scratch = new Uint32Array(4);

/** Takes one input into the state. Views are read and not kept. */
export function fold(state: State, input: Input): void {
  switch (input.kind) {
    case "request":
      foldRequest(state, input);
      break;
    case "tick":
      foldTick(state, input.at);
      break;
    case "auth":
      foldAuth(state, input);
      break;
    case "sockets":
      foldSockets(state, "table" in input ? input : toSocketsView(input));
      break;
    case "traffic":
      foldTraffic(state, "columns" in input ? input : toTrafficView(input));
      break;
    case "kernel":
      foldKernel(state, input);
      break;
    case "bandwidth":
      foldBandwidth(state, input);
      break;
    case "host":
      state.own = prefixSet(input.addresses.flatMap((ip) => parseCidr(ip) ?? []));
      break;
    case "origin":
      foldOrigin(state, input);
      break;
    case "history":
      foldHistory(state, input);
      break;
    case "baseline":
      if (state.baseline === undefined || input.at >= state.baseline.at) state.baseline = input;
      break;
    case "health":
      foldHealth(state, input);
      break;
  }
}

/** Core time moves with ticks alone, and never back. */
function foldTick(state: State, at: number): void {
  if (at < state.started) state.started = at;
  if (at > state.now) state.now = at;
  const { judge, subject, alerts, recent } = state;
  turnMinute(state.minutes, state.counts, state.now);
  const hear = (alert: Alert): void => {
    if ("ip" in alert && parseIpWords(alert.ip, scratch)) {
      const slot = findAddress(state.addresses, scratch, 0);
      if (slot >= 0) noteAlert(state.memory, slot, alert.ip, alert);
    }
    keepAlert(alerts, alert, recent.newest);
  };
  judge.tick(state.now, subject, hear, alerts.hearsInfo);
}

function foldRequest(state: State, event: RequestEvent | RequestView): void {
  const words = "words" in event ? event.words : scratch;
  if (words === scratch && !parseIpWords(event.ip, scratch)) return;
  const { records, counts } = state;
  const { at, status, bytes } = event;
  const second = Math.floor(at / 1000);
  const now = Math.floor(state.now / 1000);
  const slot = touch(state, words, 0, at);

  if (at < state.started) state.started = at;
  counts.requests++;
  add(records, slot, REQUESTS, 1);
  if (bytes !== undefined) {
    counts.bytes += bytes;
    add(records, slot, BYTES, bytes);
  }
  const minute = Math.floor(second / 60);
  if (status !== undefined && status >= 400) {
    if (status < 500) {
      counts.status4xx++;
      add(records, slot, STATUS_4XX, 1);
    } else if (status < 600) {
      counts.status5xx++;
      add(records, slot, STATUS_5XX, 1);
    }
    bumpStrip(state.strips, slot, ROW.errors, minute, 1);
  }
  if (event.malformed) {
    counts.malformed++;
    add(records, slot, MALFORMED, 1);
  }
  bumpWindow(state.windows, slot, second, now, 1);
  bumpSeries(state.series.requests, second, now, 1);
  bumpStrip(state.strips, slot, ROW.requests, minute, 1);
  const seq = keepRequest(state.recent, event, words, read(records, slot, LAST_REQUEST));
  write(records, slot, LAST_REQUEST, seq);
  state.subject.slot = slot;
  state.judge.request(state.subject, event);
}

function foldAuth(state: State, event: AuthEvent): void {
  if (!parseIpWords(event.ip, scratch)) return;
  const { records, counts } = state;
  const slot = touch(state, scratch, 0, event.at);
  const failures = failuresOf(state.refused, event, scratch);
  if (failures > 0) {
    counts.authFailures += failures;
    add(records, slot, AUTH_FAILURES, failures);
    bumpStrip(state.strips, slot, ROW.authFailures, Math.floor(event.at / 60_000), failures);
  } else if (event.outcome === "accepted") {
    const { count = 1 } = event;
    counts.authAccepted += count;
    add(records, slot, AUTH_ACCEPTED, count);
  }
  const seq = keepAuth(state.recent, event, scratch, read(records, slot, LAST_AUTH));
  write(records, slot, LAST_AUTH, seq);
  if (event.service !== "http") mark(records, slot, SHELL);
  state.subject.slot = slot;
  state.judge.auth(state.subject, event, failures);
}

/** The new table replaces the old one, so the counts of whoever had sockets start again at none. */
function foldSockets(state: State, { table, at }: SocketsView): void {
  const { sockets, strips } = state;
  const { first, count, establishedCount, halfOpenCount } = sockets;
  for (const slot of sockets.holders) {
    first[slot] = -1;
    count[slot] = 0;
    establishedCount[slot] = 0;
    halfOpenCount[slot] = 0;
  }
  sockets.holders.length = 0;
  sockets.established = 0;
  sockets.halfOpen = 0;
  sockets.table = table;
  if (sockets.next.length < table.length) sockets.next = new Int32Array(2 * table.length);
  const { evicted } = state.counts;
  for (let i = 0; i < table.length; i++) {
    const slot = touch(state, table.remote, 4 * i, at);
    if (first[slot] === -1) sockets.holders.push(slot);
    count[slot] = (count[slot] as number) + 1;
    if (table.state[i] === TCP_ESTABLISHED) {
      sockets.established++;
      establishedCount[slot] = (establishedCount[slot] as number) + 1;
    } else if (table.state[i] === TCP_SYN_RECV) {
      sockets.halfOpen++;
      halfOpenCount[slot] = (halfOpenCount[slot] as number) + 1;
    }
    sockets.next[i] = first[slot] as number;
    first[slot] = i;
  }
  if (state.counts.evicted !== evicted) {
    // Who had to leave amid the table made room for another, or came back: then its slot was noted twice.
    const slots = new Set(sockets.holders);
    sockets.holders.length = 0;
    for (const slot of slots) sockets.holders.push(slot);
  }
  state.minutes.sockets = Math.max(state.minutes.sockets, table.length);
  const minute = Math.floor(at / 60_000);
  const held = { table, first: -1, next: sockets.next };
  for (const slot of sockets.holders) {
    bumpStrip(strips, slot, ROW.connections, minute, count[slot] as number);
    state.subject.slot = slot;
    held.first = first[slot] as number;
    if ((count[slot] as number) > (state.sockets.halfOpenCount[slot] as number))
      mark(state.records, slot, MET);
    state.judge.sockets(state.subject, held, at);
  }
  state.judge.pressed(halfOpenOf(state, at));
}

function foldKernel(state: State, event: KernelEvent): void {
  state.judge.kernel(event);
  const before = state.kernel;
  state.kernelBefore = before;
  state.kernel = event;
  if (before === undefined || event.at <= before.at) return;
  addCarried(state.minutes, before, event);
  const { newConnections, inBytes, outBytes } = state.series;
  const measured = (series: Series, rate: number): void =>
    setSeries(
      series,
      Math.floor(before.at / 1000),
      Math.floor(event.at / 1000),
      Math.floor(state.now / 1000),
      rate,
    );
  let inRate = 0;
  let outRate = 0;
  for (const counters of event.interfaces) {
    if (!counters.default) continue;
    const old = before.interfaces.find(({ name }) => name === counters.name);
    if (old === undefined) continue;
    inRate += perSecond(old.inBytes, counters.inBytes, before.at, event.at);
    outRate += perSecond(old.outBytes, counters.outBytes, before.at, event.at);
  }
  measured(newConnections, counterRate(before, event, "PassiveOpens") ?? 0);
  measured(inBytes, inRate);
  measured(outBytes, outRate);
}

/** Per second between two events; undefined where either lacks the counter. */
export function counterRate(
  before: KernelEvent,
  after: KernelEvent,
  counter: KernelCounter,
): number | undefined {
  const from = before.counters[counter];
  const to = after.counters[counter];
  return from === undefined || to === undefined ? undefined : perSecond(from, to, before.at, after.at);
}

/** A counter that went back was reset: nothing can be said of that interval. */
export function perSecond(from: number, to: number, fromAt: number, toAt: number): number {
  return toAt > fromAt && to > from ? ((to - from) * 1000) / (toAt - fromAt) : 0;
}

function foldBandwidth(state: State, event: BandwidthEvent): void {
  if (state.bandwidth === undefined || event.at >= state.bandwidth.at) state.bandwidth = event;
}

/** Says nothing of what the address did, so one that is not held stays unknown. */
function foldOrigin({ addresses, origins, judge, subject }: State, event: OriginEvent): void {
  if (!parseIpWords(event.ip, scratch)) return;
  const slot = findAddress(addresses, scratch, 0);
  if (slot < 0) return;
  learnOrigin(origins, slot, event);
  if (event.crawler === undefined) return;
  subject.slot = slot;
  judge.proved(subject);
}

/** Of whom is not held any more nobody asks. */
function foldHistory({ addresses, memory }: State, event: HistoryEvent): void {
  if (!parseIpWords(event.ip, scratch)) return;
  const slot = findAddress(addresses, scratch, 0);
  if (slot >= 0) learnPast(memory, slot, event);
}

function foldHealth(state: State, event: HealthEvent): void {
  const key = `${event.part} ${event.source}`;
  if (state.health.size >= MAX_SOURCES && !state.health.has(key)) return;
  state.health.set(key, event);
}
