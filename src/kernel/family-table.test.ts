import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { FakeProc, type Row } from "../../test/fake-proc.ts";
import { FamilyTable } from "./family-table.ts";
import { Listeners } from "./listeners.ts";
import { PeerTable } from "./peer-table.ts";

const NETNS = 4_026_532_202;
const LISTENER: Row = { local: "0.0.0.0:80", remote: "0.0.0.0:0", state: 10, inode: 7 };
const PEER: Row = { local: "192.0.2.1:80", remote: "198.51.100.1:5000" };
const counts = (v4: number, waiting = 0) => ({ v4, v6: 0, waiting });

let proc: FakeProc;
let into: PeerTable;
let family: FamilyTable;

beforeEach(() => {
  proc = new FakeProc();
  proc.start(10, NETNS);
  into = new PeerTable(new Listeners());
  family = new FamilyTable("v4");
});
afterEach(() => proc.remove());

function read(isThere = true): number {
  return family.readInto(into, join(proc.root, "10"), () => isThere, 1);
}

describe("FamilyTable", () => {
  test("is busy until it was read, then when its counts change or it has rows", () => {
    proc.sockets(NETNS, [LISTENER]);
    const seen = [family.busy];
    for (const inUse of [undefined, counts(1), counts(2), counts(2, 1)]) {
      family.look(inUse);
      seen.push(family.busy);
      read();
      seen.push(family.busy);
    }
    family.end = 1;
    seen.push(family.busy);
    expect(seen).toEqual([true, true, true, true, false, true, false, true, false, true]);
    expect([...family.listening]).toEqual([7]);
  });

  test("without a socket is not busy and not read", () => {
    family.look({ v4: 0, v6: 5, waiting: 0 });
    expect([family.empty, family.busy, read()]).toEqual([true, false, 0]);
  });

  test("a reading that failed appends nothing, and has to be done again", () => {
    proc.sockets(NETNS, [LISTENER]);
    family.look(counts(1));
    read();
    expect(family.busy).toBe(false);
    proc.sockets(NETNS, [LISTENER, PEER]);
    expect(() => read(false)).toThrow("not in the namespace");
    expect([into.length, family.busy]).toEqual([0, true]);
    proc.removeFile(NETNS, "tcp");
    expect(() => read()).toThrow("ENOENT");
    expect([into.length, family.busy]).toEqual([0, true]);
  });
});
