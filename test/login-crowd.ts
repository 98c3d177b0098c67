import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Actor, joinNetns, makeNetns, type Netns } from "./netns.ts";
import { ACCOUNT, type LoginWorld, makeLoginWorld } from "./servers/ssh.ts";
import { inNetns, type Server } from "./servers.ts";
import { until } from "./until.ts";
import { run } from "./wire.ts";

/** A host with login servers, and those that are connected with it: some logged in, some only trying. */
export const HERE = { ipv4: "10.77.1.1", ipv6: "fd77::1" } as const;

/** Who is logged in, and whence. */
export const LOGGED_IN = {
  terminal: "10.77.1.11",
  command: "10.77.1.12",
  sftp: "10.77.1.13",
  tunnelOnly: "10.77.1.14",
  root: "10.77.1.15",
  overIpv6: "fd77::16",
  dropbearTerminal: "10.77.1.31",
  dropbearCommand: "10.77.1.32",
} as const;

/** Who is not. */
export const STRANGERS = {
  silent: "10.77.1.21",
  guesser: "10.77.1.22",
  rootGuesser: "10.77.1.23",
  /** Connected with a port that somebody who is logged in forwards (ssh -R). */
  throughForward: "10.77.1.24",
  /** Connected with a server that root started on his terminal. */
  visitor: "10.77.1.25",
  /** Connected with one on a terminal that nobody reaches by network. */
  localVisitor: "10.77.1.30",
  dropbearSilent: "10.77.1.41",
  dropbearGuesser: "10.77.1.42",
} as const;

/** Connected with a server that has made a terminal: perhaps the one who uses it. */
export const BROWSER = "10.77.1.26";
/** The ends of a tunnel that a program called openvpn has, by TCP and UDP. */
export const TUNNEL = ["10.77.1.27", "fd77::28"] as const;
/** Whence a mosh session was begun, as mosh-server's environment says; it has no connection. */
export const MOSH = "10.77.1.29";

const SSH = 22;
const DROPBEAR = 2222;
const FORWARDED = 9000;
const VISITED = 8080;
const TERMINALS = 8081;
const VISITED_LOCALLY = 8082;
const OPENVPN = 1194;
const BUN = join(import.meta.dir, "../bin/bun");

/** Listens on a port and starts what the other arguments say. */
const SERVER = `
import { spawn } from "node:child_process";
import { createServer } from "node:net";
const [port, program, ...args] = process.argv.slice(2);
createServer(() => {}).listen(Number(port), "0.0.0.0");
const child = spawn(program, args, { stdio: ["pipe", "ignore", "inherit"] });
process.on("SIGTERM", () => { child.kill(); process.exit(); });
`;

const SSHD = `Port ${SSH}
LogLevel INFO
UsePAM no
PermitRootLogin yes
PasswordAuthentication yes
KbdInteractiveAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
GatewayPorts yes`;

export interface Crowd {
  readonly here: Netns;
  readonly sshd: Server;
  /** The output of a command on a terminal of root's, who logs in for it from LOGGED_IN.root. */
  asRoot(command: string): Promise<string>;
  leave(): Promise<void>;
}

/** Makes the host and has all of them connect. Whether who is logged in has all that he came for is not waited for. */
export async function gather(folder: string): Promise<Crowd> {
  const here = makeNetns();
  const there = makeNetns();
  joinNetns(here, there);
  here.ip(`addr add ${HERE.ipv4}/24 dev eth0`);
  here.ip(`addr add ${HERE.ipv6}/64 dev eth0 nodad`);
  const all = [...Object.values(LOGGED_IN), ...Object.values(STRANGERS), BROWSER, ...TUNNEL];
  for (const ip of all) {
    there.ip(ip.includes(":") ? `addr add ${ip}/64 dev eth0 nodad` : `addr add ${ip}/24 dev eth0`);
  }
  const world = makeLoginWorld(folder, here.name);
  const actor = there.actor();
  const children: Bun.Subprocess[] = [];
  const servers: Server[] = [];
  const sshd = await world.startSshd(SSH, SSHD);
  servers.push(sshd, await world.startDropbear(DROPBEAR));
  const start = (netns: Netns, argv: readonly string[], env: Record<string, string> = {}) => {
    const child = Bun.spawn([...inNetns(netns.name), ...argv], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "ignore",
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...env },
    });
    children.push(child);
    return child;
  };
  const ssh = (login: Login) => start(there, sshArgv(world, login), askingOnce(folder, login.from));
  const leave = async (): Promise<void> => {
    for (const child of children) child.kill("SIGTERM");
    await Promise.all(children.map((child) => child.exited));
    for (const server of servers) await server.stop();
    world.syslog.close();
    await here.remove();
    await there.remove();
  };
  try {
    await connect(world, { here, actor, start, ssh });
  } catch (error) {
    await leave();
    throw error;
  }
  return {
    here,
    sshd,
    leave,
    async asRoot(command) {
      const child = ssh({ from: LOGGED_IN.root, user: "root", flags: ["-tt"], command });
      return new Response(child.stdout).text();
    },
  };
}

/** What ssh(1) is told; without a password it has ACCOUNT's key. */
interface Login {
  readonly from: string;
  readonly user?: string;
  readonly port?: number;
  readonly flags?: readonly string[];
  readonly command?: string;
  readonly guesses?: boolean;
}

function sshArgv({ keys }: LoginWorld, login: Login): string[] {
  const { from, user = ACCOUNT.user, port = SSH, flags = [], command, guesses = false } = login;
  const options = [
    ...["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes"],
    ...(guesses ? ["PubkeyAuthentication=no"] : [`IdentityFile=${keys.accepted}`]),
  ].flatMap((option) => ["-o", option]);
  const to = from.includes(":") ? HERE.ipv6 : HERE.ipv4;
  const words = command === undefined ? [] : [command];
  return [
    "ssh",
    "-F",
    "none",
    "-q",
    "-b",
    from,
    "-p",
    `${port}`,
    "-l",
    user,
    ...options,
    ...flags,
    to,
    ...words,
  ];
}

/** Has a wrong password for the first question, and for the second none for as long as a test may take. */
function askingOnce(folder: string, from: string): Record<string, string> {
  const askpass = join(folder, `askpass-${from}`);
  const script =
    '#!/bin/sh\n[ -e "$0.asked" ] && exec tail -s 0.1 --pid=$PPID -f /dev/null\ntouch "$0.asked"\necho wrong\n';
  writeFileSync(askpass, script, { mode: 0o700 });
  return { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force" };
}

interface Doers {
  readonly here: Netns;
  readonly actor: Actor;
  start(netns: Netns, argv: readonly string[], env?: Record<string, string>): Bun.Subprocess;
  ssh(login: Login): Bun.Subprocess;
}

async function connect(world: LoginWorld, { here, actor, start, ssh }: Doers): Promise<void> {
  const { folder, syslog } = world;
  const server = join(folder, "server.ts");
  writeFileSync(server, SERVER);
  await actor.ask({ do: "listen", host: "0.0.0.0", port: OPENVPN });

  const forward = ["-R", `0.0.0.0:${FORWARDED}:127.0.0.1:${OPENVPN}`];
  ssh({ from: LOGGED_IN.terminal, flags: ["-tt", ...forward], command: "cat" });
  ssh({ from: LOGGED_IN.command, command: "cat" });
  ssh({ from: LOGGED_IN.sftp, flags: ["-s"], command: "sftp" });
  ssh({ from: LOGGED_IN.tunnelOnly, flags: ["-N"] });
  ssh({ from: LOGGED_IN.root, user: "root", flags: ["-tt"], command: `${BUN} ${server} ${VISITED} cat` });
  ssh({ from: LOGGED_IN.overIpv6, command: "cat" });
  ssh({ from: LOGGED_IN.dropbearTerminal, port: DROPBEAR, flags: ["-tt"], command: "cat" });
  ssh({ from: LOGGED_IN.dropbearCommand, port: DROPBEAR, command: "cat" });
  ssh({ from: STRANGERS.guesser, guesses: true });
  ssh({ from: STRANGERS.rootGuesser, user: "root", guesses: true });
  ssh({ from: STRANGERS.dropbearGuesser, port: DROPBEAR, guesses: true });

  // Programs are told by their names, which are those of what was started.
  symlinkSync("/bin/bash", join(folder, "openvpn"));
  symlinkSync("/bin/sleep", join(folder, "mosh-server"));
  start(here, [BUN, server, `${TERMINALS}`, "script", "-qc", "sleep 60", "/dev/null"]);
  start(here, ["script", "-qc", `${BUN} ${server} ${VISITED_LOCALLY} cat`, "/dev/null"]);
  const tunnel = `exec 3<>/dev/tcp/${TUNNEL[0]}/${OPENVPN} 4<>/dev/udp/${TUNNEL[1]}/${OPENVPN}; read`;
  start(here, [join(folder, "openvpn"), "-c", tunnel]);
  start(here, [join(folder, "mosh-server"), "60"], { SSH_CONNECTION: `${MOSH} 4000 ${HERE.ipv4} 22` });

  for (const [from, port] of [
    [STRANGERS.silent, SSH],
    [STRANGERS.dropbearSilent, DROPBEAR],
    [STRANGERS.throughForward, FORWARDED],
    [STRANGERS.visitor, VISITED],
    [STRANGERS.localVisitor, VISITED_LOCALLY],
    [BROWSER, TERMINALS],
  ] as const) {
    await until(async () => (await holders(here, "listening", `sport = :${port}`)) !== "", `port ${port}`);
    await actor.ask({ do: "connect", id: from, host: HERE.ipv4, port, from });
    await until(() => holders(here, "established", `dst ${from}`), `the connection of ${from}`);
  }
  const guessed = [STRANGERS.guesser, STRANGERS.rootGuesser, STRANGERS.dropbearGuesser];
  const isTold = (ip: string) => syslog.lines.some((line) => /password/i.test(line) && line.includes(ip));
  await until(() => guessed.every(isTold), "the wrong passwords");
}

/** The processes that hold sockets, as ss(8) names them; nothing for a connection that is not accepted yet. */
async function holders(netns: Netns, state: string, filter: string): Promise<string> {
  const lines = await run(["ss", "-Htnp", "state", state, filter], netns);
  return /users:.*/.exec(lines)?.[0] ?? "";
}
