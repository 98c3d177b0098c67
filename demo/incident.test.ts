import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { isPrivate } from "../src/model/cidr.ts";
import type { Event, Socket } from "../src/model/event.ts";
import { type Ip, parseIpWords } from "../src/model/ip.ts";
import { parseNative } from "../src/parse/native.ts";
import { INCIDENT, incident } from "./generate.ts";

/** What a download of the program may carry for it. */
const MAX_BYTES = 1_500_000;
/** Logs have whole seconds, and are read after what they tell. */
const MAX_LATE = 3_000;
const BACKLOG = 129;

const recorded = readFileSync(INCIDENT);
const text = gunzipSync(recorded).toString();
const lines = text.trimEnd().split("\n");
const events = lines.map((line) => parseNative(line)).filter((event) => event !== undefined);

function all<K extends Event["kind"]>(kind: K): Extract<Event, { kind: K }>[] {
  return events.filter((event): event is Extract<Event, { kind: K }> => event.kind === kind);
}

test("the recording is what its generator makes", () => {
  expect(incident() === text).toBe(true);
  expect(recorded.length).toBeLessThan(MAX_BYTES);
});

test("every line is an event, and nothing of it is lost when it is read", () => {
  expect(events.length).toBe(lines.length);
  for (const [i, event] of events.entries()) expect(event).toEqual(JSON.parse(lines[i] as string));
});

test("a tick each second for six minutes, each followed by the sockets and the counters", () => {
  const at = all("tick").map((tick) => tick.at);
  expect(at.length).toBe(361);
  expect(at.every((time, i) => i === 0 || time - (at[i - 1] as number) === 1000)).toBe(true);
  expect(all("sockets").length).toBe(at.length);
  expect(all("kernel").length).toBe(at.length);
  expect(all("traffic").length).toBe(at.length - 1);
});

test("time hardly goes back", () => {
  let latest = 0;
  for (const { at } of events) {
    expect(at).toBeGreaterThan(latest - MAX_LATE);
    latest = Math.max(latest, at);
  }
});

test("nobody real is in it", () => {
  const words = new Uint32Array(4);
  const seen = new Set<Ip>();
  for (const event of events) {
    if (event.kind === "request" || event.kind === "auth") seen.add(event.ip);
    else if (event.kind === "sockets") for (const { remote } of event.sockets) seen.add(remote);
    else if (event.kind === "traffic") for (const { ip } of event.peers) seen.add(ip);
  }
  const real = [...seen].filter((ip) => !parseIpWords(ip, words) || !isPrivate(words));
  expect(real).toEqual([]);
  expect(seen.size).toBeGreaterThan(500);
});

test("whoever asks or logs in has a socket in the table before or after", () => {
  const tables: { at: number; peers: Set<string> }[] = [];
  for (const { at, sockets } of all("sockets")) tables.push({ at, peers: new Set(sockets.map(peer)) });
  for (const event of events) {
    if (event.kind !== "request" && event.kind !== "auth") continue;
    const ports = event.kind === "auth" ? [22] : [443, 80];
    const near = tables.filter(({ at }) => Math.abs(at - event.at) < 2_500);
    const found = near.some(({ peers }) => ports.some((port) => peers.has(`${event.ip} ${port}`)));
    if (!found && event.at < (tables.at(-1)?.at ?? 0) - 1000)
      throw new Error(`no socket for ${JSON.stringify(event)}`);
  }
});

function peer({ remote, localPort }: Socket): string {
  return `${remote} ${localPort}`;
}

test("no two sockets are the same, and the queue of half-open connections is bounded", () => {
  for (const { sockets } of all("sockets")) {
    const names = sockets.map((socket) => `${peer(socket)} ${socket.remotePort}`);
    expect(new Set(names).size).toBe(names.length);
    expect(sockets.filter(({ state }) => state === "SYN_RECV").length).toBeLessThanOrEqual(BACKLOG);
  }
});

test("counters never go back, and the flood shows in them", () => {
  const kernel = all("kernel");
  for (const [i, { counters, interfaces }] of kernel.entries()) {
    const before = kernel[i - 1];
    if (before === undefined) continue;
    for (const [name, value] of Object.entries(before.counters)) {
      expect(counters[name as keyof typeof counters]).toBeGreaterThanOrEqual(value);
    }
    expect(interfaces[0]?.inBytes).toBeGreaterThan(before.interfaces[0]?.inBytes ?? Number.POSITIVE_INFINITY);
  }
  const cookies = kernel.map(({ counters }) => counters.SyncookiesSent ?? 0);
  const most = Math.max(...cookies.map((count, i) => count - (cookies[i - 1] ?? 0)));
  expect(most).toBeGreaterThan(8_500);
  expect(cookies.at(-1)).toBe(cookies.at(-5) as number);
});

test("packets are at most what the totals tell, and most of the flood's were not told apart", () => {
  for (const { peers, totals, sampled = 0 } of all("traffic")) {
    const syns = peers.reduce((sum, { synIn = 0 }) => sum + synIn, 0);
    expect(syns + sampled).toBe(totals?.synIn ?? -1);
  }
  expect(Math.max(...all("traffic").map(({ sampled = 0 }) => sampled))).toBeGreaterThan(8_500);
});
