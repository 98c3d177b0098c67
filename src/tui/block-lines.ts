import { type Acted, BLOCK_CHOICES, type Blast, type Preview } from "../model/block.ts";
import { durationWords, lastingWords } from "../model/duration.ts";
import type { Past } from "../model/history.ts";
import { allowedOf, answerOf, type BlockWindow, targetsOf } from "./block-window.ts";
import { cells, cut } from "./fit.ts";
import { clockOn, grouped } from "./format.ts";
import type { Line } from "./modal-text.ts";
import { PALETTE, type Style } from "./palette.ts";
import { pastWords } from "./past.ts";
import { type Armed, doing, named, type Response } from "./response.ts";
import type { Span } from "./surface.ts";
import { wrap } from "./wrap.ts";

/** What a block's window needs beside itself. */
interface Setting {
  /** Cells of a line. */
  readonly width: number;
  readonly utc: boolean;
}

/** Cells of a label, with the sign of the choice that the arrows change before it. */
const LABEL = 10;
/** Cells between two choices. */
const GAP = 3;
/** Some sentences: more would push the rest out of sight. */
const MAX_WORDS = 600;
/** As much of one command as anybody reads. */
const MAX_COMMAND = 2_000;

/** Whom it would hit, for how long, what speaks against it, and what would run. */
export function blockLines(
  block: BlockWindow,
  said: Acted | undefined,
  { act }: Response,
  setting: Setting,
): Line[] {
  const { width } = setting;
  const answer = answerOf(block);
  const under = act !== undefined && targetsOf(block).some((target) => act.targets.includes(target));
  const news = under
    ? labelled("now", [[doing(act), PALETTE.focus]], width)
    : said === undefined
      ? []
      : labelled("failed", [[said.words, PALETTE.bad]], width);
  const head = [choiceLine(block, "scope", setting), choiceLine(block, "time", setting)];
  if (answer !== undefined) return [...head, ...news, ...answerLines(block, answer.preview, setting)];
  const wait = labelled("would", [["looking...", PALETTE.notice]], width);
  // As high as the answer before it, so that nothing jumps while somebody chooses.
  const { preview } = block.answer ?? {};
  const before = preview === undefined ? 0 : answerLines(block, preview, setting).length;
  const blanks = Array.from({ length: Math.max(0, before - wait.length) }, (): Line => () => []);
  return [...head, ...news, ...wait, ...blanks];
}

function answerLines(block: BlockWindow, preview: Preview | string, setting: Setting): Line[] {
  const { width } = setting;
  if (typeof preview === "string") return labelled("would", [[preview, PALETTE.bad]], width);
  const { targets, blast, who, past, commands, lasting: kept, remarks, firewall, why } = preview;
  const forbidden = block.answer?.forbidden;
  const notes = [...(block.remark === undefined ? [] : [block.remark]), ...remarks];
  const by = firewall === "none" ? `none, nothing is run: ${why}` : `${firewall}: ${why}`;
  const changed = kept.filter((line) => !commands.includes(line));
  const same: readonly Words[] =
    changed.length === kept.length ? [] : [[changed.length > 0 ? "the same, but" : "the same", PALETTE.dim]];
  const listed = targets.length > 1 ? allowedOf(preview) : [];
  return [
    ...labelled("would", blastWords(blast, block.answer?.at ?? 0, setting.utc), width),
    ...labelled("who", who === undefined ? [] : [[who, PALETTE.plain]], width),
    ...labelled(
      "before",
      past === undefined ? [] : [pastSpan(past, block.answer?.at ?? 0, setting.utc)],
      width,
    ),
    ...labelled("guard", guardWords(preview), width),
    ...labelled("firewall", [[by, PALETTE.plain]], width),
    ...labelled(
      "note",
      notes.map((note): Words => [note, PALETTE.plain]),
      width,
    ),
    ...(forbidden === undefined
      ? []
      : labelled("but", [[`nothing is run: ${forbidden}; c copies the commands`, PALETTE.warning]], width)),
    ...labelled("runs", commands.map(commandWords), width, MAX_COMMAND),
    ...labelled("on y", [...same, ...changed.map(commandWords)], width, MAX_COMMAND),
    ...labelled(
      "blocks",
      listed.map((target): Words => [target, PALETTE.plain]),
      width,
    ),
  ];
}

/** A text, and how it looks. */
export type Words = readonly [text: string, style: Style];

function commandWords(command: string): Words {
  return [command, PALETTE.strong];
}

/** Texts below each other behind a label, each in as many lines as it takes. */
function labelled(label: string, texts: readonly Words[], width: number, most = MAX_WORDS): Line[] {
  const lines = texts.flatMap(([text, style]) =>
    wrap(cut(text, most), Math.max(1, width - LABEL)).map((line): Words => [line, style]),
  );
  return lines.map(
    (words, i): Line =>
      () => [[` ${i === 0 ? label : ""}`.padEnd(LABEL), PALETTE.dim], words],
  );
}

function timeWords(seconds: number | null): string {
  return seconds === null ? lastingWords(null) : durationWords(seconds);
}

interface Choice {
  readonly words: string;
  /** Cells from the left. */
  readonly x: number;
}

/** The choices of a row, with their places: `(•) 1 h`. */
function choicesOf(block: BlockWindow, row: BlockWindow["row"], { utc }: Pick<Setting, "utc">): Choice[] {
  const { around, answer } = block;
  const beside = around === undefined ? "" : `: ${peopleOf(around)} ${sinceOf(around, answer?.at ?? 0, utc)}`;
  const labels =
    row === "time"
      ? BLOCK_CHOICES.map(timeWords)
      : block.scopes.map(({ label }, i) => (i === 0 ? label : label + beside));
  let x = LABEL;
  return labels.map((label, i) => {
    const words = `${i === block[row] ? "(•)" : "( )"} ${label}`;
    const choice = { words, x };
    x += cells(words) + GAP;
    return choice;
  });
}

function choiceLine(block: BlockWindow, row: BlockWindow["row"], setting: Setting): Line {
  return () => {
    const focused = block.row === row;
    const label = `${focused ? "›" : " "}${row === "scope" ? "scope" : "for"}`;
    const spans = choicesOf(block, row, setting).flatMap(({ words }, i): Span[] => [
      [i === 0 ? "" : " ".repeat(GAP), PALETTE.plain],
      [words, i === block[row] ? PALETTE.strong : PALETTE.dim],
    ]);
    return [[label.padEnd(LABEL), focused ? PALETTE.focus : PALETTE.dim], ...spans];
  };
}

/** What lies at a cell of the window: the row of a choice and its place there. */
export function choiceAt(
  block: BlockWindow,
  line: number,
  x: number,
  utc: boolean,
): { readonly row: BlockWindow["row"]; readonly place: number } | undefined {
  const row = line === 0 ? "scope" : line === 1 ? "time" : undefined;
  if (row === undefined) return undefined;
  const place = choicesOf(block, row, { utc }).findIndex(
    (choice) => x >= choice.x && x < choice.x + cells(choice.words),
  );
  return place < 0 ? undefined : { row, place };
}

const HOUR = 3_600_000;

/** `in 24 h`, or since when less is known. */
export function sinceOf({ since }: Blast, now: number, utc: boolean): string {
  return now - since >= 23.9 * HOUR ? "in 24 h" : `since ${clockOn(since, now, utc)}`;
}

/** `3 bad, 9 good`. */
export function peopleOf({ bad, good }: Blast): string {
  return `${grouped(bad)} bad, ${grouped(good)} good`;
}

/** Whom it would hit: what is ordinary plainly, what may be a mistake with a sign. */
export function blastWords(blast: Blast, now: number, utc: boolean): Words[] {
  const { addresses, connections, badRequests, goodRequests, logins, crawlers, good } = blast;
  const others = good > 0 && addresses > 1;
  const ends = `end ${counted(connections, "open connection")}`;
  const whom = addresses > 1 ? `; of ${grouped(addresses)} known addresses ${peopleOf(blast)}` : oneOf(blast);
  const requests = `${counted(badRequests, "bad request")}, ${grouped(goodRequests)} good`;
  const nobody = [...(logins === 0 ? ["no login"] : []), ...(crawlers === 0 ? ["no robot"] : [])];
  const since = sinceOf(blast, now, utc);
  return [
    [others ? `△ ${ends}${whom}` : ends + whom, others ? PALETTE.warning : PALETTE.plain],
    [`${since}: ${[requests, ...nobody].join(", ")}`, PALETTE.plain],
    ...alarm(logins, "address", "with an accepted login", blast.loggedIn),
    ...alarm(crawlers, "address", "of what says it is a search engine or monitor", blast.crawling),
  ];
}

function oneOf({ addresses, bad, good }: Blast): string {
  if (addresses === 0) return "; nothing is known of it here";
  if (bad > 0) return "; something speaks against it";
  return good > 0 ? "; nothing speaks against it" : "";
}

function alarm(count: number, one: string, what: string, first: readonly string[]): Words[] {
  if (count === 0) return [];
  const more = count > first.length ? ", ..." : "";
  return [[`▲ ${counted(count, one)} ${what}: ${first.join(", ")}${more}`, PALETTE.bad]];
}

function counted(count: number, one: string): string {
  const many = one.endsWith("s") ? `${one}es` : `${one}s`;
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function guardWords({ targets }: Preview): Words[] {
  const refused = targets.flatMap(({ target, refusal }) =>
    refusal === undefined ? [] : [{ target, refusal }],
  );
  if (refused.length === 0)
    return [["ok: not you or this host, no gateway, resolver, proxy or trusted", PALETTE.good]];
  const all = refused.length === targets.length;
  const rest = targets.length - refused.length;
  const sum = all
    ? "▲ refused: all of them"
    : `▲ ${grouped(refused.length)} of ${grouped(targets.length)} refused, only the other ${grouped(rest)} would be blocked`;
  return [
    ...(targets.length > 1 ? ([[sum, PALETTE.bad]] satisfies Words[]) : []),
    ...refused.flatMap(({ target, refusal: { reason, forcible } }): Words[] => [
      [targets.length > 1 ? `${target}: ${reason}` : `▲ refused: ${reason}`, PALETTE.bad],
      ...(forcible
        ? ([[`only the command line can: nethergaze block ${target} --force`, PALETTE.dim]] satisfies Words[])
        : []),
    ]),
  ];
}

/** What is blocked for a minute, and what makes it last. */
export function armedLines(
  { id, targets, seconds, until, reason, words }: Armed,
  said: Acted | undefined,
  { act, armed, now }: Response,
  width: number,
): Line[] {
  const stands = armed.some((one) => one.id === id);
  const time: readonly Words[] = stands
    ? [
        [`in ${countdown(until, now)} by itself, unless you press y`, PALETTE.warning],
        [`y keeps it ${lastingWords(seconds)}`, PALETTE.plain],
      ]
    : [["it has ended: nobody confirmed it", PALETTE.warning]];
  return [
    ...labelled("blocked", [[named(targets), PALETTE.strong]], width),
    ...(act === undefined
      ? labelled(stands ? "reverts" : "over", time, width)
      : labelled("now", [[doing(act), PALETTE.focus]], width)),
    ...(said === undefined ? [] : labelled("failed", [[said.words, PALETTE.bad]], width)),
    ...labelled("done", [[words, PALETTE.plain]], width),
    ...labelled("reason", reason === "" ? [] : [[reason, PALETTE.plain]], width),
    ...labelled(
      "all",
      targets.length === 1 ? [] : targets.map((target): Words => [target, PALETTE.plain]),
      width,
    ),
  ];
}

/** What history knows of it. */
function pastSpan(past: Past, now: number, utc: boolean): Words {
  return [pastWords(past, now, utc), past.flagged > 0 ? PALETTE.warning : PALETTE.plain];
}

/** The seconds until a time, both in epoch milliseconds. */
export function countdown(until: number, now: number): string {
  return durationWords(Math.ceil((until - now) / 1000));
}

/** What ends by itself, or is being done, for who looks at something else: `45.77.12.9 blocked, reverts in 42 s: y`. */
export function responseSpans({ act, armed, now }: Response): Span[] {
  const [first] = armed;
  if (act !== undefined) return [[` ${doing(act)} `, PALETTE.badge]];
  if (first === undefined) return [];
  const others = armed.length > 1 ? `, ${armed.length - 1} more later` : "";
  const words = `${named(first.targets)} blocked, reverts in ${countdown(first.until, now)}: y${others}`;
  return [[` ${words} `, PALETTE.badge]];
}
