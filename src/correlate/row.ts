import { TCP_STATES, type TcpState } from "../model/event.ts";
import type { Past } from "../model/history.ts";
import { formatIp, type Ip, isV4 } from "../model/ip.ts";
import type { Subject } from "../model/judge.ts";
import type { IpProfile, Origin, Service, Verdict, Wire } from "../model/snapshot.ts";
import { prefixHash } from "./prefix.ts";
import { isKept } from "./recent.ts";
import {
  AUTH_ACCEPTED,
  AUTH_FAILURES,
  BYTES,
  FIRST_SEEN,
  isMarked,
  LAST_AUTH,
  LAST_REQUEST,
  LAST_SEEN,
  MALFORMED,
  REQUESTS,
  read,
  SHELL,
  STATUS_4XX,
  STATUS_5XX,
} from "./record.ts";
import { listServices, SSH_PORT, servicePort } from "./services.ts";
import type { Held } from "./state.ts";
import { sumWindow } from "./windows.ts";
import { bytesOf, packetsOf, plusWire, SlotWire } from "./wire.ts";

/** Sockets of one address walked to name its services and states: past this the list cannot change much. */
const MAX_WALK = 4_096;

/**
 * One slot read as a profile, property by property: a filter that looks at the address alone costs
 * nothing else. The one object is pointed at slot after slot; `toProfile()` makes one to keep.
 */
export class Row implements IpProfile, Subject {
  readonly #state: Held;
  readonly #wire: SlotWire;
  slot = 0;

  constructor(state: Held) {
    this.#state = state;
    this.#wire = new SlotWire(state);
  }

  get ip(): Ip {
    const { texts, addresses } = this.#state;
    let text = texts[this.slot];
    if (text === undefined) {
      text = formatIp(addresses.words, addresses.stride * this.slot);
      texts[this.slot] = text;
    }
    return text;
  }
  get home(): number {
    const { words, stride, capacity, seed } = this.#state.addresses;
    const place = stride * this.slot;
    return isV4(words, place) ? this.slot : capacity + prefixHash(words, place, seed);
  }
  get proxy(): true | undefined {
    const { isProxy, addresses } = this.#state;
    return isProxy(addresses.words, addresses.stride * this.slot) || undefined;
  }
  /** Of a proxy too: what came through it was done by its clients. */
  get trusted(): boolean {
    const { isTrusted, isProxy, own, addresses } = this.#state;
    const { words, stride } = addresses;
    const place = stride * this.slot;
    return isTrusted(words, place) || isProxy(words, place) || own(words, place);
  }
  get verdict(): Verdict | undefined {
    return this.#state.judge.verdict(this);
  }
  get risk(): number {
    return this.#state.judge.risk(this);
  }
  get origin(): Origin | undefined {
    return this.#state.origins.of[this.slot];
  }
  /** What history knows of it. */
  get past(): Past | undefined {
    return this.#state.memory.past[this.slot];
  }
  get sessions(): number | undefined {
    return this.past?.sessions;
  }
  get firstSeen(): number {
    return this.#field(FIRST_SEEN);
  }
  get lastSeen(): number {
    return this.#field(LAST_SEEN);
  }
  get connections(): number {
    return this.#state.sockets.count[this.slot] as number;
  }
  get established(): number {
    return this.#state.sockets.establishedCount[this.slot] as number;
  }
  get halfOpen(): number {
    return this.#state.sockets.halfOpenCount[this.slot] as number;
  }
  get states(): Partial<Record<TcpState, number>> {
    const states: Partial<Record<TcpState, number>> = {};
    this.addStates(states);
    return states;
  }
  get services(): Service[] {
    const sockets = new Map<number, number>();
    this.addServices(sockets);
    return listServices(sockets);
  }
  /** How many `services` would be listed without their limit. */
  get serviceCount(): number {
    const { sockets } = this.#state;
    const ssh = isMarked(this.#state.records, this.slot, SHELL);
    const first = sockets.first[this.slot] as number;
    if (first === -1 || sockets.table === undefined) return ssh ? 1 : 0;
    const ports = new Set<number>(ssh ? [SSH_PORT] : []);
    for (let i = first; i !== -1; i = sockets.next[i] as number) ports.add(servicePort(sockets.table, i));
    return ports.size;
  }
  get requests(): number {
    return this.#field(REQUESTS);
  }
  get requests10s(): number {
    return this.#window(10);
  }
  get requests60s(): number {
    return this.#window(60);
  }
  get bytes(): number {
    return this.#field(BYTES);
  }
  get inBytes(): number | undefined {
    return bytesOf(this.#state.wire, this.slot, "inBytes");
  }
  get outBytes(): number | undefined {
    return bytesOf(this.#state.wire, this.slot, "outBytes");
  }
  /** One object for all slots too. */
  get noSocket(): true | undefined {
    const { sockets, wire } = this.#state;
    if (sockets.table === undefined || this.connections > 0) return undefined;
    return packetsOf(wire, this.slot) > 0 || undefined;
  }
  get wire(): Wire | undefined {
    if (packetsOf(this.#state.wire, this.slot) === 0) return undefined;
    this.#wire.slot = this.slot;
    return this.#wire;
  }
  get status4xx(): number {
    return this.#field(STATUS_4XX);
  }
  get status5xx(): number {
    return this.#field(STATUS_5XX);
  }
  get malformed(): number {
    return this.#field(MALFORMED);
  }
  get authFailures(): number {
    return this.#field(AUTH_FAILURES);
  }
  get authAccepted(): number {
    return this.#field(AUTH_ACCEPTED);
  }
  get last(): string | undefined {
    return inWords(this.#state, this.newest);
  }
  /** Number of its newest record in the arena, kept or not; 0 for none. */
  get newest(): number {
    return Math.max(this.#field(LAST_REQUEST), this.#field(LAST_AUTH));
  }

  /** Adds its sockets by state, as far as they are walked. */
  addStates(states: Partial<Record<TcpState, number>>): void {
    for (const i of this.socketRows(MAX_WALK)) {
      const state = TCP_STATES[this.#state.sockets.table?.state[i] ?? 0];
      if (state) states[state] = (states[state] ?? 0) + 1;
    }
  }

  /** Adds its sockets by port, as far as they are walked. */
  addServices(sockets: Map<number, number>): void {
    const { table } = this.#state.sockets;
    if (table !== undefined && this.connections > 0) {
      for (const i of this.socketRows(MAX_WALK)) {
        const port = servicePort(table, i);
        sockets.set(port, (sockets.get(port) ?? 0) + 1);
      }
    }
    if (isMarked(this.#state.records, this.slot, SHELL) && !sockets.has(SSH_PORT)) sockets.set(SSH_PORT, 0);
  }

  /** The rows of the socket table that are this address's, at most `limit`. */
  *socketRows(limit: number): Generator<number> {
    const { sockets } = this.#state;
    let i = sockets.first[this.slot] as number;
    for (let walked = 0; i !== -1 && walked < limit; walked++) {
      yield i;
      i = sockets.next[i] as number;
    }
  }

  /** The plain profile, which may be kept. */
  toProfile(): IpProfile {
    const { last, proxy, trusted, verdict, origin, sessions, inBytes, outBytes, wire, noSocket } = this;
    return {
      ip: this.ip,
      ...(proxy && { proxy }),
      ...(trusted && { trusted }),
      ...(verdict !== undefined && { verdict: plain(verdict) }),
      ...(origin !== undefined && { origin }),
      firstSeen: this.firstSeen,
      lastSeen: this.lastSeen,
      connections: this.connections,
      established: this.established,
      halfOpen: this.halfOpen,
      states: this.states,
      services: this.services,
      requests: this.requests,
      requests10s: this.requests10s,
      requests60s: this.requests60s,
      bytes: this.bytes,
      ...(inBytes !== undefined && { inBytes }),
      ...(outBytes !== undefined && { outBytes }),
      ...(wire !== undefined && { wire: plusWire(undefined, wire) }),
      ...(noSocket && { noSocket }),
      ...(sessions !== undefined && { sessions }),
      status4xx: this.status4xx,
      status5xx: this.status5xx,
      malformed: this.malformed,
      authFailures: this.authFailures,
      authAccepted: this.authAccepted,
      ...(last !== undefined && { last }),
    };
  }

  #field(field: number): number {
    return read(this.#state.records, this.slot, field);
  }

  #window(span: number): number {
    return sumWindow(this.#state.windows, this.slot, Math.floor(this.#state.now / 1000), span);
  }
}

/** A verdict that may be kept and written. */
export function plain({ risk, severity, findings }: Verdict): Verdict {
  return { risk, severity, findings };
}

/** A record in a few words: `GET /about`, `ssh failed root`, `http probe limit-req`; undefined when it is gone. */
export function inWords({ recent, lines }: Held, seq: number): string | undefined {
  if (!isKept(recent, seq)) return undefined;
  const event = lines.read(seq);
  if (event.kind === "auth") {
    const { service, outcome, user, method } = event;
    // Of what is no login the method says what it is.
    const whose = user ?? (outcome === "probe" ? method : undefined);
    return [service, outcome, whose].filter((word) => word !== undefined).join(" ");
  }
  return [event.method, event.path].filter((word) => word !== undefined).join(" ");
}
