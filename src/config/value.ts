import { parseCidr } from "../model/cidr.ts";
import { parseDuration, spellDuration } from "../model/duration.ts";
import { parseIp } from "../model/ip.ts";
import { didYouMean } from "../model/suggest.ts";
import { parseTarget } from "../model/target.ts";
import { quote, UsageError } from "./error.ts";

/** What a flag, variable, key or argument holds: how to read it, and what to tell people about it. */
export interface Type<T> {
  /** What stands for the value in help; empty for a switch, whose flag takes none. */
  readonly metavar: string;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** What a shell offers: these words, file names, or nothing. */
  readonly completes: readonly string[] | "file";
  /** Several values: a repeated flag adds to them, and this stands between them in a variable. False: one value. */
  readonly list: false | ":" | ",";
  /** The value that `spelled` stands for, still to be checked. */
  decode(spelled: string): unknown;
  /** `value` when it is allowed (and normalised), else undefined. */
  check(value: unknown): T | undefined;
  /** A checked value as people write it. */
  show(value: unknown): string;
  /** Why a value is not allowed, and where in it, as far as more can be said than what is allowed. */
  readonly why?: (value: unknown) => Fault | undefined;
  /** Of what is written as tables of the configuration file, and nowhere else: the keys of one. */
  readonly tables?: Readonly<Record<string, Field>>;
}

/** What is wrong with a value. */
export interface Fault {
  /** In words; what was written stands in it. */
  readonly words: string;
  /** Of tables: the place of the one it is in, from 0, and its key. */
  readonly table?: number;
  readonly key?: string;
}

/** A key of a table. */
export interface Field<T = unknown> {
  readonly type: Type<T>;
  /** Absent: it must be there. */
  readonly default?: T;
  readonly help: string;
  /** For the example file, as TOML writes it. */
  readonly example: string;
}

/** The value that an entry of one of the tables holds. */
export type ValueOf<Entry> = Entry extends { readonly type: Type<infer T> } ? T : never;

/** Of most types. */
const PLAIN = {
  completes: [],
  list: false as const,
  decode: (spelled: string): unknown => spelled,
  show: String,
};

/** PATH_MAX of limits.h: no path, and no sensible filter, is longer. */
export const MAX_TEXT = 4095;
/** More logs than any server has; each costs an open file. */
const MAX_LIST = 256;
/** More networks than most countries have. */
const MAX_PREFIXES = 16_384;

/** Text of at most `max` characters, none of them a control character. */
export function text(metavar: string, max = MAX_TEXT): Type<string> {
  return {
    ...PLAIN,
    metavar,
    allowed: `text of at most ${max} characters, none of them a control character`,
    check: (value) => (isPlain(value, max) ? value : undefined),
  };
}

/** The path of one file. */
export function path(metavar: string): Type<string> {
  return { ...text(metavar), completes: "file" };
}

/** Texts, each of at most `max` characters. On the command line too, commas stand between them. */
export function texts(metavar: string, most: number, max: number): Type<readonly string[]> {
  return {
    ...list(metavar, most, (item): item is string => isPlain(item, max)),
    allowed: `a list of at most ${most} texts of at most ${max} characters, none of them a control character`,
    list: ",",
    decode: (spelled) => spelled.split(","),
  };
}

/** A comma, but not that of a repetition such as `x{2,4}`. RE2 repeats at most 1000 times. */
const BETWEEN_PATTERNS = /,(?!\d{0,4}\})/;

/** As {@link texts}, each a regular expression. */
export function patterns(metavar: string, most: number, max: number): Type<readonly string[]> {
  return { ...texts(metavar, most, max), decode: (spelled) => spelled.split(BETWEEN_PATTERNS) };
}

/** Paths or globs. An empty one stands for none, so that `""` turns the default off. */
export function paths(metavar: string): Type<readonly string[]> {
  return {
    ...list(metavar, MAX_LIST, (item): item is string => isPlain(item, MAX_TEXT)),
    allowed: `a path or a list of at most ${MAX_LIST} paths, without control characters`,
    completes: "file",
    list: ":",
  };
}

/**
 * Prefixes and addresses, as {@link parseCidr} reads them, and some names that stand for such. On the command line
 * too, commas stand between them.
 */
export function prefixes(metavar: string, names: readonly string[] = []): Type<readonly string[]> {
  const isItem = (item: unknown): item is string =>
    typeof item === "string" && (isPrefix(item) || names.includes(item));
  return {
    ...list(metavar, MAX_PREFIXES, isItem),
    allowed: [
      `a list of at most ${MAX_PREFIXES} prefixes or addresses, such as 203.0.113.0/24 or 2001:db8::/32`,
      ...names,
    ].join(", "),
    list: ",",
    decode: (spelled) => spelled.split(",").map((item) => item.trim()),
  };
}

/** Addresses, in any spelling that {@link parseIp} takes. On the command line too, commas stand between them. */
export function addresses(metavar: string): Type<readonly string[]> {
  const any = list(metavar, MAX_LIST, (item): item is string => typeof item === "string" && isAddress(item));
  return {
    ...any,
    allowed: `an address or a list of at most ${MAX_LIST}, such as 192.0.2.1 or 2001:db8::1`,
    list: ",",
    decode: (spelled) => spelled.split(",").map((item) => item.trim()),
    check: (value) => any.check(value)?.flatMap((item) => parseIp(item) ?? []),
  };
}

/** One address or one prefix, in any spelling; its value is the one spelling of it. */
export function target(metavar: string): Type<string> {
  return {
    ...PLAIN,
    metavar,
    allowed: "an address or a prefix, such as 192.0.2.1, 203.0.113.0/24 or 2001:db8::/64",
    check: (value) => (typeof value === "string" ? parseTarget(value)?.text : undefined),
  };
}

/** An address on the web; `known` are offered. */
export function url(metavar: string, known: readonly string[]): Type<string> {
  const isUrl = (value: string): boolean => {
    const protocol = URL.parse(value)?.protocol;
    return protocol === "https:" || protocol === "http:";
  };
  return {
    ...text(metavar),
    allowed: "an address that begins with https:// or http://",
    completes: known,
    check: (value) => (isPlain(value, MAX_TEXT) && isUrl(value) ? value : undefined),
  };
}

/** A host's name or address, perhaps with a port: `whois.iana.org`, `192.0.2.1:43`, `[2001:db8::1]:43`. */
const SERVER = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?))(?::(\d{1,5}))?$/i;
const MAX_PORT = 65_535;

function isServer(value: unknown): value is string {
  if (typeof value !== "string" || value === "") return false;
  if (isAddress(value)) return true;
  const [, v6, name, port = "1"] = SERVER.exec(value) ?? [];
  if (Number(port) < 1 || Number(port) > MAX_PORT) return false;
  return v6 === undefined ? name !== undefined : isAddress(v6);
}

export function server(metavar: string): Type<string> {
  return {
    ...text(metavar),
    allowed: "a host, perhaps with a port, as whois.iana.org or 192.0.2.1:43",
    check: (value) => (isServer(value) ? value : undefined),
  };
}

/** Name servers: addresses, perhaps with a port. On the command line too, commas stand between them. */
export function nameServers(metavar: string, most: number): Type<readonly string[]> {
  const isNameServer = (item: unknown): item is string =>
    isServer(item) && (isAddress(item) || isAddress(item.replace(/:\d+$/, "").replace(/^\[|\]$/g, "")));
  return {
    ...list(metavar, most, isNameServer),
    allowed: `a list of at most ${most} addresses, perhaps with a port, as 192.0.2.53 or [2001:db8::53]:53`,
    completes: ["127.0.0.53"],
    list: ",",
    decode: (spelled) => spelled.split(",").map((item) => item.trim()),
  };
}

/** Seconds; null for what is to last until somebody ends it. */
export function duration(metavar: string): Type<number | null> {
  return {
    ...PLAIN,
    metavar,
    allowed: "a time of at most a year, such as 30s, 10m, 1h or 7d, or permanent",
    completes: ["10m", "1h", "1d", "7d", "permanent"],
    decode: (spelled) => parseDuration(spelled),
    check: (value) => (value === null || typeof value === "number" ? value : undefined),
    show: (value) => spellDuration(typeof value === "number" ? value : null),
  };
}

function isAddress(text: string): boolean {
  return text === "" || parseIp(text) !== undefined;
}

function isPrefix(text: string): boolean {
  return text === "" || parseCidr(text) !== undefined;
}

/** One item or several; empty ones are left out. */
function list<T extends string>(metavar: string, max: number, isItem: (item: unknown) => item is T) {
  return {
    ...PLAIN,
    metavar,
    check: (value: unknown): readonly T[] | undefined => {
      const items = Array.isArray(value) ? value : [value];
      if (items.length > max || !items.every(isItem)) return undefined;
      return items.filter((item) => item !== "");
    },
    show: (value: unknown) => (Array.isArray(value) ? value.join(", ") : ""),
  };
}

/** On or off. On the command line a switch: `--x`, `--no-x`. */
export const onOff: Type<boolean> = {
  ...PLAIN,
  metavar: "",
  allowed: "true or false (in a variable also 1, yes, 0, no)",
  decode: (spelled) => {
    const word = spelled.toLowerCase();
    if (["1", "true", "yes"].includes(word)) return true;
    return ["0", "false", "no"].includes(word) ? false : undefined;
  },
  check: (value) => (typeof value === "boolean" ? value : undefined),
};

/** A number within bounds, both included. */
export function number(metavar: string, min: number, max: number): Type<number> {
  return {
    ...PLAIN,
    metavar,
    allowed: `a number from ${min} to ${max}`,
    decode: (spelled) => (/^-?\d{1,15}(\.\d{1,15})?$/.test(spelled) ? Number(spelled) : undefined),
    check: (value) => (typeof value === "number" && value >= min && value <= max ? value : undefined),
  };
}

/** A whole number within bounds, both included. */
export function integer(metavar: string, min: number, max: number): Type<number> {
  const any = number(metavar, min, max);
  return {
    ...any,
    allowed: `a whole number from ${min} to ${max}`,
    check: (value) => (Number.isInteger(value) ? any.check(value) : undefined),
  };
}

const UNITS = ["", "k", "M", "G", "T"];

/** A number of bytes of at least `min`; the units are powers of 1024. */
export function size(metavar: string, min: number): Type<number> {
  return {
    ...integer(metavar, min, Number.MAX_SAFE_INTEGER),
    allowed: `a number of bytes of at least ${min}, such as 500M or 2G`,
    decode: (spelled) => {
      const [, digits, unit] = /^(\d{1,15})([kmgt]?)$/i.exec(spelled) ?? [];
      if (digits === undefined || unit === undefined) return undefined;
      return Number(digits) * 1024 ** UNITS.findIndex((known) => known.toLowerCase() === unit.toLowerCase());
    },
    show: (value) => {
      const power = UNITS.findLastIndex((_, candidate) => Number(value) % 1024 ** candidate === 0);
      return `${Number(value) / 1024 ** power}${UNITS[power]}`;
    },
  };
}

/** One of a few words. */
export function choice<const T extends string>(metavar: string, words: readonly T[]): Type<T> {
  return {
    ...PLAIN,
    metavar,
    allowed: words.join(", "),
    completes: words,
    check: (value) => words.find((word) => word === value),
  };
}

/** One of a few words, or with `-` before it its opposite. */
export function choiceOrOpposite<const T extends string>(
  metavar: string,
  words: readonly T[],
): Type<T | `-${T}`> {
  const either = [...words, ...words.map((word) => `-${word}` as const)];
  return {
    ...choice(metavar, either),
    allowed: `${words.join(", ")}, or one of these with - before it for the opposite`,
    completes: words,
  };
}

/** Some of a few words, each once, in the order given. On the command line too, commas stand between them. */
export function choices<const T extends string>(metavar: string, words: readonly T[]): Type<readonly T[]> {
  const isItem = (item: unknown): item is T | "" => item === "" || words.some((word) => word === item);
  const any = list(metavar, MAX_LIST, isItem);
  return {
    ...any,
    allowed: `a list of ${words.join(", ")}`,
    completes: words,
    list: ",",
    decode: (spelled) => spelled.split(",").map((item) => item.trim()),
    check: (value) => {
      const items = any.check(value);
      // Without the empty ones, which are no words.
      return items && [...new Set(items)].filter((item): item is T => item !== "");
    },
  };
}

/** One of a few words, or text that holds one of `marks`. */
export function choiceOr(
  metavar: string,
  words: readonly string[],
  marks: readonly string[],
  other: string,
): Type<string> {
  const named = choice(metavar, words);
  return {
    ...named,
    allowed: `${named.allowed}, ${other}`,
    check: (value) =>
      isPlain(value, MAX_TEXT) && marks.some((mark) => value.includes(mark)) ? value : named.check(value),
  };
}

/** The value `raw` holds. Throws a {@link UsageError} that begins with `where`. */
export function read<T>(type: Type<T>, where: string, raw: unknown): T {
  const value = type.check(raw);
  if (value === undefined) throw refusal(type, where, raw);
  return value;
}

/** As {@link read}, for a value spelled on the command line or in a variable. */
export function readText<T>(type: Type<T>, where: string, spelled: string): T {
  const decoded = type.decode(spelled);
  const value = type.check(decoded);
  if (value === undefined) throw refusal(type, where, Array.isArray(decoded) ? decoded : spelled);
  return value;
}

function refusal(type: Type<unknown>, where: string, raw: unknown): UsageError {
  return new UsageError(`${where}: ${faultOf(type, raw).words}`);
}

/** What is wrong with a value that is not allowed. */
export function faultOf(type: Type<unknown>, raw: unknown): Fault {
  const fault = type.why?.(raw);
  if (fault !== undefined) return fault;
  // Of a list the first item that spoils it, if it is not their number.
  const item = Array.isArray(raw) ? raw.find((item) => type.check([item]) === undefined) : undefined;
  const culprit: unknown = item ?? raw;
  const meant =
    typeof culprit === "string" && type.completes !== "file" ? didYouMean(culprit, type.completes) : "";
  return { words: `${describe(culprit)} is not allowed${meant}; allowed: ${type.allowed}` };
}

/** Whether it is text of at most `max` characters, none of them a control character. */
export function isPlain(value: unknown, max: number): value is string {
  return typeof value === "string" && value.length <= max && !/\p{Cc}/u.test(value);
}

function describe(raw: unknown): string {
  if (typeof raw === "string") return quote(raw);
  if (typeof raw !== "object" || raw === null) return String(raw);
  if (Array.isArray(raw)) return "this list";
  return raw instanceof Date ? "a date" : "a table";
}
