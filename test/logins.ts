import { existsSync } from "node:fs";
import { connect } from "node:net";
import type { AuthEvent } from "../src/model/event.ts";
import { parseAuthLine } from "../src/parse/auth-line.ts";
import type { Server } from "./servers/process.ts";
import { ACCOUNT, type LoginWorld, type SshLogin, ssh } from "./servers/ssh.ts";
import { until } from "./until.ts";

/** What a login server should tell of one connection: outcome, and user and method where it says them. */
export type Expected = readonly [
  outcome: AuthEvent["outcome"],
  user?: string | undefined,
  method?: string | undefined,
];

/** One thing that a client does to a login server. */
export interface Case {
  readonly what: string;
  readonly act: (world: LoginWorld) => Promise<unknown>;
  readonly events: readonly Expected[];
  /** How many passwords it guessed, or users. */
  readonly failures: number;
  /** Whence; without one from 127.0.0.1. */
  readonly from?: string;
}

/** Does a case and waits until every process that served it is gone: then all is logged. What was logged. */
export async function perform(
  { act, events }: Case,
  world: LoginWorld,
  server: Server,
): Promise<readonly string[]> {
  const { lines } = world.syslog;
  const from = lines.length;
  await act(world);
  const logged = () => lines.slice(from);
  const isTold = (line: string) => typeof parseAuthLine(line, "log", 0) !== "string";
  const isGone = (pid: number) => pid === server.pid || !existsSync(`/proc/${pid}`);
  await until(
    () =>
      logged().filter(isTold).length >= events.length && logged().every((line) => isGone(partsOf(line).pid)),
    "what was done in the log",
  );
  return logged();
}

/** `<PRI>Mon dd HH:MM:SS program[pid]: message`, as syslog(3) sends it. */
const DATAGRAM = /^<\d+>(.{15}) ([\w-]+)\[(\d+)\]: (.*)$/s;

export function partsOf(line: string): { stamp: string; program: string; pid: number; message: string } {
  const [, stamp = "", program = "", pid, message = ""] = DATAGRAM.exec(line) ?? [];
  if (pid === undefined) throw new Error(`no datagram of syslog(3): ${line}`);
  return { stamp, program, pid: Number(pid), message };
}

/** A datagram's line in a file that rsyslog writes: with its traditional times, or those of RFC 3339. */
export function inFile(line: string, times: "short" | "iso", at: number): string {
  const { stamp, program, pid, message } = partsOf(line);
  const time = times === "short" ? stamp : new Date(at).toISOString();
  return `${time} web-1 ${program}[${pid}]: ${message}`;
}

/** Where the servers of the cases listen, and what they are told. sshd says more where it is VERBOSE. */
export const PORTS = { plain: 18_522, listed: 18_523, pam: 18_524, dropbear: 18_525 } as const;

const BOTH = "ListenAddress 127.0.0.1\nListenAddress ::1";

export const PLAIN_CONFIG = `Port ${PORTS.plain}
Port ${PORTS.listed}
${BOTH}
LogLevel VERBOSE
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PermitRootLogin no
MaxAuthTries 3
Match LocalPort ${PORTS.listed}
AllowUsers nobody`;

/** As most hosts have it: INFO. */
export const PAM_CONFIG = `Port ${PORTS.pam}
${BOTH}
UsePAM yes
PasswordAuthentication yes
KbdInteractiveAuthentication yes
MaxAuthTries 4
MaxStartups 2:100:2`;

export const DROPBEAR_ARGS = ["-T", "3"] as const;

const WRONG = "wrong";
const UNKNOWN = "bob";
const { user: USER, password: RIGHT } = ACCOUNT;
/** What an unknown user may be called to make somebody else the offender. */
const HOSTILE = "x from 8.8.8.8 port 22 ssh2";

function login(login: SshLogin, ...methods: readonly string[]): Case["act"] {
  const preferred = methods.length > 0 ? [`PreferredAuthentications=${methods.join(",")}`] : [];
  return (world) => ssh(world.folder, { ...login, options: [...preferred, ...(login.options ?? [])] });
}

function tries(times: number): string[] {
  return ["PubkeyAuthentication=no", `NumberOfPasswordPrompts=${times}`];
}

function password(port: number, user: string, password: string, times = 1, host?: string): Case["act"] {
  return login(
    { port, user, password, options: tries(times), ...(host !== undefined && { host }) },
    "password",
  );
}

function interactive(user: string, password: string, times = 1): Case["act"] {
  return login({ port: PORTS.pam, user, password, options: tries(times) }, "keyboard-interactive");
}

function key(port: number, user: string, name: keyof LoginWorld["keys"]): Case["act"] {
  return (world) => {
    const options = [`IdentityFile=${world.keys[name]}`, "PreferredAuthentications=publickey"];
    return ssh(world.folder, { port, user, options });
  };
}

/** Connects, reads the server's banner, sends `text` and hangs up once the server has taken it. */
function raw(port: number, text: string | Uint8Array): Case["act"] {
  return () => knock(port, text);
}

function knock(port: number, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => socket.end(text));
    socket.on("data", () => {});
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" ? undefined : reject(error),
    );
    socket.on("close", () => resolve());
  });
}

/** Keeps two connections open, which is all that MaxStartups lets in, and tries a third. */
async function throng(): Promise<void> {
  const first = [connect(PORTS.pam, "127.0.0.1"), connect(PORTS.pam, "127.0.0.1")];
  await Promise.all(first.map((socket) => new Promise((resolve) => socket.once("data", resolve))));
  await new Promise((resolve) =>
    connect(PORTS.pam, "127.0.0.1")
      .on("close", resolve)
      .on("error", () => {})
      .resume(),
  );
  for (const socket of first) socket.end();
  await Promise.all(first.map((socket) => new Promise((resolve) => socket.on("close", resolve).resume())));
}

const NOISE = Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), Buffer.alloc(32, 0xff)]);
const NO_KEX = { options: ["KexAlgorithms=diffie-hellman-group14-sha1"] };

const failed = (user: string, method: string): Expected => ["failed", user, method];

/** What every server tells alike. */
function common(port: number): Case[] {
  return [
    {
      what: "the right password",
      act: password(port, USER, RIGHT),
      events: [["accepted", USER, "password"]],
      failures: 0,
    },
    {
      what: "the right key",
      act: key(port, USER, "accepted"),
      events: [["accepted", USER, "publickey"]],
      failures: 0,
    },
    {
      what: "a wrong password, twice",
      act: password(port, USER, WRONG, 2),
      events: [failed(USER, "password"), failed(USER, "password"), ["closed", USER]],
      failures: 2,
    },
    {
      what: "a wrong password, from IPv6",
      from: "::1",
      act: password(port, USER, WRONG, 1, "::1"),
      events: [failed(USER, "password"), ["closed", USER]],
      failures: 1,
    },
    { what: "nothing", act: raw(port, ""), events: [["closed"]], failures: 0 },
    { what: "an old protocol", act: raw(port, "SSH-1.5-x\r\n"), events: [["probe"]], failures: 0 },
    { what: "noise", act: raw(port, NOISE), events: [["probe"]], failures: 0 },
  ];
}

/** sshd without PAM. */
export const PLAIN_CASES: readonly Case[] = [
  ...common(PORTS.plain),
  {
    what: "a key of nobody",
    act: key(PORTS.plain, USER, "unknown"),
    events: [
      ["probe", USER, "publickey"],
      ["closed", USER],
    ],
    failures: 0,
  },
  {
    what: "wrong passwords until it is enough",
    act: password(PORTS.plain, USER, WRONG, 9),
    events: [
      failed(USER, "password"),
      failed(USER, "password"),
      failed(USER, "password"),
      ["failed", USER],
      ["closed", USER],
    ],
    failures: 3,
  },
  {
    what: "an unknown user, twice",
    act: password(PORTS.plain, UNKNOWN, WRONG, 2),
    events: [
      ["invalid-user", UNKNOWN],
      failed(UNKNOWN, "password"),
      failed(UNKNOWN, "password"),
      ["closed", UNKNOWN],
    ],
    failures: 2,
  },
  {
    what: "an unknown user until it is enough",
    act: password(PORTS.plain, UNKNOWN, WRONG, 9),
    events: [
      ["invalid-user", UNKNOWN],
      failed(UNKNOWN, "password"),
      failed(UNKNOWN, "password"),
      failed(UNKNOWN, "password"),
      ["failed", UNKNOWN],
      ["closed", UNKNOWN],
    ],
    failures: 3,
  },
  {
    what: "an unknown user with a key",
    act: key(PORTS.plain, UNKNOWN, "unknown"),
    events: [
      ["invalid-user", UNKNOWN],
      ["closed", UNKNOWN],
    ],
    failures: 1,
  },
  {
    what: "a hostile name",
    act: password(PORTS.plain, HOSTILE, WRONG),
    events: [["invalid-user", HOSTILE], failed(HOSTILE, "password"), ["closed", HOSTILE]],
    failures: 1,
  },
  {
    what: "an empty name",
    act: password(PORTS.plain, "", WRONG),
    events: [["invalid-user", ""], failed("", "password"), ["closed", ""]],
    failures: 1,
  },
  {
    what: "an empty password",
    act: password(PORTS.plain, USER, ""),
    events: [failed(USER, "none"), ["closed", USER]],
    failures: 1,
  },
  {
    what: "no method at all",
    act: login({ port: PORTS.plain, user: USER }, "none"),
    events: [["closed", USER]],
    failures: 0,
  },
  {
    what: "root with a key",
    act: key(PORTS.plain, "root", "accepted"),
    events: [["failed"], ["probe", "root", "publickey"], ["failed"], ["closed", "root"]],
    failures: 1,
  },
  {
    what: "a user who is not allowed",
    act: password(PORTS.listed, USER, RIGHT, 2),
    events: [["failed", USER], failed(USER, "password"), failed(USER, "password"), ["closed", USER]],
    failures: 2,
  },
  {
    what: "no common key exchange",
    act: login({ port: PORTS.plain, user: USER, ...NO_KEX }),
    events: [["probe"]],
    failures: 0,
  },
  { what: "HTTP", act: raw(PORTS.plain, "GET / HTTP/1.0\r\n\r\n"), events: [["probe"]], failures: 0 },
];

const PAM_FAILURE: Expected = ["probe", USER];
const PAM_UNKNOWN: Expected = ["probe"];
const INTERACTIVE = "keyboard-interactive/pam";

/** sshd with PAM. */
export const PAM_CASES: readonly Case[] = [
  {
    what: "the right password",
    act: password(PORTS.pam, USER, RIGHT),
    events: [["accepted", USER, "password"]],
    failures: 0,
  },
  {
    what: "the right answer",
    act: interactive(USER, RIGHT),
    events: [["accepted", USER, INTERACTIVE]],
    failures: 0,
  },
  {
    what: "a wrong password, thrice",
    act: password(PORTS.pam, USER, WRONG, 3),
    events: [
      PAM_FAILURE,
      ...Array.from({ length: 3 }, () => failed(USER, "password")),
      ["closed", USER],
      // "PAM 2 more authentication failures"
      PAM_FAILURE,
    ],
    failures: 3,
  },
  {
    what: "an unknown user",
    act: password(PORTS.pam, UNKNOWN, WRONG),
    events: [["invalid-user", UNKNOWN], PAM_UNKNOWN, failed(UNKNOWN, "password"), ["closed", UNKNOWN]],
    failures: 1,
  },
  {
    what: "a wrong answer, thrice",
    act: interactive(USER, WRONG, 3),
    events: [
      PAM_FAILURE,
      failed(USER, "pam"),
      PAM_FAILURE,
      failed(USER, "pam"),
      PAM_FAILURE,
      failed(USER, "pam"),
      failed(USER, INTERACTIVE),
      ["closed", USER],
    ],
    failures: 3,
  },
  {
    what: "wrong answers until it is enough",
    act: interactive(USER, WRONG, 9),
    events: [
      PAM_FAILURE,
      failed(USER, "pam"),
      PAM_FAILURE,
      failed(USER, "pam"),
      PAM_FAILURE,
      failed(USER, "pam"),
      failed(USER, INTERACTIVE),
      PAM_FAILURE,
      failed(USER, "pam"),
      failed(USER, INTERACTIVE),
      ["failed", USER],
      ["closed", USER],
    ],
    failures: 4,
  },
  {
    what: "an unknown user's answer, twice",
    act: interactive(UNKNOWN, WRONG, 2),
    events: [
      ["invalid-user", UNKNOWN],
      PAM_UNKNOWN,
      failed(UNKNOWN, "pam"),
      failed(UNKNOWN, INTERACTIVE),
      PAM_UNKNOWN,
      failed(UNKNOWN, "pam"),
      failed(UNKNOWN, INTERACTIVE),
      ["closed", UNKNOWN],
    ],
    failures: 2,
  },
  {
    what: "too many at once",
    act: throng,
    events: [["probe"], ["closed"], ["closed"]],
    failures: 0,
  },
];

/** dropbear: of a user that it does not know it says nothing but that he came and went, unless he tried too often. */
export const DROPBEAR_CASES: readonly Case[] = [
  ...common(PORTS.dropbear),
  {
    what: "wrong passwords until it is enough",
    act: password(PORTS.dropbear, USER, WRONG, 9),
    events: [failed(USER, "password"), failed(USER, "password"), failed(USER, "password"), ["closed", USER]],
    failures: 3,
  },
  {
    what: "an unknown user",
    act: password(PORTS.dropbear, UNKNOWN, WRONG),
    events: [["closed"]],
    failures: 0,
  },
  {
    what: "an unknown user until it is enough",
    act: password(PORTS.dropbear, UNKNOWN, WRONG, 9),
    events: [["invalid-user"]],
    failures: 1,
  },
  {
    what: "a hostile name",
    act: password(PORTS.dropbear, HOSTILE, WRONG),
    events: [["closed"]],
    failures: 0,
  },
  {
    what: "no common key exchange",
    act: login({ port: PORTS.dropbear, user: USER, options: ["Ciphers=aes128-cbc"] }),
    events: [["probe"]],
    failures: 0,
  },
];
