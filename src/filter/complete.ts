import { findKey, KEYS, type Key, type Known, type Offer } from "./keys.ts";
import { spellValue } from "./spelling.ts";
import { type Token, tokenize } from "./tokens.ts";

/** What may stand instead of `[start, end)` of a filter's text. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  readonly items: readonly Offer[];
}

/** As many as a person looks through. */
const MAX_ITEMS = 12;
/** Values of each kind that are looked at. */
const MAX_KNOWN = 4_096;
/** A longer value takes more of the text than it is worth. */
const MAX_VALUE = 200;

/**
 * Completes the word at `at`: a key where a word begins, also behind a dash, and behind a key its values: those that
 * the language has, and of `known` those that fit. What begins as was typed comes before what holds it.
 */
export function completeFilter(text: string, at: number, known: Known): Completion {
  const cursor = Math.max(0, Math.min(at, text.length));
  const head = text.slice(0, cursor);
  const typed = tokenize(head).at(-1);
  if (typed === undefined || typed.end !== cursor) {
    return { start: cursor, end: cursor, items: ranked("", keyOffers()) };
  }
  const whole = tokenize(text).find(({ start }) => start === typed.start);
  if (typed.key === undefined) return completeKey(typed, whole, known);
  const key = findKey(typed.key.text);
  const index = typed.values.length - 1;
  const value = typed.values[index];
  if (key === undefined || value === undefined) return { start: cursor, end: cursor, items: [] };
  const others = new Set(typed.values.slice(0, index).map((other) => other.text.toLowerCase()));
  const offers = valueOffers(key, known).filter((offer) => !others.has(offer.text.toLowerCase()));
  const items = ranked(value.text, offers).map((offer) => ({
    ...offer,
    text: (value.exact ? "=" : "") + spellValue(offer.text),
  }));
  return { start: value.start, end: Math.max(cursor, endOf(whole, value.start)), items };
}

/** A word that may become a key, or an address that is there. */
function completeKey(typed: Token, whole: Token | undefined, known: Known): Completion {
  const [value] = typed.values;
  // A dash alone is text, but may become a negation.
  const dash = !typed.negated && value?.text === "-" && !value.quoted;
  const start = dash ? typed.end : (value?.start ?? typed.end);
  if (value === undefined || value.quoted) return { start: typed.end, end: typed.end, items: [] };
  const word = dash ? "" : value.text;
  const addresses = word === "" ? [] : offersOf(known.addresses).filter(({ text }) => text.startsWith(word));
  // A key that is there already is replaced with its operator.
  const end = whole?.key === undefined ? whole?.end : whole.operator?.end;
  return {
    start,
    end: Math.max(typed.end, end ?? 0),
    items: [...ranked(word, keyOffers()), ...addresses].slice(0, MAX_ITEMS),
  };
}

function keyOffers(): Offer[] {
  return KEYS.map(({ name, help, phrase }) => ({
    text: name + (phrase.kind === "number" ? ">" : ":"),
    help,
  }));
}

function valueOffers({ offers, known }: Key, values: Known): Offer[] {
  const own = new Set(offers.map(({ text }) => text));
  const more = known === undefined ? [] : offersOf(values[known]).filter(({ text }) => !own.has(text));
  return [...more, ...offers];
}

/** Those that can be typed into one line. */
function offersOf(values: readonly string[] = []): Offer[] {
  return values
    .slice(0, MAX_KNOWN)
    .filter((value) => value !== "" && value.length <= MAX_VALUE && !/\p{Cc}|\p{Cs}/u.test(value))
    .map((text) => ({ text, help: "" }));
}

function ranked(typed: string, offers: readonly Offer[]): Offer[] {
  const word = typed.toLowerCase();
  const holding = offers.filter(({ text }) => text.toLowerCase().includes(word));
  const begins = ({ text }: Offer): boolean => text.toLowerCase().startsWith(word);
  return [...holding.filter(begins), ...holding.filter((offer) => !begins(offer))].slice(0, MAX_ITEMS);
}

/** Where the value that begins at `start` ends. */
function endOf(token: Token | undefined, start: number): number {
  return token?.values.find((value) => value.start === start)?.end ?? 0;
}
