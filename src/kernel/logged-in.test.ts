import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostAddress, readLogind, readUtmp } from "./logged-in.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-utmp-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Written {
  readonly type?: number;
  readonly pid: number;
  readonly host: string;
}

/** struct utmp of bits/utmp.h. */
function record({ type = 7, pid, host }: Written): Buffer {
  const bytes = Buffer.alloc(process.arch === "arm64" ? 400 : 384);
  bytes.writeInt16LE(type, 0);
  bytes.writeInt32LE(pid, 4);
  bytes.write("pts/1", 8);
  bytes.write("ts/1", 40);
  bytes.write("alice", 44);
  bytes.write(host, 76);
  return bytes;
}

function utmp(...records: readonly Buffer[]): string {
  const path = join(folder, "utmp");
  writeFileSync(path, Buffer.concat(records));
  return path;
}

test("utmp: who is logged in from an address", () => {
  const path = utmp(
    record({ pid: 200, host: "192.0.2.1" }),
    // Local, by name, over, and not yet.
    record({ pid: 201, host: ":0" }),
    record({ pid: 202, host: "gate.example" }),
    record({ type: 8, pid: 203, host: "192.0.2.3" }),
    record({ type: 6, pid: 204, host: "192.0.2.4" }),
    record({ pid: 70_000, host: "2001:db8::5 via mosh [70000]" }),
  );
  const known = { user: "alice", line: "pts/1" };
  expect<unknown>(readUtmp(path)).toEqual([
    { ...known, peer: "192.0.2.1", pid: 200, mosh: false },
    { ...known, peer: "2001:db8::5", pid: 70_000, mosh: true },
  ]);
});

test("utmp: a program that reads such files reads the same", () => {
  const path = utmp(
    record({ pid: process.pid, host: "192.0.2.1" }),
    record({ pid: process.pid, host: ":0" }),
  );
  const { stdout } = spawnSync("who", [path], { encoding: "utf8" });
  expect(stdout.split("\n")[0]).toMatch(/^alice\s+pts\/1\s.*\(192\.0\.2\.1\)$/);
  expect(readUtmp(path)).toHaveLength(1);
});

test("utmp: a record that is cut, bytes of any value and no file are nobody", () => {
  expect(readUtmp(utmp(record({ pid: 1, host: "192.0.2.1" }).subarray(0, 300)))).toEqual([]);
  expect(readUtmp(utmp(Buffer.alloc(4000, 0xff)))).toEqual([]);
  expect(readUtmp(utmp())).toEqual([]);
  expect(readUtmp(join(folder, "absent"))).toEqual([]);
});

test("logind: a file for each session", () => {
  const sessions = join(folder, "sessions");
  mkdirSync(sessions);
  const write = (name: string, text: string) => writeFileSync(join(sessions, name), text);
  write(
    "4",
    "# This is private data. Do not parse.\nUID=1000\nUSER=alice\nTTY=pts/1\nREMOTE=1\nREMOTE_HOST=192.0.2.1\nLEADER=812\n",
  );
  write("5", "UID=0\nUSER=root\nTTY=tty1\nREMOTE=0\nLEADER=813\n");
  write("6", "REMOTE_HOST=gate.example\nLEADER=814\n");
  write("7", "REMOTE_HOST=192.0.2.7\n");
  write("8", "REMOTE_HOST=fe80::8%eth0\nLEADER=815");
  spawnSync("mkfifo", [join(sessions, "4.ref")]);
  expect<unknown>(readLogind(sessions).toSorted((a, b) => a.pid - b.pid)).toEqual([
    { peer: "192.0.2.1", pid: 812, user: "alice", line: "pts/1", mosh: false },
    { peer: "fe80::8", pid: 815, user: "", line: "", mosh: false },
  ]);
  expect(readLogind(join(folder, "absent"))).toEqual([]);
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:S.0", "192.0.2.1"],
  ["192.0.2.1 via mosh [812]", "192.0.2.1"],
  ["fe80::1%eth0", "fe80::1"],
  ["mosh [812]", undefined],
  ["tmux(812).%0", undefined],
  ["192.0.2.1.example", undefined],
  ["", undefined],
])("the host %p is %p", (host, ip) => {
  expect<string | undefined>(hostAddress(host)).toBe(ip);
});
