import { findAddress } from "../model/address-index.ts";
import type {
  AuthEvent,
  BandwidthEvent,
  BaselineEvent,
  KernelCounter,
  KernelEvent,
  RequestEvent,
} from "../model/event.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import type {
  Bandwidth,
  Baseline,
  Detail,
  Filter,
  InterfaceRate,
  Query,
  Snapshot,
  Totals,
} from "../model/snapshot.ts";
import { socketAt } from "../model/socket-table.ts";
import { alertsOf } from "./alerts.ts";
import { counterRate, perSecond } from "./fold.ts";
import { topGroups } from "./groups.ts";
import { liveLines } from "./live.ts";
import { offendersOf } from "./offenders.ts";
import { previousRecord } from "./recent.ts";
import { HIDDEN, isMarked, LAST_AUTH, LAST_REQUEST, read } from "./record.ts";
import { Row } from "./row.ts";
import { passes, searchLines } from "./search.ts";
import type { State } from "./state.ts";
import { readStrip } from "./strips.ts";
import { topSlots } from "./top.ts";
import { verdictsOf } from "./verdicts.ts";
import { lastMinute, sumSeries } from "./windows.ts";
import { wireTotals } from "./wire.ts";

const ROWS = 1_000;
/** Milliseconds, at least: longer than a poll that was late, shorter than a rate of a dead source may mislead. */
const RATES_LAST = 10_000;
const DETAIL_SOCKETS = 256;

/**
 * What `query` asks for, as it stands now. Keeps nothing of the state, and changes nothing of it but what is remembered
 * for the next question: texts of addresses, and how far a search has come.
 */
export function snapshot(state: State, query: Query): Snapshot {
  const row = new Row(state);
  const shown = shownSlots(state);
  const { slots, searching } = matching(state, shown, query.filter, row);
  const { sort, reverse, group = "address", limit = ROWS } = query;
  const rows = group === "address" ? topSlots(state, slots, sort, limit, reverse) : [];
  const grouped = group === "address" ? undefined : topGroups(state, slots, group, sort, limit, reverse);
  const hostVerdict = state.judge.host();
  const now = Math.floor(state.now / 1000);
  const { series, kernel, recent } = state;
  const detail = query.detail === undefined ? undefined : detailOf(state, query.detail, row);
  return {
    v: 1,
    at: state.now,
    host: { name: kernel?.host ?? "", ...(kernel !== undefined && { uptime: kernel.uptime }) },
    ...(hostVerdict !== undefined && { verdict: hostVerdict }),
    totals: totalsOf(state, shown.length),
    interfaces: interfaceRates(state),
    ...(state.baseline !== undefined && { baseline: baselineOf(state.baseline) }),
    ...(state.bandwidth !== undefined && { bandwidth: bandwidthOf(state.bandwidth) }),
    series: {
      requests: lastMinute(series.requests, now),
      newConnections: lastMinute(series.newConnections, now),
      inBytes: lastMinute(series.inBytes, now),
      outBytes: lastMinute(series.outBytes, now),
      ...(state.wire.counted && { syn: lastMinute(state.wire.host.synIn, now) }),
    },
    offenders: offendersOf(state, shown),
    verdicts: verdictsOf(state, shown),
    health: [...state.health.values()],
    matched: slots.length,
    rows: Array.from(rows, (slot) => {
      row.slot = slot;
      return row.toProfile();
    }),
    ...(grouped !== undefined && { groups: grouped.groups, matchedGroups: grouped.count }),
    ...liveLines(state, query),
    alerts: alertsOf(state, query),
    alertSeq: state.alerts.seq,
    ...(query.filter?.asksLines && recent.oldest > 1 && { linesSince: state.lines.read(recent.oldest).at }),
    ...(searching && { searching }),
    seq: recent.newest,
    ...(detail !== undefined && { detail }),
  };
}

/** Every slot in use whose address may be listed. */
function shownSlots({ addresses, records }: State): Int32Array {
  const slots = new Int32Array(addresses.size);
  let count = 0;
  for (let slot = 0; slot < addresses.top; slot++) {
    if (addresses.cellOf[slot] === -1) continue;
    if (!isMarked(records, slot, HIDDEN)) slots[count++] = slot;
  }
  return slots.subarray(0, count);
}

/** Those of `slots` that the filter lets through, as far as it was searched. */
function matching(
  state: State,
  slots: Int32Array,
  filter: Filter | undefined,
  row: Row,
): { readonly slots: Int32Array; readonly searching: boolean } {
  if (filter === undefined) return { slots, searching: false };
  const searching = filter.asksLines && !searchLines(state, filter, row);
  const kept = slots.filter((slot) => {
    row.slot = slot;
    return filter.asksLines ? passes(state, filter, row) : filter.address(row);
  });
  return { slots: kept, searching };
}

function totalsOf(state: State, shown: number): Totals {
  const { counts, sockets, series } = state;
  const now = Math.floor(state.now / 1000);
  const requests10s = sumSeries(series.requests, now, 10);
  // A program that has run for less than ten seconds has not seen ten seconds, unless it read older lines.
  const seen = Math.min(10, Math.max(1, now - Math.floor(state.started / 1000) + 1));
  const interval = kernelInterval(state);
  const rate = (counter: KernelCounter): number | undefined =>
    interval && counterRate(interval.before, interval.after, counter);
  const accepted = rate("PassiveOpens");
  const cookies = rate("SyncookiesSent");
  const drops = rate("ListenDrops");
  const wire = wireTotals(state.wire, state.now);
  return {
    addresses: shown,
    hidden: state.addresses.size - shown,
    evicted: counts.evicted,
    sockets: sockets.table?.length ?? 0,
    established: sockets.established,
    halfOpen: sockets.halfOpen,
    requests: counts.requests,
    requests10s,
    requests60s: sumSeries(series.requests, now, 60),
    bytes: counts.bytes,
    status4xx: counts.status4xx,
    status5xx: counts.status5xx,
    malformed: counts.malformed,
    authFailures: counts.authFailures,
    authAccepted: counts.authAccepted,
    requestsPerSecond: requests10s / seen,
    ...(accepted !== undefined && { newConnectionsPerSecond: accepted }),
    ...(cookies !== undefined && { synCookiesPerSecond: cookies }),
    ...(drops !== undefined && { listenDropsPerSecond: drops }),
    ...(wire !== undefined && { wire }),
  };
}

/** The two newest kernel events, unless they are too old to tell a rate of now. */
function kernelInterval({
  kernel,
  kernelBefore,
  now,
}: State): { before: KernelEvent; after: KernelEvent } | undefined {
  if (kernel === undefined || kernelBefore === undefined) return undefined;
  const lasts = Math.max(RATES_LAST, 2 * (kernel.at - kernelBefore.at));
  return now - kernel.at > lasts ? undefined : { before: kernelBefore, after: kernel };
}

function interfaceRates(state: State): InterfaceRate[] {
  const interval = kernelInterval(state);
  if (interval === undefined) return [];
  const rates: InterfaceRate[] = [];
  for (const after of interval.after.interfaces) {
    const before = interval.before.interfaces.find(({ name }) => name === after.name);
    if (before === undefined) continue;
    const rate = (key: "inBytes" | "outBytes" | "inPackets" | "outPackets"): number =>
      perSecond(before[key], after[key], interval.before.at, interval.after.at);
    rates.push({
      name: after.name,
      ...(after.default && { default: true }),
      inBytesPerSecond: rate("inBytes"),
      outBytesPerSecond: rate("outBytes"),
      inPacketsPerSecond: rate("inPackets"),
      outPacketsPerSecond: rate("outPackets"),
    });
  }
  return rates;
}

function bandwidthOf({ interface: name, month, inBytes, outBytes }: BandwidthEvent): Bandwidth {
  return { interface: name, month, inBytes, outBytes };
}

function detailOf(state: State, ip: Ip, row: Row): Detail | undefined {
  const words = new Uint32Array(4);
  if (!parseIpWords(ip, words)) return undefined;
  const slot = findAddress(state.addresses, words, 0);
  if (slot < 0) return undefined;
  row.slot = slot;
  const { past } = row;
  const strip = readStrip(state.strips, slot, Math.floor(state.now / 60_000));
  const { table } = state.sockets;
  return {
    profile: row.toProfile(),
    ...(strip !== undefined && { strip }),
    sockets: table === undefined ? [] : Array.from(row.socketRows(DETAIL_SOCKETS), (i) => socketAt(table, i)),
    requests: chain(state, read(state.records, slot, LAST_REQUEST), "request"),
    auth: chain(state, read(state.records, slot, LAST_AUTH), "auth"),
    ...(past !== undefined && { past }),
  };
}

function baselineOf({ yesterday, lastWeek }: BaselineEvent): Baseline {
  return { ...(yesterday !== undefined && { yesterday }), ...(lastWeek !== undefined && { lastWeek }) };
}

/** The records of one address from `newest` back, as far as they are kept. */
function chain(state: State, newest: number, kind: "request"): RequestEvent[];
function chain(state: State, newest: number, kind: "auth"): AuthEvent[];
function chain(
  { recent, lines, detailEvents }: State,
  newest: number,
  kind: "request" | "auth",
): (RequestEvent | AuthEvent)[] {
  const events: (RequestEvent | AuthEvent)[] = [];
  for (let seq = newest; seq > 0 && events.length < detailEvents; seq = previousRecord(recent, seq)) {
    const event = lines.take(seq);
    if (event === undefined || event.kind !== kind) break;
    events.push(event);
  }
  return events;
}
