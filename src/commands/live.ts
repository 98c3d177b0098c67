import type { Loaded } from "../config/load.ts";
import type { Input } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import { now, startClock } from "../sources/clock.ts";
import { followLogs } from "../sources/follow-logs.ts";
import { createKernelCounters } from "../sources/kernel-counters.ts";
import { createSockets } from "../sources/sockets.ts";
import { createVnstat } from "../sources/vnstat.ts";
import { interpretationOf } from "./interpretation.ts";
import { authTargets, httpTargets } from "./targets.ts";

/** Counters of the kernel are read as often as the clock ticks: rates are per second. */
const COUNTERS_INTERVAL = 1000;
/** Between two looks at the servers' configurations (ms): reading them takes some milliseconds. */
const DISCOVERY_INTERVAL = 30_000;

/** What was asked for, and by whom. */
export type Setup = Pick<Exclude<Loaded, { print: string }>, "config" | "origins">;

/** The machine's own sources, running. */
export interface Live {
  /** Looks at every source now. */
  refresh(): void;
  /** The address somebody looks at: its connections are read in more detail. */
  setInterest(ip: Ip | undefined): void;
  close(): void;
}

/** Starts every source the configuration asks for; from now on each emits what it sees, and how it does. */
export function startLive(setup: Setup, accept: (input: Input) => void): Live {
  const { config, origins } = setup;
  const emit = onlyNews(accept);
  const stopClock = startClock(emit);
  const sockets = createSockets();
  const wanted = config.interface === "" ? {} : { interface: config.interface };
  const counters = createKernelCounters(wanted);
  const vnstat = createVnstat(wanted);
  const pollSockets = (): void => {
    for (const input of sockets.poll(now())) emit(input);
  };
  const pollCounters = (): void => {
    for (const input of counters.poll(now())) emit(input);
  };
  const pollVnstat = async (): Promise<void> => {
    for (const input of await vnstat.poll(now())) emit(input);
  };
  pollCounters();
  pollSockets();
  pollVnstat();
  const timers = [
    setInterval(pollSockets, config.connectionsInterval * 1000),
    setInterval(pollCounters, COUNTERS_INTERVAL),
    setInterval(pollVnstat, config.bandwidthInterval * 1000),
  ];
  const common = { fromStart: config.fromStart, now, emit };
  const how = interpretationOf(config);
  const http = httpTargets(setup, how);
  const accessLogs = followLogs({
    ...common,
    part: "http",
    reads: "requests",
    targets: http.targets,
    named: http.named,
    flag: "--access-log",
    pollMs: config.logInterval * 1000,
  });
  const authLogs = followLogs({
    ...common,
    part: "auth",
    reads: "auth",
    targets: authTargets(setup, how),
    named: origins.authLog !== "default" || !config.authEnabled,
    flag: "--auth-log",
    pollMs: config.authLogInterval * 1000,
  });
  const logs = [accessLogs, authLogs];
  /** Servers get new virtual hosts while we run. */
  const find = (): void => accessLogs.follow(httpTargets(setup, how).targets);
  if (!http.named) timers.push(setInterval(find, DISCOVERY_INTERVAL));
  return {
    refresh() {
      pollCounters();
      pollSockets();
      pollVnstat();
      if (!http.named) find();
      for (const log of logs) log.poll();
    },
    setInterest: (ip) => sockets.setInterest(ip),
    close() {
      stopClock();
      for (const timer of timers) clearInterval(timer);
      for (const log of logs) log.close();
      sockets.close();
      vnstat.close();
    },
  };
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
