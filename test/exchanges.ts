import { SITE } from "./servers/nginx.ts";

export const CLIENT = "192.0.2.10";
export const CLIENT6 = "2001:db8::10";

/** What a request says: what a log of it should say, if the server understood it. */
export interface Said {
  readonly method?: string;
  readonly path: string;
  readonly protocol?: string;
  readonly referrer?: string;
  readonly userAgent?: string;
  readonly user?: string;
  readonly malformed?: true;
}

/** One connection of the client: what it sends, and how. */
export interface Exchange {
  readonly name: string;
  readonly from: string;
  readonly pieces: readonly Buffer[];
  /** Milliseconds between the pieces. */
  readonly gap: number;
  /** What it does when all is sent, if not wait for the server to end. */
  readonly after?: "half-close" | "hang up";
  readonly said: Said;
}

const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

interface Options {
  readonly method?: string;
  readonly protocol?: string;
  readonly agent?: string;
  readonly referrer?: string;
  readonly host?: readonly string[];
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly from?: string;
  readonly user?: string;
  readonly gap?: number;
  readonly after?: "half-close" | "hang up";
}

function http(name: string, path: string, options: Options = {}): Exchange {
  const { method = "GET", protocol = "HTTP/1.1", agent = AGENT, referrer, body = "", user, after } = options;
  const lines = [
    `${method} ${path} ${protocol}`,
    ...(options.host ?? [`Host: ${SITE}`]),
    `User-Agent: ${agent}`,
    ...(referrer === undefined ? [] : [`Referer: ${referrer}`]),
    ...(user === undefined ? [] : [`Authorization: Basic ${btoa(`${user}:secret`)}`]),
    ...(body === ""
      ? []
      : [`Content-Length: ${body.length}`, "Content-Type: application/x-www-form-urlencoded"]),
    ...(options.headers ?? []),
    "Connection: close",
    "",
    body,
  ];
  const whole = Buffer.from(lines.join("\r\n"));
  const { gap = 0 } = options;
  const cut = Math.ceil(whole.length / (gap === 0 ? 1 : 5));
  const pieces: Buffer[] = [];
  for (let i = 0; i < whole.length; i += cut) pieces.push(whole.subarray(i, i + cut));
  return {
    name,
    from: options.from ?? CLIENT,
    pieces,
    gap,
    ...(after !== undefined && { after }),
    said: {
      method,
      path,
      protocol,
      userAgent: agent,
      ...(referrer !== undefined && { referrer }),
      ...(user !== undefined && { user }),
    },
  };
}

/** A request of HTTP/0.9: the server closes when it has answered. */
function simple(name: string, bytes: string, said: Said): Exchange {
  return { name, from: CLIENT, pieces: [Buffer.from(bytes, "latin1")], gap: 0, said };
}

/** Bytes as they are, after which the client sends no more. */
function raw(name: string, bytes: string, said: Said): Exchange {
  const pieces = [Buffer.from(bytes, "latin1")];
  return { name, from: CLIENT, pieces, gap: 0, after: "half-close", said };
}

/**
 * The beginning of a TLS ClientHello up to what ends a line, which every hello has: the number 10 of the extension
 * `supported_groups`.
 */
const HELLO =
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x9e\xd4\x22\x5c\x7e\x5b\x20\x2d\x20\xe2\x82\xac\x7f\x00";

/** What the client sends to every server, in this order. */
export const EXCHANGES: readonly Exchange[] = [
  http("get", "/?page=2&q=caf%C3%A9", { referrer: "https://www.example.org/start?a=b&c=d" }),
  http("post", "/login?next=/", { method: "POST", body: "user=alice&pass=x" }),
  http("quotes", "/?q=%22x%22", {
    agent: 'say "hi" \\ back\\slash\\" {a|b} #1 [x]',
    referrer: 'http://x.example/?q="quoted"&b=\\',
  }),
  http("utf-8", "/?utf8", { agent: "Müller/1.0 (Zoë; 日本 😀)", referrer: "https://bücher.example/ä" }),
  http("percent", "/a%20b/%2e%2e/y?z=%F0%9F%98%80"),
  http("http/1.0", "/index.html", { protocol: "HTTP/1.0" }),
  simple("http/0.9", "GET /old\r\n", { method: "GET", path: "/old", protocol: "HTTP/0.9" }),
  raw("tls hello", `${HELLO}\n\x00\x16`, { path: Buffer.from(HELLO, "latin1").toString(), malformed: true }),
  raw("empty line", "\r\n\r\n", { path: "", malformed: true }),
  raw("nonsense", "NONSENSE\r\n\r\n", { path: "NONSENSE", malformed: true }),
  raw("probe", "\x03\x00\x00/*\xe0\x00\x00\x00\x00\x00Cookie: mstshash=Administr\r\n", {
    path: "\x03\x00\x00/*\ufffd\x00\x00\x00\x00\x00Cookie: mstshash=Administr",
    malformed: true,
  }),
  http("no host", "/no-host", { host: [] }),
  http("dribbled", "/?dribbled", { gap: 150 }),
  http("hung up", "/slow", { after: "hang up", gap: 20 }),
  http("blanks", "/a b c?d e"),
  http("raw utf-8", "/größe"),
  http("long", `/${"x".repeat(8000)}`),
  http("user", "/private/", { user: "alice" }),
  http("ipv6", "/?six", { from: CLIENT6 }),
  http("head", "/index.html", { method: "HEAD" }),
  http("missing", "/missing"),
  http("moved", "/dir"),
  http("forwarded", "/?forwarded", { headers: ["X-Forwarded-For: evil, 203.0.113.66"] }),
];
