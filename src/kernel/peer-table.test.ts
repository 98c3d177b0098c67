import { describe, expect, test } from "bun:test";
import { socketAt } from "../model/socket-table.ts";
import { Listeners } from "./listeners.ts";
import { PeerTable } from "./peer-table.ts";

function add(table: PeerTable, peer: number, state = 1): void {
  const i = table.length;
  table.local.set([0, 0, 0xffff, 0xc0000201], 4 * i);
  table.remote.set([0, 0, 0xffff, peer], 4 * i);
  table.localPort[i] = 80;
  table.remotePort[i] = peer & 0xffff;
  table.state[i] = state;
  table.inode[i] = peer;
  table.cookie.set([peer, peer], 2 * i);
  table.hasInfo[i] = 0;
  table.commit();
}

describe("PeerTable", () => {
  test("keeps every row and column while it grows", () => {
    const table = new PeerTable(new Listeners());
    const first = 0xc6336400;
    for (let i = 0; i < 5000; i++) add(table, first + i);
    expect(table.length).toBe(5000);
    for (let i = 0; i < 5000; i++) {
      expect([table.remote[4 * i + 3], table.remotePort[i], table.inode[i], table.cookie[2 * i + 1]]).toEqual(
        [first + i, (first + i) & 0xffff, first + i, first + i],
      );
    }
  });

  test("a row that was used before starts afresh", () => {
    const table = new PeerTable(new Listeners());
    add(table, 0xc6336401);
    table.pid[0] = 42;
    table.inbound[0] = 1;
    table.truncate(0);
    add(table, 0xc6336402);
    expect(socketAt(table, 0)).toEqual({
      local: "192.0.2.1" as never,
      localPort: 80,
      remote: "198.51.100.2" as never,
      remotePort: 0x6402,
      state: "ESTABLISHED",
      direction: "out",
    });
  });

  test("rows of another table come after its own, with their namespace", () => {
    const from = new PeerTable(new Listeners());
    from.namespace = 4_026_532_202;
    for (let i = 0; i < 3000; i++) add(from, 0xc6336400 + i);
    from.inbound.fill(1, 0, 3000);
    const table = new PeerTable(new Listeners());
    add(table, 0xc6336400);
    // What a row held before does not show in it.
    table.pid.fill(42, 1);
    table.hasInfo.fill(1, 1);
    table.append(from, 1000, 3000);
    table.containers = new Map([[from.namespace, "web"]]);
    expect(table.length).toBe(2001);
    expect(socketAt(table, 0)).not.toHaveProperty("netns");
    for (const i of [1, 2000]) {
      expect(socketAt(table, i)).toEqual({
        ...socketAt(from, 999 + i),
        direction: "in",
        netns: 4_026_532_202,
        container: "web",
      });
      expect(table.inode[i]).toBe(0xc6336400 + 999 + i);
    }
  });

  test("refuses and counts what is beyond the limit", () => {
    const table = new PeerTable(new Listeners());
    for (let i = 0; i < 524_290; i++) add(table, 0xc6336401);
    expect([table.length, table.refused]).toEqual([524_287, 3]);
    table.append(table, 0, 5);
    expect([table.length, table.refused]).toEqual([524_287, 8]);
    table.truncate(0);
    add(table, 0xc6336401);
    expect([table.length, table.refused]).toEqual([1, 0]);
  });
});
