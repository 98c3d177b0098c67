import { expect, test } from "bun:test";
import type { AuthEvent, RequestEvent } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import type { Filter, IpProfile } from "../model/snapshot.ts";
import { fold } from "./fold.ts";
import { passingReader } from "./passing.ts";
import { createState } from "./state.ts";

const GUEST = parseIp("8.8.8.8") as Ip;
const OTHER = parseIp("9.9.9.9") as Ip;

function request(path: string, ip = GUEST): RequestEvent {
  return { kind: "request", at: 1_000, ip, path, source: "" };
}

const LOGIN: AuthEvent = {
  kind: "auth",
  at: 1_000,
  ip: GUEST,
  service: "ssh",
  outcome: "failed",
  source: "",
};

/** By lines of that path, or that fail to log in, of addresses with so many requests. */
function lines(path: string, requests = 0): Filter {
  return {
    text: "",
    asksLines: true,
    asksRows: true,
    line: (event, row) =>
      (event.kind === "request" ? event.path === path : event.outcome === path) &&
      (row?.requests ?? 0) >= requests,
    address: () => false,
  };
}

function rows(address: (row: IpProfile) => boolean): Filter {
  return { text: "", asksLines: false, asksRows: true, line: () => false, address };
}

test("an address passes by itself, or with a line of its own as the row is now", () => {
  const state = createState({ showPrivate: true, seed: 1 });
  const passes = passingReader(state);
  expect(
    passes(
      GUEST,
      rows(() => true),
    ),
  ).toBe(false);
  for (const event of [request("/a"), request("/b"), LOGIN, request("/c", OTHER)]) fold(state, event);
  expect(
    passes(
      GUEST,
      rows(({ requests }) => requests === 2),
    ),
  ).toBe(true);
  expect(
    passes(
      OTHER,
      rows(({ requests }) => requests === 2),
    ),
  ).toBe(false);
  expect(passes(GUEST, lines("/a"))).toBe(true);
  expect(passes(GUEST, lines("/a", 3))).toBe(false);
  expect(passes(GUEST, lines("failed", 2))).toBe(true);
  expect(passes(GUEST, lines("/c"))).toBe(false);
  expect(passes(OTHER, lines("/c"))).toBe(true);
});

test("where no line is kept, an address passes by itself; and no more than some are looked at", () => {
  const limits = { addresses: 16, strips: 16, recentBytes: 1 << 16, recentRecords: 1_024 };
  const state = createState({ showPrivate: true, seed: 1, limits });
  const passes = passingReader(state);
  fold(state, request("/first"));
  const itself = { ...lines("/first"), address: ({ ip }: IpProfile) => ip === GUEST };
  expect(passes(GUEST, { ...itself, line: () => false })).toBe(false);
  for (let i = 0; i < 2_000; i++) fold(state, request("/other", OTHER));
  expect(passes(GUEST, { ...itself, line: () => false })).toBe(true);
  let asked = 0;
  const counting = { ...lines(""), line: () => ++asked < 0 };
  expect(passes(OTHER, counting)).toBe(false);
  expect(asked).toBe(512);
});
