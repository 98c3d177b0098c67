import { expect, test } from "bun:test";
import { COMMAND_LIST, DEFAULT_COMMAND, GLOBAL_FLAG_LIST } from "./commands.ts";
import { commandHelp, help } from "./help.ts";
import { OPTION_LIST } from "./options.ts";

test("help fits 80 columns", () => {
  for (const text of [help(), ...COMMAND_LIST.map(([name]) => commandHelp(name))]) {
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(text).toEndWith("\n");
    expect(text).not.toMatch(/\n\n\n|[ \n]\n$| \n/);
  }
});

test("help names every command, every flag and every key without one", () => {
  const text = help();
  for (const [name] of COMMAND_LIST) if (name !== DEFAULT_COMMAND) expect(text).toContain(`\n  ${name}`);
  for (const [, { flags, keys, type }] of OPTION_LIST) {
    for (const flag of flags) expect(text).toContain(flag);
    if (flags.length > 0) continue;
    expect(text).toContain(type.tables === undefined ? `--set ${keys[0]}=` : `[[${keys[0]}]]`);
  }
  for (const [, { flag }] of GLOBAL_FLAG_LIST) expect(text).toContain(flag);
  for (const [name, { flags }] of COMMAND_LIST) {
    for (const { flag } of Object.values(flags)) expect(commandHelp(name)).toContain(` ${flag}`);
  }
});

test("the help of a command", () => {
  expect(commandHelp("stream")).toBe(`Usage: nethergaze stream WHAT [OPTIONS]

JSON Lines on stdout

Arguments:
  WHAT                      every event, every verdict raised or cleared, or one
                            snapshot a second (events, alerts, snapshots)

Options:
  --filter FILTER           only what passes; see nethergaze help filter
  --format FORMAT           layout of a line (native; default native)

The options of all commands: nethergaze --help
`);
});
