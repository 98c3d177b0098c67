import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Minute, Visit } from "../src/model/history.ts";
import type { Ip } from "../src/model/ip.ts";
import { batchOf, DAY, keepHistory, makeDirectory, minuteOf, visitOf } from "./history-world.ts";
import { runProgram } from "./program.ts";
import { describeWith } from "./requires.ts";

const MINUTE = 60_000;
/** The program goes by its own clock. */
const NOW = Date.now();
/** A day on which nothing is of today. */
const DAYS_AGO = NOW - (NOW % DAY) - 3 * DAY;

let directory: ReturnType<typeof makeDirectory>;
let path: string;

beforeEach(() => {
  directory = makeDirectory();
  path = join(directory.path, "nethergaze/history.db");
});

afterEach(() => directory.remove());

function run(words: string, by: readonly string[] = []) {
  const args = ["history", "--utc", ...words.split(" ").filter((word) => word !== "")];
  return runProgram(args, [...by, "env", `XDG_STATE_HOME=${directory.path}`]);
}

async function write(visits: readonly Visit[], more: { minutes?: readonly Minute[]; session?: string } = {}) {
  await keepHistory(path, { now: Date.now }).close(batchOf(visits, more));
}

const BAD = visitOf("198.51.100.7", {
  ...{ firstSeen: DAYS_AGO, lastSeen: DAYS_AGO + MINUTE },
  ...{ requests: 1204, bytes: 3_100_000, authFailures: 12, flagged: 2, rules: ["ssh-brute-force"] },
  ...{ paths: ["/wp-login.php", "/\u001b[2J\u202e"], country: "CN", org: "Chinanet" },
});

describe("one address", () => {
  test("is one object of the documented keys", async () => {
    await write([BAD]);
    const { code, stdout, stderr } = await run("198.51.100.7 --json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.endsWith("}\n")).toBe(true);
    expect(Object.entries(JSON.parse(stdout))).toEqual([
      ["ip", "198.51.100.7"],
      ["firstSeen", DAYS_AGO],
      ["lastSeen", DAYS_AGO + MINUTE],
      ["sessions", 1],
      ["requests", 1204],
      ["bytes", 3_100_000],
      ["inBytes", 100],
      ["outBytes", 1000],
      ["authFailures", 12],
      ["flagged", 2],
      ["rules", ["ssh-brute-force"]],
      ["blocks", 0],
      ["country", "CN"],
      ["org", "Chinanet"],
      ["paths", ["/wp-login.php", "/\u001b[2J\u202e"]],
    ]);
  });

  test("is a page for a person, which no path can write on", async () => {
    await write([BAD]);
    await write([BAD], { session: "two" });
    const { code, stdout } = await run("198.51.100.7");
    expect(code).toBe(0);
    const day = new Date(DAYS_AGO).toISOString().slice(0, 10);
    expect(stdout).toBe(`198.51.100.7  CN  Chinanet
  first seen     ${day} 00:00:00
  last seen      ${day} 00:01:00
  runs           2
  requests       2,408, 6.2M sent
  on the wire    200B in, 2.0k out
  auth failures  24
  flagged        4 times, in 2 runs: ssh-brute-force
  blocked        never
  last paths     /wp-login.php
                 /?[2J?
`);
  });

  test("that was never seen is an exit code and a line on stderr", async () => {
    await write([BAD]);
    for (const words of ["192.0.2.1", "192.0.2.1 --json"]) {
      expect(await run(words)).toEqual({
        code: 1,
        stdout: "",
        stderr: "nethergaze: 192.0.2.1 was never seen\n",
      });
    }
  });
});

describe("a list", () => {
  const VISITS = [
    BAD,
    visitOf("2001:db8::1", {
      requests: 602,
      lastSeen: NOW - 5 * DAY,
      firstSeen: NOW - 9 * DAY,
      paths: ["/a"],
    }),
    visitOf("10.1.2.3", { lastSeen: NOW - 8 * DAY, firstSeen: NOW - 9 * DAY }),
  ];

  test("is aligned, with a bar beside what it is sorted by", async () => {
    await write(VISITS);
    const { code, stdout, stderr } = await run("--sort req");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^ADDRESS +CC +LAST SEEN +FIRST SEEN +RUNS +REQ +SENT .* WHAT$/);
    expect(lines[1]).toMatch(/^198\.51\.100\.7 .* 1\.2k {2}██████████ .* ssh-brute-force$/);
    expect(lines[2]).toMatch(/^2001:db8::1 .* 602 {2}█████ .* \/a$/);
    expect(lines[3]).toMatch(/^10\.1\.2\.3 .* 1 {2}▏ /);
  });

  test.each([
    ["", ["198.51.100.7", "2001:db8::1", "10.1.2.3"]],
    ["--sort ip", ["10.1.2.3", "198.51.100.7", "2001:db8::1"]],
    ["--since 7d", ["198.51.100.7", "2001:db8::1"]],
    ["--flagged", ["198.51.100.7"]],
    ["10.1.0.0/16", ["10.1.2.3"]],
    ["2001:db8::/32", ["2001:db8::1"]],
    ["10.2.0.0/16", []],
  ])("of '%s' is a JSON array", async (words, ips) => {
    await write(VISITS);
    const { code, stdout } = await run(`${words} --json`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).map(({ ip }: { ip: Ip }) => ip)).toEqual(ips);
  });

  test("of all says what the host did", async () => {
    const minutes = [
      minuteOf(NOW - (NOW % MINUTE) - 30 * MINUTE, { requests: 500, authFailures: 0 }),
      minuteOf(NOW - (NOW % MINUTE) - 10 * DAY, { requests: 1000, authFailures: 0 }),
    ];
    await write(VISITS, { minutes });
    const { stdout } = await run("");
    const [day, sent, month] = stdout.split("\n");
    expect(day).toMatch(/^last day {2}requests {7}▁{69,71}█▁{1,3} {2}500$/);
    expect(sent).toMatch(/^last day {2}sent .* {2}2B$/);
    expect(month).toMatch(/^30 days {3}requests {7}▁{38,40}█▁{17,20}▅▁? {2}1,500$/);
  });

  test("longer than a person reads is cut, and says so", async () => {
    await write(
      Array.from({ length: 120 }, (_, i) => visitOf(`10.0.0.${i}`, { lastSeen: NOW, firstSeen: NOW })),
    );
    const { stdout, stderr } = await run("");
    expect(stdout.trimEnd().split("\n")).toHaveLength(101);
    expect(stderr).toBe("nethergaze: the first 100 of 120: a prefix, --since and --flagged choose others\n");
    expect(JSON.parse((await run("--json")).stdout)).toHaveLength(120);
  });

  test("is read while somebody writes", async () => {
    await write(VISITS);
    const writer = new DatabaseSync(path);
    writer.exec("BEGIN IMMEDIATE; DELETE FROM addresses");
    expect(JSON.parse((await run("--json")).stdout)).toHaveLength(3);
    writer.exec("COMMIT");
    writer.close();
    expect((await run("--json")).stdout).toBe("[\n]\n");
    expect((await run("")).stdout).toBe("nobody is remembered yet\n");
  });
});

describe("where there is none", () => {
  test("a list is empty, and says what makes one", async () => {
    const none = `nethergaze: no history yet: ${path} is not there; 'nethergaze' and 'nethergaze watch' write it\n`;
    expect(await run("")).toEqual({ code: 0, stdout: "", stderr: none });
    expect(await run("--json")).toEqual({ code: 0, stdout: "[]\n", stderr: none });
    expect(await run("192.0.2.1")).toEqual({ code: 1, stdout: "", stderr: none });
  });

  test("but another's database, that is said", async () => {
    await write([]);
    const theirs = new DatabaseSync(path);
    theirs.exec("PRAGMA application_id = 7");
    theirs.close();
    const { code, stderr } = await run("");
    expect(code).toBe(1);
    expect(stderr).toContain("is another program's database");
  });
});

describeWith(["root", { program: "setpriv" }], "another user's history", () => {
  test("may not be read", async () => {
    await write([BAD]);
    for (const open of [directory.path, join(directory.path, "nethergaze")]) chmodSync(open, 0o755);
    const by = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const { code, stdout, stderr } = await run("", by);
    expect({ code, stdout }).toEqual({ code: 77, stdout: "" });
    expect(stderr).toBe(
      `nethergaze: no permission: ${path} may not be opened: run this as the user whose file it is\n`,
    );
  });
});
