import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Input } from "../model/event.ts";
import { toNativeLine } from "../sinks/native.ts";
import { type FileSource, type ReadOptions, readFiles } from "./read-files.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Friday, 7 November 2025, 21:04:00 UTC. */
const MINUTE = Date.UTC(2025, 10, 7, 21, 4);
const READ_AT = Date.UTC(2025, 10, 8);

/** A line of an access log; `time` in seconds after {@link MINUTE}, or the text of a time. */
function request(time: number | string, path: string): string {
  const stamp = typeof time === "string" ? time : new Date(MINUTE + 1000 * time).toUTCString();
  const clf = stamp.replace(/^\w+, (\d+) (\w+) (\d+) (.*) GMT$/, "$1/$2/$3:$4 +0000");
  return `8.8.8.8 - - [${clf}] "GET ${path} HTTP/1.1" 200 5\n`;
}

let files = 0;
function file(content: string, reads: FileSource["reads"] = "requests"): FileSource {
  const path = join(folder, `${files++}.log`);
  writeFileSync(path, content);
  return { path, reads };
}

/** What was emitted, in short: paths, users, and `+N` for the tick N seconds after the minute. */
async function read(sources: readonly FileSource[], options: Partial<ReadOptions> = {}) {
  const seen: string[] = [];
  const results = await readFiles({
    files: sources,
    format: "auto",
    strict: false,
    proxies: undefined,
    readAt: READ_AT,
    emit: (input) => seen.push(inShort(input)),
    room: () => undefined,
    stopped: () => false,
    ...options,
  });
  return { seen, results };
}

function inShort(input: Input): string {
  if (input.kind === "tick") return `+${(input.at - MINUTE) / 1000}`;
  if (input.kind === "request") return input.path ?? "";
  return input.kind === "auth" ? (input.user ?? "") : input.kind;
}

describe("reading files", () => {
  test("merges lines by their time; of equal times the file named first comes first", async () => {
    const a = file(request(1, "/a1") + request(3, "/a3") + request(5, "/a5"));
    const b = file(request(2, "/b2") + request(3, "/b3") + request(9, "/b9"));
    const auth = file(
      "2025-11-07T21:04:02.500+00:00 web sshd[7]: Failed password for root from 9.9.9.9\n",
      "auth",
    );
    const { seen } = await read([a, b, auth]);
    const lines = seen.filter((text) => !text.startsWith("+"));
    expect(lines).toEqual(["/a1", "/b2", "root", "/a3", "/b3", "/a5", "/b9"]);
  });

  test("a line older than the one before it stays behind that", async () => {
    const a = file(request(5, "/a5") + request(1, "/late") + request(6, "/a6"));
    const { seen } = await read([a, file(request(4, "/b4") + request(7, "/b7"))]);
    expect(seen).toEqual(["+4", "/b4", "+5", "/a5", "/late", "+6", "/a6", "+7", "/b7"]);
  });

  test("a line without a time keeps its place, and moves nothing", async () => {
    const a = file(
      request("yesterday", "/x") + request(2, "/a2") + request("soon", "/y") + request(4, "/a4"),
    );
    const b = file(request(1, "/b1") + request(3, "/b3"));
    const at: number[] = [];
    const { seen } = await read([a, b]);
    expect(seen).toEqual(["/x", "+1", "/b1", "+2", "/a2", "/y", "+3", "/b3", "+4", "/a4"]);
    await read([a], { emit: (input) => input.kind === "request" && input.timeUnknown && at.push(input.at) });
    expect(at).toEqual([READ_AT, READ_AT]);
  });

  test("where no line has a time, they happened when they were read", async () => {
    const { seen } = await read([file(request("-", "/a") + request("-", "/b"))]);
    expect(seen).toEqual(["/a", "/b", `+${(READ_AT - MINUTE) / 1000}`]);
    expect((await read([file("")])).seen).toEqual([]);
  });

  test("a line of the future is one without a time", async () => {
    const { seen } = await read([file(request(1, "/a") + request(86_400 * 365, "/b") + request(2, "/c"))]);
    expect(seen).toEqual(["+1", "/a", "/b", "+2", "/c"]);
  });

  test("ticks through silence second by second, and leaps through the rest", async () => {
    const { seen } = await read([file(request(0, "/a") + request(3, "/b") + request(1003, "/c"))]);
    expect(seen.slice(0, 6)).toEqual(["+0", "/a", "+1", "+2", "+3", "/b"]);
    const silence = seen.slice(6, -1);
    expect(silence).toEqual(["+4", ...Array.from({ length: 121 }, (_, i) => `+${883 + i}`)]);
    expect(seen.at(-1)).toBe("/c");
  });

  test("a recording brings its own ticks, alone and beside a log", async () => {
    const events: Input[] = [
      { kind: "tick", at: MINUTE + 500 },
      { kind: "tick", at: MINUTE + 1500 },
      { kind: "tick", at: MINUTE + 5500 },
    ];
    const recording = file(events.map((event) => `${toNativeLine(event)}\n`).join(""), "any");
    expect((await read([recording])).seen).toEqual(["+0.5", "+1.5", "+5.5"]);
    const { seen } = await read([recording, file(request(3, "/3") + request(6, "/6"))]);
    expect(seen).toEqual(["+0.5", "+1.5", "+2", "+3", "/3", "+5.5", "+6", "/6"]);
  });

  test("a file to replay is what its first lines say it is", async () => {
    const auth =
      "2025-11-07T21:04:02+00:00 web CRON[8]: session\n2025-11-07T21:04:03+00:00 web sshd[7]: Failed password for root from 9.9.9.9\n";
    const { seen, results } = await read([
      file(`what\n${request(1, "/a")}`, "any"),
      file(auth + request(4, "/not-in-an-auth-log"), "any"),
      file('{"kind":"request","at":1,"ip":"8.8.8.8","path":"/r","source":"x"}\n', "any"),
    ]);
    expect(seen.filter((text) => !text.startsWith("+"))).toEqual(["/r", "/a", "root"]);
    expect(results.map(({ health }) => [health.lines, health.unparsed])).toEqual([
      [2, 1],
      [3, 1],
      [1, 0],
    ]);
  });

  test("waits after each input for room", async () => {
    const waits: (() => void)[] = [];
    let emitted = 0;
    const reading = read([file(request(1, "/a") + request(5, "/b"))], {
      emit: () => emitted++,
      room: () => new Promise((resolve) => waits.push(resolve)),
    });
    // The ticks 1 to 5 and two lines.
    for (let n = 1; n <= 7; n++) {
      while (waits.length === 0) await new Promise(setImmediate);
      await new Promise(setImmediate);
      expect(emitted).toBe(n);
      waits.shift()?.();
    }
    await reading;
    expect(emitted).toBe(7);
  });

  test("stops between two lines, and says how far it came", async () => {
    let emitted = 0;
    const { results } = await read([file(request(1, "/").repeat(1000)), file(request(2, "/"))], {
      emit: () => emitted++,
      stopped: () => emitted >= 100,
    });
    expect(emitted).toBe(100);
    expect(results.map(({ health }) => health.lines)).toEqual([100, 1]);
  });

  test("tells how each file fared, in the order they were named", async () => {
    const broken = file(`junk\n\n  \n${request(7, "/a")}`);
    const denied = file("");
    chmodSync(denied.path, 0);
    const missing: FileSource = { path: join(folder, "none"), reads: "auth" };
    const directory: FileSource = { path: folder, reads: "any" };
    const { results } = await read([missing, broken, directory, denied]);
    const common = { kind: "health", at: MINUTE + 7000 } as const;
    expect(results.slice(0, 3)).toEqual([
      {
        health: {
          ...common,
          part: "auth",
          source: missing.path,
          state: "down",
          detail: "no such file",
          lines: 0,
          unparsed: 0,
        },
        denied: false,
        remarkable: true,
      },
      {
        health: {
          ...common,
          part: "http",
          source: broken.path,
          state: "degraded",
          detail: "1 of 2 lines not understood",
          lines: 2,
          unparsed: 1,
        },
        denied: false,
        remarkable: true,
      },
      {
        health: {
          ...common,
          part: "replay",
          source: folder,
          state: "down",
          detail: "a directory, not a file",
          lines: 0,
          unparsed: 0,
        },
        denied: false,
        remarkable: true,
      },
    ]);
    // Root may read everything.
    expect(results[3]?.denied).toBe(process.getuid?.() !== 0);
  });
});
