import { LIMITS } from "../correlate/state.ts";
import { compileFilter, isFilterError } from "../filter/filter.ts";
import type { Blast } from "../model/block.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import { prefixSet } from "../model/prefix-set.ts";
import type { Filter, IpProfile, Query, Snapshot } from "../model/snapshot.ts";
import { isOneAddress, parseTarget, type Target } from "../model/target.ts";

/** Addresses of a kind that are named. */
const NAMED = 5;
/** A search of all kept lines takes no more questions than this. */
const QUESTIONS = 64;
/** How the robots of search engines, of previews and of monitors call themselves; anybody can. */
const CRAWLERS = [
  ...["googlebot", "bingbot", "duckduckbot", "yandexbot", "baiduspider", "applebot", "slurp", "petalbot"],
  ...["facebookexternalhit", "twitterbot", "linkedinbot", "slackbot", "telegrambot", "whatsapp"],
  ...["uptimerobot", "pingdom", "statuscake", "site24x7", "betteruptime", "hetrixtools", "updown.io"],
];

const crawlers = crawlerLines();

function crawlerLines(): Filter {
  const filter = compileFilter(`agent:${CRAWLERS.join(",")}`);
  if (isFilterError(filter)) throw new Error(filter.message);
  return filter;
}

/** Whom blocking these would hit, by what a core knows that saw everything from `since` on. */
export function blastOf(
  snapshot: (query: Query) => Snapshot,
  targets: readonly Target[],
  since: number,
): Blast {
  const rows = rowsOf(snapshot, targets, undefined);
  const loggedIn = rows.filter(({ authAccepted }) => authAccepted > 0);
  const crawling = rowsOf(snapshot, targets, crawlers);
  const bad = rows.filter(isBad).length;
  const good = rows.filter((row) => !isBad(row) && row.requests > badRequestsOf(row)).length;
  const badRequests = sum(rows, badRequestsOf);
  return {
    addresses: rows.length,
    connections: sum(rows, ({ connections, states }) => connections - (states.TIME_WAIT ?? 0)),
    bad,
    good,
    badRequests,
    goodRequests: sum(rows, ({ requests }) => requests) - badRequests,
    logins: loggedIn.length,
    loggedIn: loggedIn.slice(0, NAMED).map(({ ip }) => ip),
    crawlers: crawling.length,
    crawling: crawling.slice(0, NAMED).map(({ ip }) => ip),
    since,
  };
}

/** The /24 or /64 that one address lies in; undefined for a prefix. */
export function around(target: Target): Target | undefined {
  if (!isOneAddress(target)) return undefined;
  return parseTarget(`${target.network}/${target.family === 4 ? 24 : 64}`);
}

function rowsOf(
  snapshot: (query: Query) => Snapshot,
  targets: readonly Target[],
  lines: Filter | undefined,
): readonly IpProfile[] {
  const query: Query = { sort: "risk", filter: within(targets, lines), limit: LIMITS.addresses };
  let answer = snapshot(query);
  for (let asked = 1; answer.searching && asked < QUESTIONS; asked++) answer = snapshot(query);
  return answer.rows;
}

/** What lies in one of the targets, and has a line that passes `lines` where that is given. */
function within(targets: readonly Target[], lines: Filter | undefined): Filter {
  const set = prefixSet(targets.map(({ cidr }) => cidr));
  const words = new Uint32Array(4);
  const isIn = (ip: Ip): boolean => parseIpWords(ip, words) && set(words);
  return {
    text: "",
    asksLines: lines !== undefined,
    asksRows: true,
    line: (event, row) => isIn(event.ip) && (lines === undefined || lines.line(event, row)),
    address: (row) => isIn(row.ip) && (lines === undefined || lines.address(row)),
  };
}

function isBad({ verdict }: IpProfile): boolean {
  return verdict !== undefined && verdict.severity !== "info";
}

function badRequestsOf({ status4xx, malformed, requests }: IpProfile): number {
  // What is no HTTP is answered 400, where it is answered.
  return Math.min(requests, Math.max(status4xx, malformed));
}

function sum(rows: readonly IpProfile[], of: (row: IpProfile) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
