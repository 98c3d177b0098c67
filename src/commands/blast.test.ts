import { expect, test } from "bun:test";
import { DEFAULT_CONFIG } from "../../test/default-config.ts";
import type { AuthEvent, RequestEvent } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { parseTarget, type Target } from "../model/target.ts";
import { around, blastOf } from "./blast.ts";
import { createEngine } from "./engine.ts";

const NOW = 1_762_549_440_000;

function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function request(from: string, path: string, status: number, userAgent = "Mozilla/5.0"): RequestEvent {
  const rest = { method: "GET", protocol: "HTTP/1.1", bytes: 10, source: "access.log" } as const;
  return { kind: "request", at: NOW, ip: ip(from), path, status, userAgent, ...rest };
}

function login(from: string): AuthEvent {
  return {
    kind: "auth",
    at: NOW,
    ip: ip(from),
    service: "ssh",
    outcome: "accepted",
    user: "ada",
    source: "auth.log",
  };
}

function known() {
  const engine = createEngine({ ...DEFAULT_CONFIG, showPrivateIps: true });
  engine.accept({ kind: "tick", at: NOW });
  for (let i = 0; i < 20; i++) engine.accept(request("45.77.12.9", `/.env${i}`, 404, "zgrab"));
  engine.accept(request("45.77.12.10", "/", 200));
  engine.accept(request("45.77.12.10", "/gone", 404));
  engine.accept(request("45.77.12.11", "/", 200, "Mozilla/5.0 (compatible; Googlebot/2.1)"));
  engine.accept(login("45.77.12.12"));
  engine.accept(request("45.77.13.1", "/", 200));
  engine.accept({ kind: "tick", at: NOW + 1000 });
  return engine.snapshot;
}

test("whom a block of one address hits", () => {
  expect(blastOf(known(), [target("45.77.12.9")], 7)).toEqual({
    addresses: 1,
    connections: 0,
    bad: 1,
    good: 0,
    badRequests: 20,
    goodRequests: 0,
    logins: 0,
    loggedIn: [],
    crawlers: 0,
    crawling: [],
    since: 7,
  });
});

test("whom a block of its neighbours hits as well", () => {
  const prefix = around(target("45.77.12.9"));
  expect(prefix?.text).toBe("45.77.12.0/24");
  expect(blastOf(known(), [prefix ?? target("::/0")], 7)).toMatchObject({
    addresses: 4,
    bad: 1,
    good: 2,
    badRequests: 21,
    goodRequests: 2,
    logins: 1,
    loggedIn: ["45.77.12.12"],
    crawlers: 1,
    crawling: ["45.77.12.11"],
  });
});

test("who lies in two targets is hit once", () => {
  const both = [target("45.77.12.0/24"), target("45.77.12.9"), target("45.77.13.0/24")];
  expect(blastOf(known(), both, 7)).toMatchObject({ addresses: 5, badRequests: 21, goodRequests: 3 });
});

test("of nobody known nothing is told", () => {
  expect(blastOf(known(), [target("9.9.9.0/24")], 7)).toMatchObject({
    addresses: 0,
    good: 0,
    bad: 0,
    crawlers: 0,
  });
});

test.each([
  ["45.77.12.9", "45.77.12.0/24"],
  ["2001:db8::1", "2001:db8::/64"],
  ["45.77.12.0/25", undefined],
])("around %s lies %p", (text, expected) => {
  expect(around(target(text))?.text).toBe(expected as string);
});
