import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Ip, parseIp } from "../model/ip.ts";
import { isObject, parseJson } from "../model/untrusted-json.ts";

/** Far more than is written down in a minute. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * Reads who was blocked since it was last asked, by whatever program of ours, from the audit log of `state`: the addresses,
 * once for each time. What was written before it is made is not told. Where the log began anew it is read from there.
 */
export function blockedSince(state: string): () => Ip[] {
  const path = join(state, "audit.jsonl");
  let from = 0;
  let inode = 0;
  try {
    ({ size: from, ino: inode } = statSync(path));
  } catch {
    // Nothing was done yet, or nobody may look: the lamp of the history says so.
  }
  return () => {
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch {
      // Nothing was done yet, or nobody may read it here.
      return [];
    }
    try {
      const { size, ino } = fstatSync(fd);
      if (ino !== inode || size < from) from = 0;
      inode = ino;
      const bytes = Buffer.alloc(Math.min(MAX_BYTES, size - from));
      const text = bytes.toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, from));
      // A line that is being written is read the next time.
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      from += Buffer.byteLength(whole);
      return whole.split("\n").flatMap(blockedIn);
    } finally {
      closeSync(fd);
    }
  };
}

function blockedIn(line: string): Ip[] {
  const act = parseJson(line);
  if (!isObject(act) || act.what !== "block" || act.result !== "ok" || !Array.isArray(act.targets)) return [];
  return act.targets.flatMap((target: unknown) =>
    typeof target === "string" ? (parseIp(target) ?? []) : [],
  );
}
