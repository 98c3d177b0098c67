import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { Ip } from "../src/model/ip.ts";
import { openReader, openWriter } from "../src/store/database.ts";
import { remembered } from "../src/store/query.ts";
import {
  batchOf,
  DAY,
  HOUR_AGO,
  keepHistory,
  makeDirectory,
  minuteOf,
  NOW,
  realLock,
  visitOf,
} from "./history-world.ts";
import { ENV } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

const BUN = join(import.meta.dir, "../bin/bun");
const MORTAL = new URL("history-mortal.ts", import.meta.url);
const WRITER = join(import.meta.dir, "history-writer.ts");
const FULL = join(import.meta.dir, "history-full.ts");

let directory: ReturnType<typeof makeDirectory>;
let path: string;

beforeEach(() => {
  directory = makeDirectory();
  path = join(directory.path, "state/history.db");
});

afterEach(() => directory.remove());

/** What the database says of an address. */
function found(ip: string, at = path) {
  const database = openReader(at);
  try {
    return remembered(database, [ip as Ip])[0];
  } finally {
    database.close();
  }
}

function integrity(): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare("PRAGMA integrity_check").get()?.integrity_check;
  } finally {
    database.close();
  }
}

describe("a history", () => {
  test("is a file of its owner's alone, in a directory of its owner's alone", async () => {
    const kept = keepHistory(path);
    await kept.close(batchOf([visitOf("192.0.2.1")]));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory.path, "state")).mode & 0o777).toBe(0o700);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  test("tells what it knows of those that are asked for, and nothing of others", async () => {
    const first = keepHistory(path);
    await first.close(
      batchOf(
        [
          visitOf("192.0.2.1", { requests: 3, authFailures: 2, flagged: 1, rules: ["a"], paths: ["/1"] }),
          visitOf("2001:db8::1"),
        ],
        { blocked: ["192.0.2.1" as Ip, "192.0.2.1" as Ip, "192.0.2.9" as Ip], minutes: [minuteOf(HOUR_AGO)] },
      ),
    );
    const second = keepHistory(path);
    // Asked before it is open.
    second.ask(["192.0.2.1", "192.0.2.2", "192.0.2.9"] as Ip[]);
    await until(() => second.pasts.size === 2, "two answers");
    expect(second.pasts.get("192.0.2.1" as Ip)).toEqual({
      ...{
        kind: "history",
        at: NOW,
        ip: "192.0.2.1" as Ip,
        firstSeen: NOW - 1000,
        lastSeen: NOW,
        sessions: 1,
      },
      ...{ requests: 3, bytes: 10, inBytes: 100, outBytes: 1000, authFailures: 2, flagged: 1, rules: ["a"] },
      ...{ blocks: 2, paths: ["/1"] },
    });
    expect(second.pasts.get("192.0.2.9" as Ip)).toMatchObject({ sessions: 0, requests: 0, blocks: 1 });
    expect(await second.minutes(0, NOW)).toEqual([minuteOf(HOUR_AGO)]);
    expect(await second.minutes(HOUR_AGO + 1, NOW)).toEqual([]);
    await second.close();
  });

  test("tells of more than one message holds", async () => {
    const visits = Array.from({ length: 1700 }, (_, i) => visitOf(`10.0.${i >> 8}.${i & 255}`));
    const before = keepHistory(path);
    await before.close(batchOf(visits));
    const kept = keepHistory(path);
    await until(async () => {
      kept.ask(visits.map(({ ip }) => ip));
      await Bun.sleep(20);
      return kept.pasts.size === 1700;
    }, "all answers");
    expect(await kept.recurring(10)).toEqual([]);
    await kept.close();
  });

  test("does not count the run that asks among those before it", async () => {
    const first = keepHistory(path);
    await first.close(batchOf([visitOf("192.0.2.1")], { session: "one" }));
    const kept = keepHistory(path);
    kept.write(batchOf([visitOf("192.0.2.1"), visitOf("192.0.2.2")], { session: "two" }));
    await until(() => found("192.0.2.2") !== undefined, "the batch");
    await until(async () => {
      kept.ask(["192.0.2.2", "192.0.2.1"] as Ip[]);
      await Bun.sleep(20);
      return kept.pasts.size > 0;
    }, "an answer");
    expect(
      [...kept.pasts.values()].map(({ ip, sessions, requests }) => ({ ip, sessions, requests })),
    ).toEqual([{ ip: "192.0.2.1" as Ip, sessions: 1, requests: 2 }]);
    await kept.close();
    expect(found("192.0.2.1")).toMatchObject({ sessions: 2 });
  });

  test("counts a run for each session, and those in which somebody was flagged", async () => {
    const flagged = { flagged: 2, rules: ["b"] };
    for (const [session, known] of [
      ["one", {}],
      ["one", flagged],
      ["one", flagged],
      ["two", {}],
      ["three", flagged],
    ] as const) {
      const kept = keepHistory(path);
      await kept.close(batchOf([visitOf("192.0.2.1", known)], { session }));
    }
    expect(found("192.0.2.1")).toMatchObject({ sessions: 3, flagged: 6, flaggedSessions: 2, rules: ["b"] });
    const kept = keepHistory(path);
    const again = await until(async () => (await kept.recurring(10))[0], "recurring offenders");
    expect(again.ip).toBe("192.0.2.1" as Ip);
    await kept.close();
  });

  test("goes on in another file where its own was moved away", async () => {
    const kept = keepHistory(path);
    kept.write(batchOf([visitOf("192.0.2.1")]));
    await until(() => existsSync(path) && kept.last === "up: kept" && found("192.0.2.1"), "the first visit");
    mkdirSync(join(directory.path, "old"));
    for (const end of ["", "-wal", "-shm"]) {
      if (existsSync(path + end)) renameSync(path + end, join(directory.path, `old/history.db${end}`));
    }
    kept.write(batchOf([visitOf("192.0.2.2")]));
    await until(
      () => existsSync(path) && statSync(path).size > 0 && kept.last === "up: kept",
      "the new file",
    );
    await kept.close();
    expect(found("192.0.2.2")).toMatchObject({ requests: 1 });
    expect(found("192.0.2.1")).toBeUndefined();
    expect(found("192.0.2.1", join(directory.path, "old/history.db"))).toMatchObject({ requests: 1 });
  });
});

/** What may happen to a history, in any order. */
const STEPS = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), ip: fc.nat(3), requests: fc.nat(200) }),
  fc.constant({ kind: "restart" as const }),
  fc.constant({ kind: "hold" as const }),
  fc.constant({ kind: "let" as const }),
  fc.constant({ kind: "wait" as const }),
);

describe("what is counted", () => {
  // Some 10 s: each run starts threads.
  test.each([
    ["however it is written", undefined],
    ["while threads die before they answer", MORTAL],
  ])(
    "is exact, %s",
    async (_, worker) => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(STEPS, { minLength: 1, maxLength: 14 }), async (steps) => {
          const file = join(directory.path, `${++run}/history.db`);
          const open = () => keepHistory(file, { retry: 5, ...(worker !== undefined && { worker }) });
          const expected = [0, 0, 0, 0];
          let kept = open();
          let holder: DatabaseSync | undefined;
          const letGo = (): void => {
            holder?.close();
            holder = undefined;
          };
          for (const step of steps) {
            if (step.kind === "write") {
              expected[step.ip] = (expected[step.ip] as number) + step.requests;
              kept.write(batchOf([visitOf(`192.0.2.${step.ip}`, { requests: step.requests })]));
            } else if (step.kind === "restart") {
              letGo();
              await kept.close();
              kept = open();
            } else if (step.kind === "hold") {
              // A program that keeps it locked.
              if (holder !== undefined || !existsSync(file)) continue;
              holder = new DatabaseSync(file, { timeout: 1000 });
              holder.exec("BEGIN IMMEDIATE");
            } else if (step.kind === "let") letGo();
            else await Bun.sleep(8);
          }
          letGo();
          // The end of a thread is no reason to give up what it did not say.
          if (worker !== undefined) {
            for (let i = 0; i < 3; i++) await Bun.sleep(15);
          }
          await kept.close();
          const last = keepHistory(file);
          await last.close();
          expected.forEach((requests, i) => {
            expect(found(`192.0.2.${i}`, file)?.requests ?? 0).toBe(requests);
          });
        }),
        { numRuns: worker === undefined ? 25 : 12 },
      );
    },
    60_000,
  );
});

describe("what cannot be written", () => {
  test("waits while another program holds the database locked", async () => {
    const first = keepHistory(path);
    await first.close(batchOf([visitOf("192.0.2.1")]));
    const holder = new DatabaseSync(path);
    holder.exec("BEGIN IMMEDIATE");
    const kept = keepHistory(path);
    kept.ask(["192.0.2.1" as Ip]);
    kept.write(batchOf([visitOf("192.0.2.1")], { session: "next" }));
    await until(() => kept.last.startsWith("degraded"), "the lamp");
    expect(kept.last).toBe(`degraded: another program holds ${path} locked: it is tried again`);
    await until(() => kept.pasts.size === 1, "an answer all the same");
    holder.exec("ROLLBACK");
    holder.close();
    await until(() => kept.last === "up: kept", "the end of it");
    await kept.close();
    expect(found("192.0.2.1")).toMatchObject({ requests: 2 });
  });

  test.each([
    ["is no database", () => "a".repeat(8192), "is damaged or no database"],
    [
      "is another program's",
      () => {
        const other = new DatabaseSync(path);
        other.exec("CREATE TABLE theirs (a)");
        other.close();
        return undefined;
      },
      "is another program's database",
    ],
    [
      "is of a later version",
      () => {
        openWriter(path).close();
        const later = new DatabaseSync(path);
        later.exec("PRAGMA user_version = 99");
        later.close();
        return undefined;
      },
      "was written by a later version (99, this one knows 1)",
    ],
  ])("waits while the file %s, which stays as it is until it is moved away", async (_, make, words) => {
    mkdirSync(join(directory.path, "state"), { mode: 0o700 });
    const text = make();
    if (text !== undefined) writeFileSync(path, text);
    const before = readFileSync(path);
    const kept = keepHistory(path);
    kept.write(batchOf([visitOf("192.0.2.1")]));
    await until(() => kept.last.startsWith("down"), "the lamp");
    expect(kept.last).toContain(words);
    const remedy = /mkdir \S+ && mv \S+\* \S+\/$/.exec(kept.last)?.[0];
    expect(remedy).toBeDefined();
    await Bun.sleep(50);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(kept.health).toHaveLength(1);
    expect(Bun.spawnSync(["sh", "-c", remedy ?? "false"]).exitCode).toBe(0);
    await until(() => kept.last === "up: kept", "a new one");
    await kept.close();
    expect(found("192.0.2.1")).toMatchObject({ requests: 1 });
    expect(readFileSync(join(directory.path, "state/history-old/history.db")).equals(before)).toBe(true);
  });

  test("waits while pages of the file are damaged", async () => {
    const visits = Array.from({ length: 3000 }, (_, i) => visitOf(`10.0.${i >> 8}.${i & 255}`));
    const first = keepHistory(path);
    await first.close(batchOf(visits));
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 3 * 4096);
    writeFileSync(path, bytes);
    const kept = keepHistory(path);
    kept.write(batchOf(visits));
    await until(() => kept.last.includes("is damaged"), "the lamp");
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const remedy = /mkdir .*$/.exec(kept.last)?.[0] ?? "false";
    expect(Bun.spawnSync(["sh", "-c", remedy]).exitCode).toBe(0);
    await until(() => kept.last === "up: kept", "a new one");
    await kept.close();
    expect(found("10.0.0.7")).toMatchObject({ requests: 1 });
  });

  test("gives up on threads that only die, with a word", async () => {
    const worker = new URL(`data:text/javascript,${encodeURIComponent("throw new Error('no luck')")}`);
    const kept = keepHistory(path, { worker });
    kept.write(batchOf([visitOf("192.0.2.1")]));
    await until(() => kept.last.includes("start nethergaze again"), "the last word");
    expect(kept.last).toStartWith("down: its thread ended");
    expect(await kept.minutes(0, NOW)).toEqual([]);
    await kept.close();
  });
});

describeWith(["root", { program: "unshare" }, { program: "mount" }], "a file system", () => {
  async function inside(script: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
    mkdirSync(join(directory.path, "state"), { mode: 0o700 });
    const at = join(directory.path, "state");
    const child = Bun.spawn(["unshare", "-m", "sh", "-c", script, at, BUN, ...args], {
      stdout: "pipe",
      stderr: "pipe",
      env: ENV,
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    if ((await child.exited) !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  test("that is full loses nothing", async () => {
    const mount = 'mount -t tmpfs -o size=32m,mode=700 none "$0" && "$1" "$2" "$0"';
    const told = await inside(mount, FULL);
    expect(told.full).toBe(`degraded: no space left for ${path}: make some; it is kept in memory until then`);
    expect(told).toMatchObject({ total: 2000, requests: [told.written], integrity: "ok" });
  }, 30_000);

  test("that is read-only is read", async () => {
    const script = `
      import { readOnly } from ${JSON.stringify(join(import.meta.dir, "history-read-only.ts"))};
      await readOnly(${JSON.stringify(path)});`;
    const mount = 'mount -t tmpfs -o mode=700 none "$0" && "$1" -e "$2"';
    const told = await inside(mount, script);
    expect(told.detail).toBe(
      `${path} cannot be written to: make its directory writable, or set XDG_STATE_HOME to one that is`,
    );
    expect(told.last).toBe("up: kept");
    expect(told.requests).toBe(2);
  }, 30_000);
});

describe("two programs", () => {
  test("one writes, the other reads until that one is gone", async () => {
    const first = keepHistory(path);
    first.write(batchOf([visitOf("192.0.2.1")]));
    await until(() => first.last === "up: kept" && found("192.0.2.1"), "the first visit");
    const second = keepHistory(path);
    second.ask(["192.0.2.1" as Ip]);
    await until(() => second.pasts.size === 1, "an answer");
    expect(second.last).toBe(
      `up: another nethergaze (pid ${process.pid}) writes the history; this one reads it`,
    );
    second.write(batchOf([visitOf("192.0.2.1", { requests: 1000 })], { session: "two" }));
    await Bun.sleep(50);
    await first.close(batchOf([visitOf("192.0.2.1")]));
    await until(() => second.last === "up: kept", "the second to take over");
    await second.close(batchOf([visitOf("192.0.2.1")], { session: "two" }));
    expect(found("192.0.2.1")).toMatchObject({ requests: 3, sessions: 2 });
  });

  // Some 15 s: twenty programs are started.
  test("one is killed while it writes, twenty times, and nothing is half there", async () => {
    let acknowledged = -1;
    const random = fc.sample(fc.nat(200), { numRuns: 20, seed: 7 });
    for (const pause of random) {
      const child = Bun.spawn([BUN, WRITER, path], { stdout: "pipe", stderr: "inherit", env: ENV });
      const decoder = new TextDecoder();
      let text = "";
      let killing: Promise<void> | undefined;
      for await (const piece of child.stdout) {
        text += decoder.decode(piece, { stream: true });
        if (text.includes("begun")) {
          killing ??= Bun.sleep(pause).then(() => child.kill("SIGKILL"));
        }
      }
      await killing;
      await child.exited;
      for (const line of text.split("\n").slice(0, -1)) {
        if (line !== "begun") acknowledged = Math.max(acknowledged, Number(line));
      }
      expect(integrity()).toBe("ok");
      const database = openReader(path);
      const minutes = database
        .prepare("SELECT (at - ?) / 60000 AS k FROM minutes WHERE at > ? ORDER BY at")
        .all(HOUR_AGO, HOUR_AGO);
      // The second byte of 10.K.0.0/16 is the 14th of the key.
      const counts = new Map(
        database
          .prepare("SELECT hex(substr(ip, 14, 1)) AS k, count(*) AS n FROM addresses GROUP BY 1 ORDER BY 1")
          .all()
          .map(({ k, n }) => [Number.parseInt(String(k), 16), Number(n)]),
      );
      database.close();
      expect([...counts.keys()]).toEqual(minutes.map(({ k }) => Number(k)));
      expect([...counts.values()].every((count) => count === 2000)).toBe(true);
      expect(counts.size).toBeGreaterThanOrEqual(Math.max(0, acknowledged));
    }
    expect(acknowledged).toBeGreaterThan(0);
    // Nobody holds the lock any more.
    const kept = keepHistory(path);
    await until(() => kept.last === "up: kept", "the lock");
    await kept.close();
  }, 120_000);

  test("the lock is refused where others may write beside it", async () => {
    mkdirSync(join(directory.path, "state"), { mode: 0o700 });
    chmodSync(join(directory.path, "state"), 0o777);
    const kept = keepHistory(path, { lock: realLock(path) });
    await until(() => kept.last !== "", "a word");
    expect(kept.last).toContain("others may write to");
    chmodSync(join(directory.path, "state"), 0o700);
    await until(() => kept.last === "up: kept", "the lock");
    await kept.close();
  });
});

describe("what is forgotten", () => {
  test("who did not come back for so many days", async () => {
    const kept = keepHistory(path, { keep: { days: 30, megabytes: 100 } });
    const old = { firstSeen: NOW - 40 * DAY, lastSeen: NOW - 31 * DAY };
    const visits = Array.from({ length: 1200 }, (_, i) => visitOf(`10.0.${i >> 8}.${i & 255}`, old));
    kept.write(
      batchOf([...visits, visitOf("192.0.2.1", { ...old, lastSeen: NOW - 29 * DAY })], {
        minutes: [minuteOf(NOW - 31 * DAY), minuteOf(NOW - 29 * DAY)],
      }),
    );
    await until(
      async () => kept.last === "up: kept" && found("192.0.2.1") && !found("10.0.0.1"),
      "them to be forgotten",
    );
    expect(await kept.minutes(0, NOW)).toHaveLength(1);
    await kept.close();
    expect(found("192.0.2.1")).toBeDefined();
    expect(found("10.0.0.1")).toBeUndefined();
  });
});
