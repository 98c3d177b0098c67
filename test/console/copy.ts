import { writeFileSync } from "node:fs";
import { openTerminal } from "../../src/tui/terminal.ts";

/**
 * A program that copies what is too long, then many lines at once, with frames under way, and goes when it hears a key.
 */
const LINES = Array.from({ length: 2_000 }, (_, i) => `203.0.113.${i % 256} line ${i} ä`);

const directory = process.env.HOST_DIR ?? ".";
const terminal = await openTerminal(true);
let frame = 0;
terminal.play({
  paint: (surface) => surface.text(0, 0, 40, `frame ${frame++}`, {}),
  hear: (message) => message.kind === "key" && terminal.close(),
});
const frames = setInterval(() => terminal.repaint(), 5);
const text = LINES.join("\n");
writeFileSync(`${directory}/text`, text);
terminal.copy("x".repeat(100_000));
terminal.copy(text);
process.exitCode = await terminal.closed;
clearInterval(frames);
