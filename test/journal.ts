import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Need } from "./requires.ts";

const REMOTE = "/usr/lib/systemd/systemd-journal-remote";

/** What a test needs that writes and reads journal files. */
export const JOURNAL: readonly Need[] = [{ program: "journalctl" }, { program: REMOTE }];

/** An entry as journald would write it of a message of sshd, but for what is told. */
export interface TestEntry {
  readonly message?: string | Uint8Array;
  /** Epoch milliseconds; now when absent. */
  readonly at?: number;
  /** Other fields than those of sshd, or none of a name. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
}

/** Times are in microseconds; two entries of one instant would have no order. */
let clock = 0;

/** Appends entries to the journal file `NAME.journal` of a directory, which is made when it is not there. */
export function writeJournal(directory: string, entries: readonly TestEntry[], name = "test"): void {
  const { exitCode, stderr } = Bun.spawnSync([REMOTE, "-o", join(directory, `${name}.journal`), "-"], {
    stdin: Buffer.concat(entries.map(exported)),
  });
  if (exitCode !== 0) throw new Error(`${REMOTE}: ${stderr}`);
}

/** In systemd's Journal Export Format. */
function exported({ message = "", at = Date.now(), fields = {} }: TestEntry): Buffer {
  clock++;
  const head = {
    __REALTIME_TIMESTAMP: String(1000 * at + (clock % 1000)),
    __MONOTONIC_TIMESTAMP: String(1000 * performance.now() + clock).split(".")[0],
    _BOOT_ID: "0123456789abcdef0123456789abcdef",
    _MACHINE_ID: "fedcba9876543210fedcba9876543210",
    _UID: "0",
    _PID: "77",
    _COMM: "sshd",
    SYSLOG_IDENTIFIER: "sshd",
    ...fields,
  };
  const lines = Object.entries(head).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}=${value}\n`,
  );
  const bytes = Buffer.from(message);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${lines.join("")}MESSAGE\n`), size, bytes, Buffer.from("\n\n")]);
}

/** The processes of journalctl that read a directory. */
export function readersOf(directory: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // Of a zombie it is empty.
        const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return argv[0]?.endsWith("journalctl") === true && argv.includes(`--directory=${directory}`);
      } catch {
        return false;
      }
    });
}
