import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Ip, parseIp } from "../model/ip.ts";
import { codeOf, readStart, readStartBytes } from "./proc.ts";

/** struct utmp of bits/utmp.h: the first fields lie alike, what follows them does not. */
const RECORD = process.arch === "arm64" ? 400 : 384;
const TYPE = 0;
const PID = 4;
const LINE = [8, 32] as const;
const USER = [44, 32] as const;
const HOST = [76, 256] as const;
const USER_PROCESS = 7;

/** Records read of utmp, and files of logind: far more sessions than a server has. */
const MAX_RECORDS = 4096;
/** systemd-logind writes a few hundred. */
const SESSION_BYTES = 4096;

/** What was written down of a login from elsewhere. Its process may have ended without a word. */
export interface LoggedIn {
  readonly peer: Ip;
  readonly pid: number;
  readonly user: string;
  /** The terminal, or nothing where there is none. */
  readonly line: string;
  /** By mosh: the address moves with its user. */
  readonly mosh: boolean;
}

/** Those of a file of utmp(5); none where there is no such file. Throws the error of open(2) or read(2). */
export function readUtmp(path: string): LoggedIn[] {
  const bytes = unlessAbsent(() => readStartBytes(path, MAX_RECORDS * RECORD)) ?? Buffer.alloc(0);
  const found: LoggedIn[] = [];
  for (let at = 0; at + RECORD <= bytes.length; at += RECORD) {
    if (bytes.readInt16LE(at + TYPE) !== USER_PROCESS) continue;
    const text = ([offset, length]: readonly [number, number]): string =>
      bytes.toString("utf8", at + offset, at + offset + length).replace(/\0.*$/s, "");
    const host = text(HOST);
    const peer = hostAddress(host);
    if (peer === undefined) continue;
    const mosh = host.includes(" via mosh ");
    found.push({ peer, pid: bytes.readInt32LE(at + PID), user: text(USER), line: text(LINE), mosh });
  }
  return found;
}

/**
 * Those of systemd-logind, by a file for each session in `folder` (/run/systemd/sessions); hosts without utmp have them.
 * None where there is no such folder. Throws the error of readdir(3), open(2) or read(2).
 */
export function readLogind(folder: string): LoggedIn[] {
  const names = unlessAbsent(() => readdirSync(folder)) ?? [];
  return names.slice(0, MAX_RECORDS).flatMap((name) => {
    const text = unlessAbsent(() => readStart(join(folder, name), SESSION_BYTES)) ?? "";
    const values = new Map(text.split("\n").map((line) => [keyOf(line), line.slice(keyOf(line).length + 1)]));
    const peer = hostAddress(values.get("REMOTE_HOST") ?? "");
    const pid = Number(values.get("LEADER"));
    if (peer === undefined || !Number.isInteger(pid)) return [];
    return [{ peer, pid, user: values.get("USER") ?? "", line: values.get("TTY") ?? "", mosh: false }];
  });
}

function keyOf(line: string): string {
  return line.replace(/=.*$/s, "");
}

/** `192.0.2.1`, `192.0.2.1 via mosh [812]`, `192.0.2.1:S.0` of screen(1), `fe80::1%eth0`. */
export function hostAddress(host: string): Ip | undefined {
  return parseIp(host.replace(/(?: via mosh \[\d+\]|:S\.\d+)$/, "").replace(/%.*$/s, ""));
}

function unlessAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
