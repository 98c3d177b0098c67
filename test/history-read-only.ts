import { dirname } from "node:path";
import type { Ip } from "../src/model/ip.ts";
import { openReader } from "../src/store/database.ts";
import { remembered } from "../src/store/query.ts";
import { batchOf, keepHistory, visitOf } from "./history-world.ts";
import { until } from "./until.ts";

/** Writes while the file system of that path is read-only, then not, and prints what was told as JSON. */
export async function readOnly(path: string): Promise<void> {
  const remount = (how: string): void => {
    Bun.spawnSync(["mount", "-o", `remount,${how}`, dirname(path)], { stderr: "inherit" });
  };
  const lock = () => ({ release: () => {} });
  const first = keepHistory(path, { lock });
  await first.close(batchOf([visitOf("192.0.2.1")]));
  remount("ro");
  const kept = keepHistory(path, { lock });
  kept.write(batchOf([visitOf("192.0.2.1")]));
  await until(() => kept.last !== "", "a word");
  const detail = kept.health[0]?.detail;
  remount("rw");
  await until(() => kept.last === "up: kept", "the end of it");
  await kept.close();
  const database = openReader(path);
  const requests = remembered(database, ["192.0.2.1" as Ip])[0]?.requests;
  database.close();
  process.stdout.write(JSON.stringify({ detail, last: kept.last, requests }));
}
