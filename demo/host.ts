import type { AuthEvent, Event, HealthEvent, Part, RequestEvent } from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";
import { toNativeLine } from "../src/sinks/native.ts";
import { type Connection, socketOf } from "./connection.ts";
import { Counters, segmentsOf } from "./counters.ts";
import { between, pick, random } from "./random.ts";
import type { Timeline } from "./timeline.ts";
import { Wire } from "./wire.ts";

/** An evening in November: the first tick of the recording. */
const START = Date.UTC(2026, 10, 6, 20, 54, 0, 118);

/** The workers of nginx (its master is 812) and the application behind it. */
const NGINX = [813, 814];
const PHP = { pid: 901, process: "php-fpm8.2" };

/** A listener's backlog of 128 holds one half-open connection more; the rest are answered with cookies. */
const HALF_OPEN = 129;
/** Both TCP_TIMEWAIT_LEN and net.ipv4.tcp_fin_timeout. */
const MINUTE = 60_000;
/** What a TLS 1.3 handshake with a usual certificate costs, in and out. */
const HANDSHAKE = [640, 4_330] as const;
/** Headers of a request and of its answer. */
const HEADERS = [410, 290] as const;

/** A request as its log line tells it. */
export type Asked = Omit<RequestEvent, "kind" | "at" | "ip" | "source"> & { readonly bytes: number };
/** A message of sshd. */
export type Login = Pick<AuthEvent, "outcome" | "user" | "method">;

/** A log as its reader counts it: the lines so far, those already told, and how old the newest was when it was read. */
interface Log {
  readonly part: Part;
  readonly path: string;
  lines: number;
  told: number;
  lag?: number;
}

/** The server: what happens to it becomes lines of the recording, as `record` writes them. */
export class Host {
  readonly lines: string[] = [];
  readonly #timeline: Timeline;
  readonly #next = random(812);
  readonly #counters = new Counters();
  readonly #wire = new Wire();
  readonly #connections = new Set<Connection>();
  readonly #access = log("http", "/var/log/nginx/access.log");
  readonly #auth = log("auth", "/var/log/auth.log");
  #halfOpen = 0;
  #sshd = 48_210;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** A connection to a port of ours whose handshake is done; `distance` as in {@link Connection}. */
  accept(remote: Ip, localPort: number, distance: number): Connection {
    if (this.#halfOpen === HALF_OPEN && localPort === 443) {
      this.#countCookies(1);
      this.#counters.count("SyncookiesRecv");
    } else this.#counters.handshakes(1);
    this.#wire.handshake(remote, true);
    this.#counters.count("PassiveOpens");
    const owner = localPort === 22 ? this.#session() : { pid: pick(this.#next, NGINX), process: "nginx" };
    const connection = this.#add(remote, localPort, distance, { direction: "in", owner });
    if (localPort === 443) this.carry(connection, ...HANDSHAKE);
    return connection;
  }

  /** A connection of the application to another machine, as old as the application. */
  dial(remote: Ip, remotePort: number, distance: number): Connection {
    const localPort = between(this.#next, 32_768, 60_999);
    return this.#add(remote, localPort, distance, { direction: "out", owner: PHP, remotePort });
  }

  /** sshd starts a process for each connection. */
  #session(): { pid: number; process: string } {
    this.#sshd += between(this.#next, 2, 9);
    return { pid: this.#sshd, process: "sshd" };
  }

  #add(
    remote: Ip,
    localPort: number,
    distance: number,
    rest: Pick<Connection, "direction" | "owner"> & { remotePort?: number },
  ): Connection {
    const connection: Connection = {
      remotePort: between(this.#next, 32_768, 60_999),
      ...rest,
      remote,
      localPort,
      distance,
      state: "ESTABLISHED",
      info: { inBytes: 0, outBytes: 0, rtt: distance, retransmits: 0 },
    };
    this.#connections.add(connection);
    return connection;
  }

  /** Payload both ways on a connection. */
  carry({ remote, info, distance }: Connection, inBytes: number, outBytes: number): void {
    info.inBytes += inBytes;
    info.outBytes += outBytes;
    info.rtt = Math.round(distance * (0.9 + 0.4 * this.#next()));
    // Lossier the longer the line is.
    if (this.#next() < distance / 4_000_000) info.retransmits++;
    const segments = segmentsOf(inBytes, outBytes);
    this.#counters.carry(segments);
    this.#wire.carry(remote, segments);
  }

  /** A request and its answer. nginx stamps its log with whole seconds. */
  request(connection: Connection, asked: Asked): void {
    const { method, path, protocol, status, bytes, ...rest } = asked;
    this.carry(connection, HEADERS[0], HEADERS[1] + bytes);
    const { remote: ip } = connection;
    const at = Math.floor(this.#at / 1000) * 1000;
    this.#log(this.#access, {
      kind: "request",
      at,
      ip,
      source: this.#access.path,
      method,
      path,
      protocol,
      status,
      bytes,
      ...rest,
    });
  }

  /** A message of the sshd that holds the connection. */
  login({ remote: ip, owner }: Connection, login: Login): void {
    this.#log(this.#auth, {
      kind: "auth",
      at: this.#at,
      ip,
      service: "ssh",
      ...login,
      ...(owner !== undefined && { session: owner.pid }),
      source: this.#auth.path,
    });
  }

  /** Whoever ends a connection waits for stray segments; where the peer ends it, our socket is gone at once. */
  close(connection: Connection, by: "us" | "peer"): void {
    if (by === "peer") {
      this.#connections.delete(connection);
      return;
    }
    connection.owner = undefined;
    // A phone that went to sleep does not answer our FIN with its own.
    connection.state = this.#next() < 0.9 ? "TIME_WAIT" : "FIN_WAIT2";
    this.#timeline.after(MINUTE, () => this.#connections.delete(connection));
  }

  /**
   * A SYN to :443 whose sender never goes on: it waits `patience` milliseconds. False when there is no room for it to
   * wait, and it was answered with a cookie.
   */
  syn(remote: Ip, patience: number): boolean {
    this.#wire.handshake(remote, false);
    if (this.#halfOpen === HALF_OPEN) {
      this.#countCookies(1);
      return false;
    }
    this.#counters.handshakes(1);
    const connection = this.#add(remote, 443, 0, { direction: "in", owner: undefined });
    connection.state = "SYN_RECV";
    this.#halfOpen++;
    this.#timeline.after(patience, () => {
      this.#halfOpen--;
      this.#connections.delete(connection);
    });
    return true;
  }

  /** SYNs of forged senders, that found no room. */
  cookies(count: number): void {
    this.#wire.forged(count);
    this.#countCookies(count);
  }

  #countCookies(count: number): void {
    this.#counters.handshakes(count);
    this.#counters.count("SyncookiesSent", count);
    this.#counters.count("TCPReqQFullDoCookies", count);
  }

  /** What the program reads once a second: the clock, the sockets, the counters, the packets. */
  poll(): void {
    const at = this.#at;
    this.#write({ kind: "tick", at });
    const sockets = Array.from(this.#connections, socketOf);
    this.#write({ kind: "sockets", at: at + 1, source: "sock_diag", sockets });
    this.#write(this.#counters.event(at + 2, this.#timeline.now));
    const reading = this.#wire.reading(at + 2);
    // The first holds what passed before.
    if (this.#timeline.now > 0) this.#write(reading);
    for (const log of [this.#access, this.#auth]) {
      if (log.lines === log.told) continue;
      log.told = log.lines;
      this.#logHealth(log);
    }
  }

  /** How the sources do when they are opened. */
  open(): void {
    this.#health({ part: "sockets", source: "sock_diag", detail: "TCP sockets from the kernel" });
    this.#health({
      part: "packets",
      source: "eth0",
      detail: "packets of eth0, counted in the kernel",
      via: "eBPF",
    });
    this.#health({ part: "kernel", source: "/proc/net", detail: "TCP counters and interfaces" });
    for (const log of [this.#access, this.#auth]) this.#logHealth(log);
  }

  #logHealth({ part, path, lines, lag }: Log): void {
    this.#health({
      part,
      source: path,
      detail: "following",
      lines,
      unparsed: 0,
      ...(lag !== undefined && { lag }),
    });
  }

  #health({ part, source, ...rest }: Omit<HealthEvent, "kind" | "at" | "state">): void {
    this.#write({ kind: "health", at: this.#at + 3, part, source, state: "up", ...rest });
  }

  get #at(): number {
    return START + this.#timeline.now;
  }

  #log(log: Log, event: RequestEvent | AuthEvent): void {
    if (this.#timeline.now >= 0) {
      log.lines++;
      log.lag = this.#at - event.at;
    }
    this.#write(event);
  }

  /** What happened before the first tick is nowhere written. */
  #write(event: Event): void {
    if (this.#timeline.now >= 0) this.lines.push(toNativeLine(event));
  }
}

function log(part: Part, path: string): Log {
  return { part, path, lines: 0, told: 0 };
}
