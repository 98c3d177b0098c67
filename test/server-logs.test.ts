import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestEvent } from "../src/model/event.ts";
import { runProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { APACHE_LOGS } from "./servers/apache.ts";
import { NGINX_LOGS, SITE } from "./servers/nginx.ts";
import { type FrontName, type Logged, makeTraffic, type Traffic } from "./traffic.ts";

const PROGRAMS = ["ip", "ss", "unshare", "hostname", "nginx", "caddy", "apache2", "haproxy"];
const NEEDS = ["root", ...PROGRAMS.map((program) => ({ program }))] as const;

/** Above what the servers and the client take on a busy machine. */
const SERVERS_TIMEOUT = 180_000;
const TIMEOUT = 30_000;

/** What is compared of a line. */
type Fields = {
  -readonly [K in Exclude<keyof RequestEvent, "kind" | "at" | "ip" | "source" | "timeUnknown">]?:
    | RequestEvent[K]
    | undefined;
} & { ip?: string };

/** Keys of {@link Fields} that a log need not hold. */
type Optional = "userAgent" | "referrer" | "user" | "vhost";

/** What a server makes of the exchanges whose lines do not simply repeat what was sent and answered. */
type Differs = Readonly<Record<string, Fields>>;

const NO_AGENT = { userAgent: undefined };

/** nginx reads no header once the request line is refused, and says 499 of a client that left. */
const NGINX: Differs = {
  "http/0.9": { status: 404 },
  "empty line": { status: 400 },
  "hung up": { status: 499 },
  blanks: NO_AGENT,
};

/** Apache ends a refused request line early, and has no user whom it did not let in. */
const APACHE: Differs = {
  "http/0.9": { status: 404 },
  "hung up": { status: 404 },
  blanks: { ...NO_AGENT, method: undefined, path: "GET /a b", protocol: undefined, malformed: true },
};

/** Caddy serves what the client no longer wants, counts what HEAD leaves out, and knows no users here. */
const CADDY: Differs = {
  "hung up": { status: 200, bytes: 5 },
  head: { bytes: 5 },
  user: { user: undefined },
};

/** HAProxy says no more of what it refuses, and counts nothing of what it answers then. */
const BADREQ = {
  method: undefined,
  path: "<BADREQ>",
  protocol: undefined,
  malformed: true,
  status: 400,
  bytes: 0,
} as const;
const HAPROXY: Differs = {
  "http/0.9": BADREQ,
  "tls hello": BADREQ,
  "empty line": BADREQ,
  nonsense: BADREQ,
  probe: BADREQ,
  blanks: BADREQ,
  "raw utf-8": BADREQ,
  "hung up": { status: 504 },
};

/** What the backend sees of the edge: an old protocol, from the loopback address. */
const BACKEND = { ip: "127.0.0.1", protocol: "HTTP/1.0" } as const;
const REFUSED_BY_EDGE = ["tls hello", "empty line", "nonsense", "probe", "no host", "blanks"];

/** One log, read in one way. */
interface Row {
  readonly log: string;
  /** `--log-format`; without one, the default. */
  readonly format?: string;
  /** `trust.proxies`; none without. */
  readonly proxies?: string;
  readonly front: FrontName;
  readonly differs: Differs;
  /** Which of the optional keys its lines tell. */
  readonly tells: readonly Optional[];
  /** Whether bytes are those of the body, or of all that was sent. */
  readonly bytes: "body" | "all";
  /** What differs in every line. */
  readonly all?: Fields;
  /** Exchanges that never get to this log. */
  readonly absent?: readonly string[];
  /** The request stands in parts: of one that the server did not understand, the line tells too little. */
  readonly parts?: true;
  /** Keys not compared, by exchange, because the line is ambiguous or cut. */
  readonly unsure?: Readonly<Record<string, readonly (keyof Fields)[]>>;
  /** The path is the one of the file that was served. */
  readonly mapped?: true;
}

const AGENTS = ["userAgent", "referrer"] as const;
const ALL = [...AGENTS, "user"] as const;

/** The rows of one log, one for each format argument. */
function rows(row: Omit<Row, "format">, ...formats: (string | undefined)[]): Row[] {
  return formats.map((format) => ({ ...row, ...(format !== undefined && { format }) }));
}

function nginxString(name: string): string {
  return NGINX_LOGS.find((log) => log.name === name)?.format ?? "";
}

function apacheString(name: string): string {
  return APACHE_LOGS.find((log) => log.name === name)?.format ?? "";
}

const nginx = { front: "nginx", differs: NGINX, tells: ALL, bytes: "body" } as const;
const withVhost = { ...nginx, tells: [...ALL, "vhost"] } as const;
const apache = {
  front: "apache",
  differs: APACHE,
  tells: ALL,
  bytes: "body",
  // The client may or may not see the answer before it leaves.
  unsure: { "hung up": ["bytes"] },
} as const satisfies Partial<Row>;
const haproxy = {
  front: "haproxy",
  differs: HAPROXY,
  tells: [],
  bytes: "all",
  // A line of syslog has 1,024 bytes, unless told otherwise.
  unsure: { long: ["protocol", "status", "bytes"] },
} as const satisfies Partial<Row>;

const ROWS: readonly Row[] = [
  ...rows({ ...nginx, log: "nginx-combined" }, undefined, "auto", "combined", nginxString("combined")),
  ...rows({ ...nginx, log: "nginx-main" }, undefined, "combined", nginxString("main")),
  ...rows({ ...nginx, log: "nginx-timed" }, undefined, "combined", nginxString("timed")),
  ...rows({ ...nginx, log: "nginx-edge", front: "edge" }, undefined, nginxString("timed")),
  ...rows(
    { ...nginx, log: "nginx-backend-main", front: "edge", all: BACKEND, absent: REFUSED_BY_EDGE },
    undefined,
    nginxString("main"),
  ),
  // Behind a trusted proxy the client is who sent it, whatever it says of itself.
  ...rows(
    {
      ...nginx,
      log: "nginx-backend-main",
      front: "edge",
      all: { protocol: "HTTP/1.0" },
      absent: REFUSED_BY_EDGE,
      proxies: "127.0.0.1,198.51.100.0/24",
    },
    undefined,
    nginxString("main"),
  ),
  ...rows({ ...withVhost, log: "nginx-vhost" }, undefined, "vhost", nginxString("vhost")),
  ...rows({ ...withVhost, log: "nginx-vhost-no-port" }, undefined, "vhost", nginxString("vhost-no-port")),
  ...rows({ ...withVhost, log: "nginx-json" }, undefined, "json", "nginx-json", nginxString("json")),
  ...rows(
    { ...nginx, log: "nginx-json-quoted", tells: [...AGENTS, "vhost"] },
    undefined,
    "json",
    "nginx-json",
    nginxString("json-quoted"),
  ),
  // Its separator stands in one of the agents too.
  ...rows({ ...nginx, log: "nginx-pipe", unsure: { quotes: ["userAgent"] } }, nginxString("pipe")),
  ...rows({ ...nginx, log: "nginx-iso", tells: [...AGENTS, "vhost"] }, nginxString("iso")),
  ...rows({ ...nginx, log: "nginx-msec", tells: AGENTS, bytes: "all" }, nginxString("msec")),
  ...rows({ ...nginx, log: "nginx-parts", tells: [...AGENTS, "vhost"], parts: true }, nginxString("parts")),
  ...rows({ ...nginx, log: "nginx-syslog" }, undefined),
  ...rows({ ...nginx, log: "nginx-rsyslog" }, undefined),
  ...rows({ ...nginx, log: "nginx-rsyslog-iso" }, undefined),
  ...rows({ ...nginx, log: "nginx-combined-docker" }, undefined),
  ...rows({ ...withVhost, log: "nginx-json-docker" }, undefined),
  ...rows({ ...apache, log: "apache-common", tells: ["user"] }, undefined, "common", apacheString("common")),
  ...rows({ ...apache, log: "apache-combined" }, undefined, "combined", apacheString("combined")),
  ...rows({ ...apache, log: "apache-debian", bytes: "all" }, undefined, "combined", apacheString("debian")),
  ...rows({ ...apache, log: "apache-combinedio" }, undefined, "combined", apacheString("combinedio")),
  ...rows(
    { ...apache, log: "apache-vhost", tells: [...ALL, "vhost"], bytes: "all" },
    undefined,
    "vhost",
    apacheString("vhost"),
  ),
  ...rows({ ...apache, log: "apache-forwarded" }, apacheString("forwarded")),
  ...rows(
    { ...apache, log: "apache-parts", tells: [...AGENTS, "vhost"], parts: true, mapped: true },
    apacheString("parts"),
  ),
  ...rows(
    { log: "caddy", front: "caddy", differs: CADDY, tells: [...ALL, "vhost"], bytes: "body" },
    undefined,
    "caddy",
    "json",
  ),
  ...rows({ ...haproxy, log: "haproxy-raw" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-local" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-rfc3164" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-rfc5424" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-rfc3164-rsyslog" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-rfc3164-rsyslog-iso" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-captured", front: "captured" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-captured-rsyslog", front: "captured" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-captured-rsyslog-iso", front: "captured" }, undefined, "haproxy"),
  ...rows({ ...haproxy, log: "haproxy-clf", front: "clf" }, undefined),
  ...rows({ ...haproxy, log: "haproxy-clf-rsyslog", front: "clf" }, undefined),
  ...rows({ ...haproxy, log: "haproxy-clf-rsyslog-iso", front: "clf" }, undefined),
];

// Real servers, a client that is not always polite, and the program on what was logged: a quarter of a minute.
describeWith(NEEDS, "logs of real servers say what the client sent and saw", () => {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-logs-"));
  let traffic: Traffic;
  let begun: number;
  let ended: number;

  beforeAll(async () => {
    begun = Date.now();
    traffic = await makeTraffic(folder);
    ended = Date.now();
  }, SERVERS_TIMEOUT);

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(ROWS.map((row) => [titleOf(row), row] as const))(
    "%s",
    async (_, row) => {
      const sent = traffic[row.front].filter(({ exchange }) => !row.absent?.includes(exchange.name));
      const { events, tally } = await read(join(folder, `${row.log}.log`), row);
      expect(tally).toBe(`lines=${sent.length} parsed=${sent.length} unparsed=0`);
      const seen = events.map((event, i) => compared(event, row, sent[i]));
      expect(seen).toEqual(sent.map((logged) => [logged.exchange.name, expected(logged, row)]));
      for (const { at, timeUnknown } of events) {
        expect(timeUnknown).toBeUndefined();
        // Most logs tell whole seconds.
        expect(at).toBeWithin(begun - 1_000, ended + 1_000);
      }
    },
    TIMEOUT,
  );
});

describe("logs as Traefik's manual describes them", () => {
  const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
  const get = { ip: "192.0.2.10", method: "GET", protocol: "HTTP/1.1", userAgent: AGENT };
  const events: readonly Fields[] = [
    {
      ...get,
      path: "/?page=2&q=caf%C3%A9",
      status: 200,
      bytes: 6,
      referrer: "https://www.example.org/start?a=b&c=d",
    },
    { ...get, method: "POST", path: "/login?next=/", status: 404, bytes: 153 },
    {
      ...get,
      path: "/?q=%22x%22",
      status: 200,
      bytes: 6,
      referrer: 'http://x.example/?q="quoted"&b=\\',
      userAgent: 'say "hi" \\ back\\slash',
    },
    { ...get, path: "/missing", status: 404, bytes: 19 },
    { ...get, path: "/private/", status: 200, bytes: 10, user: "alice" },
    { ...get, ip: "2001:db8::10", path: "/?six", protocol: "HTTP/2.0", status: 200, bytes: 6 },
    { ...get, path: "/slow", status: 499, bytes: 21 },
  ];
  /** Lines that lack the agent: it was not asked for, or unknown to what answered. */
  const bare: Readonly<Record<string, number>> = { "traefik-clf": 3, "traefik-json": 1 };

  test.each([
    ["traefik-clf unforced", "traefik-clf", undefined],
    ["traefik-clf as traefik", "traefik-clf", "traefik"],
    ["traefik-json unforced", "traefik-json", undefined],
    ["traefik-json as traefik", "traefik-json", "traefik"],
  ])(
    "%s",
    async (_, log, format) => {
      const vhost = log === "traefik-json" ? SITE : undefined;
      const wanted = events.map((event, i) => ({ ...event, vhost, ...(i === bare[log] && NO_AGENT) }));
      const { events: got, tally } = await read(
        join(import.meta.dir, "samples", `${log}.log`),
        format === undefined ? {} : { format },
      );
      expect(tally).toBe("lines=7 parsed=7 unparsed=0");
      const seen = got.map(({ kind: __, at: ___, source: ____, ...fields }) => fields);
      expect<unknown>(seen).toEqual(wanted);
    },
    TIMEOUT,
  );
});

function titleOf({ log, format, proxies }: Row): string {
  const file = proxies === undefined ? log : `${log} behind a trusted proxy`;
  if (format === undefined) return `${file} unforced`;
  return /[$%]/.test(format) ? `${file} by the string that its server was given` : `${file} as ${format}`;
}

async function read(
  path: string,
  { format, proxies }: Pick<Row, "format" | "proxies">,
): Promise<{ events: RequestEvent[]; tally: string }> {
  const forced = format === undefined ? [] : ["--log-format", format];
  const trusted = proxies === undefined ? [] : ["--set", `trust.proxies=${proxies}`];
  const named = ["--access-log", path, ...forced, ...trusted];
  const args = ["stream", "events", "--no-follow", "--show-private-ips", ...named];
  const { stdout, stderr } = await runProgram(args);
  const events = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): RequestEvent => JSON.parse(line));
  return { events, tally: stderr.trimEnd().split("\n").at(-1) ?? "" };
}

/** The event that the line should give, as far as the log can tell. */
function expected({ exchange, answer }: Logged, row: Row): Fields {
  const { referrer, userAgent, user, ...request } = exchange.said;
  const fields: Fields = {
    ip: exchange.from,
    ...request,
    referrer,
    userAgent,
    user,
    vhost: SITE,
    status: answer.status,
    bytes: answer.bytes,
    ...row.differs[exchange.name],
    ...row.all,
  };
  return known(fields, exchange.name, row);
}

/** The event's fields, where they may differ from what is expected made equal to it. */
function compared(event: RequestEvent, row: Row, logged: Logged | undefined): [string, Fields] {
  if (logged === undefined) return ["none", {}];
  const { kind: _, at: __, source: ___, timeUnknown: ____, ...fields } = event;
  const wanted = expected(logged, row);
  const name = logged.exchange.name;
  const seen: Fields = known(fields, name, row);
  if (within(seen.bytes, wanted.bytes, row)) seen.bytes = wanted.bytes;
  if (cut(seen.path, wanted, name)) seen.path = wanted.path;
  return [name, seen];
}

/** Heads of answers have some hundred bytes. */
function within(bytes: number | undefined, body: number | undefined, row: Row): boolean {
  return (
    row.bytes === "all" && bytes !== undefined && body !== undefined && bytes >= body && bytes < body + 500
  );
}

/** Servers show the beginning of what they do not understand, and what is too long for a line. */
function cut(path: string | undefined, { path: whole = "", malformed }: Fields, name: string): boolean {
  const least = name === "long" ? 500 : 1;
  if (path === undefined || (name !== "long" && malformed === undefined)) return false;
  return path.length >= least && whole.startsWith(path);
}

/** Without the keys that the log does not tell, or not well enough. */
function known(fields: Fields, name: string, { tells, unsure, parts, mapped, differs }: Row): Fields {
  const left = { ...fields };
  for (const key of ["userAgent", "referrer", "user", "vhost"] as const) {
    if (!tells.includes(key)) delete left[key];
  }
  for (const key of unsure?.[name] ?? []) delete left[key];
  if (mapped === true) delete left.path;
  const odd = ["tls hello", "empty line", "nonsense", "probe", "blanks"].includes(name);
  if (parts === true && odd) {
    for (const key of ["method", "path", "protocol", "malformed"] as const) delete left[key];
  }
  if (parts === true && name in differs) delete left.protocol;
  return left;
}
