import { type AuthEvent, type RequestEvent, type Socket, TCP_STATES } from "../model/event.ts";
import { networkOf } from "../model/origin.ts";
import type { Activity, Detail, IpProfile, Severity, Strip } from "../model/snapshot.ts";
import { authSpans, statusSpan } from "./events.ts";
import { cut, fit } from "./fit.ts";
import { bytes, clock, clockOn, duration, grouped, short } from "./format.ts";
import type { Line, Section } from "./modal-text.ts";
import { PALETTE, type Style } from "./palette.ts";
import { sparkline } from "./sparkline.ts";
import type { Span } from "./surface.ts";
import { wrap } from "./wrap.ts";

/** What a detail needs beside itself. */
export interface Setting {
  /** Cells of a line. */
  readonly width: number;
  readonly utc: boolean;
  /** The snapshot's time. */
  readonly now: number;
}

/** Everything known about one address: why it is suspected, its numbers, its last hour, then the lists. */
export function detailSections(detail: Detail, setting: Setting): Section[] {
  const { profile, strip, sockets, auth, requests } = detail;
  return [
    [...whyLines(profile, setting), ...profileLines(profile, setting)],
    strip === undefined ? [] : stripLines(strip, setting),
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
export function identity(profile: IpProfile): Span[] {
  const { country, city, prefix, abuse, hostname } = profile.origin ?? {};
  const place = [country, city].filter((word) => word !== undefined).join(" ");
  const words = [place, networkOf(profile.origin), prefix ?? "", hostname ?? "", abuse ?? ""].filter(
    (word) => word !== "",
  );
  return [
    [profile.ip, PALETTE.strong],
    [words.map((word) => ` · ${word}`).join(""), PALETTE.plain],
  ];
}

const SEVERITIES = {
  info: PALETTE.dim,
  warning: PALETTE.warning,
  critical: PALETTE.bad,
} as const satisfies Record<Severity, Style>;

/** The risk of a row in words, with its colour. */
export function riskSpan({ verdict }: Activity): Span {
  if (verdict === undefined) return ["nothing against it", PALETTE.dim];
  return [`risk ${verdict.risk} ${verdict.severity}`, SEVERITIES[verdict.severity]];
}

const RULE = 20;

/** Each finding with its score, its rule, and its evidence in as many lines as it takes. */
function whyLines({ verdict }: IpProfile, { width }: Setting): Line[] {
  if (verdict === undefined) return [labelled("why", [["no rule found anything against it", PALETTE.dim]])];
  return verdict.findings.flatMap(({ rule, score, severity, evidence }, i) => {
    const head = LABEL + 5 + RULE;
    const [first = "", ...rest] = wrap(cut(evidence, MAX_EVIDENCE), Math.max(20, width - head));
    return [
      labelled(i === 0 ? "why" : "", [
        [`+${score}`.padEnd(5), SEVERITIES[severity]],
        [rule.padEnd(RULE), PALETTE.strong],
        [first, PALETTE.plain],
      ]),
      ...rest.map(
        (line): Line =>
          () => [[" ".repeat(head) + line, PALETTE.plain]],
      ),
    ];
  });
}

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
    ? [labelled("proxy", [["trusted: its requests count for the clients it names", PALETTE.plain]])]
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
    labelled("seen", [
      ["first ", PALETTE.dim],
      [clockOn(profile.firstSeen, now, utc), PALETTE.plain],
      ["   last ", PALETTE.dim],
      [
        `${clockOn(profile.lastSeen, now, utc)}, ${duration((now - profile.lastSeen) / 1000)} ago`,
        PALETTE.plain,
      ],
    ]),
    labelled("did last", [[profile.last ?? "-", PALETTE.plain]]),
  ];
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
