import type { Ip } from "../model/ip.ts";
import { RULE_IDS } from "../model/rules.ts";
import type { Alert, IpProfile, Severity } from "../model/snapshot.ts";
import { grouped } from "../tui/format.ts";
import type { Engine } from "./engine.ts";

/** Addresses noted at most: as many as the core holds, some 15 MB of them. */
const MAX_NOTED = 65_536;
/** Addresses named at most: who tunes a threshold looks at a few. */
const MAX_NAMED = 10;
const SEVERITIES: readonly Severity[] = ["critical", "warning", "info"];

/** What is known of one flagged address. */
interface Flagged {
  readonly ip: Ip;
  risk: number;
  /** The worst of its alerts. */
  severity: Severity;
  readonly rules: string[];
  accepted: number;
  failed: number;
  requests: number;
  /** Of these, how many were answered 4xx or 5xx. */
  refused: number;
}

/** Gathers who was flagged, and says in the end what a person who tunes thresholds wants to know of them. */
export interface FlaggedList {
  /** An alert, and the row of its address where that is held. */
  note(alert: Alert & { readonly ip: Ip }, row: IpProfile | undefined): void;
  /** Somebody was flagged who is not listed. */
  hide(ip: Ip): void;
  /** Lines of text, as things are now with those who are still held. */
  summary(engine: Pick<Engine, "row" | "snapshot">): string;
}

export function createFlagged(): FlaggedList {
  const flagged = new Map<Ip, Flagged>();
  const hidden = new Set<Ip>();
  /** Alerts about addresses for which there was no room. */
  let unnoted = 0;

  return {
    note({ ip, risk, severity, findings }, row) {
      let known = flagged.get(ip);
      if (known === undefined) {
        if (flagged.size >= MAX_NOTED) {
          unnoted++;
          return;
        }
        known = { ip, risk, severity, rules: [], accepted: 0, failed: 0, requests: 0, refused: 0 };
        flagged.set(ip, known);
      }
      judge(known, risk, severity, findings);
      if (row !== undefined) count(known, row);
    },
    hide(ip) {
      if (hidden.size < MAX_NOTED) hidden.add(ip);
    },
    summary(engine) {
      let left = 0;
      for (const known of flagged.values()) {
        const row = engine.row(known);
        if (row === undefined) left++;
        else {
          count(known, row);
          // Of what came while it was held down, no alert told.
          const { verdict } = row;
          if (verdict !== undefined) judge(known, verdict.risk, verdict.severity, verdict.findings);
        }
      }
      const all = [...flagged.values()];
      const { addresses, hidden: unlisted, evicted } = engine.snapshot({ sort: "risk", limit: 0 }).totals;
      const seen = `${evicted > 0 ? "at most " : ""}${grouped(addresses + unlisted + evicted)}`;
      const unknown = [
        hidden.size > 0 &&
          `${counted(hidden.size, "more address", "es")} flagged and not listed (private, or filters.*)`,
        left > 0 &&
          `${counted(left, "address", "es")} left the table: the numbers are those of the last alert of each`,
        unnoted > 0 && `${counted(unnoted, "alert")} about still more addresses, which are not counted here`,
      ];
      return [
        `flagged: ${counted(all.length, "address", "es")}${bySeverity(all)} of ${seen} seen`,
        ...byRule(all),
        ...named(all.filter(isHonest).sort(mostHonest)),
        ...unknown.filter((text) => text !== false).map((text) => `  ${text}`),
      ]
        .map((line) => `${line}\n`)
        .join("");
    },
  };
}

function judge(
  known: Flagged,
  risk: number,
  severity: Severity,
  findings: readonly { rule: string }[],
): void {
  known.risk = Math.max(known.risk, risk);
  if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(known.severity)) known.severity = severity;
  for (const { rule } of findings) if (!known.rules.includes(rule)) known.rules.push(rule);
}

/** One that left and came back begins again at none: the longer stay says more. */
function count(
  known: Flagged,
  { authAccepted, authFailures, requests, status4xx, status5xx }: IpProfile,
): void {
  if (authAccepted + requests < known.accepted + known.requests) return;
  known.accepted = authAccepted;
  known.failed = authFailures;
  known.requests = requests;
  known.refused = status4xx + status5xx;
}

function hasOrdinary({ requests, refused }: Flagged): boolean {
  return requests > 2 * refused;
}

/** Bad enough to be acted upon, and yet it does what honest people do. */
function isHonest(known: Flagged): boolean {
  return known.severity !== "info" && (known.accepted > 0 || hasOrdinary(known));
}

function mostHonest(a: Flagged, b: Flagged): number {
  const served = ({ requests, refused }: Flagged): number => requests - refused;
  return b.accepted - a.accepted || served(b) - served(a) || (a.ip < b.ip ? -1 : 1);
}

/** ` (3 critical, 5 warning, 6 info)`. */
function bySeverity(all: readonly Flagged[]): string {
  const texts = SEVERITIES.flatMap((severity) => {
    const n = all.filter((known) => known.severity === severity).length;
    return n === 0 ? [] : [`${grouped(n)} ${severity}`];
  });
  return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
}

/** A line of each rule, the most frequent first. */
function byRule(all: readonly Flagged[]): string[] {
  const found = [...new Set(all.flatMap(({ rules }) => rules))]
    .sort(byPlace)
    .map((rule) => ({ rule, of: all.filter(({ rules }) => rules.includes(rule)) }))
    .sort((a, b) => b.of.length - a.of.length);
  const width = found.reduce((widest, { rule }) => Math.max(widest, rule.length), 0);
  const digits = grouped(found[0]?.of.length ?? 0).length;
  return found.map(({ rule, of }) => {
    const accepted = of.filter((known) => known.accepted > 0).length;
    const ordinary = of.filter(hasOrdinary).length;
    return (
      `  ${rule.padEnd(width)}  ${grouped(of.length).padStart(digits)}  ` +
      `of them ${grouped(accepted)} with successful logins, ${grouped(ordinary)} with ordinary requests`
    );
  });
}

function named(honest: readonly Flagged[]): string[] {
  if (honest.length === 0) return [];
  const shown = honest.slice(0, MAX_NAMED);
  const width = shown.reduce((widest, { ip }) => Math.max(widest, ip.length), 0);
  const more = honest.length - shown.length;
  return [
    "perhaps honest: warning or worse, and they logged in or were served most of what they asked for",
    ...shown.map(
      (known) => `  ${known.ip.padEnd(width)}  ${known.severity} ${known.risk}  ${numbers(known)}`,
    ),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : []),
  ];
}

/** `12 logins and 6 failed, 340 requests of which 3 refused or failed: ssh-brute-force`. */
function numbers({ accepted, failed, requests, refused, rules }: Flagged): string {
  const did = [
    accepted + failed > 0 && `${counted(accepted, "login")} and ${grouped(failed)} failed`,
    requests > 0 && `${counted(requests, "request")} of which ${grouped(refused)} refused or failed`,
  ];
  return `${did.filter((text) => text !== false).join(", ")}: ${rules.toSorted(byPlace).join(", ")}`;
}

/** In the order of the list of rules. */
function byPlace(a: string, b: string): number {
  const order: readonly string[] = RULE_IDS;
  return order.indexOf(a) - order.indexOf(b);
}

function counted(n: number, thing: string, plural = "s"): string {
  return `${grouped(n)} ${thing}${n === 1 ? "" : plural}`;
}
