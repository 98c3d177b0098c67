import { type AuthEvent, type RequestEvent, type Socket, TCP_STATES } from "../model/event.ts";
import type { Past } from "../model/history.ts";
import { networkOf } from "../model/origin.ts";
import type { Detail, Finding, IpProfile, Origin, Strip } from "../model/snapshot.ts";
import { authSpans, statusSpan } from "./events.ts";
import { cells, cut, fit } from "./fit.ts";
import { bytes, clock, clockOn, duration, grouped, short } from "./format.ts";
import type { Line, Section } from "./modal-text.ts";
import { PALETTE } from "./palette.ts";
import { pastWords } from "./past.ts";
import { SEVERITIES } from "./severity.ts";
import { sparkline } from "./sparkline.ts";
import type { Span } from "./surface.ts";
import { wireLines } from "./wire.ts";
import { wrap } from "./wrap.ts";

/** What a detail needs beside itself. */
export interface Setting {
  /** Cells of a line, and lines on screen. */
  readonly width: number;
  readonly height: number;
  readonly utc: boolean;
  /** The snapshot's time. */
  readonly now: number;
}

/** Everything known about one address: why it is suspected, its numbers, its last hour, then the lists. */
export function detailSections(detail: Detail, setting: Setting): Section[] {
  const { profile, strip, sockets, auth, requests, past } = detail;
  const numbers = [...profileLines(profile, setting), ...beforeLines(past, setting)];
  const hour = strip === undefined ? [] : stripLines(strip, setting);
  // With the blank line between.
  const room = setting.height - numbers.length - hour.length - 1;
  return [
    [...whyLines(profile, setting, room), ...numbers],
    hour,
    list("SOCKETS", sockets.map(socketLine), profile.connections, SOCKET_TITLES),
    list(
      "LOGINS, newest first",
      auth.map((event) => authLine(event, setting)),
    ),
    list(
      "REQUESTS, newest first",
      requests.map((event) => requestLine(event, setting)),
      profile.requests,
    ),
  ];
}

/** The address with where it comes from, for a title: `45.77.12.9 · NL Amsterdam · AS14061 DigitalOcean`. */
export function identity({ ip, origin }: IpProfile): Span[] {
  const words = placeWords(origin).join(" · ");
  return [
    [ip, PALETTE.strong],
    [words === "" ? "" : ` · ${words}`, PALETTE.plain],
  ];
}

/** Where an address comes from: place, network, prefix, name and whom to complain to, as far as they are known. */
export function originWords(origin: Origin | undefined): string {
  const { prefix, abuse } = origin ?? {};
  const words = [...placeWords(origin), prefix, nameWords(origin), abuse];
  return words.filter((word) => word !== undefined).join(" · ");
}

function placeWords(origin: Origin | undefined): string[] {
  const { country, city } = origin ?? {};
  const place = [country, city].filter((word) => word !== undefined).join(" ");
  return [place, networkOf(origin)].filter((word) => word !== "");
}

/** Its name, and what that proves: `crawl-1.googlebot.com (Googlebot, proved)`. */
function nameWords(origin: Origin | undefined): string | undefined {
  const { hostname, crawler, forged } = origin ?? {};
  if (crawler !== undefined) return `${hostname ?? "its name"} (${crawler}, proved)`;
  if (forged !== undefined) return `${hostname ?? "no name that leads back"} (no ${forged}, as it says)`;
  return hostname;
}

/** The risk of an address in words, with its colour. */
export function riskSpan({ verdict, trusted }: IpProfile): Span {
  if (verdict === undefined) return [trusted ? "trusted" : "nothing against it", PALETTE.dim];
  const { sign, style } = SEVERITIES[verdict.severity];
  return [`${sign} risk ${verdict.risk} ${verdict.severity}`.trimStart(), style];
}

/** What speaks against it in at most `room` lines, or why nothing does: the findings first, samples where there is room. */
function whyLines({ verdict, trusted }: IpProfile, setting: Setting, room: number): Line[] {
  if (verdict === undefined) {
    const words = trusted ? "trusted: never judged" : "nothing against it now";
    return [labelled("why", [[words, PALETTE.dim]])];
  }
  const { findings } = verdict;
  const rule = Math.max(0, ...findings.map(({ rule }) => cells(cut(rule, MAX_RULE)))) + 2;
  const heads = findings.map((finding) => findingLines(finding, rule, setting));
  const left = room - heads.flat().length;
  const most = Math.max(0, ...findings.map(({ samples }) => samples.length));
  const needed = (each: number) =>
    findings.reduce((sum, { samples }) => sum + Math.min(each, samples.length), 0);
  let each = most;
  while (each > 0 && needed(each) > left) each--;
  const lines = findings.flatMap(({ samples }, i) => [
    ...(heads[i] ?? []),
    ...samples
      .slice(0, each)
      .map((sample): readonly Span[] => [[" ".repeat(SCORE + rule) + sample, PALETTE.dim]]),
  ]);
  return lines.map((spans, i) => labelled(i === 0 ? "why" : "", spans));
}

/** `+45 exploit-probe  evidence  first 11:58:02, last 12:00:41`, in as many lines as it takes. A weak hint is dim. */
function findingLines(finding: Finding, rule: number, { width, utc, now }: Setting): (readonly Span[])[] {
  const { severity, score, evidence, since, last } = finding;
  const room = Math.max(MIN_EVIDENCE, width - LABEL - SCORE - rule);
  const [first = "", ...rest] = wrap(cut(evidence, MAX_EVIDENCE), room);
  const [from, to] = [clockOn(since, now, utc), clockOn(last, now, utc)];
  const times = from === to ? `at ${to}` : `first ${from}, last ${to}`;
  const weak = severity === "info";
  const words = weak ? PALETTE.dim : PALETTE.plain;
  const lines: Span[][] = [
    [
      [`+${score}`.padEnd(SCORE), SEVERITIES[severity].style],
      [fit(finding.rule, rule), weak ? PALETTE.dim : PALETTE.strong],
      [first, words],
    ],
    ...rest.map((line): Span[] => [[" ".repeat(SCORE + rule) + line, words]]),
  ];
  const end = rest.at(-1) ?? first;
  if (cells(end) + 2 + times.length <= room) lines.at(-1)?.push([`  ${times}`, PALETTE.dim]);
  else lines.push([[" ".repeat(SCORE + rule) + times, PALETTE.dim]]);
  return lines;
}

/** `+100` and a blank. */
const SCORE = 5;
/** Longer than any rule of ours; another version's may be longer. */
const MAX_RULE = 24;
const MIN_EVIDENCE = 20;
/** Some sentences: more would push the rest out of sight. */
const MAX_EVIDENCE = 600;

const LABEL = 14;

function labelled(label: string, spans: readonly Span[]): Line {
  return () => [[label.padEnd(LABEL), PALETTE.dim], ...spans];
}

/** Words and their numbers: `established 15  half-open 0`. */
function figures(...pairs: readonly (readonly [string, string])[]): Span[] {
  return pairs.flatMap(([label, value], i): Span[] => [
    [`${i === 0 ? "" : "   "}${label === "" ? "" : `${label} `}`, PALETTE.dim],
    [value, value === "0" ? PALETTE.dim : PALETTE.strong],
  ]);
}

function profileLines(profile: IpProfile, { utc, now }: Setting): Line[] {
  const states = TCP_STATES.flatMap((state) => {
    const count = state === "" ? 0 : (profile.states[state] ?? 0);
    return count === 0 ? [] : [`${grouped(count)} ${state}`];
  });
  const proxy: Line[] = profile.proxy
    ? [labelled("proxy", [["its requests count for the clients it names", PALETTE.plain]])]
    : [];
  return [
    ...proxy,
    labelled("connections", [
      ...figures(["", grouped(profile.connections)]),
      ...(states.length === 0 ? [] : ([[`   ${states.join("  ")}`, PALETTE.plain]] satisfies Span[])),
    ]),
    labelled("services", [
      [profile.services.map(({ name, sockets }) => `${name} ${sockets}`).join("  ") || "-", PALETTE.plain],
    ]),
    labelled(
      "requests",
      figures(
        ["", grouped(profile.requests)],
        ["last minute", grouped(profile.requests60s)],
        ["last 10 s", grouped(profile.requests10s)],
        ["sent", bytes(profile.bytes)],
      ),
    ),
    labelled(
      "answers",
      figures(
        ["4xx", grouped(profile.status4xx)],
        ["5xx", grouped(profile.status5xx)],
        ["not HTTP", grouped(profile.malformed)],
      ),
    ),
    labelled(
      "logins",
      figures(["failed", grouped(profile.authFailures)], ["accepted", grouped(profile.authAccepted)]),
    ),
    ...wireLines(profile).map((words, i) => labelled(i === 0 ? "wire" : "", [[words, PALETTE.plain]])),
    labelled("seen", [
      ["first ", PALETTE.dim],
      [clockOn(profile.firstSeen, now, utc), PALETTE.plain],
      ["   last ", PALETTE.dim],
      [
        `${clockOn(profile.lastSeen, now, utc)}, ${duration((now - profile.lastSeen) / 1000)} ago`,
        PALETTE.plain,
      ],
    ]),
    ...registryLines(profile),
    labelled("did last", [[profile.last ?? "-", PALETTE.plain]]),
  ];
}

/** Whose the addresses around it are, as the registry has it, and its name in DNS. */
function registryLines({ origin }: IpProfile): Line[] {
  const { network, prefix, abuse } = origin ?? {};
  const name = nameWords(origin);
  const words = [network, prefix, abuse === undefined ? undefined : `complaints to ${abuse}`];
  const registry = words.filter((word) => word !== undefined).join("  ");
  return [
    ...(registry === "" ? [] : [labelled("registry", [[registry, PALETTE.plain]])]),
    ...(name === undefined ? [] : [labelled("name", [[name, PALETTE.plain]])]),
  ];
}

/** What it did before this program began to look: when, how much, and what spoke against it. */
function beforeLines(past: Past | undefined, { width, now, utc }: Setting): Line[] {
  if (past === undefined) return [];
  return wrap(cut(pastWords(past, now, utc), MAX_EVIDENCE), Math.max(MIN_EVIDENCE, width - LABEL)).map(
    (line, i) =>
      labelled(i === 0 ? "before" : "", [[line, past.flagged > 0 ? PALETTE.warning : PALETTE.plain]]),
  );
}

const STRIP_BARS = 60;
/** What stands after a strip: its highest minute. */
const PEAK = 12;

function stripLines(strip: Strip, { width, now }: Setting): Line[] {
  const bars = Math.max(10, Math.min(STRIP_BARS, width - LABEL - PEAK));
  const minute = Math.floor(now / 60_000);
  const line = (label: string, values: readonly number[]): Line => {
    const peak = Math.max(0, ...values);
    return labelled(label, [
      [sparkline(values, bars, minute), peak > 0 ? PALETTE.spark : PALETTE.faint],
      [`  peak ${short(peak)}`, PALETTE.dim],
    ]);
  };
  return [
    heading("LAST 60 MINUTES"),
    line("requests", strip.requests),
    line("connections", strip.connections),
    line("errors", strip.errors),
    line("auth failures", strip.authFailures),
  ];
}

function heading(title: string, words = ""): Line {
  return () => [
    [title, PALETTE.strong],
    [`  ${words}`, PALETTE.dim],
  ];
}

/** A list with its title and length, and of how many; nothing where it is empty. */
function list(title: string, lines: readonly Line[], of = lines.length, ...titles: readonly Line[]): Section {
  if (lines.length === 0) return [];
  const length = of > lines.length ? `${grouped(lines.length)} of ${grouped(of)}` : grouped(lines.length);
  return [heading(title, length), ...titles, ...lines];
}

/** Widths of the columns of the socket list. */
const SOCKET_CELLS = [11, 6, 1, 6, 8, 5, 6, 6] as const;

function socketCells(cells: readonly string[]): string {
  return SOCKET_CELLS.map((width, i) =>
    i < 4 ? (cells[i] ?? "").padEnd(width) : (cells[i] ?? "").padStart(width),
  ).join(" ");
}

const SOCKET_TITLES: Line = () => [
  [`  ${socketCells(["STATE", "LOCAL", "", "REMOTE", "RTT", "RETR", "IN", "OUT"])}  PROCESS`, PALETTE.dim],
];

function socketLine(socket: Socket): Line {
  return () => {
    const { state, direction, localPort, remotePort, tcpInfo } = socket;
    const cells = [state, `:${localPort}`, direction === "in" ? "←" : "→", `:${remotePort}`];
    if (tcpInfo !== undefined) {
      const { rtt, retransmits, inBytes, outBytes } = tcpInfo;
      cells.push(
        rtt < 1e6 ? `${(rtt / 1e3).toFixed(1)}ms` : `${(rtt / 1e6).toFixed(1)}s`,
        retransmits === 0 ? "-" : short(retransmits),
        bytes(inBytes),
        bytes(outBytes),
      );
    }
    return [
      [`  ${socketCells(cells)}  `, state === "ESTABLISHED" ? PALETTE.plain : PALETTE.dim],
      [ownerOf(socket), PALETTE.plain],
    ];
  };
}

/** Whose a socket is, and in which container: `nginx(812) web`. */
function ownerOf({ pid, process, netns, container }: Socket): string {
  const words: string[] = [];
  if (process !== undefined) words.push(pid === undefined ? process : `${process}(${pid})`);
  if (netns !== undefined) words.push(container ?? `net:[${netns}]`);
  return words.join(" ");
}

function authLine(event: AuthEvent, { utc, now }: Setting): Line {
  return () => [[`  ${clockOn(event.at, now, utc)}  `, PALETTE.dim], ...authSpans(event)];
}

const SIZE = 7;

function requestLine(event: RequestEvent, { width, utc }: Setting): Line {
  return () => {
    const head = 2 + 8 + 2 + 4;
    const rest = Math.max(0, width - head - SIZE - 4);
    const target = event.malformed
      ? `not HTTP: ${event.path ?? ""}`
      : `${event.method ?? "-"} ${event.path ?? "-"}`;
    return [
      [`  ${clock(event.at, utc)}  `, PALETTE.dim],
      statusSpan(event.status),
      [fit(target, Math.round(rest * 0.55)), event.malformed ? PALETTE.warning : PALETTE.plain],
      [`${(event.bytes === undefined ? "-" : bytes(event.bytes)).padStart(SIZE)}  `, PALETTE.dim],
      [event.userAgent ?? "", PALETTE.dim],
    ];
  };
}
