import { SystemError } from "../kernel/libc.ts";
import { type Link, type Links, openLinks } from "../kernel/links.ts";
import { defaultInterfaces } from "../kernel/routes.ts";
import type { HealthEvent, TrafficView } from "../model/event.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import type { Scope } from "../model/traffic.ts";
import { now as clock } from "./clock.ts";
import { createCountingCheck } from "./counting-check.ts";
import {
  openRingCounter,
  openTapCounter,
  type PacketCounter,
  packetsIn,
  type Window,
} from "./packet-counter.ts";

/** More interfaces with a default route than any host has; each costs 26 MB of the kernel's memory. */
const MAX_INTERFACES = 16;
/** Milliseconds until no packet is under way any more through a table that was turned away: a program takes a thousandth. */
const GRACE = 20;
/** Polls until what was refused is tried again: rights and modules may come. */
const RETRY_POLLS = 60;
/** Polls between two looks at an interface's addresses. */
const ADDRESS_POLLS = 5;

/** Which ways of counting may be tried, best first. */
export const CAPTURES = ["auto", "ebpf", "ring", "off"] as const;
export type Capture = (typeof CAPTURES)[number];

export interface PacketsOptions {
  /** Those of the default routes where none is named. */
  readonly interfaces: readonly string[];
  readonly capture: Exclude<Capture, "off">;
  readonly scope: Scope;
  /** Instead of the interfaces' own addresses. */
  readonly localIps: readonly Ip[];
  /** What is known of addresses without them, where anything is: asked when packets may not be counted. */
  instead?(): string | undefined;
  emit(input: TrafficView | HealthEvent): void;
}

export interface Packets {
  /**
   * Tells what passed each interface since the last time, in parts between which others get their turn: of each interface
   * that is counted at least one event, whose last has the totals; then how each does. Never rejects.
   */
  poll(): Promise<void>;
  /** Whether any interface is counted now. */
  readonly counting: boolean;
  /** All interfaces that are here. Throws SystemError. */
  names(): readonly string[];
  /** As they were at the last poll. */
  status(): readonly InterfaceStatus[];
  close(): void;
}

/** An interface that is to be counted. */
export interface InterfaceStatus {
  readonly name: string;
  /** Whether there is one of that name. */
  readonly there: boolean;
  /** Its addresses, or those that were given instead. */
  readonly localIps: readonly Ip[];
  /** How it is counted; undefined where it is not, and then the reasons say why. */
  readonly source: PacketCounter["source"] | undefined;
  readonly reasons: readonly string[];
  /** All of them are for lack of rights. */
  readonly denied: boolean;
}

/** One interface that is to be counted. */
interface Counted {
  readonly name: string;
  link: Link | undefined;
  counter: PacketCounter | undefined;
  local: readonly Ip[];
  check: ReturnType<typeof createCountingCheck>;
  /** Why it is not counted, or not by the best way. */
  reasons: readonly string[];
  /** All of them are for lack of rights. */
  denied: boolean;
  retryAt: number;
  dropped: number;
}

/** Counts the packets of some interfaces by the best way that is allowed here. */
export function createPackets(options: PacketsOptions): Packets {
  const interfaces = new Map<string, Counted>();
  const { emit } = options;
  let links: Links | undefined;
  let polls = 0;
  let polling = false;
  let closed = false;
  let unable = false;

  function wanted(): ReadonlySet<string> {
    const names = options.interfaces.length > 0 ? options.interfaces : [...defaultInterfaces("/proc")];
    return new Set(names.slice(0, MAX_INTERFACES));
  }

  /** Opens what is to be counted, and lets go of what is gone or not wanted any more. */
  function follow(at: number): void {
    links ??= openLinks();
    const names = wanted();
    for (const counted of interfaces.values()) {
      if (names.has(counted.name)) continue;
      counted.counter?.close();
      interfaces.delete(counted.name);
      emit(health(at, counted.name, "up", "not counted any more: no default route leads there"));
    }
    for (const name of names) {
      const counted = interfaces.get(name) ?? begin(name);
      interfaces.set(name, counted);
      const link = links.find(name);
      if (counted.counter !== undefined && link?.index !== counted.link?.index) {
        counted.counter.close();
        counted.counter = undefined;
        counted.retryAt = 0;
      }
      if (counted.counter === undefined) counted.link = link;
      if (link === undefined) continue;
      if (counted.counter === undefined && polls >= counted.retryAt) open(counted, link);
      else if (counted.counter !== undefined && polls % ADDRESS_POLLS === 0) renew(counted, link);
    }
  }

  function localOf(link: Link): readonly Ip[] {
    return options.localIps.length > 0 ? options.localIps : (links?.addresses(link.index) ?? []);
  }

  function open(counted: Counted, link: Link): void {
    const local = localOf(link);
    const setting = { scope: options.scope, local: local.map(wordsOf) };
    const reasons: string[] = [];
    counted.denied = true;
    for (const [way, open] of WAYS) {
      if (options.capture !== "auto" && options.capture !== way) continue;
      try {
        counted.counter = open(link, setting);
        break;
      } catch (error) {
        reasons.push(`${NAMES[way]}: ${error instanceof Error ? error.message : String(error)}`);
        if (!(error instanceof SystemError) || error.code !== "EPERM") counted.denied = false;
      }
    }
    counted.reasons = reasons;
    counted.local = local;
    counted.check = createCountingCheck();
    counted.retryAt = polls + RETRY_POLLS;
  }

  function renew(counted: Counted, link: Link): void {
    const local = localOf(link);
    if (local.join() === counted.local.join()) return;
    counted.local = local;
    counted.counter?.setLocal(local.map(wordsOf));
  }

  /** The parts of what one interface's counter has, with a pause after each. */
  async function tell(counted: Counted, at: number, before: Link | undefined): Promise<void> {
    const { counter, link, name } = counted;
    if (counter === undefined || link === undefined) return;
    const window: Window = counter.window(at);
    const { milliseconds, totals, dropped } = window;
    counted.dropped += dropped;
    const event = { kind: "traffic", at, interface: name, source: counter.source, milliseconds } as const;
    let told = 0;
    let part = window.next();
    for (; part !== undefined; part = window.next()) {
      told += packetsIn(part);
      if (!window.more) break;
      if (part.length > 0) emit({ ...event, columns: part });
      await breath();
      if (closed) return;
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
    const wrong =
      before === undefined
        ? undefined
        : counted.check({
            in: { ...window.passed.in, counted: link.inPackets - before.inPackets },
            out: window.passed.out && {
              ...window.passed.out,
              counted: link.outPackets - before.outPackets,
            },
            nonIp: totals.nonIp,
          });
    const faults = [
      ...(wrong === undefined ? [] : [`it counts wrong: ${wrong}`]),
      ...(link.up ? [] : ["the interface is down"]),
      ...(dropped > 0 ? [`${dropped} packets were lost`] : []),
      ...(sampled > 0 ? [`sampled: too many sources to tell ${sampled} packets apart`] : []),
    ];
    const state = wrong !== undefined ? "down" : faults.length > 0 ? "degraded" : "up";
    const detail = [...faults, counter.detail, ...counted.reasons];
    emit(health(at, name, state, detail.join("; "), counter.via, counted.dropped));
  }

  /** What is not counted, and why. */
  function complain(at: number): void {
    const idle = [...interfaces.values()].filter(({ counter }) => counter === undefined);
    const denied = idle.filter(({ link, denied }) => link !== undefined && denied);
    for (const { name, link, reasons } of idle) {
      if (link === undefined) emit(health(at, name, "down", `there is no interface ${name}`));
      else if (denied.length === 0) emit(health(at, name, "down", reasons.join("; ")));
    }
    const reasons =
      interfaces.size === 0
        ? "no interface has a default route: name one with --interface"
        : denied.length > 0
          ? `packets are not counted: ${denied[0]?.reasons.join("; ")}. Run with sudo`
          : undefined;
    const via = options.instead?.();
    if (reasons !== undefined)
      emit(health(at, "packets", via === undefined ? "down" : "degraded", reasons, via));
    else if (unable) emit(health(at, "packets", "up", "counted"));
    unable = reasons !== undefined;
  }

  async function poll(): Promise<void> {
    if (polling || closed) return;
    polling = true;
    try {
      follow(clock());
      polls++;
      const counting = [...interfaces.values()].filter(({ counter }) => counter !== undefined);
      const before = new Map(counting.map((counted) => [counted, counted.link]));
      const at = clock();
      for (const counted of counting) {
        counted.link = links?.find(counted.name) ?? counted.link;
        counted.counter?.turn();
      }
      await new Promise((resolve) => setTimeout(resolve, GRACE));
      for (const counted of counting) if (!closed) await tell(counted, at, before.get(counted));
      if (!closed) complain(at);
    } catch (error) {
      links?.close();
      links = undefined;
      emit(health(clock(), "packets", "down", error instanceof Error ? error.message : String(error)));
    } finally {
      polling = false;
    }
  }

  return {
    poll,
    get counting() {
      return [...interfaces.values()].some(({ counter }) => counter !== undefined);
    },
    names: () => links?.names() ?? [],
    status: () =>
      Array.from(interfaces.values(), ({ name, link, local, counter, reasons, denied }) => ({
        name,
        there: link !== undefined,
        localIps: local,
        source: counter?.source,
        reasons,
        denied,
      })),
    close() {
      closed = true;
      for (const { counter } of interfaces.values()) counter?.close();
      links?.close();
    },
  };
}

const WAYS = [
  ["ebpf", openTapCounter],
  ["ring", openRingCounter],
] as const;
const NAMES = { ebpf: "eBPF", ring: "ring" } as const;

const NOBODY = {
  length: 0,
  words: new Uint32Array(0),
  counts: new Float64Array(0),
  firstSeen: new Float64Array(0),
  lastSeen: new Float64Array(0),
};

function begin(name: string): Counted {
  return {
    name,
    link: undefined,
    counter: undefined,
    local: [],
    check: createCountingCheck(),
    reasons: [],
    denied: false,
    retryAt: 0,
    dropped: 0,
  };
}

function health(
  at: number,
  source: string,
  state: HealthEvent["state"],
  detail: string,
  via?: string,
  lost = 0,
): HealthEvent {
  return {
    kind: "health",
    at,
    part: "packets",
    source,
    state,
    detail,
    ...(via !== undefined && { via }),
    ...(lost > 0 && { lost }),
  };
}

function wordsOf(ip: Ip): Uint32Array {
  const words = new Uint32Array(4);
  parseIpWords(ip, words);
  return words;
}

/** Lets keys and lines have their turn. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
