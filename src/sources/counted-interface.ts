import { MAX_LOCAL } from "../kernel/bpf/packet-counter.ts";
import { SystemError } from "../kernel/libc.ts";
import type { Link, Links } from "../kernel/links.ts";
import type { HealthEvent, TrafficView } from "../model/event.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import type { Scope } from "../model/traffic.ts";
import { createCountingCheck } from "./counting-check.ts";
import { openRingCounter, openTapCounter, type PacketCounter, packetsIn } from "./packet-counter.ts";

/** Polls until what was refused is tried again: rights and modules may come. */
const RETRY_POLLS = 60;
/** Polls between two looks at an interface's addresses. */
const ADDRESS_POLLS = 5;
/** Polls in which it counts wrong before it is begun anew: an interface that was away and is back has lost its hooks. */
const WRONG_POLLS = 5;

/** Ways of counting, best first. */
const WAYS = [
  ["ebpf", "eBPF", openTapCounter],
  ["ring", "ring", openRingCounter],
] as const;

export interface CountingOptions {
  readonly capture: "auto" | "ebpf" | "ring";
  readonly scope: Scope;
  /** Instead of the interface's own addresses. */
  readonly localIps: readonly Ip[];
  emit(input: TrafficView | HealthEvent): void;
}

/** An interface that is to be counted. */
export interface InterfaceStatus {
  readonly name: string;
  /** Whether there is one of that name. */
  readonly there: boolean;
  /** Its addresses, or those that were given instead, as far as they tell a direction. */
  readonly localIps: readonly Ip[];
  /** How it is counted; undefined where it is not, and then the reasons say why. */
  readonly source: PacketCounter["source"] | undefined;
  readonly reasons: readonly string[];
  /** Rights would help. */
  readonly denied: boolean;
}

/** The packets of one interface, by the best way that is allowed here, for as long as it is there. */
export class CountedInterface {
  readonly name: string;
  readonly #options: CountingOptions;
  #link: Link | undefined;
  #counter: PacketCounter | undefined;
  #local: readonly Ip[] = [];
  /** There are more addresses than tell a direction. */
  #tooMany = false;
  #check = createCountingCheck();
  /** The interface as it was when the window began that is compared next; undefined for the first, which began in between. */
  #begun: Link | undefined;
  #reasons: readonly string[] = [];
  #denied = false;
  #retryAt = 0;
  #wrong = 0;
  #dropped = 0;

  constructor(name: string, options: CountingOptions) {
    this.name = name;
    this.#options = options;
  }

  get counting(): boolean {
    return this.#counter !== undefined;
  }

  get status(): InterfaceStatus {
    return {
      name: this.name,
      there: this.#link !== undefined,
      localIps: this.#local,
      source: this.#counter?.source,
      reasons: this.#reasons,
      denied: this.#denied,
    };
  }

  /** Begins to count, follows its addresses, or lets go where the interface is another one or gone. Throws SystemError. */
  follow(links: Links, poll: number): void {
    const link = links.find(this.name);
    if (link?.index !== this.#link?.index) {
      this.close();
      this.#retryAt = 0;
      this.#check = createCountingCheck();
    }
    this.#link = link;
    if (link === undefined) return;
    if (this.#wrong >= WRONG_POLLS && poll >= this.#retryAt) {
      this.close();
      this.#wrong = 0;
    }
    if (this.#counter === undefined && poll >= this.#retryAt) {
      this.#retryAt = poll + RETRY_POLLS;
      this.#open(link, this.#localOf(links, link));
    } else if (poll % ADDRESS_POLLS === 0) this.#renew(this.#localOf(links, link));
  }

  #localOf(links: Links, { index }: Link): readonly Ip[] {
    const { localIps } = this.#options;
    return localIps.length > 0 ? localIps : links.addresses(index);
  }

  #open(link: Link, local: readonly Ip[]): void {
    const { capture, scope } = this.#options;
    const used = local.slice(0, MAX_LOCAL);
    const reasons: string[] = [];
    this.#denied = false;
    for (const [way, name, open] of WAYS) {
      if (capture !== "auto" && capture !== way) continue;
      try {
        this.#counter = open(link, { scope, local: used.map(wordsOf) });
        break;
      } catch (error) {
        reasons.push(`${name}: ${messageOf(error)}`);
        if (error instanceof SystemError && error.code === "EPERM") this.#denied = true;
      }
    }
    this.#reasons = reasons;
    this.#local = used;
    this.#tooMany = local.length > used.length;
    this.#begun = undefined;
  }

  #renew(local: readonly Ip[]): void {
    const used = local.slice(0, MAX_LOCAL);
    if (used.join() === this.#local.join()) return;
    this.#counter?.setLocal(used.map(wordsOf));
    this.#local = used;
    this.#tooMany = local.length > used.length;
  }

  /** Ends a window of packets, right after it was followed. Throws SystemError. */
  turn(): void {
    this.#counter?.turn();
  }

  /**
   * Tells of the window that ended at `at`, in parts between which `breath` is awaited: false ends it. Then how it does.
   * Rejects with SystemError.
   */
  async tell(at: number, breath: () => Promise<boolean>): Promise<void> {
    const counter = this.#counter;
    const link = this.#link;
    const begun = this.#begun;
    this.#begun = link;
    if (counter === undefined || link === undefined) return;
    const window = counter.window(at);
    const { milliseconds, totals, dropped, passed } = window;
    const { emit } = this.#options;
    const event = {
      kind: "traffic",
      at,
      interface: this.name,
      source: counter.source,
      milliseconds,
    } as const;
    let told = 0;
    let part = window.next();
    for (; part !== undefined; part = window.next()) {
      told += packetsIn(part);
      if (!window.more) break;
      if (part.length > 0) emit({ ...event, columns: part });
      if (!(await breath())) return;
    }
    // The last has the totals, as only then is known how many packets have no peer.
    const sampled = Math.max(0, totals.inPackets + totals.outPackets - told);
    emit({
      ...event,
      totals,
      ...(dropped > 0 && { dropped }),
      ...(sampled > 0 && { sampled }),
      columns: part ?? NOBODY,
    });
    this.#dropped += dropped;
    let wrong: string | undefined;
    // What is known to be missing is no fault of counting.
    if (begun !== undefined && dropped === 0) {
      wrong = this.#check({
        in: { ...passed.in, counted: link.inPackets - begun.inPackets, mayMiss: link.xdp },
        out: passed.out && { ...passed.out, counted: link.outPackets - begun.outPackets },
        nonIp: totals.nonIp,
      });
      this.#wrong = wrong === undefined ? 0 : this.#wrong + 1;
    }
    this.#report(at, wrong, [
      ...(link.up ? [] : ["the interface is down"]),
      ...(dropped > 0 ? [`${dropped} packets were lost`] : []),
      ...(sampled > 0 ? [`sampled: too many sources to tell ${sampled} packets apart`] : []),
    ]);
  }

  /** What it counts `wrong` makes all of it worthless; what is only missing does not. */
  #report(at: number, wrong: string | undefined, missing: readonly string[]): void {
    const { via, detail } = this.#counter ?? { via: undefined, detail: "" };
    const faults = [...(wrong === undefined ? [] : [`it counts wrong: ${wrong}`]), ...missing];
    const state = wrong !== undefined ? "down" : faults.length > 0 ? "degraded" : "up";
    const notes = [
      ...(this.#link?.xdp === true ? ["what an XDP program drops is not seen"] : []),
      ...(this.#tooMany ? [`of its addresses the first ${MAX_LOCAL} tell a direction`] : []),
    ];
    const words = [...faults, detail, ...notes, ...this.#reasons].join("; ");
    this.say(at, state, words, via);
  }

  /** How it does, as a health event. */
  say(at: number, state: HealthEvent["state"], detail: string, via?: string): void {
    this.#options.emit({
      kind: "health",
      at,
      part: "packets",
      source: this.name,
      state,
      detail,
      ...(via !== undefined && { via }),
      ...(this.#dropped > 0 && { lost: this.#dropped }),
    });
  }

  close(): void {
    this.#counter?.close();
    this.#counter = undefined;
  }
}

const NOBODY = {
  length: 0,
  words: new Uint32Array(0),
  counts: new Float64Array(0),
  firstSeen: new Float64Array(0),
  lastSeen: new Float64Array(0),
};

function wordsOf(ip: Ip): Uint32Array {
  const words = new Uint32Array(4);
  parseIpWords(ip, words);
  return words;
}
