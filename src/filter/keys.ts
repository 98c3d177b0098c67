import { type AuthOutcome, TCP_STATES, type TcpState } from "../model/event.ts";
import type { IpProfile } from "../model/snapshot.ts";
import {
  type Check,
  IS_V4,
  IS_V6,
  inPrefixes,
  type Line,
  lineBytes,
  lineIs,
  lineStatus,
  lineText,
  rowIs,
  rowNumber,
  rowText,
} from "./checks.ts";
import type { Needle } from "./needles.ts";
import { type Range, readAsn, readRange } from "./values.ts";

/** Values that occur now, to complete with. */
export interface Known {
  readonly vhosts?: readonly string[];
  readonly addresses?: readonly string[];
  readonly countries?: readonly string[];
  readonly rules?: readonly string[];
  readonly services?: readonly string[];
  readonly paths?: readonly string[];
  readonly users?: readonly string[];
  readonly agents?: readonly string[];
}

/** A value to offer, and what it means. */
export interface Offer {
  readonly text: string;
  readonly help: string;
}

/** How a term reads in plain words. */
type Phrase =
  /** `status 4xx or 500-503`, `status not 4xx`. */
  | { readonly kind: "is"; readonly label: string }
  /** `path with /health`, `path without /health`. */
  | { readonly kind: "with"; readonly label: string }
  /** `over 60 requests/min`; with a label `risk over 60`. */
  | { readonly kind: "number"; readonly label: string; readonly unit: string };

/** One key of the language: everything that is told, offered or checked of it comes from here. */
export interface Key {
  readonly name: string;
  /** What its term asks, in one line. */
  readonly help: string;
  /** Which side has it: the address, the line, or each of its values another one. */
  readonly of: "address" | "line" | "both";
  /** Whole terms. */
  readonly examples: readonly string[];
  /** What is allowed as a value, for messages. */
  readonly allowed: string;
  /** Values may be compared and be ranges. */
  readonly numeric: boolean;
  /** Values to offer always, and where those that occur now are. */
  readonly offers: readonly Offer[];
  readonly known?: keyof Known;
  readonly phrase: Phrase;
  /** What the value is checked by, any of several; undefined where it is not allowed. */
  read(value: Needle): readonly Check[] | undefined;
  /** The same for all values at once, where one check does for all; else each is read alone. */
  readAll?(values: readonly Needle[]): Check | undefined;
}

const SYN: readonly TcpState[] = ["SYN_RECV", "SYN_SENT"];

/** Short names of states, as ss(8) and people write them. */
const SHORT_STATES: Readonly<Record<string, readonly TcpState[]>> = {
  est: ["ESTABLISHED"],
  estab: ["ESTABLISHED"],
  half: ["SYN_RECV"],
  syn: SYN,
  tw: ["TIME_WAIT"],
  fin: ["FIN_WAIT1", "FIN_WAIT2"],
};

/** No peer's socket is ever listening. */
const STATES = TCP_STATES.filter((state): state is TcpState => state !== "" && state !== "LISTEN");

const OUTCOMES: Readonly<Record<AuthOutcome, string>> = {
  failed: "a wrong password or key",
  "invalid-user": "a user that does not exist",
  accepted: "it is in",
  closed: "left before it had logged in",
  probe: "connected and said nothing of SSH",
};

/** The words after `is:`. */
const WORDS: Readonly<Record<string, { readonly help: string; readonly check: Check }>> = {
  suspicious: {
    help: "addresses with a verdict of warning or critical",
    check: rowIs(({ verdict }) => verdict !== undefined && verdict.severity !== "info"),
  },
  proxy: { help: "trusted proxies", check: rowIs(({ proxy }) => proxy === true) },
  request: { help: "lines of access logs", check: lineIs(({ kind }) => kind === "request") },
  login: { help: "lines of login services", check: lineIs(({ kind }) => kind === "auth") },
  malformed: {
    help: "requests that are not HTTP",
    check: lineIs((event) => event.kind === "request" && event.malformed === true),
  },
  v4: { help: "IPv4 addresses", check: IS_V4 },
  v6: { help: "IPv6 addresses", check: IS_V6 },
};

/** The words after `wire:`. */
const WIRES: Readonly<
  Record<string, { readonly help: string; readonly holds: (row: IpProfile) => boolean }>
> = {
  "syn-only": {
    help: "SYNs and never an ACK",
    holds: ({ wire }) => wire !== undefined && wire.synIn > 0 && wire.ackIn === 0,
  },
  "no-socket": {
    help: "packets and no socket now",
    holds: ({ noSocket }) => noSocket === true,
  },
};

const METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PROPFIND"];

/** Every key, in the order in which it is told. */
export const KEYS: readonly Key[] = [
  address("ip", "address, or prefix, that holds it"),
  address("net", "the same"),
  {
    ...plain("state", "address", "the address has a socket in this TCP state now", [
      "state:established,half",
    ]),
    allowed: `${STATES.map((state) => state.toLowerCase()).join(", ")}, ${Object.keys(SHORT_STATES).join(", ")}`,
    offers: [
      ...STATES.map((state) => ({ text: state.toLowerCase(), help: "" })),
      ...Object.entries(SHORT_STATES).map(([text, states]) => ({
        text,
        help: states.map((state) => state.toLowerCase()).join(", "),
      })),
    ],
    read({ text }) {
      const states = statesOf(text);
      return states && [rowIs((row) => states.some((state) => hasState(row, state)), true)];
    },
  },
  {
    ...plain("svc", "address", "service or port that the address uses", ["svc:ssh", "svc:443,8443"]),
    allowed: "a name or a port, as ssh or 22",
    offers: ["http", "https", "ssh", "smtp"].map((text) => ({ text, help: "" })),
    known: "services",
    phrase: { kind: "is", label: "service" },
    read({ text }) {
      const name = text.toLowerCase();
      const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
      if (!/^[a-z\d-]{1,15}$/.test(name) || port > 65_535 || /^\d{6,}$/.test(text)) return undefined;
      return [
        rowIs(
          ({ services }) => services.some((service) => service.port === port || service.name === name),
          true,
        ),
      ];
    },
  },
  {
    ...plain("status", "line", "status of the answer", ["status:404", "status:4xx,500-503", "status>=500"]),
    numeric: true,
    allowed: "404, 4xx, 500-503",
    offers: [
      { text: "2xx", help: "done" },
      { text: "3xx", help: "elsewhere" },
      { text: "4xx", help: "the client's fault" },
      { text: "5xx", help: "the server's fault" },
      { text: "404", help: "not found" },
      { text: "403", help: "forbidden" },
      { text: "401", help: "not logged in" },
      { text: "429", help: "too many requests" },
      { text: "500", help: "failed" },
      { text: "502", help: "no answer from behind" },
    ],
    read({ text }) {
      const check = lineStatus([text]);
      return check && [check];
    },
    readAll: (values) => lineStatus(values.map(({ text }) => text)),
  },
  {
    ...plain("method", "line", "method of the request, all of it", ["method:POST,PUT"]),
    allowed: "GET, POST, any other",
    offers: METHODS.map((text) => ({ text, help: "" })),
    read: ({ text }) => [lineText([{ text, exact: true }], methodOf, true)],
    readAll: (values) =>
      lineText(
        values.map(({ text }) => ({ text, exact: true })),
        methodOf,
        true,
      ),
  },
  lineTextKey("path", "part of the path and query", ["path:/wp-", 'path:"/a b"', "path:=/"], pathOf, "paths"),
  lineTextKey("agent", "part of the user agent", ["agent:curl"], agentOf, "agents", true),
  lineTextKey("vhost", "part of the virtual host", ["vhost:shop"], vhostOf, "vhosts"),
  lineTextKey("user", "part of the user, of a request or a login", ["user:root"], userOf, "users"),
  lineTextKey("referrer", "part of the referrer", ["referrer:evil.example"], referrerOf),
  lineTextKey(
    "source",
    "part of the log's path",
    ["source:auth.log"],
    ({ source }) => source,
    undefined,
    true,
  ),
  lineTextKey("proto", "part of the protocol", ["proto:http/1.0"], protocolOf, undefined, true),
  {
    ...plain("bytes", "line", "body bytes of one answer", ["bytes>1M"]),
    ...comparable("bytes in one answer"),
    allowed: "a number of bytes, as 5000, 10k, 1.5M or 1Gi, or 1k-1M",
    read(value) {
      const range = rangeOf(value);
      return range && [lineBytes([range])];
    },
  },
  {
    ...plain("login", "line", "how a login ended", ["login:failed,invalid-user"]),
    allowed: Object.keys(OUTCOMES).join(", "),
    offers: Object.entries(OUTCOMES).map(([text, help]) => ({ text, help })),
    read({ text }) {
      const outcome = text.toLowerCase();
      if (!Object.hasOwn(OUTCOMES, outcome)) return undefined;
      return [lineIs((event) => event.kind === "auth" && event.outcome === outcome)];
    },
  },
  {
    ...plain("is", "both", "what sort of line or address it is", ["is:malformed", "is:suspicious"]),
    allowed: Object.keys(WORDS).join(", "),
    offers: Object.entries(WORDS).map(([text, { help }]) => ({ text, help })),
    phrase: { kind: "is", label: "" },
    read({ text }) {
      const name = text.toLowerCase();
      const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
      return word && [word.check];
    },
  },
  number("rate", "requests of the last 60 seconds", "requests/min", "rate>60", (row) => row.requests60s),
  number("conn", "sockets now", "sockets", "conn>=100", (row) => row.connections),
  number("est", "established sockets now", "established", "est>10", (row) => row.established),
  number("half", "half-open sockets now", "half-open", "half>0", (row) => row.halfOpen),
  number("req", "requests", "requests", "req:1000-5000", (row) => row.requests),
  number("sent", "body bytes sent to it", "bytes sent", "sent>1G", (row) => row.bytes),
  number(
    "in",
    "bytes from it, where packets or its sockets are counted",
    "bytes in",
    "in>10M",
    (row) => row.inBytes,
  ),
  number(
    "out",
    "bytes to it, where packets or its sockets are counted",
    "bytes out",
    "out>1Gi",
    (row) => row.outBytes,
  ),
  number(
    "pkts",
    "packets/s now, in and out, where they are counted",
    "packets/s",
    "pkts>100",
    (row) => row.wire?.packetsPerSecond,
  ),
  number(
    "syn",
    "SYNs/s from it now, where packets are counted",
    "SYN/s",
    "syn>50",
    (row) => row.wire?.synPerSecond,
  ),
  {
    ...plain("wire", "address", "what its packets are like, where they are counted", [
      "wire:syn-only",
      "wire:no-socket",
    ]),
    allowed: Object.keys(WIRES).join(", "),
    offers: Object.entries(WIRES).map(([text, { help }]) => ({ text, help })),
    phrase: { kind: "is", label: "packets" },
    read({ text }) {
      const name = text.toLowerCase();
      const wire = Object.hasOwn(WIRES, name) ? WIRES[name] : undefined;
      return wire && [rowIs(wire.holds)];
    },
  },
  number("auth", "failed logins", "failed logins", "auth>5", (row) => row.authFailures),
  number("4xx", "requests answered 4xx", "4xx answers", "4xx>100", (row) => row.status4xx),
  number("5xx", "requests answered 5xx", "5xx answers", "5xx>0", (row) => row.status5xx),
  number("risk", "0 to 100, 0 without a verdict", "", "risk>=70", (row) => row.verdict?.risk ?? 0, "risk"),
  number(
    "seen",
    "times it was here before, where history is kept",
    "visits before",
    "seen>3",
    (row) => row.sessions,
  ),
  {
    ...plain("cc", "address", "country", ["cc:CN,RU"]),
    allowed: "two letters, as NL",
    known: "countries",
    phrase: { kind: "is", label: "country" },
    read({ text }) {
      if (!/^[a-z]{2}$/i.test(text)) return undefined;
      const country = text.toUpperCase();
      return [rowIs(({ origin }) => origin?.country?.toUpperCase() === country)];
    },
  },
  {
    ...plain("asn", "address", "number of the autonomous system", ["asn:4134", "asn:AS14061"]),
    allowed: "a number, as 4134 or AS4134",
    phrase: { kind: "is", label: "AS number" },
    read({ text }) {
      const asn = readAsn(text);
      return asn === undefined ? undefined : [rowIs(({ origin }) => origin?.asn === asn)];
    },
  },
  rowTextKey("org", "part of who runs the network, or of its name", "org:ovh", ({ origin }) => [
    origin?.org,
    origin?.network,
  ]),
  rowTextKey("ptr", "part of the name in reverse DNS", "ptr:.amazonaws.com", ({ origin }) => [
    origin?.hostname,
  ]),
  {
    ...plain("rule", "address", "finding of its verdict; * stands for any end", ["rule:ssh-*"]),
    allowed: "the name of a finding, perhaps with * at its end",
    known: "rules",
    read({ text }) {
      const name = text.toLowerCase();
      const star = name.indexOf("*");
      if (star >= 0 && star < name.length - 1) return undefined;
      const start = star < 0 ? undefined : name.slice(0, star);
      return [
        rowIs(({ verdict }) =>
          (verdict?.findings ?? []).some(({ rule }) =>
            start === undefined ? rule.toLowerCase() === name : rule.toLowerCase().startsWith(start),
          ),
        ),
      ];
    },
  },
];

const BY_NAME: ReadonlyMap<string, Key> = new Map(KEYS.map((key) => [key.name, key]));

/** The key of that name, in any case. */
export function findKey(name: string): Key | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** What most keys are: an enumeration of plain words. */
function plain(name: string, of: Key["of"], help: string, examples: readonly string[]) {
  return {
    name,
    of,
    help,
    examples,
    numeric: false,
    offers: [] as readonly Offer[],
    phrase: { kind: "is", label: name } as Phrase,
  };
}

function address(name: string, help: string): Key {
  return {
    ...plain(name, "both", help, [name === "ip" ? "ip:203.0.113.7,203.0.113.9" : "net:203.0.113.0/24"]),
    allowed: "addresses or prefixes, as 203.0.113.7 or 2001:db8::/32",
    known: "addresses",
    phrase: { kind: "is", label: "in" },
    read({ text }) {
      const check = inPrefixes([text]);
      return check && [check];
    },
    readAll: (values) => inPrefixes(values.map(({ text }) => text)),
  };
}

function lineTextKey(
  name: string,
  help: string,
  examples: readonly string[],
  field: (event: Line) => string | undefined,
  known?: keyof Known,
  repeated = false,
): Key {
  return {
    ...plain(name, "line", help, examples),
    allowed: "text, or =text for all of it",
    ...(known && { known }),
    phrase: { kind: "with", label: name },
    read: (value) => [lineText([value], field, repeated)],
    readAll: (values) => lineText(values, field, repeated),
  };
}

function rowTextKey(
  name: string,
  help: string,
  example: string,
  fields: (row: IpProfile) => readonly (string | undefined)[],
): Key {
  return {
    ...plain(name, "address", help, [example]),
    allowed: "text, or =text for all of it",
    phrase: { kind: "with", label: name },
    read: (value) => [rowText([value], fields)],
    readAll: (values) => rowText(values, fields),
  };
}

function number(
  name: string,
  help: string,
  unit: string,
  example: string,
  field: (row: IpProfile) => number | undefined,
  label = "",
): Key {
  return {
    ...plain(name, "address", help, [example]),
    allowed: "a number, as 60, 1.5k or 1Gi, or 10-50",
    ...comparable(unit, label),
    read(value) {
      const range = rangeOf(value);
      return range && [rowNumber([range], field)];
    },
  };
}

function comparable(unit: string, label = ""): { readonly numeric: true; readonly phrase: Phrase } {
  return { numeric: true, phrase: { kind: "number", label, unit } };
}

function rangeOf({ text }: Needle): Range | undefined {
  return readRange(text);
}

function statesOf(text: string): readonly TcpState[] | undefined {
  const name = text.toLowerCase().replaceAll("-", "_");
  if (Object.hasOwn(SHORT_STATES, name)) return SHORT_STATES[name];
  const state = STATES.find((candidate) => candidate.toLowerCase() === name);
  return state && [state];
}

/** The two states that are columns of their own need no walk over the sockets. */
function hasState(row: IpProfile, state: TcpState): boolean {
  if (state === "ESTABLISHED") return row.established > 0;
  if (state === "SYN_RECV") return row.halfOpen > 0;
  return row.connections > 0 && (row.states[state] ?? 0) > 0;
}

function methodOf(event: Line): string | undefined {
  return event.kind === "request" ? event.method : undefined;
}

function pathOf(event: Line): string | undefined {
  return event.kind === "request" ? event.path : undefined;
}

function agentOf(event: Line): string | undefined {
  return event.kind === "request" ? event.userAgent : undefined;
}

function vhostOf(event: Line): string | undefined {
  return event.kind === "request" ? event.vhost : undefined;
}

function userOf(event: Line): string | undefined {
  return event.user;
}

function referrerOf(event: Line): string | undefined {
  return event.kind === "request" ? event.referrer : undefined;
}

function protocolOf(event: Line): string | undefined {
  return event.kind === "request" ? event.protocol : undefined;
}
