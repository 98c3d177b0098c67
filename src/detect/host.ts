import type { KernelCounter, KernelEvent } from "../model/event.ts";
import type { HalfOpen, Loudest } from "../model/judge.ts";
import type { Alert, HostClass, HostVerdict, WireRates } from "../model/snapshot.ts";
import type { Thresholds } from "../model/thresholds.ts";
import { severityOf } from "./severity.ts";

/** Rates are over so many seconds: one second alone is too short for a burst of honest clients. */
const SMOOTHED = 5_000;
/** Milliseconds that what was seen stands after it was last seen: floods breathe. */
const LASTS = 15_000;
/** What was told longer ago (ms) says nothing of now: its source may be down, while the other goes on. */
const STALE = 60_000;
/** Kernel counters come once a second; a source that sends more often must not make this grow. */
const KEPT = 16;
/** Of the answers to cookies: honest clients complete nearly all, a forged source none. */
const HONEST = 0.7;
const FORGED = 0.1;
/** SYNs a second that no crowd of honest clients sends, each of them a few. */
const MANY_SYN = 1_000;
/** Of the half-open connections in one prefix: more, and it is that prefix. */
const CONCENTRATED = 0.5;

/** What sockets and counters can tell: a scan of ports that answer nothing leaves no trace in them. */
type Seeable = Exclude<HostClass, "scan">;

/** What is said of a class: how bad it is, and what helps. */
interface Saying {
  readonly risk: number;
  readonly advice: string;
}

const SAYINGS: Readonly<Record<Seeable, Saying>> = {
  "direct-flood": { risk: 80, advice: "It comes from there: blocking the prefix helps." },
  "spoofed-flood": {
    risk: 85,
    advice:
      "The sources are forged: blocking single addresses hits strangers. Keep net.ipv4.tcp_syncookies=1, raise net.ipv4.tcp_max_syn_backlog and net.core.somaxconn, ask the provider to filter.",
  },
  burst: {
    risk: 40,
    advice:
      "Honest clients come faster than their connections are taken: raise net.core.somaxconn, net.ipv4.tcp_max_syn_backlog and the server's own backlog.",
  },
  "stuck-app": {
    risk: 50,
    advice: "A program does not take its connections: ss -ltn shows whose Recv-Q is full.",
  },
};

interface Seen {
  readonly class: Seeable;
  readonly evidence: string;
  readonly prefix: string | undefined;
}

/** Watches the kernel's counters and the half-open connections of the whole host. */
export class HostWatch {
  readonly #thresholds: Thresholds;
  /** The newest samples, oldest first. */
  #samples: KernelEvent[] = [];
  #halfOpen: HalfOpen = { count: 0, prefix: undefined, ofPrefix: 0, at: 0 };
  /** What was counted on the wire last, and when. */
  #wire:
    | { readonly rates: WireRates; readonly at: number; readonly loudest: Loudest | undefined }
    | undefined;
  #verdict: (HostVerdict & { readonly class: Seeable }) | undefined;
  #until = 0;
  #told: Seeable | undefined;
  #toldAt = 0;

  constructor(thresholds: Thresholds) {
    this.#thresholds = thresholds;
  }

  kernel(event: KernelEvent): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && event.at <= last.at) this.#samples = [];
    this.#samples.push(event);
    while (this.#samples.length > KEPT) this.#samples.shift();
    while (this.#samples.length > 2 && event.at - (this.#samples[1]?.at ?? 0) >= SMOOTHED)
      this.#samples.shift();
    this.#look(event.at);
  }

  pressed(halfOpen: HalfOpen): void {
    this.#halfOpen = halfOpen;
    this.#look(halfOpen.at);
  }

  /** Evidence for what the counters tell; and whether a flood's sources are forged. */
  wire(rates: WireRates, at: number, loudest?: Loudest): void {
    this.#wire = { rates, at, loudest };
  }

  verdict(): HostVerdict | undefined {
    return this.#verdict;
  }

  tick(now: number, tell: (alert: Alert) => void): void {
    if (this.#verdict !== undefined && now >= this.#until) this.#verdict = undefined;
    const found = this.#verdict;
    if (found?.class === this.#told) return;
    if (found !== undefined && this.#isHeld(found, now)) return;
    const host = this.#samples.at(-1)?.host ?? "";
    if (found !== undefined) {
      const { risk, severity, findings } = found;
      tell({ kind: "alert", at: now, state: "raised", host, risk, severity, class: found.class, findings });
    } else if (this.#told !== undefined) {
      const { risk } = SAYINGS[this.#told];
      const cleared = { kind: "alert", at: now, state: "cleared", host, risk: 0 } as const;
      tell({ ...cleared, severity: severityOf(risk), class: this.#told, findings: [] });
    }
    this.#told = found?.class;
    this.#toldAt = now;
  }

  /** Told of another class lately that is as bad: which of two it is may change each second. */
  #isHeld({ severity }: HostVerdict, now: number): boolean {
    if (this.#told === undefined || severityOf(SAYINGS[this.#told].risk) !== severity) return false;
    return now - this.#toldAt < 1000 * this.#thresholds.hold_down;
  }

  #look(at: number): void {
    const seen = this.#classify(at);
    if (seen === undefined) return;
    const { risk, advice } = SAYINGS[seen.class];
    const since = this.#verdict?.class === seen.class ? this.#verdict.since : at;
    const severity = severityOf(risk);
    const finding = {
      rule: seen.class,
      severity,
      score: risk,
      evidence: seen.evidence,
      since,
      last: at,
      samples: [],
    };
    this.#until = at + LASTS;
    this.#verdict = {
      class: seen.class,
      risk,
      severity,
      since,
      advice,
      ...(seen.prefix !== undefined && { prefix: seen.prefix }),
      findings: [finding],
    };
  }

  #classify(at: number): Seen | undefined {
    const { "host.cookies": cookies, "host.half_open": many, "host.overflows": overflows } = this.#thresholds;
    const sent = this.#rate("SyncookiesSent", at);
    const dropped = this.#rate("TCPReqQFullDrop", at);
    const { prefix, ofPrefix } = this.#halfOpen;
    const count = at - this.#halfOpen.at > STALE ? 0 : this.#halfOpen.count;
    // What is half open came first; who comes now is told by the wire.
    const concentrated: Share | undefined =
      prefix !== undefined && count > 0 && ofPrefix >= CONCENTRATED * count && !this.#isForged(at)
        ? { prefix, words: `${ofPrefix} of them from ${prefix}` }
        : this.#loudest(at);
    const open = `${count} half-open${this.#handshakes(at)}`;
    if (sent >= cookies) {
      const received = this.#rate("SyncookiesRecv", at);
      const answered = Math.min(1, received / sent);
      const evidence = `${round(sent)} SYN cookies/s sent, ${Math.round(100 * answered)} % answered, ${open}`;
      if (answered >= HONEST) return { class: "burst", evidence, prefix: undefined };
      // Half answered and half not is a crowd amid a flood; the flood is what is to be told.
      return flood(answered < FORGED ? concentrated : undefined, evidence);
    }
    if (dropped >= cookies) return flood(concentrated, `${round(dropped)} SYN/s dropped, ${open}`);
    if (count >= many) return flood(concentrated, open);
    const full = this.#rate("ListenOverflows", at);
    if (full < overflows) return undefined;
    return {
      class: "stuck-app",
      evidence: `${round(full)} connections/s refused: a listen queue is full`,
      prefix: undefined,
    };
  }

  /** Whether most of very many SYNs come from addresses that send hardly any each. */
  #isForged(at: number): boolean {
    if (this.#wire === undefined || Math.abs(at - this.#wire.at) > SMOOTHED) return false;
    const { synPerSecond, loudSynPerSecond } = this.#wire.rates;
    return synPerSecond >= MANY_SYN && loudSynPerSecond < CONCENTRATED * synPerSecond;
  }

  /** Where one address sends most of the SYNs: one that refuses each answer leaves nothing half open. */
  #loudest(at: number): Share | undefined {
    if (this.#wire === undefined || Math.abs(at - this.#wire.at) > SMOOTHED) return undefined;
    const { rates, loudest } = this.#wire;
    if (loudest === undefined || loudest.synPerSecond < CONCENTRATED * rates.synPerSecond) return undefined;
    return { prefix: loudest.prefix, words: `${round(loudest.synPerSecond)} SYN/s from ${loudest.prefix}` };
  }

  /** `, 9812 SYN/s in, 12 SYN-ACK/s out`, where packets are counted. */
  #handshakes(at: number): string {
    if (this.#wire === undefined || Math.abs(at - this.#wire.at) > SMOOTHED) return "";
    const { synPerSecond, synAckPerSecond } = this.#wire.rates;
    return `, ${round(synPerSecond)} SYN/s in, ${round(synAckPerSecond)} SYN-ACK/s out`;
  }

  /** Per second; 0 where it cannot be told at that time. */
  #rate(counter: KernelCounter, at: number): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    const from = first?.counters[counter];
    const to = last?.counters[counter];
    if (first === undefined || last === undefined || from === undefined || to === undefined) return 0;
    if (at - last.at > STALE) return 0;
    return last.at > first.at && to > from ? ((to - from) * 1000) / (last.at - first.at) : 0;
  }
}

/** A prefix that most of a flood comes from, and how much that is. */
interface Share {
  readonly prefix: string;
  readonly words: string;
}

function flood(share: Share | undefined, evidence: string): Seen {
  if (share === undefined) return { class: "spoofed-flood", evidence, prefix: undefined };
  return { class: "direct-flood", evidence: `${evidence}, ${share.words}`, prefix: share.prefix };
}

function round(n: number): number {
  return n < 10 ? Math.round(10 * n) / 10 : Math.round(n);
}
