import type { AuthEvent } from "../model/event.ts";
import type { AuthReading } from "./auth-reading.ts";
import { readDropbear } from "./dropbear.ts";
import { readSshd } from "./sshd.ts";
import { parseSyslog } from "./syslog.ts";

/**
 * What a line of an authentication log is: an event; `other`, a line of another program or one that tells
 * of no peer with an address; or `unparsed`, a line that should be an event but cannot be read.
 */
export type AuthLine = AuthEvent | "other" | "unparsed";

/** One message of a program, wherever it was kept. */
export interface AuthMessage {
  /** Epoch milliseconds, NaN where unknown. */
  readonly at: number;
  /** The program that logged it, as it calls itself: its syslog tag. */
  readonly program: string;
  readonly pid: number | undefined;
  readonly message: string;
  /** Where it was found: a file's path, or what stands for one. */
  readonly source: string;
  /** When it was read, epoch milliseconds: the time of messages that have none. */
  readonly now: number;
}

/** The login services, by the program that logs. */
const READERS: ReadonlyMap<string, (message: string) => AuthReading> = new Map([
  ["sshd", readSshd],
  // The parts of it that serve one connection since OpenSSH 9.8, and that let it in since 10.
  ["sshd-session", readSshd],
  ["sshd-auth", readSshd],
  ["dropbear", readDropbear],
]);

/** What rsyslog keeps of a message; sshd itself cuts its own at 1,024 bytes (log.c). */
const LONGEST_MESSAGE = 8_192;

/** rsyslog's summary of equal messages. */
const REPEATED = /^message repeated (\d{1,9}) times: \[ (.*)\]$/s;

/**
 * Reads one line of a file that syslog writes. `now` (epoch milliseconds) gives the year that syslog leaves out, and the
 * time of lines whose own is unreadable; `source` is the file's path.
 */
export function parseAuthLine(line: string, source: string, now: number): AuthLine {
  const log = parseSyslog(line, now);
  if (log === undefined) return "unparsed";
  return parseAuthMessage({ ...log, pid: log.pid, source, now });
}

/** Reads one message that some login service logged. */
export function parseAuthMessage({ at, program, pid, message, source, now }: AuthMessage): AuthLine {
  const read = READERS.get(program);
  if (read === undefined) return "other";
  if (message.length > LONGEST_MESSAGE) return "unparsed";
  const [, times, repeated = message] = REPEATED.exec(message) ?? [];
  const told = read(repeated);
  if (typeof told === "string") return told;
  const unknown = Number.isNaN(at);
  return {
    kind: "auth",
    at: unknown ? now : at,
    ip: told.ip,
    service: "ssh",
    outcome: told.outcome,
    ...(told.user !== undefined && { user: told.user }),
    ...(told.method !== undefined && { method: told.method }),
    ...(times !== undefined && { count: Number(times) }),
    ...(pid !== undefined && { session: pid }),
    ...(unknown && { timeUnknown: true }),
    source,
  };
}
