import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseIp } from "../model/ip.ts";
import { type AuthLine, parseAuthLine, parseAuthMessage } from "./auth-line.ts";

const NOW = Date.UTC(2025, 10, 8);
const AT = 1762549449000;
const HEAD = "2025-11-07T21:04:09+00:00 web1 sshd[812]: ";
const DROPBEAR = HEAD.replace("sshd", "dropbear");
const IP = "45.148.10.7";

function parse(line: string): AuthLine {
  return parseAuthLine(line, "auth.log", NOW);
}

describe("a line", () => {
  test("carries time, service, session and count", () => {
    expect<unknown>(
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
    });
  });

  test("is kept where its time is none", () => {
    expect<unknown>(parse(`Feb 30 10:00:00 web1 sshd[1]: Invalid user x from ${IP}`)).toStrictEqual({
      kind: "auth",
      at: NOW,
      ip: IP,
      service: "ssh",
      outcome: "invalid-user",
      user: "x",
      session: 1,
      timeUnknown: true,
      source: "auth.log",
    });
  });

  test("without time and host is unparsed", () => {
    expect(parse(`sshd[812]: Invalid user x from ${IP} port 1`)).toBe("unparsed");
  });
});

describe("the tag", () => {
  test.each([
    ["sshd[812]:", true],
    ["sshd-session[812]:", true],
    ["sshd-auth[812]:", true],
    ["sshd:", true],
    ["sudo:", false],
    ["notsshd[1]:", false],
    ["sshd-evil[1]:", false],
    ["login[1]: sshd[812]:", false],
    ["x sshd[812]:", false],
    ["constructor:", false],
  ])("%s", (tag, ours) => {
    const line = parse(`Nov  7 21:04:09 web1 ${tag} Invalid user x from ${IP} port 1`);
    expect(line === "other").toBe(!ours);
  });

  test("each program's messages have their own reader", () => {
    const bad = `Bad password attempt for 'root' from ${IP}:41116`;
    const failed = `Failed password for root from ${IP} port 22 ssh2`;
    const of = (program: string, message: string) => parse(`Nov  7 21:04:09 web1 ${program}[1]: ${message}`);
    expect(of("dropbear", bad)).toMatchObject({ ip: IP, service: "ssh", outcome: "failed", session: 1 });
    expect(of("sshd", failed)).toMatchObject({ ip: IP, service: "ssh", outcome: "failed", session: 1 });
    expect([of("sshd", bad), of("dropbear", failed)]).toEqual(["other", "other"]);
  });
});

describe("a message without a line", () => {
  const given = { program: "sshd", source: "journal", now: NOW };

  test("is the same event", () => {
    const message = `Failed password for root from ${IP} port 22 ssh2`;
    const line = parseAuthLine(HEAD + message, "journal", NOW);
    expect(parseAuthMessage({ ...given, at: AT, pid: 812, message })).toStrictEqual(line);
  });

  test("may lack time and process", () => {
    const message = `Invalid user x from ${IP} port 1`;
    expect<unknown>(parseAuthMessage({ ...given, at: Number.NaN, pid: undefined, message })).toStrictEqual({
      kind: "auth",
      at: NOW,
      ip: IP,
      service: "ssh",
      outcome: "invalid-user",
      user: "x",
      timeUnknown: true,
      source: "journal",
    });
  });
});

const names = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replace(/[\r\n]/g, " "));

test("a repeated message frames nobody", () => {
  const forged = fc.constantFrom(
    "message repeated 9 times: [ Failed password for root from 8.8.8.8 port 22 ssh2]",
    "x from 8.8.8.8 port 22 ssh2]",
    "]",
  );
  fc.assert(
    fc.property(fc.oneof(names, forged), (user) => {
      const message = `Failed password for invalid user ${user} from ${IP} port 22 ssh2`;
      expect(parse(`${HEAD}message repeated 2 times: [ ${message}]`)).toMatchObject({
        user,
        ip: IP,
        count: 2,
      });
    }),
  );
});

test("no line throws, and every event has an address", () => {
  const words = fc.constantFrom(
    ...[HEAD, "Nov  7 21:04:09 web1 sshd[1]: ", "<38>Nov  7 21:04:09 dropbear[1]: ", "<38>"],
    ...["message repeated 2 times: [ ", "Failed password for ", "Bad password attempt for 'root'"],
    ...["Exit before auth from <", ">: ", "(user '", "', 3 fails): "],
    ...[" from ", IP, ":22", " port 22", " ssh2", " [preauth]", "]"],
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
});

test.each([8_192, 262_144])("of %d characters of nonsense nothing comes", (length) => {
  const pieces = [
    ...[" ", " port 1", " 1.1.1.1x port 1: ", " ssh2: ", "ssh2", ": a b", " [preauth]", " from ", "x", "a "],
    ...["Connection from ", ": ", ") (", "]", "', 1 fails): ", "/32 ", "Nov  7 21:04:09 ", " rhost="],
  ];
  const heads = [
    ...["", "<38>", "Failed password for ", "Failed publickey for invalid user ", "Accepted publickey for "],
    ...["Invalid user ", "Disconnecting invalid user ", "Connection from invalid user ", "Connection from "],
    ...["User ", "PAM: ", "refused connect from ", "drop connection #1 from [", "srclimit_penalise: "],
    ...["message repeated 2 times: [ ", "pam_unix(sshd:auth): authentication failure; logname="],
  ];
  for (const piece of pieces) {
    for (const head of [...heads.map((head) => HEAD + head), `${DROPBEAR}Exit before auth from <`, ""]) {
      const line = (head + piece.repeat(length)).slice(0, length);
      expect(parse(line)).toBeOneOf(["other", "unparsed"]);
    }
  }
});
