import { describe, expect, test } from "bun:test";
import { Bench, spaced } from "../../test/judging.ts";
import { login } from "../../test/peers.ts";
import type { AuthEvent, RequestEvent } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";

// Who has a /64 has more addresses than anybody can count: each try may come from another one.

const START = Date.UTC(2026, 10, 24, 3, 12, 7);

function failure(ip: string, user = "root"): AuthEvent {
  return { ...login({ user }), ip: ip as Ip };
}

function probe(ip: string, path: string): RequestEvent {
  return { kind: "request", at: START, ip: ip as Ip, method: "GET", path, status: 404, source: "access.log" };
}

describe("guilty: all of a /64 together", () => {
  test("a password from each of five addresses", () => {
    const tries = [1, 2, 3, 4, 5].map((n) => failure(`2001:db8:1:2::${n}`));
    const bench = new Bench().feed(...spaced(START, 2000, tries));
    expect(bench.rules("2001:db8:1:2::4")).toEqual(["auth-failure"]);
    expect(bench.finding("2001:db8:1:2::5", "ssh-brute-force")).toMatchObject({
      severity: "warning",
      evidence: "5 failed logins in 8 s, counted with all of its /64",
    });
  });

  test("a file that holds secrets from each of three", () => {
    const paths = ["/.env", "/.git/config", "/.aws/credentials"];
    const probes = paths.map((path, n) => probe(`2001:db8:1:2:${n}::1`, path));
    const bench = new Bench().feed(...spaced(START, 2000, probes));
    expect(bench.verdict("2001:db8:1:2:2::1")?.severity).toBe("warning");
  });

  test("also when the first of them have long left", () => {
    const many = Array.from({ length: 400 }, (_, n) => failure(`2001:db8:1:2::${(n + 1).toString(16)}`));
    const bench = new Bench().feed(...spaced(START, 100, many));
    expect(bench.finding("2001:db8:1:2::190", "ssh-brute-force")?.score).toBe(59);
  });
});

describe("innocent", () => {
  test("one failure in each of five /64", () => {
    const tries = [1, 2, 3, 4, 5].map((n) => failure(`2001:db8:1:${n}::1`));
    const bench = new Bench().feed(...spaced(START, 2000, tries));
    for (const { ip } of tries) expect(bench.rules(ip)).toEqual(["auth-failure"]);
  });

  test("one failure of each neighbour in a /24", () => {
    const tries = [1, 2, 3, 4, 5, 6].map((n) => failure(`45.148.10.${n}`));
    const bench = new Bench().feed(...spaced(START, 2000, tries));
    for (const { ip } of tries) expect(bench.rules(ip)).toEqual(["auth-failure"]);
  });
});

describe("one request of each kind of probing", () => {
  const IP = "45.148.10.7";
  const kinds = ["/.env", "/wp-login.php", "/phpmyadmin/", "/actuator/health"];

  test("guilty: of four kinds", () => {
    const bench = new Bench()
      .feed(
        ...spaced(
          START,
          2000,
          kinds.map((path) => probe(IP, path)),
        ),
      )
      .settle();
    expect(bench.verdict(IP)?.severity).toBe("warning");
    expect(bench.finding(IP, "exploit-probe")?.evidence).toBe(
      "1 request for endpoints of vulnerable products: /actuator beside 3 other kinds of probing",
    );
  });

  test("innocent: of three", () => {
    const bench = new Bench().feed(
      ...spaced(
        START,
        2000,
        kinds.slice(1).map((path) => probe(IP, path)),
      ),
    );
    expect(bench.verdict(IP)?.severity).toBe("info");
  });
});
