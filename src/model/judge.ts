import type { AuthEvent, KernelEvent, RequestEvent, RequestView, SocketTable } from "./event.ts";
import type { Ip } from "./ip.ts";
import type { Activity, Alert, HostVerdict, Verdict, WireRates } from "./snapshot.ts";

/**
 * One address as a judge sees it: its numbers as they are after what just happened. One object serves all: who wants to
 * know of another address points it there.
 */
export interface Subject extends Activity {
  /** The number under which the address is held; given to another address once this one was forgotten. */
  slot: number;
  /**
   * The number under which it is counted together with others: of IPv6 one for all of a /64, which is what one customer
   * gets, so that going from address to address hides nothing; of IPv4 the slot.
   */
  readonly home: number;
  readonly ip: Ip;
  /** On a trust list, a proxy, or this host's own: never judged. */
  readonly trusted: boolean;
}

/** The sockets of one address: rows of `table`, from `first` on linked by `next`, -1 at the end. */
export interface SubjectSockets {
  readonly table: SocketTable;
  readonly first: number;
  readonly next: Int32Array;
}

/** The half-open connections of the whole host at one instant, and the prefix (/24, /64) that has most of them. */
export interface HalfOpen {
  readonly at: number;
  readonly count: number;
  /** Undefined where they are too few for it to matter. */
  readonly prefix: string | undefined;
  readonly ofPrefix: number;
}

/** The address that sent most SYNs in a reading, and its prefix (/24, /64). */
export interface Loudest {
  readonly prefix: string;
  readonly synPerSecond: number;
}

/**
 * Says what speaks against an address. It is told what happens right after that was counted, and asked for verdicts; it
 * keeps what it needs by slot. Time is that of the events and of {@link tick}.
 */
export interface Judge {
  /** Of a view nothing may be kept. */
  request(subject: Subject, event: RequestEvent | RequestView): void;
  /** `failures`: how many failed logins it tells of that were not told before. */
  auth(subject: Subject, event: AuthEvent, failures: number): void;
  /** Called for each address that has sockets, whenever the table was read. */
  sockets(subject: Subject, sockets: SubjectSockets, at: number): void;
  /** The host's counters, as they come. */
  kernel(event: KernelEvent): void;
  /** The half-open connections, whenever the table was read. */
  pressed(halfOpen: HalfOpen): void;
  /** How many packets come and go, whenever those of an interface were counted, and who sends most SYNs, where anybody does. */
  wire(rates: WireRates, at: number, loudest?: Loudest): void;
  /** Of an address that sent some SYNs before and so many more, and never an ACK. */
  syns(subject: Subject, count: number, at: number): void;
  /** Its names prove it to be the crawler that it says it is: what its requests spoke of is taken back. */
  proved(subject: Subject): void;
  /** What is wrong with the host as a whole. */
  host(): HostVerdict | undefined;
  /**
   * Core time moved on: what is over is dropped, and `tell` hears of every verdict raised or cleared since; of those that
   * are information only where `hearsInfo` asks for them.
   */
  tick(now: number, subject: Subject, tell: (alert: Alert) => void, hearsInfo: boolean): void;
  /** The address left, and its slot will be another's. */
  forget(subject: Subject): void;
  /** 0 to 100; cheap enough to be asked of every row. */
  risk(subject: Subject): number;
  /** Its texts are made when they are read. */
  verdict(subject: Subject): Verdict | undefined;
  /** One that stays as it is now, to be asked only. */
  frozen(): Judge;
}

/** Holds nothing against anybody. */
export const NO_JUDGE: Judge = Object.freeze<Judge>({
  request() {},
  auth() {},
  sockets() {},
  kernel() {},
  pressed() {},
  wire() {},
  syns() {},
  proved() {},
  host: () => undefined,
  tick() {},
  forget() {},
  risk: () => 0,
  verdict: () => undefined,
  frozen: () => NO_JUDGE,
});
