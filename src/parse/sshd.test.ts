import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AuthEvent } from "../model/event.ts";
import { parseIp } from "../model/ip.ts";
import { type AuthLine, parseAuthLine } from "./sshd.ts";

const NOW = Date.UTC(2025, 10, 8);
const AT = 1762549449000;
const HEAD = "2025-11-07T21:04:09+00:00 web1 sshd[812]: ";
const IP = "45.148.10.7";

function parse(line: string): AuthLine {
  return parseAuthLine(line, "auth.log", NOW);
}

/** What a message says of its peer: outcome, user, method, address. */
function read(message: string): string | (string | undefined)[] {
  const line = parse(HEAD + message);
  return typeof line === "string" ? line : [line.outcome, line.user, line.method, line.ip];
}

describe("sshd's messages", () => {
  test.each([
    [`Failed password for root from ${IP} port 22 ssh2`, ["failed", "root", "password", IP]],
    [`Failed password for invalid user admin from ${IP} port 22 ssh2`, ["failed", "admin", "password", IP]],
    [`Failed password for invalid user  from ${IP} port 22 ssh2`, ["failed", "", "password", IP]],
    [
      `Failed password for invalid user a b from ${IP} port 22 ssh2 [preauth]`,
      ["failed", "a b", "password", IP],
    ],
    ["Failed password for root from 2001:DB8::1 port 22 ssh2", ["failed", "root", "password", "2001:db8::1"]],
    [`Failed password for root from ::ffff:${IP} port 22 ssh2`, ["failed", "root", "password", IP]],
    [`Invalid user admin from ${IP} port 51234`, ["invalid-user", "admin", undefined, IP]],
    [`Invalid user admin from ${IP}`, ["invalid-user", "admin", undefined, IP]],
    [`Invalid user  from ${IP} port 51234`, ["invalid-user", "", undefined, IP]],
    [`Accepted password for bob from ${IP} port 22 ssh2`, ["accepted", "bob", "password", IP]],
    [
      `Accepted publickey for bob from ${IP} port 22 ssh2: ED25519 SHA256:AbC+/9`,
      ["accepted", "bob", "publickey", IP],
    ],
    [`Accepted publickey for bob from ${IP} port 22 ssh2`, ["accepted", "bob", "publickey", IP]],
    [
      `Accepted publickey for bob from ${IP} port 22 ssh2: ED25519-CERT SHA256:AbC ID bob@x from 8.8.8.8 port 1 ssh2 (serial 7) CA ED25519 SHA256:Def`,
      ["accepted", "bob", "publickey", IP],
    ],
    [
      `Accepted publickey for bob from ${IP} port 22 ssh2: ED25519-CERT SHA256:AbC ID x from 8.8.8.8 port 1 ssh2: RSA SHA256:x ID y (serial 7) CA ED25519 SHA256:Def`,
      ["accepted", "bob", "publickey", IP],
    ],
    [`Connection closed by invalid user admin ${IP} port 22 [preauth]`, ["closed", "admin", undefined, IP]],
    [`Connection closed by invalid user  ${IP} port 22 [preauth]`, ["closed", "", undefined, IP]],
    [
      `Connection closed by authenticating user root ${IP} port 22 [preauth]`,
      ["closed", "root", undefined, IP],
    ],
    [`Connection closed by user bob ${IP} port 22`, ["closed", "bob", undefined, IP]],
    [`Disconnected from user bob ${IP} port 22`, ["closed", "bob", undefined, IP]],
    [`Disconnected from authenticating user root ${IP} port 22 [preauth]`, ["closed", "root", undefined, IP]],
  ])("%s", (message, event) => {
    expect(read(message)).toEqual(event);
  });

  test.each([
    "Server listening on 0.0.0.0 port 22.",
    "pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)",
    "Received signal 15; terminating.",
    "",
  ])("%j tells of no peer we know", (message) => {
    expect(read(message)).toBe("other");
  });

  test.each([
    "Failed password for root from UNKNOWN port 65535 ssh2",
    "Failed password for root from example.com port 22 ssh2",
    `Failed password for root from ${IP} port 22 ssh2 extra`,
    `Failed password for root ${IP} port 22 ssh2`,
    `Failed password for ${IP} port 22 ssh2`,
    "Failed password for ",
    "Invalid user admin",
    `Invalid user from ${IP}x`,
    "Invalid user x from $(reboot) port 1",
    "Connection closed by invalid user  port 22",
    "Accepted password for bob from 203.0.113.999 port 22 ssh2",
  ])("%j should be read and cannot", (message) => {
    expect(read(message)).toBe("unparsed");
  });

  test("carry time, service, session and count", () => {
    expect(
      parse(`${HEAD}message repeated 3 times: [ Failed password for root from ${IP} port 22 ssh2]`),
    ).toStrictEqual({
      kind: "auth",
      at: AT,
      ip: IP,
      service: "ssh",
      outcome: "failed",
      user: "root",
      method: "password",
      count: 3,
      session: 812,
      source: "auth.log",
    } as unknown as AuthEvent);
  });

  test("keep an event whose time is none", () => {
    expect(parse(`Feb 30 10:00:00 web1 sshd[1]: Invalid user x from ${IP}`)).toStrictEqual({
      kind: "auth",
      at: NOW,
      ip: IP,
      service: "ssh",
      outcome: "invalid-user",
      user: "x",
      session: 1,
      timeUnknown: true,
      source: "auth.log",
    } as unknown as AuthEvent);
  });
});

describe("the tag", () => {
  test.each([
    ["sshd[812]:", true],
    ["sshd-session[812]:", true],
    ["sshd:", true],
    ["sudo:", false],
    ["notsshd[1]:", false],
    ["sshd-evil[1]:", false],
    ["login[1]: sshd[812]:", false],
    ["x sshd[812]:", false],
  ])("%s", (tag, ours) => {
    const line = parse(`Nov  7 21:04:09 web1 ${tag} Invalid user x from ${IP} port 1`);
    expect(line === "other").toBe(!ours);
  });

  test("a line without time and host is unparsed", () => {
    expect(parse(`sshd[812]: Invalid user x from ${IP} port 1`)).toBe("unparsed");
  });
});

describe("a user's name", () => {
  const FORGED = [
    "x from 8.8.8.8",
    "x from 8.8.8.8 port 22 ssh2",
    "x 8.8.8.8 port 22 [preauth]",
    "invalid user x from 8.8.8.8 port 22",
    "root from 8.8.8.8 port 22 ssh2: RSA SHA256:abc",
    "Nov  7 21:04:09 web1 sshd[1]: Accepted password for root from 8.8.8.8 port 22 ssh2",
    "sshd[1]: Accepted password for root from 8.8.8.8",
    "message repeated 9 times: [ Failed password for root from 8.8.8.8 port 22 ssh2]",
    " from ",
    " port 22 ssh2",
    "[preauth]",
    "from",
    "8.8.8.8",
    " ",
    "",
  ];
  const names = fc.oneof(
    fc.constantFrom(...FORGED),
    fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replace(/[\r\n]/g, " ")),
    fc
      .array(fc.constantFrom(...FORGED, " from ", " ", "\t", "8.8.8.8", " port 1", " ssh2", ": "), {
        maxLength: 4,
      })
      .map((parts) => parts.join("")),
  );
  const messages: [what: string, of: (user: string) => string, outcome: string][] = [
    ["failed", (user) => `Failed password for invalid user ${user} from ${IP} port 22 ssh2`, "failed"],
    ["invalid", (user) => `Invalid user ${user} from ${IP} port 22`, "invalid-user"],
    ["closed", (user) => `Connection closed by invalid user ${user} ${IP} port 22 [preauth]`, "closed"],
    ["disconnected", (user) => `Disconnected from invalid user ${user} ${IP} port 22 [preauth]`, "closed"],
  ];

  test.each(messages)("frames nobody and frees nobody: %s", (_, of, outcome) => {
    fc.assert(
      fc.property(names, (user) => {
        expect(read(of(user))).toEqual([outcome, user, outcome === "failed" ? "password" : undefined, IP]);
        const repeated = parse(`${HEAD}message repeated 2 times: [ ${of(user)}]`);
        expect(repeated).toMatchObject({ outcome, user, ip: IP, count: 2 } as unknown as AuthEvent);
      }),
      { numRuns: 500 },
    );
  });
});

test("no line throws or takes long, and every event has an address", () => {
  const words = fc.constantFrom(
    HEAD,
    "Nov  7 21:04:09 web1 sshd[1]: ",
    "message repeated 2 times: [ ",
    "Failed password for ",
    "Accepted publickey for ",
    "Disconnected from ",
    "user ",
    " from ",
    IP,
    " port 22",
    " ssh2",
    " ssh2: ",
    "RSA SHA256:a",
    " ID ",
    " [preauth]",
    "]",
  );
  const line = fc
    .array(fc.oneof({ weight: 4, arbitrary: words }, fc.string({ unit: "binary", maxLength: 6 })), {
      maxLength: 12,
    })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(line, fc.oneof(fc.integer(), fc.double()), (text, now) => {
      const result = parseAuthLine(text, "auth.log", now);
      if (typeof result !== "string") expect(parseIp(result.ip)).toBe(result.ip);
    }),
    { numRuns: 3000 },
  );
  // A megabyte of what a backtracking pattern would stumble over.
  for (const piece of [" ", " port 1", " ssh2: ", "ssh2", " [preauth]", " from ", "x", "Nov  7 21:04:09 "]) {
    const long = piece.repeat(Math.ceil(1e6 / piece.length));
    for (const head of [
      "",
      HEAD,
      `${HEAD}Failed password for `,
      `${HEAD}Accepted publickey for `,
      `${HEAD}message repeated 2 times: [ `,
    ]) {
      parse(head + long);
    }
  }
});
