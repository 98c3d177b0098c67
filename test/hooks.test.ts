import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEYMAP } from "../src/tui/keymap.ts";
import { runProgram } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-hooks-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what the program may take to start and end on a busy machine. */
const TIMEOUT = 30_000;

let made = 0;

function config(toml: string): string {
  const path = join(folder, `config-${++made}.toml`);
  writeFileSync(path, toml);
  return path;
}

/** What a command that opens nothing makes of hooks with these keys. */
function withKeys(...keys: string[]): ReturnType<typeof load> {
  return load(
    keys
      .map((key) => `[[actions.hooks]]\nkey = "${key}"\nlabel = "Ping ${key}"\ncommand = "ping {ip}"\n`)
      .join(""),
  );
}

async function load(toml: string): Promise<{ file: string; code: number; stderr: string }> {
  const file = config(toml);
  const log = join(folder, "empty.log");
  writeFileSync(log, "");
  const { code, stderr } = await runProgram([
    "--config",
    file,
    "stream",
    "events",
    "--no-follow",
    "--access-log",
    log,
  ]);
  return { file, code, stderr };
}

test(
  "digits are free",
  async () => {
    const { code, stderr } = await withKeys(..."123456789");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "lines=0 parsed=0 unparsed=0\n" });
  },
  TIMEOUT,
);

// What the console itself listens to where there is an address, and what it will.
test.each(["c", "r", "q", "/", "b", "w"])(
  "%s is refused in one line that names the free ones",
  async (key) => {
    const { file, code, stderr } = await withKeys("1", key, "x");
    expect(code).toBe(2);
    const begins = `nethergaze: ${file}: actions.hooks: key '${key}' of 'Ping ${key}' is the console's own; free: `;
    expect(stderr).toStartWith(begins);
    const free = stderr.slice(begins.length).trimEnd().split(" ");
    expect(free.slice(0, 3)).toEqual(["2", "3", "4"]);
    expect(free).not.toContain("x");
    const taken = KEYMAP.filter(({ modes }) => modes.includes("main") || modes.includes("detail"));
    for (const { keys } of taken) for (const one of keys) expect(free).not.toContain(one);
    expect(stderr.split("\n")).toHaveLength(2);
  },
  TIMEOUT,
);

test(
  "what only a shell would understand is refused before anything is opened",
  async () => {
    const { file, code, stderr } = await load(
      `utc = true\n[[actions.hooks]]\nkey = "1"\nlabel = "x"\ncommand = 'sh -c "echo $(id) {ip}"'\n`,
    );
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `nethergaze: ${file}:5: actions.hooks: command: 'sh -c "echo $(id) {ip}"': $ is for a shell, and none runs this; write command = ["program", "word", "{ip}"]\n`,
    });
  },
  TIMEOUT,
);
