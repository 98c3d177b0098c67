import { isDeepStrictEqual } from "node:util";
import type { Loaded } from "../config/load.ts";
import type { Input } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import { now, startClock } from "../sources/clock.ts";
import { followLogs, type Target } from "../sources/follow-logs.ts";
import { createHost } from "../sources/host.ts";
import { followJournal, type Journal } from "../sources/journal.ts";
import { createKernelCounters } from "../sources/kernel-counters.ts";
import { createPackets, type Packets, type PacketsAsked } from "../sources/packets.ts";
import { createSockets, type Sockets } from "../sources/sockets.ts";
import { createVnstat } from "../sources/vnstat.ts";
import { interpretationOf } from "./interpretation.ts";
import { onHangup } from "./stop.ts";
import {
  type AuthPlace,
  type AuthTargets,
  authPlace,
  authTargets,
  httpTargets,
  type JournalTarget,
} from "./targets.ts";

/** Counters of the kernel are read as often as the clock ticks: rates are per second. */
const COUNTERS_INTERVAL = 1000;
/** Packets too: a table of the kernel holds a second of a flood's sources. */
const PACKETS_INTERVAL = 1000;
/**
 * To begin to count takes some tens of milliseconds: after so many (ms), as the first frame comes before it. The first reading
 * is after so many, so that who samples one second hears of it.
 */
const PACKETS_BEGIN = 50;
const PACKETS_FIRST = 920;
/** Between two looks at the servers' configurations (ms): reading them takes some milliseconds. */
const DISCOVERY_INTERVAL = 30_000;
/** Looks that must miss a log before it is let go. */
const MISSES = 3;

type Run = Exclude<Loaded, { print: unknown }>;

/** What was asked for, and by whom. */
export interface Setup extends Pick<Run, "config" | "origins"> {
  /** Reads the configuration again, for SIGHUP; in words what is wrong with it. */
  reread(): Setup | string;
}

/** The machine's own sources, running. */
export interface Live {
  /** Looks at every source now. */
  refresh(): void;
  /** The address somebody looks at: its connections are read in more detail. */
  setInterest(ip: Ip | undefined): void;
  close(): void;
}

/**
 * Starts every source the configuration asks for; from now on each emits what it sees, and how it does. A SIGHUP
 * that comes from no terminal has the configuration read again: logs, formats, proxies, the interface and all intervals.
 */
export function startLive(asked: Setup, accept: (input: Input) => void): Live {
  const emit = onlyNews(accept);
  const stopClock = startClock(emit);
  const sockets = createSockets();
  let setup = asked;
  let how = interpretationOf(setup.config);
  let counters = createKernelCounters(interfaceOf(setup));
  let vnstat = createVnstat(interfaceOf(setup));
  let timers: ReturnType<typeof setInterval>[] = [];
  const host = createHost();
  const pollHost = (): void => {
    const told = host.poll(now());
    if (told !== undefined) emit(told);
  };
  let asksPackets = packetsAsked(setup);
  let packets = packetsOf(setup, sockets, emit);
  const pollSockets = (): void => {
    const at = now();
    for (const input of sockets.poll(at)) emit(input);
    // Also where packets tell more: what moved meanwhile is not to be told again once they do not.
    const moved = sockets.traffic(at);
    if (moved !== undefined && !packets?.counting) emit(moved);
  };
  const pollCounters = (): void => {
    for (const input of counters.poll(now())) emit(input);
  };
  const pollVnstat = async (): Promise<void> => {
    for (const input of await vnstat.poll(now())) emit(input);
  };
  // First of all: what this host does itself is never held against it.
  pollHost();
  pollCounters();
  pollSockets();
  const pollPackets = (): void => {
    packets?.poll();
  };
  const beginning = setTimeout(pollPackets, PACKETS_BEGIN);
  // From the first reading on in equal steps: a rate is of whole seconds.
  let stepping: ReturnType<typeof setInterval> | undefined;
  const stepper = setTimeout(() => {
    pollPackets();
    stepping = setInterval(pollPackets, PACKETS_INTERVAL);
  }, PACKETS_FIRST);
  pollVnstat();
  let place: AuthPlace | undefined;
  let journal: { readonly wanted: JournalTarget; readonly source: Journal } | undefined;
  /**
   * What was found stays, once a line of it may have been read: another place has the same lines, and a log that is
   * being rotated is away for a moment.
   */
  const authOf = (): AuthTargets => {
    if (place === undefined || (place === "journal" && !journal?.source.lines))
      place = authPlace(setup.config);
    return authTargets(setup, how, place);
  };
  const http = httpTargets(setup, how);
  const auth = authOf();
  const common = { fromStart: setup.config.fromStart, now, emit };
  const accessLogs = followLogs({
    ...common,
    part: "http",
    reads: "requests",
    targets: http.targets,
    named: http.named,
    flag: "--access-log",
    pollMs: setup.config.logInterval * 1000,
  });
  const authLogs = followLogs({
    ...common,
    part: "auth",
    reads: "auth",
    targets: auth.targets,
    named: auth.named,
    flag: "--auth-log",
    pollMs: setup.config.authLogInterval * 1000,
  });
  /** `fromStart` at the start alone: what was read before would be read twice. */
  const readJournal = ({ journal: wanted }: AuthTargets, fromStart: boolean): void => {
    if (isDeepStrictEqual(wanted, journal?.wanted)) return;
    journal?.source.close(true);
    journal = wanted && { wanted, source: followJournal({ ...common, ...wanted, fromStart }) };
  };
  readJournal(auth, common.fromStart);
  const keep = keeper(http.targets);
  /** Also while we run: servers get new virtual hosts. Where somebody asks for it, what is not found is let go at once. */
  const find = (asked: boolean): void => {
    const { config } = setup;
    pollHost();
    const { targets, named } = httpTargets(setup, how);
    accessLogs.follow(keep(targets, asked || named), named, config.logInterval * 1000);
    const auth = authOf();
    readJournal(auth, false);
    authLogs.follow(auth.targets, auth.named, config.authLogInterval * 1000);
  };
  const start = (): void => {
    const { config } = setup;
    for (const timer of timers) clearInterval(timer);
    timers = [
      setInterval(pollSockets, config.connectionsInterval * 1000),
      setInterval(pollCounters, COUNTERS_INTERVAL),
      setInterval(pollVnstat, config.bandwidthInterval * 1000),
      setInterval(() => find(false), DISCOVERY_INTERVAL),
    ];
  };
  start();
  /** Where nothing else is asked for, counting goes on. */
  const followPackets = (): void => {
    if (isDeepStrictEqual(packetsAsked(setup), asksPackets)) return;
    asksPackets = packetsAsked(setup);
    packets?.close("the configuration says otherwise now");
    packets = packetsOf(setup, sockets, emit);
    pollPackets();
  };
  const stopListening = onHangup(() => {
    const reread = setup.reread();
    if (typeof reread === "string") {
      process.stderr.write(`nethergaze: the configuration stays as it was: ${reread}\n`);
      return;
    }
    setup = reread;
    how = interpretationOf(setup.config);
    vnstat.close();
    counters = createKernelCounters(interfaceOf(setup));
    vnstat = createVnstat(interfaceOf(setup));
    followPackets();
    start();
    find(true);
    pollVnstat();
  });
  return {
    refresh() {
      pollCounters();
      pollSockets();
      pollPackets();
      pollVnstat();
      find(false);
      accessLogs.poll();
      authLogs.poll();
    },
    setInterest: (ip) => sockets.setInterest(ip),
    close() {
      stopListening();
      stopClock();
      for (const timer of [...timers, beginning, stepper, stepping]) clearTimeout(timer);
      accessLogs.close();
      authLogs.close();
      journal?.source.close();
      sockets.close();
      packets?.close();
      vnstat.close();
    },
  };
}

/**
 * Keeps a target that was found until it was missed often enough: an editor may be writing the configuration, and a
 * log that is let go and taken up again has lines in between that nobody reads.
 */
function keeper(first: readonly Target[]): (found: readonly Target[], letGo: boolean) => readonly Target[] {
  let kept = first.map((target) => ({ target, missed: 0 }));
  return (found, letGo) => {
    const paths = new Set(found.map(({ path }) => path));
    const missing = letGo ? [] : kept.filter(({ target }) => !paths.has(target.path));
    kept = [
      ...found.map((target) => ({ target, missed: 0 })),
      ...missing.map(({ target, missed }) => ({ target, missed: missed + 1 })),
    ].filter(({ missed }) => missed < MISSES);
    return kept.map(({ target }) => target);
  };
}

/** The interface that was named, where one was. */
export function interfaceOf({ config }: Setup): { interface?: string } {
  return config.interface === "" ? {} : { interface: config.interface };
}

/** What a configuration asks for of packets; undefined for nothing. */
export function packetsAsked({ config }: Pick<Setup, "config">): PacketsAsked | undefined {
  const { capture } = config;
  if (capture === "off") return undefined;
  return {
    interfaces: config.interface === "" ? [] : [config.interface],
    capture,
    scope: "all",
    localIps: [],
  };
}

/** The packets of the interfaces that were asked for; undefined where none may be counted. */
function packetsOf(setup: Setup, sockets: Sockets, emit: (input: Input) => void): Packets | undefined {
  const asked = packetsAsked(setup);
  return (
    asked && createPackets({ ...asked, instead: () => (sockets.knowsBytes ? "TCP_INFO" : undefined), emit })
  );
}

/** Passes everything on, but of a source's health only what is not what it said before. */
function onlyNews(emit: (input: Input) => void): (input: Input) => void {
  const said = new Map<string, string>();
  return (input) => {
    if (input.kind === "health") {
      const source = `${input.part} ${input.source}`;
      const words = JSON.stringify({ ...input, at: 0 });
      if (said.get(source) === words) return;
      said.set(source, words);
    }
    emit(input);
  };
}
