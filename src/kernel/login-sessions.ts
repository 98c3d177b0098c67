import type { Ip } from "../model/ip.ts";
import type { SocketHolders } from "./held-sockets.ts";
import { codeOf, readStart } from "./proc.ts";
import { ancestors, type Process, type Processes, terminalName } from "./process-list.ts";

/** Sessions told of; far more than people work on a server. */
const MAX_SESSIONS = 4096;
/** What is read of a command line, which here is the title that sshd gives itself. */
const TITLE_BYTES = 256;

/** What waits on a terminal for somebody's name and password (login(1), agetty(8)): nobody is logged in there yet. */
const ASKING = new Set(["login", "agetty", "getty", "sulogin"]);
const SSHD = new Set(["sshd", "sshd-session"]);
const DROPBEAR = "dropbear";

/** Somebody who is logged in here from elsewhere. */
export interface LoginSession {
  readonly peer: Ip;
  /** The process that holds the connection, whose end ends the session, and its name. */
  readonly pid: number;
  readonly comm: string;
  /** `alice@pts/1` as sshd says, else the terminal, or nothing where there is none. */
  readonly name: string;
  /** False: it is one of those that are connected with a process behind which a terminal is, not known which. */
  readonly certain: boolean;
}

/**
 * The sessions of remote logins, by the connections of the processes that serve them. `whole` is false where there are more
 * than are told of. Who has not authenticated is in no session: sshd has no terminal and no title of a session for him,
 * dropbear starts nothing.
 */
export function loginSessions(
  procRoot: string,
  processes: Processes,
  holders: SocketHolders,
): { readonly sessions: readonly LoginSession[]; readonly whole: boolean } {
  const found = new Map<string, LoginSession>();
  const add = (peers: readonly Ip[], { pid, comm }: Process, name: string, certain: boolean): void => {
    for (const peer of peers) {
      const key = `${pid} ${peer}`;
      if (!found.has(key) && found.size <= MAX_SESSIONS) found.set(key, { peer, pid, comm, name, certain });
    }
  };
  const titled = new Set<number>();
  for (const process of processes.values()) {
    const title = SSHD.has(process.comm) ? sessionTitle(titleOf(procRoot, process.pid)) : undefined;
    if (title === undefined) continue;
    titled.add(process.pid);
    add(holders.connections(process.pid).handed, process, title, true);
  }
  for (const process of parentsOfCommands(processes)) {
    add(holders.connections(process.pid).handed, process, "", true);
  }
  for (const process of processes.values()) {
    if (process.tty === 0 || ASKING.has(process.comm)) continue;
    // Who made the terminal is not on it himself.
    const makers = [...ancestors(processes, process.pid)].filter(({ tty }) => tty !== process.tty);
    // sshd said so itself, and its parent holds the same connection.
    if (makers.some(({ pid }) => titled.has(pid))) continue;
    const name = terminalName(process.tty);
    const serving = makers.filter(({ pid }) => holders.connections(pid).handed.length > 0);
    for (const maker of serving) add(holders.connections(maker.pid).handed, maker, name, true);
    // A server of many, such as one of terminals in browsers. Whoever knocks at it is connected with it too.
    if (serving.length > 0) continue;
    for (const maker of makers) add(holders.connections(maker.pid).accepted, maker, name, false);
  }
  const sessions = [...found.values()];
  return { sessions: sessions.slice(0, MAX_SESSIONS), whole: sessions.length <= MAX_SESSIONS };
}

/**
 * `alice@pts/1` of `sshd: alice@pts/1`, `alice` of a session without commands (setproctitle in session.c of OpenSSH).
 * Undefined for what sshd is called while somebody authenticates, `sshd: alice [priv]`, and as the listener,
 * `sshd: /usr/sbin/sshd -D [listener]`.
 */
export function sessionTitle(title: string): string | undefined {
  return /^sshd(?:-session)?: ([^/[][^[]*)$/.exec(title)?.[1];
}

/** Processes of dropbear for one connection that run something for it. */
function parentsOfCommands(processes: Processes): Set<Process> {
  const parents = new Set<Process>();
  for (const { comm, parent } of processes.values()) {
    const server = processes.get(parent);
    if (server?.comm === DROPBEAR && comm !== DROPBEAR) parents.add(server);
  }
  return parents;
}

function titleOf(procRoot: string, pid: number): string {
  try {
    const text = readStart(`${procRoot}/${pid}/cmdline`, TITLE_BYTES) ?? "";
    return text.replace(/\0.*$/s, "").trimEnd();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return "";
  }
}
