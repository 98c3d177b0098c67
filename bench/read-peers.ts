/**
 * Run inside a network namespace by packets.ts: waits until the interface `eth0` has got `PACKETS`, reads their peers into
 * the core as the console does, and prints how long it held the thread at most, as JSON.
 */

import { createEngine } from "../src/commands/engine.ts";
import { openLinks } from "../src/kernel/links.ts";
import { createPackets } from "../src/sources/packets.ts";
import { DEFAULT_CONFIG } from "../test/default-config.ts";

const wanted = Number(process.argv[2]);
const engine = createEngine(DEFAULT_CONFIG);
const links = openLinks();
let peers = 0;
let longestPart = 0;
const packets = createPackets({
  interfaces: ["eth0"],
  capture: "auto",
  scope: "all",
  localIps: [],
  emit(input) {
    const from = performance.now();
    engine.accept(input);
    longestPart = Math.max(longestPart, performance.now() - from);
    if (input.kind === "traffic" && "columns" in input) peers += input.columns.length;
  },
});
engine.accept({ kind: "tick", at: Date.now() });
await packets.poll();
const before = links.find("eth0")?.inPackets ?? 0;
process.stdout.write("ready\n");
for (let i = 0; i < 1000 && (links.find("eth0")?.inPackets ?? 0) - before < wanted; i++) await Bun.sleep(10);
peers = 0;
longestPart = 0;
let longest = 0;
let last = performance.now();
let running = true;
const beat = (): void => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  if (running) setImmediate(beat);
};
setImmediate(beat);
const cpu = process.cpuUsage();
await packets.poll();
running = false;
const used = process.cpuUsage(cpu);
process.stdout.write(
  `${JSON.stringify({ peers, longest, longestPart, cpu: (used.user + used.system) / 1000 })}\n`,
);
process.exit(0);
