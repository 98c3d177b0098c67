import { quote } from "./error.ts";
import { type Fault, isPlain, MAX_TEXT, type Type } from "./value.ts";

/** A program and its arguments, as execvp(3) takes them. */
export type Argv = readonly [program: string, ...words: string[]];

/** More words than any command that a person writes. */
const MAX_WORDS = 64;
/** What means something to a shell where it stands free; in quotes it is itself. */
const FREE = /[|&;<>()*?~]/;
/** What means something to a shell in double quotes too. In single ones it would not: who writes it there expects a shell. */
const ANYWHERE = /[$`\\\r\n]/;

/**
 * A command to run without a shell: a list of words, each one argument whatever is in it, or a text that is split into
 * words at blanks, where quotes hold a word together. A text that only a shell would understand is refused.
 * `takesIp`: `{ip}` in a word but the first stands for an address. Other braces are left as they are.
 */
export function command(takesIp: boolean): Type<Argv> {
  const remedy = `write command = ["program", "word"${takesIp ? ', "{ip}"' : ""}]`;
  const read = (value: unknown): Argv | Fault => {
    if (typeof value !== "string" && !Array.isArray(value)) return notAllowed(value);
    const split = typeof value === "string" ? wordsOf(value, remedy) : value;
    if (isFault(split)) return split;
    const [program, ...rest] = split;
    if (program === undefined || program === "") return { words: `no program is named; ${remedy}` };
    if (![program, ...rest].every(isWord) || rest.length >= MAX_WORDS) return notAllowed(value);
    const reason = against([program, ...rest], takesIp);
    return reason === undefined ? [program, ...rest] : { words: `${quote(reason.word)} ${reason.why}` };
  };
  const allowed = [
    `a list of at most ${MAX_WORDS} words, the program first`,
    "or a text that is split into such at blanks and holds nothing for a shell",
  ].join(", ");
  const notAllowed = (value: unknown): Fault => ({
    words: `${typeof value === "string" ? quote(value) : "this"} is not allowed; allowed: ${allowed}`,
  });
  return {
    metavar: "COMMAND",
    allowed,
    completes: [],
    list: false,
    decode: (spelled) => spelled,
    show: (value) => (Array.isArray(value) ? value.join(" ") : ""),
    check(value) {
      const words = read(value);
      return isFault(words) ? undefined : words;
    },
    why(value) {
      const words = read(value);
      return isFault(words) ? words : undefined;
    },
  };
}

function isFault(found: readonly unknown[] | Fault): found is Fault {
  return "words" in found;
}

function isWord(value: unknown): value is string {
  return isPlain(value, MAX_TEXT);
}

/** The word that cannot be, and why. */
function against(
  [program, ...rest]: Argv,
  takesIp: boolean,
): { readonly word: string; readonly why: string } | undefined {
  if (program.includes("{ip}")) {
    return {
      word: program,
      why: "is the program, which may not depend on the address: {ip} is not allowed in it",
    };
  }
  // It runs in /, whoever starts it from wherever.
  if (program.includes("/") && !program.startsWith("/")) {
    return { word: program, why: "is not allowed; allowed: the name of a program, or its path from / on" };
  }
  const word = takesIp ? undefined : rest.find((candidate) => candidate.includes("{ip}"));
  return word === undefined
    ? undefined
    : { word, why: "is not allowed: an alert hook reads of whom the alert is from its standard input" };
}

/** The words of a text: at blanks, but not at those in quotes. */
function wordsOf(text: string, remedy: string): string[] | Fault {
  const shells = (character: string): Fault => ({
    words: `${quote(text)}: ${named(character)} is for a shell, and none runs this; ${remedy}`,
  });
  const words: string[] = [];
  /** Undefined between words: a word may be empty, in quotes. */
  let word: string | undefined;
  let quoting = "";
  for (const character of text) {
    if (ANYWHERE.test(character)) return shells(character);
    if (quoting !== "") {
      if (character === quoting) quoting = "";
      else word += character;
    } else if (character === "'" || character === '"') {
      quoting = character;
      word ??= "";
    } else if (character === " " || character === "\t") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (FREE.test(character)) return shells(character);
    else word = (word ?? "") + character;
  }
  if (quoting !== "") return { words: `${quote(text)}: a ${quoting} is not closed; ${remedy}` };
  return word === undefined ? words : [...words, word];
}

function named(character: string): string {
  return character === "\n" || character === "\r" ? "a line break" : character;
}
