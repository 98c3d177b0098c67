import type { AuthEvent, AuthOutcome } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { parseSyslog } from "./syslog.ts";

/**
 * What a line of an authentication log is: an event; `other`, a line of another program or one that tells
 * of no peer; or `unparsed`, a line that should be an event but cannot be read.
 */
export type AuthLine = AuthEvent | "other" | "unparsed";

/** sshd, and the part of it that serves one connection since OpenSSH 9.8. */
const PROGRAMS = new Set(["sshd", "sshd-session"]);

interface Message {
  /** How the message begins, up to the user. */
  readonly begin: RegExp;
  readonly outcome: AuthOutcome;
  /** What stands between user and address. */
  readonly joint: " from " | " ";
}

/** The messages of sshd that tell of a peer (auth.c, packet.c of OpenSSH). */
const MESSAGES: readonly Message[] = [
  { begin: /^Failed (password) for (?:invalid user )?/, outcome: "failed", joint: " from " },
  { begin: /^Accepted (password|publickey) for /, outcome: "accepted", joint: " from " },
  { begin: /^Invalid user /, outcome: "invalid-user", joint: " from " },
  {
    begin: /^(?:Connection closed by|Disconnected from) (?:authenticating |invalid )?user /,
    outcome: "closed",
    joint: " ",
  },
];

/** rsyslog's summary of equal messages. */
const REPEATED = /^message repeated (\d{1,9}) times: \[ (.*)\]$/s;
/** What follows the address to the end of the message. */
const TAIL = /(?: port \d{1,5})?(?: ssh2)?(?: \[preauth\])?$/;
/** What follows {@link KEY_JOINT}: type and fingerprint of the key, and what a certificate says of itself. */
const KEY = /^\S+ \S+(?: ID .*)?$/s;
const KEY_JOINT = " ssh2: ";

/**
 * Reads one line of an authentication log. `now` (epoch milliseconds) gives the year that syslog leaves
 * out, and the time of lines whose own is unreadable; `source` is the file's path.
 *
 * A user's name is whatever the peer sent, blanks and forged messages included. So the tag counts only
 * after the host, the message only from its beginning, and the address is the last word of the message but
 * for what sshd puts after it: a name can make nobody else the offender, and cannot hide its sender.
 */
export function parseAuthLine(line: string, source: string, now: number): AuthLine {
  const log = parseSyslog(line, now);
  return log === undefined ? "unparsed" : parseAuthMessage({ ...log, pid: log.pid, source, now });
}

/** A message of a program, from wherever: `at` and `now` as epoch milliseconds, `at` NaN where it is not known. */
export interface AuthMessage {
  readonly at: number;
  readonly program: string;
  readonly pid: number | undefined;
  readonly message: string;
  readonly source: string;
  readonly now: number;
}

/** Reads one message as {@link parseAuthLine} does one line. */
export function parseAuthMessage(log: AuthMessage): AuthLine {
  if (!PROGRAMS.has(log.program)) return "other";
  const { source, now } = log;
  const [, times, repeated = log.message] = REPEATED.exec(log.message) ?? [];
  for (const { begin, outcome, joint } of MESSAGES) {
    const found = begin.exec(repeated);
    if (found === null) continue;
    const [beginning, method] = found;
    const peer = peerAtEnd(withoutKey(repeated.slice(beginning.length), method), joint);
    if (peer === undefined) return "unparsed";
    const unknown = Number.isNaN(log.at);
    return {
      kind: "auth",
      at: unknown ? now : log.at,
      ip: peer.ip,
      service: "ssh",
      outcome,
      user: peer.user,
      ...(method !== undefined && { method }),
      ...(times !== undefined && { count: Number(times) }),
      ...(log.pid !== undefined && { session: log.pid }),
      ...(unknown && { timeUnknown: true }),
      source,
    };
  }
  return "other";
}

/** The user and the address of `USER<joint>ADDRESS[ port N][ ssh2][ [preauth]]`, read from the right. */
function peerAtEnd(text: string, joint: string): { user: string; ip: Ip } | undefined {
  const end = text.search(TAIL);
  const start = text.lastIndexOf(" ", end - 1) + 1;
  const ip = parseIp(text.slice(start, end));
  const before = text.slice(0, start);
  if (ip === undefined || !before.endsWith(joint)) return undefined;
  return { user: before.slice(0, -joint.length), ip };
}

/**
 * Cuts off the key after the address. From the left: a certificate may say anything of itself, while the
 * user of an accepted key is an account of this host.
 */
function withoutKey(text: string, method: string | undefined): string {
  const cut = method === "publickey" ? text.indexOf(KEY_JOINT) : -1;
  return cut >= 0 && KEY.test(text.slice(cut + KEY_JOINT.length)) ? text.slice(0, cut) : text;
}
