import { ContainerSockets } from "../kernel/container-sockets.ts";
import { Directions } from "../kernel/directions.ts";
import { Listeners } from "../kernel/listeners.ts";
import { PeerTable } from "../kernel/peer-table.ts";
import { readProcNetTcp } from "../kernel/proc-net-tcp.ts";
import { Processes } from "../kernel/processes.ts";
import { countPayload, LIVE_STATES, QUIET_STATES, SockDiag } from "../kernel/sock-diag.ts";
import type { HealthEvent, SocketsView, TrafficView } from "../model/event.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import { createSocketBytes } from "./socket-bytes.ts";

/** TIME_WAIT and CLOSE have no process and no traffic: one poll in five sees them soon enough. */
const QUIET_POLLS = 5;
/** Below so many sockets the byte counts of all are read; they double the kernel's work per socket. */
const MAX_INFO = 5000;
/** More connections of the one address looked at than a screen shows. */
const MAX_QUERIES = 64;
/** Where sock_diag was refused it is tried again: rights and modules may come. */
const RETRY_POLLS = 60;

export interface SocketsOptions {
  /** Where proc(5) is mounted, `/proc` when absent. */
  readonly procRoot?: string | undefined;
  /** False reads /proc/net/tcp only. */
  readonly netlink?: boolean | undefined;
}

export interface Sockets {
  /**
   * The socket table as of `now` (epoch milliseconds), valid until the next poll and absent when none
   * could be read, and how reading went. Never throws.
   */
  poll(now: number): readonly (SocketsView | HealthEvent)[];
  /** What connections moved since it was asked last, of the table of the newest poll; undefined where that is not known. */
  traffic(now: number): TrafficView | undefined;
  /** Whether the bytes of all connections are known. */
  readonly knowsBytes: boolean;
  /** The address whose connections get their byte counts also on a busy host. */
  setInterest(ip: Ip | undefined): void;
  close(): void;
}

/**
 * The TCP sockets that have a peer: the host's by sock_diag(7), else by /proc/net/tcp; those of containers by
 * /proc/PID/net/tcp.
 */
export function createSockets(options: SocketsOptions = {}): Sockets {
  const procRoot = options.procRoot ?? "/proc";
  const netlink = options.netlink ?? true;
  const directions = new Directions();
  const table = new PeerTable(new Listeners());
  const diag = new SockDiag();
  const processes = new Processes(procRoot);
  const containers = new ContainerSockets(procRoot, "/");
  const bytes = createSocketBytes();
  let knowsBytes = false;
  let interest: Ip | undefined;
  let polls = 0;
  /** The host's own rows, which are the table's first. */
  let own = 0;
  /** Of them those of TIME_WAIT and CLOSE, which come before the others, and the poll that reads them anew. */
  let quiet = 0;
  let quietDue = 0;
  let retryAt = 0;
  let refusal = "";
  let malformed = 0;

  function readDiag(notes: string[]): void {
    const whole = polls >= quietDue;
    const infoOfAll = own - quiet < MAX_INFO;
    table.listeners.clear();
    let still = true;
    if (whole) {
      // Should this fail midway, the next poll starts over.
      quietDue = 0;
      table.truncate(0);
      still = diag.dump(table, QUIET_STATES, false);
      quiet = table.length;
      quietDue = polls + QUIET_POLLS;
    }
    table.truncate(quiet);
    if (!diag.dump(table, LIVE_STATES, infoOfAll)) still = false;
    if (!still) notes.push("the table changed while it was read: sockets may be missing");
    settle(whole ? 0 : quiet, whole);
    knowsBytes = infoOfAll;
    if (infoOfAll || interest === undefined) return;
    const reason = attempt(() => queryInterest(interest as Ip));
    if (reason !== undefined) notes.push(`byte counts: ${reason}`);
  }

  function readProc(): void {
    knowsBytes = false;
    quiet = 0;
    quietDue = 0;
    table.listeners.clear();
    table.truncate(0);
    malformed += readProcNetTcp(procRoot, table);
    settle(0, true);
  }

  /** Fills in, from row `from` on, the directions, and what depends on them. */
  function settle(from: number, whole: boolean): void {
    directions.decide(table, from, whole);
    for (let i = from; i < table.length; i++) if (table.hasInfo[i] === 1) countPayload(table, i);
  }

  function queryInterest(ip: Ip): void {
    const words = new Uint32Array(4);
    if (!parseIpWords(ip, words)) return;
    let left = MAX_QUERIES;
    for (let i = quiet; i < table.length && left > 0; i++) {
      if (words.some((word, w) => table.remote[4 * i + w] !== word)) continue;
      diag.query(table, i);
      if (table.hasInfo[i] === 1) countPayload(table, i);
      left--;
    }
  }

  function readContainers(now: number, notes: string[]): void {
    const reason = attempt(() => containers.poll(now));
    containers.addTo(table);
    if (reason !== undefined) notes.push(`no sockets of containers: ${reason}`);
    const { refused, unreadable } = containers.namespaces;
    for (const [count, what] of [
      [containers.unread, "are still to be read"],
      [refused, "are not read: there are too many"],
      [unreadable, "need root"],
    ] as const) {
      if (count > 0) notes.push(`sockets of ${count} container${count === 1 ? "" : "s"} ${what}`);
    }
  }

  function nameProcesses(now: number, notes: string[]): void {
    const reason = attempt(() =>
      processes.resolve(table, [table.listeners.listening, ...containers.listening], now),
    );
    if (reason !== undefined) notes.push(`no process names: ${reason}`);
    else if (processes.unreadable) notes.push("process names need root");
    if (processes.refused > 0) notes.push("process names of some sockets only: there are too many");
  }

  function report(at: number, state: HealthEvent["state"], detail: string): HealthEvent {
    const source = netlink ? "sock_diag" : `${procRoot}/net/tcp`;
    const unparsed = malformed + containers.malformed;
    return {
      kind: "health",
      at,
      part: "sockets",
      source,
      state,
      detail,
      ...(unparsed > 0 && { unparsed }),
    };
  }

  function poll(now: number): readonly (SocketsView | HealthEvent)[] {
    polls++;
    const notes: string[] = [];
    let source: SocketsView["source"] = "sock_diag";
    if (netlink && polls >= retryAt) {
      refusal = attempt(() => readDiag(notes)) ?? "";
      if (refusal !== "") retryAt = polls + RETRY_POLLS;
    }
    if (!netlink || refusal !== "") {
      source = "proc";
      const reason = attempt(readProc);
      const both = refusal === "" ? reason : `${refusal}; ${reason}`;
      if (reason !== undefined) return [report(now, "down", `TCP sockets cannot be read: ${both}`)];
      if (netlink) notes.push(`${refusal}: no byte counts, and more work for each socket`);
    }
    own = table.length;
    readContainers(now, notes);
    const beyond = table.refused + table.listeners.refused + containers.refused;
    if (beyond > 0) notes.push("there are more sockets than the table holds");
    nameProcesses(now, notes);
    const what = `TCP sockets from ${source === "proc" ? `${procRoot}/net/tcp` : "the kernel"}`;
    const detail = [what, ...notes].join("; ");
    return [
      { kind: "sockets", at: now, source, table },
      report(now, notes.length === 0 ? "up" : "degraded", detail),
    ];
  }

  return {
    poll,
    traffic: (now) => bytes.read(table, now, knowsBytes),
    get knowsBytes() {
      return knowsBytes;
    },
    setInterest(ip) {
      interest = ip;
    },
    close: () => diag.close(),
  };
}

/** Runs `action`: undefined when it went well, else what went wrong. */
function attempt(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
