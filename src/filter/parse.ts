import { prefixSet } from "../model/prefix-set.ts";
import { didYouMean } from "../model/suggest.ts";
import { addressIs, type Check, freeText } from "./checks.ts";
import { findKey, KEYS, type Key } from "./keys.ts";
import type { Needle } from "./needles.ts";
import { MAX_TEXT, type Token, tokenize, type Value } from "./tokens.ts";
import { readPrefixes } from "./values.ts";

/** What is wrong with a filter: one line that is safe to print, and where in its text, in UTF-16 units. */
export interface FilterError {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Whether what was made of a text, or of a part of it, is what is wrong with it. */
export function isFilterError<Made extends object>(made: Made | FilterError): made is FilterError {
  return "message" in made;
}

/** A term that can be asked: it holds where one of its checks does, or where it is negated where none does. */
export interface Term {
  readonly token: Token;
  /** Absent for free text, and for addresses without a key. */
  readonly key: Key | undefined;
  readonly checks: readonly Check[];
}

/** More terms and values than anybody types: together they bound what a line can cost. */
const MAX_TERMS = 64;
const MAX_VALUES = 256;
/** Characters of the input that a message repeats. */
const MAX_ECHO = 40;

/** The terms of a filter, or the first thing that is wrong with it. Nothing is ever cut or skipped silently. */
export function parse(text: string): readonly Term[] | FilterError {
  if (text.length > MAX_TEXT) {
    const message = `a filter of ${text.length} characters is too long; allowed: ${MAX_TEXT}`;
    return { message, start: MAX_TEXT, end: text.length };
  }
  const terms: Term[] = [];
  let values = 0;
  for (const token of tokenize(text)) {
    const { start, end } = token;
    values += token.values.length;
    if (terms.length === MAX_TERMS) return { message: `too many terms; allowed: ${MAX_TERMS}`, start, end };
    if (values > MAX_VALUES) return { message: `too many values; allowed: ${MAX_VALUES}`, start, end };
    const term = readTerm(text, token);
    if (isFilterError(term)) return term;
    terms.push(term);
  }
  return terms;
}

/** What a term means, or what is wrong with it. `text` is what the token was cut from. */
export function readTerm(text: string, token: Token): Term | FilterError {
  const { values, fault } = token;
  const word = echo(text.slice(token.start, token.end));
  if (fault !== undefined) {
    return { message: `${word}: ${fault.what}`, start: fault.start, end: fault.end };
  }
  if (token.key === undefined || token.operator === undefined) return readText(token, word);
  const key = findKey(token.key.text);
  if (key === undefined) {
    const { text: name, start, end } = token.key;
    const names = KEYS.map((known) => known.name);
    const meant = didYouMean(name.toLowerCase(), names);
    const message = `${word}: no such key${meant}; allowed: ${names.join(", ")}, or text in quotes`;
    return { message, start, end };
  }
  const operator = token.operator.text;
  if (operator !== ":" && !key.numeric) {
    const { start, end } = token.operator;
    return {
      message: `${word}: ${key.name} is not compared; allowed: ${key.name}:, or text in quotes`,
      start,
      end,
    };
  }
  const needles: Needle[] = [];
  for (const value of values) {
    if (value.text === "") return missing(key, value, token);
    needles.push({ text: operator === ":" ? value.text : operator + value.text, exact: value.exact });
  }
  return readValues(token, key, needles);
}

function readValues(token: Token, key: Key, needles: readonly Needle[]): Term | FilterError {
  const all = key.readAll?.(needles);
  if (all !== undefined) return { token, key, checks: [all] };
  const checks: Check[] = [];
  for (const [i, needle] of needles.entries()) {
    const read = key.read(needle);
    if (read === undefined) return refused(key, needle, token.values[i]);
    checks.push(...read);
  }
  return { token, key, checks };
}

/** A word without a key: addresses and prefixes are what they look like, anything else is text. */
function readText(token: Token, word: string): Term | FilterError {
  const [value] = token.values;
  if (value === undefined || value.text === "") {
    return { message: `${word}: a text is missing`, start: token.start, end: token.end };
  }
  const slip = value.quoted ? undefined : slipOf(value.text);
  if (slip !== undefined) return { message: `${word}: ${slip}`, start: token.start, end: token.end };
  const prefixes = value.quoted ? undefined : readPrefixes(value.text);
  const check = prefixes === undefined ? freeText(value.text) : addressIs(prefixSet(prefixes));
  return { token, key: undefined, checks: [check] };
}

/** What unquoted text must have been meant as, where nobody means it as text. */
function slipOf(text: string): string | undefined {
  const [, name = ""] = /^([\w-]+)!=/.exec(text) ?? [];
  if (findKey(name) !== undefined) return `there is no !=; to turn a term round: -${name}:…`;
  const slash = text.indexOf("/");
  if (slash <= 0 || !/^\/\d+$/.test(text.slice(slash)) || readPrefixes(text) !== undefined) return undefined;
  return readPrefixes(text.slice(0, slash)) === undefined
    ? undefined
    : "no prefix of that length; allowed: up to /32 of IPv4, /128 of IPv6";
}

function missing(key: Key, value: Value, token: Token): FilterError {
  const message = `${key.name}: a value is missing; allowed: ${key.allowed}`;
  // Where nothing stands, what stands before it is at fault.
  const start = value.start < value.end ? value.start : Math.max(token.start, value.start - 1);
  return { message, start, end: value.end };
}

function refused(key: Key, needle: Needle, value: Value | undefined): FilterError {
  const word = `${key.name}${/^[<>=]/.test(needle.text) ? "" : ":"}${echo(needle.text)}`;
  return {
    message: `${word}: not allowed${meantValue(key, needle.text.toLowerCase())}; allowed: ${key.allowed}`,
    start: value?.start ?? 0,
    end: value?.end ?? 0,
  };
}

/** Of the values that are words, the one that was begun or mistyped. Numbers are all alike. */
function meantValue(key: Key, typed: string): string {
  if (key.numeric) return "";
  const offers = key.offers.map(({ text }) => text);
  const begun = offers.find((offer) => offer.startsWith(typed));
  return begun === undefined ? didYouMean(typed, offers) : `, did you mean ${begun}?`;
}

/** A piece of the input as a message repeats it: short, and without what could change how a terminal shows it. */
function echo(text: string): string {
  const short = text.length <= MAX_ECHO ? text : `${text.slice(0, MAX_ECHO - 1)}…`;
  return short.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "?");
}
