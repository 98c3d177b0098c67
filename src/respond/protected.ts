import { gateways } from "../kernel/gateways.ts";
import { SocketHolders } from "../kernel/held-sockets.ts";
import { openLinks } from "../kernel/links.ts";
import { readLogind, readUtmp } from "../kernel/logged-in.ts";
import { loginSessions } from "../kernel/login-sessions.ts";
import { codeOf } from "../kernel/proc.ts";
import { ancestors, listProcesses, type Processes } from "../kernel/process-list.ts";
import { readResolvers } from "../kernel/resolvers.ts";
import { readSshEnvironment, sshClient } from "../kernel/ssh-environment.ts";
import { messageOf } from "../model/message-of.ts";
import { networksOf } from "../model/proxies.ts";
import type { Protected } from "./guard.ts";
import { type GuardedList, guardedList } from "./guarded-list.ts";
import {
  loggedInWords,
  moshWords,
  perhapsWords,
  programWords,
  sessionsWords,
  YOURS,
} from "./protected-words.ts";
import { addTunnels } from "./tunnels.ts";

/** What is given beside what the machine itself tells. */
export interface Given {
  /** The variables of that name in this process's environment. */
  readonly sshConnection: string | undefined;
  readonly sshClient: string | undefined;
  /** As configured: `trust.addresses`, `trust.prefixes`, `trust.proxies`. */
  readonly trustAddresses: readonly string[];
  readonly trustPrefixes: readonly string[];
  readonly trustProxies: readonly string[];
}

/** Where the machine tells it. */
export interface Places {
  readonly proc: string;
  readonly utmp: string;
  readonly logind: string;
  readonly resolvConf: string;
  /** The servers behind one on this machine that resolvConf may name. */
  readonly resolvedConf: string;
}

const PLACES: Places = {
  proc: "/proc",
  utmp: "/run/utmp",
  logind: "/run/systemd/sessions",
  resolvConf: "/etc/resolv.conf",
  resolvedConf: "/run/systemd/resolve/resolv.conf",
};

const MOSH = "mosh-server";

/** What is gathered. */
interface Gathered {
  readonly never: GuardedList;
  readonly unlessForced: GuardedList;
  readonly unknown: Set<string>;
  /** Does one part of it: where that fails the others still stand. */
  part(what: string, action: () => void): void;
}

/**
 * What this machine must not lose, as of now: whence people are logged in, the ends of its tunnels as far as they show,
 * its own addresses, its gateways and resolvers, and whom the operator trusts. Never throws: what cannot be read is told
 * in `unknown`. Some 10 ms with 300 processes.
 */
export function readProtected(given: Given, places: Places = PLACES): Protected {
  const unknown = new Set<string>();
  const gathered: Gathered = {
    never: guardedList(),
    unlessForced: guardedList(),
    unknown,
    part(what, action) {
      try {
        action();
      } catch (error) {
        unknown.add(`${what}: ${reasonOf(error)}`);
      }
    },
  };
  const { never, unlessForced, part } = gathered;
  for (const value of [given.sshConnection, given.sshClient]) {
    const peer = sshClient(value);
    if (peer !== undefined) never.add(peer, `${YOURS} (SSH)`);
  }
  part("login sessions", () => addPeers(gathered, places));
  part("addresses of this machine", () => addOwn(never));
  part("gateways", () => {
    for (const [gateway, name] of gateways()) unlessForced.add(gateway, `it is the gateway of ${name}`);
  });
  part("resolvers", () => addResolvers(unlessForced, places));
  addTrusted(unlessForced, given);
  if (never.full || unlessForced.full) unknown.add("all that must not be blocked: there is too much");
  return { never: never.all, unlessForced: unlessForced.all, unknown: [...unknown] };
}

function addPeers(gathered: Gathered, places: Places): void {
  const { never, unlessForced, unknown, part } = gathered;
  const { processes, whole } = listProcesses(places.proc);
  const holders = new SocketHolders(places.proc);
  part("your own connection", () => addAncestors(gathered, places.proc, processes));
  part("login sessions", () => addSessions(gathered, places.proc, processes, holders));
  for (const read of [() => readUtmp(places.utmp), () => readLogind(places.logind)]) {
    part("logins that are written down", () => {
      for (const login of read()) {
        const process = processes.get(login.pid);
        if (process !== undefined) never.add(login.peer, loggedInWords(login, process));
      }
    });
  }
  part("mosh sessions", () => addMosh(gathered, places, processes));
  part("tunnels", () => {
    for (const unseen of addTunnels(processes, holders, never, unlessForced)) unknown.add(unseen);
  });
  // Where others' processes are hidden, init is.
  if (holders.denied || !processes.has(1)) unknown.add("login sessions of others: needs root");
  if (holders.partial || !whole) unknown.add("some login sessions: there is too much to look at");
}

/** Programs such as sudo take the variables of SSH out of the environment: those who started us still have them. */
function addAncestors({ never, unknown }: Gathered, procRoot: string, processes: Processes): void {
  let isDenied = false;
  for (const { pid } of ancestors(processes, process.pid)) {
    const { peer, denied } = readSshEnvironment(procRoot, pid);
    isDenied ||= denied;
    if (peer === undefined) continue;
    // Further up are other logins, such as that of who once started sshd.
    never.add(peer, `${YOURS} (SSH)`);
    return;
  }
  if (isDenied && never.all.length === 0) unknown.add("your own connection: needs root");
}

function addSessions(
  { never, unlessForced, unknown }: Gathered,
  procRoot: string,
  processes: Processes,
  holders: SocketHolders,
): void {
  const { sessions, whole } = loginSessions(procRoot, processes, holders);
  if (!whole) unknown.add("some login sessions: there are too many");
  const ours = new Set([...ancestors(processes, process.pid)].map(({ pid }) => pid));
  const certain = sessions.filter((session) => session.certain);
  for (const { peer, pid, comm } of certain) {
    if (ours.has(pid)) never.add(peer, `${YOURS} (${programWords({ pid, comm })})`);
  }
  for (const [peer, those] of Map.groupBy(certain, (session) => session.peer)) {
    never.add(peer, sessionsWords(those));
  }
  for (const session of sessions) {
    if (!session.certain) unlessForced.add(session.peer, perhapsWords(session));
  }
}

/** Where its user is now, mosh writes into utmp alone. */
function addMosh({ never, unknown }: Gathered, { proc, utmp }: Places, processes: Processes): void {
  const servers = [...processes.values()].filter(({ comm }) => comm === MOSH);
  if (servers.length === 0) return;
  const told = new Set(readUtmp(utmp).map(({ pid }) => pid));
  for (const server of servers) {
    const { peer } = readSshEnvironment(proc, server.pid);
    if (peer !== undefined) never.add(peer, moshWords(server));
    if (!told.has(server.pid)) unknown.add(`where the user of ${programWords(server)} is now`);
  }
}

function addOwn(never: GuardedList): void {
  const links = openLinks();
  try {
    for (const [ip, name] of links.allAddresses()) never.add(ip, `it is this machine's own (${name})`);
  } finally {
    links.close();
  }
}

function addResolvers(unlessForced: GuardedList, { resolvConf, resolvedConf }: Places): void {
  const named = readResolvers(resolvConf);
  const behind = named.some((ip) => ip.startsWith("127.")) ? readResolvers(resolvedConf) : [];
  for (const ip of [...named, ...behind]) unlessForced.add(ip, "names are looked up at it");
}

function addTrusted(unlessForced: GuardedList, given: Given): void {
  const { trustAddresses, trustPrefixes, trustProxies } = given;
  for (const [key, texts] of [
    ["trust.addresses", trustAddresses],
    ["trust.prefixes", trustPrefixes],
  ] as const) {
    for (const text of texts) unlessForced.add(text, `it is in ${key}; take it out there first`);
  }
  for (const proxy of trustProxies) {
    const named = networksOf(proxy);
    const why = `it is a proxy (${proxy} in trust.proxies): blocking it cuts off everybody who comes through it`;
    for (const text of named) unlessForced.add(text, why);
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === "EACCES" || code === "EPERM") return "needs root";
  return messageOf(error);
}
