import { parseCidr } from "../model/cidr.ts";
import {
  AUTH_OUTCOMES,
  type AuthEvent,
  type BandwidthEvent,
  type Event,
  type HealthEvent,
  type HostEvent,
  type InterfaceCounters,
  KERNEL_COUNTERS,
  type KernelCounter,
  type KernelEvent,
  type OriginEvent,
  type Part,
  type PeerTraffic,
  REQUEST_TEXTS,
  type RequestEvent,
  type RequestText,
  type Socket,
  type SocketsEvent,
  TCP_STATES,
  type TcpInfo,
  TRAFFIC_SOURCES,
  type TrafficEvent,
} from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { TOTALS, TRAFFIC_COUNTS, type TrafficCount, type TrafficTotal } from "../model/traffic.ts";
import { countOf, isObject, type Json, numberOf, parseJson, textOf } from "../model/untrusted-json.ts";

import { baselineOf, historyOf } from "./native-history.ts";

/** The latest time a Date can hold (ECMA-262 section 21.4.1.1). */
const MAX_TIME = 8.64e15;

/**
 * Reads one native JSON line, as `stream events` and `record` write them. Whatever a hostile file
 * holds: a line that is not an event with its required keys, each of its type, is undefined. Optional
 * keys of a wrong type are left out.
 */
export function parseNative(line: string): Event | undefined {
  const json = parseJson(line);
  if (!isObject(json)) return undefined;
  const at = numberOf(json.at);
  if (at === undefined || Math.abs(at) > MAX_TIME) return undefined;
  switch (json.kind) {
    case "tick":
      return { kind: "tick", at };
    case "request":
      return requestOf(json, at);
    case "auth":
      return authOf(json, at);
    case "sockets":
      return socketsOf(json, at);
    case "traffic":
      return trafficOf(json, at);
    case "kernel":
      return kernelOf(json, at);
    case "bandwidth":
      return bandwidthOf(json, at);
    case "host":
      return hostOf(json, at);
    case "origin":
      return originOf(json, at);
    case "history":
      return historyOf(json, at);
    case "baseline":
      return baselineOf(json, at);
    case "health":
      return healthOf(json, at);
    default:
      return undefined;
  }
}

function requestOf(json: Json, at: number): RequestEvent | undefined {
  const ip = ipOf(json.ip);
  if (ip === undefined) return undefined;
  const texts: Partial<Record<RequestText, string>> = {};
  for (const field of REQUEST_TEXTS) {
    const text = json[field];
    if (typeof text === "string") texts[field] = text;
  }
  const status = numberOf(json.status);
  const bytes = countOf(json.bytes);
  return {
    kind: "request",
    at,
    ip,
    ...texts,
    ...(status !== undefined && status >= 0 && status <= 999 && { status }),
    ...(bytes !== undefined && { bytes }),
    ...(json.malformed === true && { malformed: true }),
    ...(json.timeUnknown === true && { timeUnknown: true }),
    source: textOf(json.source) ?? "",
  };
}

function authOf(json: Json, at: number): AuthEvent | undefined {
  const ip = ipOf(json.ip);
  const service = textOf(json.service);
  const outcome = AUTH_OUTCOMES.find((known) => known === json.outcome);
  if (ip === undefined || service === undefined || outcome === undefined) return undefined;
  const user = textOf(json.user);
  const method = textOf(json.method);
  const count = repeatsOf(json.count);
  const session = countOf(json.session);
  return {
    kind: "auth",
    at,
    ip,
    service,
    outcome,
    ...(user !== undefined && { user }),
    ...(method !== undefined && { method }),
    ...(count !== undefined && { count }),
    ...(session !== undefined && { session }),
    ...(json.timeUnknown === true && { timeUnknown: true }),
    source: textOf(json.source) ?? "",
  };
}

/** rsyslog's count, which the readers of logs take up to nine digits of. */
function repeatsOf(value: unknown): number | undefined {
  const count = countOf(value);
  return count !== undefined && Number.isInteger(count) && count < 1e9 ? count : undefined;
}

function socketsOf(json: Json, at: number): SocketsEvent | undefined {
  const { source = "sock_diag" } = json;
  if ((source !== "sock_diag" && source !== "proc") || !Array.isArray(json.sockets)) return undefined;
  const sockets: Socket[] = [];
  for (const entry of json.sockets) {
    const socket = isObject(entry) ? socketOf(entry) : undefined;
    if (socket !== undefined) sockets.push(socket);
  }
  return { kind: "sockets", at, source, sockets };
}

function socketOf(json: Json): Socket | undefined {
  const local = ipOf(json.local);
  const remote = ipOf(json.remote);
  const localPort = portOf(json.localPort);
  const remotePort = portOf(json.remotePort);
  const state = TCP_STATES.find((known) => known !== "" && known === json.state);
  const { direction } = json;
  if (local === undefined || remote === undefined || localPort === undefined || remotePort === undefined) {
    return undefined;
  }
  if (!state || (direction !== "in" && direction !== "out")) return undefined;
  const netns = inodeOf(json.netns);
  const container = textOf(json.container);
  const pid = countOf(json.pid);
  const process = textOf(json.process);
  const tcpInfo = isObject(json.tcpInfo) ? tcpInfoOf(json.tcpInfo) : undefined;
  return {
    local,
    localPort,
    remote,
    remotePort,
    state,
    direction,
    ...(netns !== undefined && { netns }),
    ...(container !== undefined && { container }),
    ...(pid !== undefined && { pid }),
    ...(process !== undefined && { process }),
    ...(tcpInfo !== undefined && { tcpInfo }),
  };
}

function tcpInfoOf(json: Json): TcpInfo | undefined {
  const inBytes = countOf(json.inBytes);
  const outBytes = countOf(json.outBytes);
  const rtt = countOf(json.rtt);
  const retransmits = countOf(json.retransmits);
  if (inBytes === undefined || outBytes === undefined) return undefined;
  return { inBytes, outBytes, rtt: rtt ?? 0, retransmits: retransmits ?? 0 };
}

/** An hour: no longer time is told of at once. */
const LONGEST_INTERVAL = 3_600_000;

function trafficOf(json: Json, at: number): TrafficEvent | undefined {
  const name = textOf(json.interface);
  const source = TRAFFIC_SOURCES.find((known) => known === json.source);
  const milliseconds = countOf(json.milliseconds);
  if (name === undefined || source === undefined || !Array.isArray(json.peers)) return undefined;
  if (milliseconds === undefined || milliseconds > LONGEST_INTERVAL) return undefined;
  const peers = json.peers.flatMap((entry) => (isObject(entry) ? (peerOf(entry) ?? []) : []));
  const totals = isObject(json.totals) ? countsOf<TrafficTotal>(json.totals, TOTALS) : undefined;
  const dropped = countOf(json.dropped);
  const sampled = countOf(json.sampled);
  return {
    kind: "traffic",
    at,
    interface: name,
    source,
    milliseconds,
    ...(totals !== undefined && {
      totals: {
        ...(Object.fromEntries(TOTALS.map((total) => [total, 0])) as Record<TrafficTotal, number>),
        ...totals,
      },
    }),
    ...(dropped !== undefined && { dropped }),
    ...(sampled !== undefined && { sampled }),
    peers,
  };
}

function peerOf(json: Json): PeerTraffic | undefined {
  const ip = ipOf(json.ip);
  if (ip === undefined) return undefined;
  const lastSeen = numberOf(json.lastSeen);
  return {
    ip,
    ...countsOf<TrafficCount>(json, TRAFFIC_COUNTS),
    ...(lastSeen !== undefined && Math.abs(lastSeen) <= MAX_TIME && { lastSeen }),
  };
}

/** Those of the keys that are counts. */
function countsOf<K extends string>(json: Json, keys: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) {
    const count = countOf(json[key]);
    if (count !== undefined) counts[key] = count;
  }
  return counts;
}

function kernelOf(json: Json, at: number): KernelEvent | undefined {
  const host = textOf(json.host);
  const uptime = countOf(json.uptime);
  if (host === undefined || uptime === undefined) return undefined;
  if (!isObject(json.counters) || !Array.isArray(json.interfaces)) return undefined;
  const counters: Partial<Record<KernelCounter, number>> = {};
  // In the line's order, so that an event read back is written as the same bytes.
  for (const key of Object.keys(json.counters)) {
    const name = KERNEL_COUNTERS.find((known) => known === key);
    const value = countOf(json.counters[key]);
    if (name !== undefined && value !== undefined) counters[name] = value;
  }
  const interfaces: InterfaceCounters[] = [];
  for (const entry of json.interfaces) {
    const counters = isObject(entry) ? interfaceOf(entry) : undefined;
    if (counters !== undefined) interfaces.push(counters);
  }
  return { kind: "kernel", at, host, uptime, counters, interfaces };
}

function interfaceOf(json: Json): InterfaceCounters | undefined {
  const name = textOf(json.name);
  const inBytes = countOf(json.inBytes);
  const outBytes = countOf(json.outBytes);
  const inPackets = countOf(json.inPackets);
  const outPackets = countOf(json.outPackets);
  if (name === undefined || inBytes === undefined || outBytes === undefined) return undefined;
  if (inPackets === undefined || outPackets === undefined) return undefined;
  return { name, inBytes, outBytes, inPackets, outPackets, ...(json.default === true && { default: true }) };
}

/** A year of four digits and a month of the calendar. */
const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;

function bandwidthOf(json: Json, at: number): BandwidthEvent | undefined {
  const name = textOf(json.interface);
  const month = textOf(json.month);
  const inBytes = countOf(json.inBytes);
  const outBytes = countOf(json.outBytes);
  if (name === undefined || month === undefined || !MONTH.test(month)) return undefined;
  if (inBytes === undefined || outBytes === undefined || json.source !== "vnstat") return undefined;
  return { kind: "bandwidth", at, interface: name, month, inBytes, outBytes, source: "vnstat" };
}

/** More than any host has. */
const MAX_ADDRESSES = 4_096;

function hostOf(json: Json, at: number): HostEvent | undefined {
  if (!Array.isArray(json.addresses)) return undefined;
  const addresses = json.addresses.slice(0, MAX_ADDRESSES).flatMap((address) => ipOf(address) ?? []);
  return { kind: "host", at, addresses };
}

const COUNTRY = /^[A-Z]{2}$/;
/** Numbers of autonomous systems are of 32 bits (RFC 6793). */
const MAX_ASN = 0xffffffff;

function originOf(json: Json, at: number): OriginEvent | undefined {
  const ip = ipOf(json.ip);
  if (ip === undefined) return undefined;
  const country = textOf(json.country);
  const city = textOf(json.city);
  const asn = countOf(json.asn);
  const org = textOf(json.org);
  const prefix = textOf(json.prefix);
  const network = textOf(json.network);
  const abuse = textOf(json.abuse);
  const hostname = textOf(json.hostname);
  const crawler = textOf(json.crawler);
  const forged = textOf(json.forged);
  return {
    kind: "origin",
    at,
    ip,
    ...(country !== undefined && COUNTRY.test(country) && { country }),
    ...(city !== undefined && { city }),
    ...(asn !== undefined && Number.isInteger(asn) && asn <= MAX_ASN && { asn }),
    ...(org !== undefined && { org }),
    ...(prefix !== undefined && parseCidr(prefix) !== undefined && { prefix }),
    ...(network !== undefined && { network }),
    ...(abuse !== undefined && { abuse }),
    ...(hostname !== undefined && { hostname }),
    ...(crawler !== undefined && { crawler }),
    ...(forged !== undefined && { forged }),
  };
}

const PARTS: readonly Part[] = [
  "sockets",
  "packets",
  "http",
  "auth",
  "kernel",
  "bandwidth",
  "replay",
  "output",
  "geo",
  "whois",
  "dns",
  "history",
];

function healthOf(json: Json, at: number): HealthEvent | undefined {
  const part = PARTS.find((known) => known === json.part);
  const { state } = json;
  const source = textOf(json.source);
  const detail = textOf(json.detail);
  const via = textOf(json.via);
  if (part === undefined || source === undefined || detail === undefined) return undefined;
  if (state !== "up" && state !== "degraded" && state !== "down") return undefined;
  const counts: { -readonly [K in HealthCount]?: number } = {};
  for (const key of HEALTH_COUNTS) {
    const value = countOf(json[key]);
    if (value !== undefined) counts[key] = value;
  }
  return { kind: "health", at, part, source, state, detail, ...(via !== undefined && { via }), ...counts };
}

const HEALTH_COUNTS = ["lines", "unparsed", "lost", "lostBytes", "lag"] as const;
type HealthCount = (typeof HEALTH_COUNTS)[number];

function ipOf(value: unknown): Ip | undefined {
  return typeof value === "string" ? parseIp(value) : undefined;
}

/** The inode of a namespace: the kernel's are of 32 bits. */
function inodeOf(value: unknown): number | undefined {
  const inode = countOf(value);
  return inode !== undefined && Number.isInteger(inode) && inode > 0 && inode <= 0xffffffff
    ? inode
    : undefined;
}

function portOf(value: unknown): number | undefined {
  const port = countOf(value);
  return port !== undefined && Number.isInteger(port) && port <= 0xffff ? port : undefined;
}
