import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";

const junk = (path: string, status = 400) =>
  visit(path, { method: undefined, protocol: undefined, status, malformed: true });

test("three are told, with their protocols, and never more than information", () => {
  const greetings = ["\x16\x03\x01\x00", "\x03\x00\x00/*\xe0", "SSH-2.0-Go", "\x05\x01\x00", "\x00garbage"];
  const one = (i: number) => junk(greetings[i % greetings.length] ?? "");
  expect(judged(visits(2, SECOND, one)).of("not-http")).toBeUndefined();
  const { of } = judged(visits(1000, SECOND, one));
  expect(of("not-http")?.severity).toBe("info");
  expect(of("not-http")?.evidence).toMatch(
    /^\d+ requests that are not HTTP in 11 min: SSH, SOCKS, TLS, RDP$/,
  );
});

test("innocent: connections that are opened ahead and say nothing", () => {
  expect(judged(visits(50, SECOND, () => junk("", 400))).of("not-http")).toBeUndefined();
  expect(judged(visits(50, SECOND, () => junk("-", 408))).of("not-http")).toBeUndefined();
  expect(judged(visits(50, SECOND, () => junk("<BADREQ>", 408))).of("not-http")).toBeUndefined();
});
