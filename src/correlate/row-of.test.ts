import { expect, test } from "bun:test";
import type { AuthEvent, RequestEvent } from "../model/event.ts";
import { type Ip, parseIp, parseIpWords } from "../model/ip.ts";
import { fold } from "./fold.ts";
import { rowReader } from "./row-of.ts";
import { createState } from "./state.ts";

function request(ip: string): RequestEvent {
  return { kind: "request", at: 1_000, ip: parseIp(ip) as Ip, path: "/", source: "" };
}

test("the row of a line's address is as the state is now", () => {
  const state = createState({ showPrivate: true, seed: 1 });
  const rowOf = rowReader(state);
  expect(rowOf(request("8.8.8.8"))).toBeUndefined();
  fold(state, request("8.8.8.8"));
  fold(state, request("8.8.8.8"));
  const login: AuthEvent = {
    kind: "auth",
    at: 1_000,
    ip: parseIp("2001:db8::1") as Ip,
    service: "ssh",
    outcome: "failed",
    source: "",
  };
  fold(state, login);
  expect(rowOf(request("8.8.8.8"))?.requests).toBe(2);
  expect(rowOf(login)?.authFailures).toBe(1);
  const words = new Uint32Array(4);
  parseIpWords("8.8.8.8", words);
  // A line in the making: only its words are looked at.
  expect(rowOf({ ...request("9.9.9.9"), words } as RequestEvent)?.ip).toBe("8.8.8.8" as Ip);
});
