import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createEngine, type Engine } from "../../src/commands/engine.ts";
import { parseNative } from "../../src/parse/native.ts";
import { DEFAULT_CONFIG } from "../default-config.ts";
import { block, preview, responder } from "./responses.ts";
import { NOW } from "./snapshots.ts";
import { stageOn } from "./stage.ts";

/**
 * Every view at three sizes, in a replay of the demo's incident: the frames lie in `goldens/`, one file each.
 * Changed on purpose: `UPDATE_GOLDENS=1 bin/bun test test/console/goldens.test.ts`, and look at the difference.
 */
const FOLDER = join(import.meta.dir, "goldens");
const INCIDENT = join(import.meta.dir, "../../demo/incident.jsonl.gz");
const SIZES = [
  [80, 24],
  [120, 36],
  [200, 50],
] as const;
/** How much of the incident has happened: the scanner and the guesser are at it, the office is busy. */
const INTO = 170_000;

type Staged = Awaited<ReturnType<typeof stageOn>>;

/** What is pressed to get to each view. */
const VIEWS: Readonly<Record<string, (console: Staged) => void | Promise<void>>> = {
  main() {},
  "by-auth-failures": async ({ mouse, frame }) => {
    const lines = (await frame()).split("\n");
    const titles = lines.findIndex((line) => line.includes("ADDRESS"));
    await mouse.click((lines[titles]?.indexOf("AUTH") ?? 0) + 1, titles);
  },
  prefixes: ({ input }) => input.pressKey("g"),
  networks: (console) => press(console, "gg"),
  suspicious: ({ input }) => input.pressKey("!"),
  "filter-opened": ({ input }) => input.pressKey("/"),
  "filter-completed": (console) => press(console, "/status:"),
  "filter-refused": (console) => press(console, "/state:etsablished"),
  "filter-doubted": (console) => press(console, "/rule:ssh-brutforce"),
  "filter-kept": async (console) => {
    await press(console, "/status:4xx -agent:bot");
    console.input.pressEnter();
  },
  form: async (console) => {
    await press(console, "/status:4xx rate>20 -path:/health");
    console.input.pressEnter();
    await press(console, "f");
  },
  why: async ({ input, until }) => {
    input.pressEnter();
    await until("LAST 60");
  },
  "why-sections": async ({ input, until }) => {
    input.pressEnter();
    await until("LAST 60");
    input.pressTab();
    input.pressTab();
  },
  marked: (console) => press(console, "mjm"),
  stopped: async ({ input }) => {
    input.pressTab();
    input.pressArrow("up");
    input.pressArrow("up");
  },
  frozen: ({ input }) => input.pressKey(" "),
  help: ({ input }) => input.pressKey("?"),
  block: async ({ input, until }) => {
    input.pressKey("b");
    await until("nft -f");
  },
  "block-prefix": async ({ input, until }) => {
    input.pressKey("b");
    await until("nft -f");
    input.pressArrow("right");
    await until("of 14 known");
  },
  "block-refused": async (console) => {
    await press(console, "mmmb");
    await console.until("nft -f");
  },
  "block-armed": async ({ input, until }) => {
    input.pressKey("b");
    await until("nft -f");
    input.pressEnter();
    await until("by itself");
  },
  "block-left": async ({ input, until }) => {
    input.pressKey("b");
    await until("nft -f");
    input.pressEnter();
    await until("by itself");
    input.pressEscape();
    await until("reverts in");
  },
  "block-list": async ({ input, until }) => {
    input.pressKey("B", { shift: true });
    await until("192.0.2.77");
    input.pressArrow("down");
    input.pressKey("u");
    await until("unblock it?");
  },
};

/** The second of several is refused. */
const { responder: hands } = responder({
  preview: async (targets, seconds) =>
    preview(targets, seconds, {
      targets: targets.map((target, i) => ({
        target,
        ...(i === 1 && { refusal: { reason: "it is on the list of who is trusted", forcible: true } }),
      })),
    }),
  blocks: async () => [
    block("192.0.2.77"),
    block("2001:db8:1234:5678::/64", { until: null, packets: 0 }),
    block("198.51.100.0/24", { firewall: "iptables", reason: "asked to", until: NOW + 86_400_000 * 3 }),
    block("198.51.100.9", { firewall: "ufw", packets: null, missing: true }),
  ],
});

async function press(console: Staged, keys: string): Promise<void> {
  for (const key of keys) {
    console.input.pressKey(key);
    await console.frame();
  }
}

let engine: Engine;

beforeAll(() => {
  engine = createEngine({ ...DEFAULT_CONFIG, showPrivateIps: true });
  let until: number | undefined;
  for (const line of gunzipSync(readFileSync(INCIDENT)).toString().split("\n")) {
    const event = parseNative(line);
    if (event === undefined) continue;
    until ??= event.at + INTO;
    if (event.at > until) break;
    engine.accept(event);
  }
});

const written: string[] = [];

/** The sizes at once: most of the time goes by in waiting for nothing to change. */
test.each(Object.keys(VIEWS))("%s", async (view) => {
  const frames = await Promise.all(SIZES.map(([width, height]) => frameOf(view, width, height)));
  for (const [i, [width, height]] of SIZES.entries()) {
    const path = join(FOLDER, `${width}x${height}`, `${view}.txt`);
    const frame = frames[i] ?? "";
    if (process.env.UPDATE_GOLDENS === "1" && (!existsSync(path) || readFileSync(path, "utf8") !== frame)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, frame);
      written.push(path);
    }
    expect(frame).toBe(readFileSync(path, "utf8"));
  }
});

async function frameOf(view: string, width: number, height: number): Promise<string> {
  const options = { title: "demo", sort: "risk" } as const;
  const can = view.startsWith("block") ? { responder: hands } : {};
  await using console = await stageOn(width, height, engine.snapshot, options, can);
  await console.frame();
  await VIEWS[view]?.(console);
  return `${await console.settled()}\n`;
}

afterAll(() => {
  if (written.length > 0) process.stderr.write(`written anew: ${written.length} goldens\n`);
});
