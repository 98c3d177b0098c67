import { LIMITS } from "../correlate/state.ts";
import { compileFilter, isFilterError } from "../filter/filter.ts";
import type { Blast } from "../model/block.ts";
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

/** Whom blocking these would hit, by what a core knows that saw everything from `since` on. */
export function blastOf(
  snapshot: (query: Query) => Snapshot,
  targets: readonly Target[],
  since: number,
): Blast {
  const rows = rowsOf(snapshot, targets, "");
  const loggedIn = rows.filter(({ authAccepted }) => authAccepted > 0);
  const crawling = rowsOf(snapshot, targets, ` agent:${CRAWLERS.join(",")}`);
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
  more: string,
): readonly IpProfile[] {
  const filter = compiled(`net:${targets.map(({ text }) => text).join(",")}${more}`);
  if (filter === undefined) return [];
  const query: Query = { sort: "risk", filter, limit: LIMITS.addresses };
  let answer = snapshot(query);
  for (let asked = 1; answer.searching && asked < QUESTIONS; asked++) answer = snapshot(query);
  return answer.rows;
}

/** Undefined where there are more targets than a filter can name. */
function compiled(text: string): Filter | undefined {
  const filter = compileFilter(text);
  return isFilterError(filter) ? undefined : filter;
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
