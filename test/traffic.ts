import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLIENT, CLIENT6, EXCHANGES, type Exchange } from "./exchanges.ts";
import { type Actor, makeNetns } from "./netns.ts";
import { startApache } from "./servers/apache.ts";
import { startCaddy } from "./servers/caddy.ts";
import { HAPROXY_FORMATS, startHaproxy } from "./servers/haproxy.ts";
import { startNginxSites } from "./servers/nginx.ts";
import type { Server } from "./servers/process.ts";
import { until } from "./until.ts";

const SERVER = "192.0.2.1";
const SERVER6 = "2001:db8::1";

const NGINX = { site: 8080, edge: 8070, backend: 8060, quiet: 8050, mute: 9999, syslog: 5140 };
const CADDY = 8090;
const APACHE = 8100;
const HAPROXY = {
  http: 8110,
  captured: 8120,
  clf: 8130,
  backend: NGINX.quiet,
  collectors: { local: 5141, rfc3164: 5142, rfc5424: 5143, raw: 5144 },
  captures: 5145,
  clfs: 5146,
};

/** Where the client sends: a server's port, the log that tells that it is done, and what that log leaves out. */
interface Front {
  readonly port: number;
  readonly log: string;
  readonly silent: readonly string[];
}

const NONE: readonly string[] = [];
/** Go's server answers these by itself: Caddy never sees them. */
const NO_REQUEST = ["http/0.9", "tls hello", "empty line", "nonsense", "probe", "no host", "blanks"];

const FRONTS = {
  nginx: { port: NGINX.site, log: "nginx-parts.log", silent: NONE },
  edge: { port: NGINX.edge, log: "nginx-edge.log", silent: NONE },
  caddy: { port: CADDY, log: "caddy.log", silent: NO_REQUEST },
  apache: { port: APACHE, log: "apache-parts.log", silent: ["empty line"] },
  haproxy: { port: HAPROXY.http, log: "haproxy-raw.log", silent: NONE },
  captured: { port: HAPROXY.captured, log: "haproxy-captured.log", silent: NONE },
  clf: { port: HAPROXY.clf, log: "haproxy-clf.log", silent: NONE },
} as const satisfies Record<string, Front>;
export type FrontName = keyof typeof FRONTS;

/** What the client saw. */
export interface Answer {
  /** None where no status line came: HTTP/0.9, or nothing at all. */
  readonly status?: number;
  /** Bytes of the body. */
  readonly bytes: number;
}

/** An exchange that was logged, with what the client saw. */
export interface Logged {
  readonly exchange: Exchange;
  readonly answer: Answer;
}

/** What each front logged, in the order of its log. */
export type Traffic = Readonly<Record<FrontName, readonly Logged[]>>;

/**
 * Starts every server in a network namespace, sends every exchange to each of them, and stops them. The logs
 * are in `folder` then.
 */
export async function makeTraffic(folder: string): Promise<Traffic> {
  const netns = makeNetns();
  const servers: Server[] = [];
  try {
    for (const address of [SERVER, CLIENT]) netns.ip(`addr add ${address}/32 dev lo`);
    for (const address of [SERVER6, CLIENT6]) netns.ip(`addr add ${address}/128 dev lo nodad`);
    const actor = netns.actor();
    const collect = (port: number, name: string) => {
      writeFileSync(join(folder, name), "");
      return actor.ask({ do: "collect", port, file: join(folder, name) });
    };
    await collect(NGINX.syslog, "nginx-syslog.log");
    for (const format of HAPROXY_FORMATS) await collect(HAPROXY.collectors[format], `haproxy-${format}.log`);
    await collect(HAPROXY.captures, "haproxy-captured.log");
    await collect(HAPROXY.clfs, "haproxy-clf.log");
    await actor.ask({ do: "listen", host: "127.0.0.1", port: NGINX.mute });
    servers.push(await startNginxSites(folder, NGINX, netns.name));
    servers.push(await startCaddy(folder, CADDY, netns.name));
    servers.push(await startApache(folder, APACHE, netns.name));
    servers.push(await startHaproxy(folder, HAPROXY, netns.name));
    const traffic = {
      nginx: await send(actor, folder, FRONTS.nginx),
      edge: await send(actor, folder, FRONTS.edge),
      caddy: await send(actor, folder, FRONTS.caddy),
      apache: await send(actor, folder, FRONTS.apache),
      haproxy: await send(actor, folder, FRONTS.haproxy),
      captured: await send(actor, folder, FRONTS.captured),
      clf: await send(actor, folder, FRONTS.clf),
    };
    const all = traffic.nginx.length;
    await until(() => lines(join(folder, "nginx-syslog.log")) === all, "nginx's syslog lines");
    for (const format of HAPROXY_FORMATS) {
      const name = `haproxy-${format}.log`;
      await until(() => lines(join(folder, name)) === traffic.haproxy.length, `the lines of ${name}`);
    }
    keepAsSyslogDaemonsDo(folder);
    keepAsDockerDoes(folder);
    return traffic;
  } finally {
    for (const server of servers) await server.stop();
    await netns.remove();
  }
}

/**
 * Writes what came by syslog as rsyslog does: `NAME-rsyslog.log` in its traditional format, which leaves out
 * the priority, and `NAME-rsyslog-iso.log` in the one that is its default now, with a time of RFC 3339.
 */
function keepAsSyslogDaemonsDo(folder: string): void {
  for (const name of ["nginx-syslog", "haproxy-rfc3164", "haproxy-captured", "haproxy-clf"]) {
    const sent = readFileSync(join(folder, `${name}.log`), "latin1");
    const traditional = sent.replaceAll(/^<\d+>/gm, "");
    const year = new Date().getFullYear();
    const iso = traditional.replaceAll(/^(\w{3} [ \d]\d [\d:]{8})/gm, (stamp) =>
      rfc3339(new Date(`${stamp} ${year}`)),
    );
    const kept = name.replace("-syslog", "");
    writeFileSync(join(folder, `${kept}-rsyslog.log`), traditional, "latin1");
    writeFileSync(join(folder, `${kept}-rsyslog-iso.log`), iso, "latin1");
  }
}

/**
 * Writes `NAME-docker.log`: nginx's logs as if they had been its standard output in a container, which Docker's
 * driver `json-file` keeps as a JSON object for each line, made safe for HTML.
 */
function keepAsDockerDoes(folder: string): void {
  for (const name of ["nginx-combined", "nginx-json"]) {
    const written = readFileSync(join(folder, `${name}.log`), "utf8")
      .trimEnd()
      .split("\n");
    const time = `${new Date().toISOString().slice(0, -1)}123456Z`;
    const kept = written.map((line) => {
      const object = JSON.stringify({ log: `${line}\n`, stream: "stdout", time });
      return object.replaceAll(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
    });
    writeFileSync(join(folder, `${name}-docker.log`), `${kept.join("\n")}\n`);
  }
}

/** The time in the host's zone, with microseconds. */
function rfc3339(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const local = new Date(time.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const [hours = 0, minutes = 0] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const zone = [hours, minutes].map((part) => String(part).padStart(2, "0")).join(":");
  return `${local}.000000${offset < 0 ? "-" : "+"}${zone}`;
}

/** Sends the exchanges one after the other, each once the line of the one before it has been written. */
async function send(actor: Actor, folder: string, { port, log, silent }: Front): Promise<Logged[]> {
  const logged: Logged[] = [];
  for (const exchange of EXCHANGES) {
    const { name, from, pieces, gap, after } = exchange;
    const got = await actor.ask({
      do: "exchange",
      host: from === CLIENT6 ? SERVER6 : SERVER,
      port,
      from,
      pieces: pieces.map((piece) => piece.toString("base64")),
      gap,
      after,
    });
    if (silent.includes(name)) continue;
    logged.push({ exchange, answer: answerOf(got) });
    await until(() => lines(join(folder, log)) === logged.length, `the line of "${name}" in ${log}`);
  }
  return logged;
}

function lines(path: string): number {
  return existsSync(path) ? readFileSync(path, "latin1").split("\n").length - 1 : 0;
}

function answerOf(got: unknown): Answer {
  const text = typeof got === "object" && got !== null && "answer" in got ? String(got.answer) : "";
  const bytes = Buffer.from(text, "base64").toString("latin1");
  const status = /^HTTP\/\d\.\d (\d{3})/.exec(bytes)?.[1];
  if (status === undefined) return { bytes: bytes.length };
  return { status: Number(status), bytes: bytes.length - bytes.indexOf("\r\n\r\n") - 4 };
}
