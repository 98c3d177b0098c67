import { isatty } from "node:tty";
import { printable, quote, UsageError } from "../config/error.ts";
import type { Minute } from "../model/history.ts";
import type { Sort } from "../model/snapshot.ts";
import { isOneAddress, parseTarget, type Target } from "../model/target.ts";
import { now } from "../sources/clock.ts";
import { type Database, openReader } from "../store/database.ts";
import { type HistorySort, list, minutesOf, type Remembered } from "../store/query.ts";
import { troubleOf } from "../store/trouble.ts";
import { cells, cut, fit } from "../tui/fit.ts";
import { bytes, clockOn, grouped, short } from "../tui/format.ts";
import { sparkline } from "../tui/sparkline.ts";
import { complain, told } from "./block.ts";
import { FAILED, NO_PERMISSION, USAGE } from "./exit-codes.ts";
import { historyPath } from "./history-path.ts";
import { harmless } from "./output.ts";

/** Of a terminal that does not say. */
const USUAL_WIDTH = 80;
/** Rows that a person looks through, and that a program gets at once: some ten megabytes. */
const ROWS = 100;
const JSON_ROWS = 10_000;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** What one bar of the two sparklines stands for. */
const DAY_BAR = 20 * MINUTE;
const MONTH_BAR = 12 * HOUR;

/** What was asked on the command line. */
export interface HistoryAsked {
  /** The directory of what was done. */
  readonly state: string;
  readonly target: string | undefined;
  /** Seconds before now. */
  readonly since: number | null | undefined;
  readonly flagged: boolean;
  readonly sort: HistorySort;
  readonly json: boolean;
  readonly utc: boolean;
}

interface HistoryQuestion extends Pick<HistoryAsked, "flagged" | "sort" | "json" | "utc"> {
  readonly target: Target | undefined;
  /** Who was seen since then (epoch ms). */
  readonly since: number | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Cells of the terminal's lines; no end where it is none. */
  readonly width: number;
}

/** What of the order of the console's table orders the history as well. */
const SORTS: Readonly<Partial<Record<Sort, HistorySort>>> = {
  risk: "flagged",
  ip: "ip",
  req: "requests",
  sent: "bytes",
  in: "in",
  out: "out",
  auth: "auth",
  seen: "sessions",
  last: "last",
};

/** The order that `--sort` asks for. */
export function historySort(word: string): HistorySort | UsageError {
  const sort = SORTS[word as Sort];
  if (sort !== undefined) return sort;
  return new UsageError(
    `--sort: ${quote(word)} orders no history; allowed: ${Object.keys(SORTS).join(", ")}`,
  );
}

/**
 * `history`: what addresses did, from the database, also while another program writes it. Returns the exit code: 1 where it
 * cannot be read, and where one address was asked for that was never seen; 77 where it may not be read.
 */
export async function history({ state, target: named, since, ...asked }: HistoryAsked): Promise<number> {
  const path = historyPath(state);
  const at = now();
  const target = named === undefined ? undefined : parseTarget(named);
  const from = since === undefined || since === null ? undefined : at - 1000 * since;
  const width = isatty(1) ? (process.stdout.columns ?? USUAL_WIDTH) : Number.POSITIVE_INFINITY;
  const question: HistoryQuestion = { ...asked, target, since: from, now: at, width };
  const { json } = question;
  if (target !== undefined && isOneAddress(target) && (from !== undefined || asked.flagged))
    return complain(
      "history: --since and --flagged choose among several: not allowed with one address",
      USAGE,
    );
  const one = target !== undefined && isOneAddress(target) ? target : undefined;
  let database: Database;
  try {
    database = openReader(path, true);
  } catch (error) {
    const { kind, words } = troubleOf(error, path);
    if (kind === "denied") return complain(`no permission: ${words}`, NO_PERMISSION);
    if (kind !== "missing") return complain(words, FAILED);
    const none = `no history yet: ${words}; 'nethergaze' and 'nethergaze watch' write it`;
    if (one !== undefined) return complain(none, FAILED);
    complain(none, 0);
    return json ? told(["[]"], []) : 0;
  }
  try {
    if (one !== undefined) return await address(database, one, question);
    return json ? await array(database, question) : await page(database, question);
  } catch (error) {
    return complain(troubleOf(error, path).words, FAILED);
  } finally {
    database.close();
  }
}

async function address(
  database: Database,
  { text, cidr }: Target,
  question: HistoryQuestion,
): Promise<number> {
  const [found] = list(database, { ...QUIET, within: cidr, limit: 1 }).rows;
  if (found === undefined) return complain(`${text} was never seen`, FAILED);
  return told(question.json ? [harmless(JSON.stringify(objectOf(found)))] : card(found, question), []);
}

const QUIET = { flagged: false, sort: "ip" } as const;

async function array(database: Database, question: HistoryQuestion): Promise<number> {
  const { rows, total } = list(database, { ...question, within: question.target?.cidr, limit: JSON_ROWS });
  const lines = rows.map(
    (row, i) => `${harmless(JSON.stringify(objectOf(row)))}${i < rows.length - 1 ? "," : ""}`,
  );
  return told(["[", ...lines, "]"], more(rows, total));
}

async function page(database: Database, question: HistoryQuestion): Promise<number> {
  const { target, since, flagged, now } = question;
  const { rows, total } = list(database, { ...question, within: target?.cidr, limit: ROWS });
  const whole = target === undefined && since === undefined;
  const lines = [
    ...(whole ? hostLines(minutesOf(database, now - 30 * DAY, now + MINUTE), question) : []),
    ...(rows.length === 0
      ? [whole && !flagged ? "nobody is remembered yet" : "nobody remembered matches"]
      : table(rows, question)),
  ];
  return told(lines, more(rows, total));
}

function more(rows: readonly Remembered[], total: number): string[] {
  if (total <= rows.length) return [];
  return [
    `the first ${grouped(rows.length)} of ${grouped(total)}: a prefix, --since and --flagged choose others`,
  ];
}

/** The documented keys in their order; who was flagged in how many runs is not among them. */
function objectOf(row: Remembered): Readonly<Record<string, unknown>> {
  const { ip, firstSeen, lastSeen, sessions, requests, bytes, inBytes, outBytes, authFailures, ...rest } =
    row;
  const { flagged, rules, blocks, country, org, paths } = rest;
  const numbers = {
    firstSeen,
    lastSeen,
    sessions,
    requests,
    bytes,
    inBytes,
    outBytes,
    authFailures,
    flagged,
  };
  return { ip, ...numbers, rules, blocks, country, org, paths };
}

/** How one column of a list is written. */
interface Column {
  readonly title: string;
  readonly sort?: HistorySort;
  readonly left?: true;
  value(row: Remembered, question: HistoryQuestion): string;
}

const number = (title: string, sort: HistorySort, value: (row: Remembered) => string): Column => ({
  title,
  sort,
  value,
});

const COLUMNS: readonly Column[] = [
  { title: "ADDRESS", sort: "ip", left: true, value: ({ ip }) => ip },
  { title: "CC", left: true, value: ({ country }) => cut(country ?? "-", 2) },
  { title: "LAST SEEN", sort: "last", left: true, value: ({ lastSeen }, it) => time(lastSeen, it) },
  { title: "FIRST SEEN", sort: "first", left: true, value: ({ firstSeen }, it) => time(firstSeen, it) },
  number("RUNS", "sessions", ({ sessions }) => short(sessions)),
  number("REQ", "requests", ({ requests }) => short(requests)),
  number("SENT", "bytes", (row) => bytes(row.bytes)),
  number("IN", "in", ({ inBytes }) => bytes(inBytes)),
  number("OUT", "out", ({ outBytes }) => bytes(outBytes)),
  number("AUTH", "auth", ({ authFailures }) => short(authFailures)),
  number("FLAGGED", "flagged", ({ flagged }) => short(flagged)),
  number("BLOCKS", "blocks", ({ blocks }) => short(blocks)),
];
/** Cells of the bar beside what is sorted by, and of the words at the end of a line. */
const BAR = 10;
const WORDS = 40;

const AMOUNT: Readonly<Record<HistorySort, (row: Remembered) => number>> = {
  last: ({ requests }) => requests,
  first: ({ requests }) => requests,
  ip: ({ requests }) => requests,
  sessions: ({ sessions }) => sessions,
  requests: ({ requests }) => requests,
  bytes: (row) => row.bytes,
  in: ({ inBytes }) => inBytes,
  out: ({ outBytes }) => outBytes,
  auth: ({ authFailures }) => authFailures,
  flagged: ({ flagged }) => flagged,
  blocks: ({ blocks }) => blocks,
};

/** Columns as wide as what is in them; after the one that is sorted by, or else the requests, a bar. */
function table(rows: readonly Remembered[], question: HistoryQuestion): string[] {
  const { sort } = question;
  const barred = ["last", "first", "ip"].includes(sort) ? "requests" : sort;
  const amount = AMOUNT[sort];
  const most = Math.max(...rows.map(amount), 1);
  const columns = COLUMNS.flatMap((column) => {
    const texts = rows.map((row) => column.value(row, question));
    const width = Math.max(column.title.length, ...texts.map(cells));
    const filled = [column.title, ...texts].map((text) => fit(text, width, column.left !== true));
    const own = { title: column.title, texts: filled };
    if (column.sort !== barred) return [own];
    const bars = ["", ...rows.map((row) => bar(amount(row) / most))].map((text) => fit(text, BAR));
    return [own, { title: "bar", texts: bars }];
  });
  const shown = fitting(columns, question.width - MIN_WORDS, barred);
  const left = question.width - shown.reduce((sum, { texts }) => sum + cells(texts[0] ?? "") + 2, 0);
  const words = ["WHAT", ...rows.map((row) => cut(wordsOf(row), Math.min(WORDS, left)))];
  return words.map((last, i) => [...shown.map(({ texts }) => texts[i]), last].join("  ").trimEnd());
}

/** Those that a narrow terminal does without first. */
const LEAVING = ["BLOCKS", "IN", "OUT", "bar", "FIRST SEEN", "SENT", "AUTH", "CC", "RUNS", "REQ"];
/** Cells that what it was flagged for has at least. */
const MIN_WORDS = 14;

function fitting<C extends { readonly title: string; readonly texts: readonly string[] }>(
  columns: readonly C[],
  width: number,
  sorted: HistorySort,
): readonly C[] {
  let shown = columns;
  const title = COLUMNS.find(({ sort }) => sort === sorted)?.title;
  for (const leaving of LEAVING.filter((one) => one !== title)) {
    if (shown.reduce((sum, { texts }) => sum + cells(texts[0] ?? "") + 2, 0) <= width) break;
    shown = shown.filter((column) => column.title !== leaving);
  }
  return shown;
}

/** Why it was flagged and how often, or else what it asked for last. */
function wordsOf({ rules, flaggedSessions, paths, org }: Remembered): string {
  const again = flaggedSessions > 1 ? `in ${flaggedSessions} runs: ` : "";
  return rules.length > 0 ? again + rules.join(" ") : (paths[0] ?? org ?? "");
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A share of 1 as a bar; anything at all is seen. */
function bar(share: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(8 * BAR * share)) : 0;
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

/** What is known of one address. */
function card(row: Remembered, question: HistoryQuestion): string[] {
  const { ip, country, org, firstSeen, lastSeen, sessions, requests, authFailures, flagged } = row;
  const runs = flagged > 0 && row.flaggedSessions > 0 ? `, in ${times(row.flaggedSessions, "run")}` : "";
  const lines: readonly (readonly [string, string])[] = [
    ["first seen", time(firstSeen, question)],
    ["last seen", time(lastSeen, question)],
    ["runs", grouped(sessions)],
    ["requests", `${grouped(requests)}, ${bytes(row.bytes)} sent`],
    [
      "on the wire",
      row.inBytes + row.outBytes === 0
        ? "not counted"
        : `${bytes(row.inBytes)} in, ${bytes(row.outBytes)} out`,
    ],
    ["auth failures", grouped(authFailures)],
    ["flagged", flagged === 0 ? "never" : `${times(flagged, "time")}${runs}: ${row.rules.join(", ")}`],
    ["blocked", row.blocks === 0 ? "never" : times(row.blocks, "time")],
    ...row.paths.map((path, i) => [i === 0 ? "last paths" : "", path] as const),
  ];
  const title = [ip, country, org].filter((part) => part !== undefined).join("  ");
  return [title, ...lines.map(([name, text]) => `  ${name.padEnd(13)}  ${text}`)].map(printable);
}

/** `1 run`, `3 runs`. */
function times(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** From this width on a strip has all its bars. */
const WIDE = 110;

/** What the host did in the last day and in the last month, where anybody wrote it down. */
function hostLines(minutes: readonly Minute[], { now, width }: HistoryQuestion): string[] {
  if (minutes.length === 0) return [];
  return [
    ...strip("last day", minutes, now, width < WIDE ? 2 * DAY_BAR : DAY_BAR, DAY),
    ...strip("30 days", minutes, now, width < WIDE ? 2 * MONTH_BAR : MONTH_BAR, 30 * DAY),
    "",
  ];
}

const STRIPS = [
  { title: "requests", of: ({ requests }: Minute) => requests, words: grouped },
  { title: "sent", of: (minute: Minute) => minute.bytes, words: bytes },
  { title: "auth failures", of: ({ authFailures }: Minute) => authFailures, words: grouped },
] as const;

function strip(name: string, minutes: readonly Minute[], now: number, step: number, span: number): string[] {
  const count = span / step;
  const newest = Math.floor(now / step);
  return STRIPS.flatMap(({ title, of, words }) => {
    const sums = new Array<number>(count).fill(0);
    for (const minute of minutes) {
      const place = count - 1 - (newest - Math.floor(minute.at / step));
      if (place >= 0 && place < count) sums[place] = (sums[place] ?? 0) + of(minute);
    }
    const total = sums.reduce((sum, value) => sum + value, 0);
    if (total === 0) return [];
    return [`${name.padEnd(8)}  ${title.padEnd(13)}  ${sparkline(sums, count)}  ${words(total)}`];
  });
}

function time(at: number, { now, utc }: HistoryQuestion): string {
  return clockOn(at, now, utc);
}
