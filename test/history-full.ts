/**
 * `DIRECTORY`, a small file system: writes to a history in it while it is full, then with room again; prints what was told, and
 * what is there in the end, as JSON.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openReader } from "../src/store/database.ts";
import { list } from "../src/store/query.ts";
import { batchOf, keepHistory, visitOf } from "./history-world.ts";
import { until } from "./until.ts";

const [directory = ""] = process.argv.slice(2);
const path = join(directory, "history.db");
const filler = join(directory, "filler");
const kept = keepHistory(path);
let written = 0;
const write = (): void => {
  written++;
  const visits = Array.from({ length: 2000 }, (_, i) =>
    visitOf(`10.0.${i >> 8}.${i & 255}`, { paths: [`/${written}${"x".repeat(200)}`] }),
  );
  kept.write(batchOf(visits));
};
write();
await until(() => kept.last === "up: kept", "the first batch");
try {
  for (;;) writeFileSync(filler, new Uint8Array(4096), { flag: "a" });
} catch {
  // It is full.
}
for (let i = 0; i < 5; i++) write();
await until(() => kept.last.startsWith("degraded"), "the full disk");
const full = kept.last;
write();
rmSync(filler);
await until(() => kept.last === "up: kept", "room");
write();
await kept.close();
const database = openReader(path);
const { rows, total } = list(database, { flagged: false, sort: "ip", limit: 3000 });
const integrity = database.prepare("PRAGMA integrity_check").get()?.integrity_check;
database.close();
const requests = [...new Set(rows.map((row) => row.requests))];
process.stdout.write(`${JSON.stringify({ full, written, total, requests, integrity })}\n`);
