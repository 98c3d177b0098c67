/**
 * Run inside a network namespace by sockets.ts: dumps the sockets there as often as asked and prints the
 * CPU milliseconds of the best dump, of all states and of the live ones, and how many rows each had.
 */
import { Listeners } from "../src/kernel/listeners.ts";
import { PeerTable } from "../src/kernel/peer-table.ts";
import { LIVE_STATES, QUIET_STATES, SockDiag } from "../src/kernel/sock-diag.ts";

const rounds = Number(process.argv[2]);
const table = new PeerTable(new Listeners());
const diag = new SockDiag();

function best(states: number): { milliseconds: number; rows: number } {
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    table.listeners.clear();
    table.truncate(0);
    const before = process.cpuUsage();
    diag.dump(table, states, false);
    const used = process.cpuUsage(before);
    milliseconds = Math.min(milliseconds, (used.user + used.system) / 1000);
  }
  return { milliseconds, rows: table.length };
}

process.stdout.write(JSON.stringify({ all: best(LIVE_STATES | QUIET_STATES), live: best(LIVE_STATES) }));
