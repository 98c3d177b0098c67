import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { FakeProc, OWN, type Row } from "../../test/fake-proc.ts";
import { socketAt } from "../model/socket-table.ts";
import { ContainerSockets } from "./container-sockets.ts";
import { Listeners } from "./listeners.ts";
import { PeerTable } from "./peer-table.ts";

const FIRST = 4_026_532_200;
/** Namespaces read in the first poll, in each other one, and polls until an idle one is read. */
const [FIRST_READS, READS, IDLE_POLLS] = [16, 4, 5];

/** Making many processes takes seconds on a busy disk. */
const TIMEOUT = 60_000;

let proc: FakeProc;
let containers: ContainerSockets;
let clock: number;

beforeEach(() => {
  proc = new FakeProc();
  proc.start(1, OWN);
  containers = new ContainerSockets(proc.root, proc.root);
  clock = 0;
});
afterEach(() => proc.remove());

const listener = (port: number, inode = 0): Row => ({
  local: `0.0.0.0:${port}`,
  remote: "0.0.0.0:0",
  state: 10,
  inode,
});
const peer = (last: number, port = 80): Row => ({
  local: `172.17.0.2:${port}`,
  remote: `198.51.100.${last}:5000`,
});

/** The sockets after one more poll: `container direction remote state`. */
function poll(): string[] {
  clock += 1000;
  containers.poll(clock);
  const table = new PeerTable(new Listeners());
  containers.addTo(table);
  return Array.from({ length: table.length }, (_, i) => {
    const { netns, container, direction, remote, state } = socketAt(table, i);
    expect(netns).toBeGreaterThanOrEqual(FIRST);
    return `${container} ${direction} ${remote} ${state}`;
  }).sort();
}

describe("ContainerSockets", () => {
  test("a direction is by the listeners of the same namespace", () => {
    proc.start(10, FIRST, { comm: "a" });
    proc.start(20, FIRST + 1, { comm: "b" });
    proc.sockets(FIRST, [listener(80, 7), peer(1), peer(2, 81)]);
    proc.sockets(FIRST + 1, [listener(81, 8), peer(1), peer(2, 81)]);
    expect(poll()).toEqual([
      "a in 198.51.100.1 ESTABLISHED",
      "a out 198.51.100.2 ESTABLISHED",
      "b in 198.51.100.2 ESTABLISHED",
      "b out 198.51.100.1 ESTABLISHED",
    ]);
    expect(containers.listening.flatMap((inodes) => [...inodes]).sort()).toEqual([7, 8]);
  });

  test("a connection whose listener is gone stays inbound", () => {
    proc.start(10, FIRST);
    proc.sockets(FIRST, [listener(80), peer(1)]);
    poll();
    proc.sockets(FIRST, [peer(1)]);
    expect([poll(), poll()]).toEqual(Array(2).fill(["app in 198.51.100.1 ESTABLISHED"]));
  });

  test("loopback and listeners are left out", () => {
    proc.start(10, FIRST);
    proc.sockets(FIRST, [listener(80), { local: "127.0.0.1:80", remote: "127.0.0.1:4000" }]);
    expect(poll()).toEqual([]);
  });

  test("what shows nothing is read when its counts change, else now and then", () => {
    proc.start(10, FIRST);
    proc.sockets(FIRST, [listener(80)]);
    expect([poll(), poll()]).toEqual([[], []]);
    // A half-open connection: the counts do not know of it.
    proc.sockets(FIRST, [listener(80), { ...peer(1), state: 3 }], 1);
    const seen = Array.from({ length: IDLE_POLLS }, () => poll().length);
    expect(seen.filter((length) => length === 0).length).toBeGreaterThan(0);
    expect(seen.at(-1)).toBe(1);
    proc.sockets(FIRST, [listener(80)]);
    expect(poll()).toEqual([]);
    proc.sockets(FIRST, [listener(80), peer(1), peer(2)]);
    expect(poll()).toHaveLength(2);
    proc.sockets(FIRST, []);
    expect(poll()).toEqual([]);
  });

  test(
    "of many only some are read in a poll; the others keep their rows",
    () => {
      const many = 40;
      const write = (last: number): void => {
        for (let i = 0; i < many; i++) proc.sockets(FIRST + i, [peer(last)]);
      };
      for (let i = 0; i < many; i++) proc.start(10 + i, FIRST + i, { comm: `c${i}` });
      write(1);
      let known = FIRST_READS;
      expect(poll()).toHaveLength(known);
      while (known < many) {
        expect(containers.unread).toBe(many - known);
        known += READS;
        expect(poll()).toHaveLength(known);
      }
      expect(containers.unread).toBe(0);
      write(2);
      for (let fresh = READS; fresh <= many; fresh += READS) {
        const rows = poll();
        expect(rows).toHaveLength(many);
        expect(rows.filter((row) => row.includes("198.51.100.2"))).toHaveLength(fresh);
      }
    },
    TIMEOUT,
  );

  test("when one ends its rows go at once, and those of the others stay what they were", () => {
    for (let i = 0; i < 3; i++) {
      proc.start(10 + i, FIRST + i, { comm: `c${i}` });
      proc.sockets(FIRST + i, [listener(80), peer(i + 1)]);
    }
    proc.start(20, FIRST, { comm: "c0" });
    expect(poll()).toHaveLength(3);
    proc.end(11);
    const left = ["c0 in 198.51.100.1 ESTABLISHED", "c2 in 198.51.100.3 ESTABLISHED"];
    expect(poll()).toEqual(left);
    proc.end(10);
    expect(poll()).toEqual(left);
    proc.end(20);
    proc.end(12);
    expect(poll()).toEqual([]);
  });

  test("a table that cannot be read keeps its rows until it can", () => {
    proc.start(10, FIRST);
    proc.sockets(FIRST, [peer(1)]);
    poll();
    proc.write(FIRST, "sockstat", "nonsense");
    proc.write(FIRST, "tcp", "header\nnonsense\n");
    expect([poll(), containers.malformed]).toEqual([[], 1]);
    proc.sockets(FIRST, [peer(2)]);
    expect(poll()).toEqual(["app out 198.51.100.2 ESTABLISHED"]);
    proc.sockets(FIRST, [peer(3)]);
    proc.removeFile(FIRST, "tcp");
    expect(poll()).toEqual(["app out 198.51.100.2 ESTABLISHED"]);
    proc.sockets(FIRST, [peer(3)]);
    expect(poll()).toEqual(["app out 198.51.100.3 ESTABLISHED"]);
  });
});
