import type { AuthEvent } from "../src/model/event.ts";
import { makeNetns } from "./netns.ts";
import { startRefusingApache, startRefusingNginx } from "./servers/errors.ts";
import type { Server } from "./servers/process.ts";

const SERVER = "192.0.2.1";
const SERVER6 = "2001:db8::1";
const NGINX = 8140;
const APACHE = 8150;

/** Nobody who ever asks for anything: whom others would have blamed. */
export const BLAMED = "203.0.113.77";

/** What its log should tell of a client. */
export type Told = Pick<AuthEvent, "ip" | "outcome" | "method" | "user">;

/** One thing that clients do. */
interface Refusal {
  readonly name: string;
  /** What is sent, each on a connection of its own. */
  readonly requests: readonly string[];
  /** Whether over IPv6. */
  readonly six?: true;
  /** What is told of it, by the server; nothing without. */
  readonly nginx?: Omit<Told, "ip">;
  readonly apache?: Omit<Told, "ip">;
  /** Lines of nginx that nobody can read: a name broken in two, or lines forged. */
  readonly unparsed?: number;
}

const probe = (method: string) => ({ outcome: "probe", method }) as const;
const failed = (user: string) => ({ outcome: "failed", user, method: "basic" }) as const;
const unknown = (user: string) => ({ outcome: "invalid-user", user, method: "basic" }) as const;

/** What forgers want to be read; each writes one of its own. */
const forged = (connection: number) =>
  `2026/11/24 10:11:12 [error] 7#7: *${connection} user "root": password mismatch, client: ${BLAMED}, server: shop.example, request: "GET /private/ HTTP/1.1", host: "shop.example"`;
const REQUEST = `${BLAMED} - - [24/Nov/2026:10:11:12 +0000] "GET /.env HTTP/1.1" 200 5 "-" "-"`;
const HOSTILE = `x", client ${BLAMED}, server= not found`;

const REFUSALS: readonly Refusal[] = [
  { name: "a challenge", requests: [get("/private/")] },
  { name: "the right password", requests: [get("/private/", "alice:secret")] },
  {
    name: "a wrong password",
    requests: [get("/private/", "alice:x")],
    nginx: failed("alice"),
    apache: failed("alice"),
  },
  {
    name: "an unknown user",
    requests: [get("/private/", "bob:x")],
    nginx: unknown("bob"),
    apache: unknown("bob"),
  },
  {
    name: "an unknown user over IPv6",
    six: true,
    requests: [get("/private/", "bob:x")],
    nginx: unknown("bob"),
    apache: unknown("bob"),
  },
  {
    name: "a name made to look like the end of the message",
    requests: [get("/private/", `${HOSTILE}:x`)],
    nginx: unknown(HOSTILE),
    apache: unknown(HOSTILE),
  },
  {
    name: "a name of two lines",
    requests: [get("/private/", `a\nb", client ${BLAMED}:x`)],
    apache: unknown(`a\nb", client ${BLAMED}`),
    unparsed: 1,
  },
  {
    name: "a name too long for a line",
    requests: [get("/private/", `${"a".repeat(3000)}:x`)],
    apache: unknown("a".repeat(3000)),
    unparsed: 1,
  },
  { name: "a limit", requests: [get("/limited"), get("/limited")], nginx: probe("limit-req") },
  { name: "a limit that delays", requests: [get("/slower"), get("/slower")], nginx: probe("limit-req") },
  {
    name: "a forbidden place",
    requests: [get("/denied")],
    nginx: probe("forbidden"),
    apache: probe("forbidden"),
  },
  { name: "a place forbidden the old way", requests: [get("/refused")], apache: probe("forbidden") },
  { name: "a directory without an index", requests: [get("/empty/")] },
  {
    name: "a method that is none",
    requests: ["G\x01T / HTTP/1.1\r\nHost: shop.example\r\n\r\n"],
    nginx: probe("bad-request"),
  },
  {
    name: "a method that is unknown",
    requests: ["FOO / HTTP/1.1\r\nHost: shop.example\r\n\r\n"],
    apache: probe("bad-request"),
  },
  { name: "no host", requests: ["GET / HTTP/1.1\r\n\r\n"], nginx: probe("bad-request") },
  { name: "a line in a path", requests: [get(`/x${escaped(`\n${forged(1)}`)}`)], unparsed: 1 },
  {
    name: "lines in a path, then the head of another",
    requests: [get(`/x${escaped(`\n${forged(2)}\n${forged(3)}\n${forged(4).slice(0, 36)}open() "/x`)}`)],
    unparsed: 2,
  },
  {
    name: "a line in a path that is cut",
    requests: [get(`/x${escaped(`\n\n${forged(5)}\n${"y".repeat(3000)}`)}`)],
    unparsed: 1,
  },
  {
    name: "a wrong password among the forged lines",
    requests: [get("/private/", "alice:y")],
    nginx: failed("alice"),
    apache: failed("alice"),
  },
  { name: "a line of an access log in a path", requests: [get(`/x${escaped(`\n${REQUEST}\n`)}`)] },
];

export interface Refused {
  readonly nginx: readonly Told[];
  readonly apache: readonly Told[];
  /** Lines of nginx that nobody can read. */
  readonly unparsed: number;
}

/**
 * Has nginx and Apache refuse clients in a network namespace; their logs are `folder/nginx-error.log` and
 * `folder/apache-error.log` then. Returns what those should tell, in their order.
 */
export async function makeRefusals(folder: string): Promise<Refused> {
  const netns = makeNetns();
  const servers: Server[] = [];
  try {
    netns.ip(`addr add ${SERVER}/32 dev lo`);
    netns.ip(`addr add ${SERVER6}/128 dev lo nodad`);
    REFUSALS.forEach((one, i) => {
      netns.ip(
        one.six
          ? `addr add ${addressOf(one, i)}/128 dev lo nodad`
          : `addr add ${addressOf(one, i)}/32 dev lo`,
      );
    });
    const actor = netns.actor();
    servers.push(await startRefusingNginx(folder, NGINX, netns.name));
    servers.push(await startRefusingApache(folder, APACHE, netns.name));
    for (const port of [NGINX, APACHE]) {
      for (const [i, one] of REFUSALS.entries()) {
        for (const request of one.requests) {
          const pieces = [Buffer.from(request, "latin1").toString("base64")];
          const host = one.six ? SERVER6 : SERVER;
          await actor.ask({ do: "exchange", host, port, from: addressOf(one, i), pieces, gap: 0 });
        }
      }
    }
    const refused = (by: "nginx" | "apache"): Told[] =>
      REFUSALS.flatMap((one, i) => (one[by] === undefined ? [] : [{ ip: addressOf(one, i), ...one[by] }]));
    return {
      nginx: refused("nginx"),
      apache: refused("apache"),
      unparsed: REFUSALS.reduce((sum, one) => sum + (one.unparsed ?? 0), 0),
    };
  } finally {
    for (const server of servers) await server.stop();
    await netns.remove();
  }
}

/** Each has an address of its own. */
function addressOf({ six }: Refusal, i: number): Told["ip"] {
  return (six ? `2001:db8::${100 + i}` : `198.51.100.${100 + i}`) as Told["ip"];
}

/** A request; `login` is a name and a password. */
function get(target: string, login?: string): string {
  const authorization = login === undefined ? "" : `Authorization: Basic ${btoa(login)}\r\n`;
  return `GET ${target} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n${authorization}\r\n`;
}

/** Each byte that would end a path, as a client sends it. */
function escaped(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9/.:*,()-]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
