import { expect, test } from "bun:test";
import { COMMAND_LIST, GLOBAL_FLAG_LIST } from "./commands.ts";
import { FLAGS } from "./flags.ts";
import { OPTION_LIST, OPTIONS, variable } from "./options.ts";
import { onOff, type Type } from "./value.ts";

test("every key, flag and variable belongs to one entry", () => {
  const keys = OPTION_LIST.flatMap(([, { keys }]) => keys);
  expect(new Set(keys).size).toBe(keys.length);
  const variables = OPTION_LIST.map(([, option]) => variable(option.keys[0]));
  expect(new Set(variables).size).toBe(variables.length);
  const flags = [
    ...OPTION_LIST.flatMap(([, option]) => option.flags),
    ...GLOBAL_FLAG_LIST.flatMap(([, { flag, short }]) => (short === undefined ? [flag] : [flag, short])),
    ...new Set(COMMAND_LIST.flatMap(([, { flags }]) => Object.values(flags).map(({ flag }) => flag))),
  ];
  expect(new Set(flags).size).toBe(flags.length);
});

test("a flag that several commands have sets the same field of the same type in each", () => {
  const seen = new Map<string, [string, Type<unknown>]>();
  for (const [, { flags }] of COMMAND_LIST) {
    for (const [field, { flag, type }] of Object.entries(flags)) {
      expect(seen.get(flag) ?? [field, type]).toEqual([field, type]);
      seen.set(flag, [field, type]);
    }
  }
});

test("every default is allowed by its own type, in a file and, but for lists, as text", () => {
  for (const [, option] of OPTION_LIST) {
    expect(option.type.check(option.default)).toEqual(option.default);
    if (!option.type.list)
      expect(option.type.decode(option.type.show(option.default))).toEqual(option.default);
  }
});

test("every switch has an opposite unless its name is taken", () => {
  expect(FLAGS.get("--no-utc")).toMatchObject({ name: "utc", value: false });
  expect(FLAGS.get("--follow")).toMatchObject({ name: "follow", value: true });
  expect(FLAGS.get("--auth-log")).toMatchObject({ name: "authLog", value: undefined });
  expect([...FLAGS.values()].every(({ type, value }) => (type === onOff) === (value !== undefined))).toBe(
    true,
  );
});

test("the columns asked for come with the address, unless none are asked for", () => {
  const { check } = OPTIONS.columns.type;
  expect(check(["rate", "last", "rate"])).toEqual(["ip", "rate", "last"]);
  expect(check(["risk", "ip"])).toEqual(["risk", "ip"]);
  expect(check([])).toEqual([]);
  expect(check(["rate", "speed"])).toBeUndefined();
});
