import { didYouMean } from "../model/suggest.ts";
import {
  COMMAND_LIST,
  COMMANDS,
  type Command,
  type CommandEntry,
  type CommandName,
  DEFAULT_COMMAND,
} from "./commands.ts";
import { quote, UsageError } from "./error.ts";
import { FLAGS, type Flag } from "./flags.ts";
import { optionOfKey, unknownKey } from "./keys.ts";
import type { OptionName, Settings } from "./options.ts";
import { read, readText, type Type } from "./value.ts";

/** What a command line asks for. */
export type Arguments =
  | { readonly print: "version" }
  /** Of one command, or of all. */
  | { readonly print: "help"; readonly command: CommandName | undefined }
  | {
      readonly print?: never;
      readonly command: Command;
      readonly settings: Settings;
      /** The path of `--config`. */
      readonly config: string | undefined;
    };

const NAMES = COMMAND_LIST.map(([name]) => name).filter((name) => name !== DEFAULT_COMMAND);

/**
 * Reads the words after the program's name: `--flag value`, `--flag=value`, switches and their `--no-`, in any
 * order and on both sides of the command; `--` ends the flags. Throws a {@link UsageError}.
 */
export function parseArguments(argv: readonly string[]): Arguments {
  let words: string[] = [];
  const own = new Map<string, { spelling: string; value: unknown }>();
  const settings: Settings = new Map();
  let config: string | undefined;

  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") words = words.concat(rest.splice(0));
    else if (!word.startsWith("-") || word === "-") words.push(word);
    else {
      const [spelling, attached] = partsOf(word);
      const flag = flagOf(spelling);
      const value = valueFor(flag, spelling, attached, rest);
      if (flag.sets === "command") {
        const before = own.get(flag.name)?.value;
        own.set(flag.name, { spelling, value: added(flag.type, spelling, before, value) });
      } else if (flag.sets === "option") assign(settings, flag.name, flag.type, spelling, value);
      else if (flag.name === "version") return { print: "version" };
      else if (flag.name === "help") return { print: "help", command: named(words) };
      else if (flag.name === "config") config = String(value);
      else set(String(value), settings);
    }
  }

  const name = named(words) ?? DEFAULT_COMMAND;
  const entry: CommandEntry = COMMANDS[name];
  const fields = positional(name, entry, words.slice(1));
  for (const [field, assumed] of Object.entries(entry.flags)) fields[field] = assumed.default;
  for (const [field, { spelling, value }] of own) {
    if (!(field in entry.flags)) {
      const owners = COMMAND_LIST.filter(([, { flags }]) => field in flags).map(([owner]) => owner);
      throw new UsageError(`${spelling}: not a flag of ${name}; allowed with: ${owners.join(", ")}`);
    }
    fields[field] = value;
  }
  // The fields follow the table that the type is derived from.
  return { command: { name, ...fields } as Command, settings, config };
}

/** A flag and what stands attached to it: `--flag=value`, and of a short one `-fvalue`. */
function partsOf(word: string): [spelling: string, attached: string | undefined] {
  const equals = word.indexOf("=");
  if (equals >= 0) return [word.slice(0, equals), word.slice(equals + 1)];
  const short = word.slice(0, 2);
  // Not of a switch: -hx is no -h.
  const isAttached = !word.startsWith("--") && word.length > 2 && FLAGS.get(short)?.value === undefined;
  return isAttached && FLAGS.has(short) ? [short, word.slice(2)] : [word, undefined];
}

function flagOf(spelling: string): Flag {
  const flag = FLAGS.get(spelling);
  if (flag !== undefined) return flag;
  const meant = didYouMean(spelling, FLAGS.keys());
  throw new UsageError(`${quote(spelling)}: no such flag${meant}; allowed: those of nethergaze --help`);
}

/** The value of a flag: what it switches to, what follows its `=`, or the next of the words that follow it. */
function valueFor(flag: Flag, spelling: string, attached: string | undefined, rest: string[]): unknown {
  if (flag.value !== undefined) {
    if (attached !== undefined) throw new UsageError(`${spelling}: takes no value`);
    return flag.value;
  }
  if (attached !== undefined) return readText(flag.type, spelling, attached);
  // A value may begin with one dash, as filters do; one that begins with two has to be attached.
  const [next] = rest;
  if (next === undefined || next.startsWith("--")) throw missing(spelling, flag.type);
  rest.shift();
  return readText(flag.type, spelling, next);
}

function missing(where: string, type: { metavar: string; allowed: string }): UsageError {
  return new UsageError(`${where}: ${type.metavar} is missing; allowed: ${type.allowed}`);
}

/** What a file may be called helps nobody who forgot one. */
function missingArgument(name: CommandName, type: Type<unknown>): UsageError {
  if (type.completes !== "file") return missing(name, type);
  const words = `${type.metavar}${type.list ? "..." : ""}`;
  return new UsageError(`${name}: ${type.metavar} is missing; usage: nethergaze ${name} ${words}`);
}

/** The command that the first word names; undefined when there is none. */
function named(words: readonly string[]): CommandName | undefined {
  const [word] = words;
  if (word === undefined) return undefined;
  const name = NAMES.find((candidate) => candidate === word);
  if (name !== undefined) return name;
  throw new UsageError(
    `${quote(word)}: no such command${didYouMean(word, NAMES)}; allowed: ${NAMES.join(", ")}`,
  );
}

/** The fields that the arguments of a command fill. */
function positional(
  name: CommandName,
  entry: CommandEntry,
  words: readonly string[],
): Record<string, unknown> {
  const rest = [...words];
  const fields: Record<string, unknown> = {};
  for (const [field, { type, optional }] of Object.entries(entry.arguments)) {
    const where = `${name}: ${type.metavar}`;
    const [next] = rest;
    if (next === undefined && optional) {
      fields[field] = undefined;
      continue;
    }
    // A shell makes an empty word of an unset variable.
    if (next === undefined || next === "") throw missingArgument(name, type);
    fields[field] = type.list ? read(type, where, rest.splice(0)) : readText(type, where, next);
    rest.shift();
  }
  if (rest[0] !== undefined) throw new UsageError(`${name}: ${quote(rest[0])} is one argument too many`);
  return fields;
}

/** Obeys `--set KEY=VALUE`. */
function set(text: string, settings: Settings): void {
  const equals = text.indexOf("=");
  if (equals < 0) throw new UsageError(`--set: ${quote(text)} is not allowed; allowed: KEY=VALUE`);
  const key = text.slice(0, equals);
  const where = `--set: ${key}`;
  const option = optionOfKey(key);
  if (option !== undefined) {
    const [name, { type }] = option;
    assign(settings, name, type, where, readText(type, where, text.slice(equals + 1)));
  } else throw unknownKey("--set", key);
}

/** The last value given counts; those of a list add up, and are judged together. */
function assign(
  settings: Settings,
  name: OptionName,
  type: Type<unknown>,
  where: string,
  value: unknown,
): void {
  settings.set(name, added(type, where, settings.get(name), value));
}

function added(type: Type<unknown>, where: string, before: unknown, value: unknown): unknown {
  return Array.isArray(before) && Array.isArray(value) ? read(type, where, [...before, ...value]) : value;
}
