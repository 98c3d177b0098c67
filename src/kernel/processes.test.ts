import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { fstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, socket } from "./libc.ts";
import { Listeners } from "./listeners.ts";
import { PeerTable } from "./peer-table.ts";
import { Processes } from "./processes.ts";

const SECOND = 1000;

let root: string;
let clock: number;
let processes: Processes;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "processes-"));
  clock = 0;
  processes = new Processes(root);
});
afterEach(() => rmSync(root, { recursive: true }));

/** A process with a name and the inodes of its sockets, from descriptor 3 on. */
function start(pid: number, comm: string, ...inodes: readonly number[]): void {
  mkdirSync(join(root, `${pid}/fd`), { recursive: true });
  writeFileSync(join(root, `${pid}/comm`), `${comm}\n`);
  symlinkSync("/dev/null", join(root, `${pid}/fd/0`));
  symlinkSync("pipe:[77]", join(root, `${pid}/fd/1`));
  for (const [i, inode] of inodes.entries()) open(pid, 3 + i, inode);
}

function open(pid: number, fd: number, inode: number): void {
  symlinkSync(`socket:[${inode}]`, join(root, `${pid}/fd/${fd}`));
}

function shut(pid: number, fd: number): void {
  rmSync(join(root, `${pid}/fd/${fd}`));
}

function end(pid: number): void {
  rmSync(join(root, `${pid}`), { recursive: true });
}

/** One poll with sockets of these inodes: `pid comm` of each, `-` where none is known. */
function resolve(inodes: readonly number[], listening: readonly number[] = []): string[] {
  const table = new PeerTable(new Listeners());
  for (const inode of inodes) {
    const i = table.length;
    table.remote.set([0x20010db8, 0, 0, i + 1], 4 * i);
    table.state[i] = 1;
    table.inode[i] = inode;
    table.commit();
  }
  clock += SECOND;
  processes.resolve(table, [Uint32Array.from(listening)], clock);
  return inodes.map((_, i) => {
    const pid = table.pid[i] as number;
    return pid === 0 ? "-" : `${pid} ${table.processes.get(pid)}`;
  });
}

/** The same table over and over: what is known in the end, and after how many polls. */
function resolveUntil(
  inodes: readonly number[],
  isDone: (owners: string[]) => boolean,
): { owners: string[]; polls: number } {
  let owners: string[] = [];
  let polls = 0;
  do {
    owners = resolve(inodes);
    polls++;
  } while (!isDone(owners) && polls < 1000);
  return { owners, polls };
}

describe("Processes", () => {
  test("a small host is known at the first poll", () => {
    start(10, "nginx", 100, 101);
    start(20, "sshd", 200);
    start(30, "idle");
    expect(resolve([101, 200, 0, 999])).toEqual(["10 nginx", "20 sshd", "-", "-"]);
  });

  test("a new socket of a known process, and a new process, are known at once", () => {
    start(10, "nginx", 100);
    expect(resolve([100])).toEqual(["10 nginx"]);
    open(10, 9, 102);
    start(40, "sshd", 400);
    expect(resolve([100, 102, 400])).toEqual(["10 nginx", "10 nginx", "40 sshd"]);
  });

  test("who only listens so far is asked first when something arrives", () => {
    start(10, "nginx", 100);
    expect(resolve([], [100])).toEqual([]);
    open(10, 9, 102);
    expect(resolve([102], [100])).toEqual(["10 nginx"]);
  });

  test("a descriptor that was used for another socket is looked at again", () => {
    start(10, "nginx", 100);
    resolve([100]);
    shut(10, 3);
    open(10, 3, 103);
    expect(resolve([103])).toEqual(["10 nginx"]);
  });

  test("an old process without sockets is searched when a socket waits for longer", () => {
    start(10, "curl");
    start(20, "sshd", 200);
    // One that nobody has, so that everybody is looked at.
    resolve([200, 999]);
    open(10, 5, 105);
    expect(resolve([200, 105])).toEqual(["20 sshd", "-"]);
    expect(resolve([200, 105])).toEqual(["20 sshd", "10 curl"]);
  });

  test("a socket that was passed on goes to its new owner", () => {
    start(10, "sshd", 100);
    start(20, "session");
    expect(resolve([100])).toEqual(["10 sshd"]);
    end(10);
    open(20, 4, 100);
    const { owners } = resolveUntil([100], ([owner]) => owner === "20 session");
    expect(owners).toEqual(["20 session"]);
  });

  test("a parent that gave its socket away gives up its descriptor, too", () => {
    start(10, "sshd", 100);
    expect(resolve([100])).toEqual(["10 sshd"]);
    shut(10, 3);
    start(20, "session", 100);
    open(10, 3, 101);
    const { owners } = resolveUntil([100, 101], (owners) => !owners.includes("-"));
    expect(owners).toEqual(["20 session", "10 sshd"]);
  });

  test("an inode that came back after a while belongs to whoever has it now", () => {
    start(10, "old", 100);
    resolve([100]);
    resolve([]);
    resolve([]);
    end(10);
    start(20, "new", 100);
    expect(resolve([100])).toEqual(["20 new"]);
  });

  test("a name is read again, cut to its length, and `?` where it cannot be", () => {
    start(10, "before", 100);
    start(20, `${"x".repeat(500)}`, 200);
    start(30, "none", 300);
    rmSync(join(root, "30/comm"));
    mkdirSync(join(root, "30/comm"));
    expect(resolve([100, 200, 300])).toEqual(["10 before", `20 ${"x".repeat(64)}`, "30 ?"]);
    writeFileSync(join(root, "10/comm"), "after\n");
    resolveUntil([100], ([owner]) => owner === "10 after");
    expect(resolve([100])).toEqual(["10 after"]);
  });

  test("one poll looks at a bounded number of descriptors", () => {
    // Ourselves, with real sockets: a directory of so many links takes seconds to make on a disk.
    const AF_UNIX = 1;
    const SOCK_STREAM = 1;
    const fds = Array.from({ length: 6000 }, () => socket(AF_UNIX, SOCK_STREAM, 0));
    try {
      symlinkSync(`/proc/${process.pid}`, join(root, `${process.pid}`));
      const inodes = fds.map((fd) => fstatSync(fd).ino);
      const known = (): number => resolve(inodes).filter((owner) => owner !== "-").length;
      const first = known();
      const second = known();
      expect(first).toBeGreaterThan(2000);
      expect(first).toBeLessThan(5000);
      expect(second - first).toBeGreaterThan(100);
      expect(second - first).toBeLessThan(1000);
      const { owners } = resolveUntil(inodes, (owners) => !owners.includes("-"));
      expect(new Set(owners).size).toBe(1);
      expect(owners[0]).toStartWith(`${process.pid} `);
    } finally {
      for (const fd of fds) close(fd);
    }
  });

  test("what no process has is not looked for again for a minute", () => {
    start(10, "agent");
    for (let i = 0; i < 5; i++) expect(resolve([500])).toEqual(["-"]);
    open(10, 5, 500);
    for (let i = 0; i < 30; i++) expect(resolve([500])).toEqual(["-"]);
    const { owners, polls } = resolveUntil([500], ([owner]) => owner !== "-");
    expect(owners).toEqual(["10 agent"]);
    expect(polls).toBeGreaterThan(10);
    expect(polls).toBeLessThan(60);
  });

  test("forgets what is gone, and counts what is beyond the limit", () => {
    start(10, "crowd");
    const block = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);
    resolve(block(1, 65_536));
    expect(processes.refused).toBe(0);
    resolve(block(1, 65_540));
    expect(processes.refused).toBe(4);
    open(10, 5, 100_005);
    resolve(block(100_000, 10));
    const { owners } = resolveUntil([100_005], ([owner]) => owner !== "-");
    expect(owners).toEqual(["10 crowd"]);
    expect(processes.refused).toBe(0);
  });

  test("names that are no sockets, links or numbers do no harm", () => {
    start(10, "odd", 100);
    mkdirSync(join(root, "10/fd/7"));
    writeFileSync(join(root, "10/fd/8"), "");
    symlinkSync("socket:[12x]", join(root, "10/fd/9"));
    symlinkSync(`socket:[${"9".repeat(30)}]`, join(root, "10/fd/11"));
    mkdirSync(join(root, "99"));
    writeFileSync(join(root, "98"), "");
    expect(resolve([100, 7, 8, 12])).toEqual(["10 odd", "-", "-", "-"]);
  });

  test("without /proc it throws and leaves the sockets nameless", () => {
    rmSync(root, { recursive: true });
    expect(() => resolve([100])).toThrow("ENOENT");
    mkdirSync(root);
  });
});
