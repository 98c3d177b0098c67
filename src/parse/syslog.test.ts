import { describe, expect, test } from "bun:test";
import { parseSyslog } from "./syslog.ts";

const NOW = new Date(2025, 10, 8, 12, 0, 0).getTime();

describe("a line of syslog", () => {
  test("splits", () => {
    expect(parseSyslog("Nov  7 21:04:09 web1 sshd[812]: Server listening: on 22", NOW)).toStrictEqual({
      at: new Date(2025, 10, 7, 21, 4, 9).getTime(),
      program: "sshd",
      pid: 812,
      message: "Server listening: on 22",
    });
  });

  test.each([
    ["2025-11-07T21:04:09.123456+01:00 web1 sudo: bob : TTY=pts/0", "sudo", undefined, "bob : TTY=pts/0"],
    ["Nov 17 21:04:09 web1 sshd-session[7]: x", "sshd-session", 7, "x"],
    ["Nov 7 21:04:09 web1 systemd-logind[1]: x", "systemd-logind", 1, "x"],
    ["Nov  7 21:04:09 web1 postfix/smtpd[9]: x", "postfix/smtpd", 9, "x"],
    ["Nov  7 21:04:09 web1 last message repeated 2 times", "", undefined, "last message repeated 2 times"],
    ["Nov  7 21:04:09 web1 x sshd[1]: y", "", undefined, "x sshd[1]: y"],
    ["Nov  7 21:04:09 2001:db8::1 sshd[1]: y", "sshd", 1, "y"],
    ["<38>Nov  7 21:04:09 sshd[1]: y", "sshd", 1, "y"],
    ["<38>Nov  7 21:04:09 sshd: y", "sshd", undefined, "y"],
    ["<38>Nov  7 21:04:09 web1 sshd[1]: y", "sshd", 1, "y"],
    ["<38>Nov  7 21:04:09 web1 x sshd[1]: y", "", undefined, "x sshd[1]: y"],
    ["<38>2025-11-07T21:04:09.5Z web1 sshd[1]: y", "sshd", 1, "y"],
    ["Nov  7 21:04:09 sudo: sshd[1]: y", "sshd", 1, "y"],
    ["Nov  7 21:04:09 web1 sshd[12345678901]: y", "", undefined, "sshd[12345678901]: y"],
  ])("%s", (line, program, pid, message) => {
    const read = parseSyslog(line, NOW);
    expect([read?.program, read?.pid, read?.message]).toEqual([program, pid, message]);
    expect(read?.at).toBeGreaterThan(0);
  });

  test.each([
    "",
    "sshd[1]: no time",
    "Nov  7 21:04:09",
    "Nov  7 21:04:09 web1",
    " Nov  7 21:04:09 web1 sshd[1]: x",
    "nov  7 21:04:09 web1 sshd[1]: x",
    "Nov 123 21:04:09 web1 sshd[1]: x",
    "Fri Nov  7 21:04:09 web1 sshd[1]: x",
    "1762549449 web1 sshd[1]: x",
    "<38>sshd[1]: x",
    "<3800>Nov  7 21:04:09 web1 sshd[1]: x",
    "<38> Nov  7 21:04:09 web1 sshd[1]: x",
    "<38>Nov  7 21:04:09",
  ])("%j has no head", (line) => {
    expect(parseSyslog(line, NOW)).toBeUndefined();
  });
});

describe("the year that is not written", () => {
  const at = (y: number, m: number, d: number, h = 0, mi = 0, s = 0): number =>
    new Date(y, m - 1, d, h, mi, s).getTime();

  test.each([
    ["Nov  8 12:00:00", at(2025, 11, 8, 12), at(2025, 11, 8, 12)],
    ["Nov  9 12:00:00", at(2025, 11, 8, 12), at(2025, 11, 9, 12)],
    ["Nov  9 12:00:01", at(2025, 11, 8, 12), at(2024, 11, 9, 12, 0, 1)],
    ["Dec 31 23:59:59", at(2026, 1, 1, 0, 0, 1), at(2025, 12, 31, 23, 59, 59)],
    ["Jan  1 00:00:02", at(2025, 12, 31, 23, 59, 59), at(2026, 1, 1, 0, 0, 2)],
    ["Feb 29 10:00:00", at(2025, 3, 1), at(2024, 2, 29, 10)],
    ["Feb 29 10:00:00", at(2024, 2, 28, 12), at(2024, 2, 29, 10)],
    ["Feb 29 10:00:00", at(2104, 2, 27), at(2096, 2, 29, 10)],
  ])("%s, read at %d, is %d", (stamp, now, expected) => {
    expect(parseSyslog(`${stamp} web1 sshd[1]: x`, now)?.at).toBe(expected);
  });

  test.each(["Feb 30 10:00:00", "Nov  0 10:00:00", "Nov  7 24:00:00", "Nov  7 10:60:00", "Foo  7 10:00:00"])(
    "%s is no time",
    (stamp) => {
      expect(parseSyslog(`${stamp} web1 sshd[1]: x`, NOW)?.at).toBeNaN();
    },
  );
});
