import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Ending, follow, run } from "../kernel/programs.ts";
import type { HealthEvent, Input } from "../model/event.ts";
import { type AuthLine, parseAuthMessage } from "../parse/auth-line.ts";
import { JOURNAL_FIELDS, type JournalEntry, parseJournal } from "../parse/journal.ts";
import { withRemedy } from "./follow-logs.ts";
import { notAhead } from "./interpret.ts";
import { type Counts, count, type LogSample } from "./sample-log.ts";

const SOURCE = "journal";

/** The login services whose messages are read, as their processes are called: sshd and, since OpenSSH 9.8, its parts. */
const SERVICES = ["sshd", "sshd-session", "sshd-auth", "dropbear"];
/**
 * Of these only what root's processes say. `_UID` comes from the kernel with each message (SCM_CREDENTIALS of unix(7)),
 * while a user's process may bear any name and call itself anything: whoever may log in could frame an address. What
 * that leaves out is what the process of a session says once it is its user's, the end of the session. The name is asked
 * for twice because journald looks it up in /proc, where a process that said its last word may be gone.
 */
const MATCHES = [
  "_UID=0",
  ...SERVICES.map((name) => `_COMM=${name}`),
  "+",
  "_UID=0",
  ...SERVICES.map((name) => `SYSLOG_IDENTIFIER=${name}`),
];

/**
 * Bytes of a line. journalctl leaves out values of more than 4096 bytes, of which each may take four characters, and
 * one or two of five can be that long: what does not fit comes from nobody we ask for.
 */
const LINE = 64 << 10;
/** Between two reports of counts that changed (ms), and until a journalctl that says nothing is believed to follow. */
const REPORT_EACH = 1000;
/** Between the end of a journalctl and the next (ms): at first, and after many that ended soon. */
const FIRST_WAIT = 1000;
const LAST_WAIT = 60_000;
/** One that ran this long (ms) did not fail at its start. */
const SETTLED = 60_000;

/** Entries looked at to judge the journal by. */
const SAMPLE = 500;
/** Milliseconds that may take on a slow disk with many journal files, and bytes they are at most if they are honest. */
const SAMPLE_LIMITS = { time: 10_000, stdout: 4 << 20 };

/** Which journal. */
export interface JournalPlace {
  /** A directory of journal files, of any machine; the system's own journal when absent. */
  readonly directory?: string | undefined;
  /** The program and what it is always given: `journalctl` when absent. */
  readonly command?: readonly [string, ...string[]] | undefined;
}

export interface JournalOptions extends JournalPlace {
  /** Why it is read, where nobody asked for it. */
  readonly why?: string | undefined;
  /** Read what is there, of the system's journal what is of this boot; else begin now. */
  readonly fromStart: boolean;
  /** Epoch milliseconds. */
  now(): number;
  emit(input: Input): void;
}

/** The journal, being followed. */
export interface Journal {
  /** Entries read so far. */
  readonly lines: number;
  /** Ends the program that reads it; `left`: the source is no longer asked for, which is told. */
  close(left?: boolean): void;
}

/** Where journald keeps its files, in a directory named by machine-id(5): systemd-journald.service(8). */
export const JOURNAL_PLACES = ["/run/log/journal", "/var/log/journal"] as const;

/** A journalctl that finds no journal waits in vain: it does not see one that comes. */
const MISSING = "there is no journal here: name a log with --auth-log";

function isMissing({ directory }: JournalPlace): boolean {
  return directory === undefined && !hasJournal();
}

/** Whether a journal of this machine is here. */
export function hasJournal(): boolean {
  try {
    const id = readFileSync("/etc/machine-id", "utf8").trim();
    return id !== "" && JOURNAL_PLACES.some((place) => existsSync(join(place, id)));
  } catch {
    return false;
  }
}

/**
 * Follows what the login services say in the journal, by a journalctl(1) that is started again when it ends, where the
 * last line was: none is lost and none is read twice unless the journal no longer has that place, which is told.
 */
export function followJournal(options: JournalOptions): Journal {
  const { now } = options;
  const begun = now();
  const closed = new AbortController();
  const reader = new Reader(options);
  let isFirst = true;
  let wait = FIRST_WAIT;
  let timer: ReturnType<typeof setTimeout>;

  /** Where a journalctl begins that starts now. */
  const position = (): string[] => {
    // Not `--after-cursor`: where that entry is gone it leaves out the first of those that are there.
    if (reader.cursor !== undefined) return ["--no-tail", `--cursor=${reader.cursor}`];
    if (options.fromStart) return ["--no-tail"];
    // The next one must have what came since the first.
    return isFirst ? ["--lines=0"] : ["--no-tail", `--since=@${begun / 1000}`];
  };
  const startLater = (fault: string): void => {
    reader.fails(fault);
    timer = setTimeout(start, wait);
    wait = Math.min(2 * wait, LAST_WAIT);
  };
  const start = async (): Promise<void> => {
    if (isMissing(options)) {
      isFirst = false;
      startLater(MISSING);
      return;
    }
    const argv = argvOf(options, ["--follow", ...position()]);
    const started = now();
    isFirst = false;
    timer = setTimeout(() => reader.works(), REPORT_EACH);
    reader.seek();
    const onLine = (line: string): void => {
      if (!closed.signal.aborted) reader.take(parseJournal(line));
    };
    const ending = await follow(argv, onLine, { line: LINE, signal: closed.signal });
    clearTimeout(timer);
    if (closed.signal.aborted) return;
    if (now() - started >= SETTLED) wait = FIRST_WAIT;
    startLater(faultOf(ending));
  };

  start();
  const reports = setInterval(() => reader.report(), REPORT_EACH);
  return {
    get lines() {
      return reader.lines;
    },
    close(left = false) {
      closed.abort();
      clearTimeout(timer);
      clearInterval(reports);
      reader.report();
      if (left) reader.leave();
    },
  };
}

/** What was read of the journal, and how that goes. */
class Reader {
  readonly #options: JournalOptions;
  lines = 0;
  /** Of the newest line. */
  cursor: string | undefined;
  /** Of the line that the next one should be, as it was read already. */
  #sought: string | undefined;
  #unparsed = 0;
  #untimed = 0;
  #gaps = 0;
  #newest = 0;
  #readAt = 0;
  /** Why nothing is read; undefined while it is. */
  #fault: string | undefined;
  /** Whether something changed since the last report. */
  #news = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** The next line comes from a journalctl that begins with the newest of those before, if it still finds it. */
  seek(): void {
    this.#sought = this.cursor;
  }

  take(entry: JournalEntry | undefined): void {
    this.#fault = undefined;
    this.#news = true;
    const sought = this.#sought;
    this.#sought = undefined;
    if (sought !== undefined && entry?.cursor === sought) return;
    if (sought !== undefined) this.#gaps++;
    const { now, emit } = this.#options;
    this.#readAt = now();
    this.lines++;
    this.cursor = entry?.cursor ?? this.cursor;
    const message = messageOf(entry, this.#readAt);
    if (message === "unparsed") this.#unparsed++;
    if (typeof message === "string") return;
    if (message.timeUnknown) this.#untimed++;
    else if (message.at > this.#newest) this.#newest = message.at;
    emit(message);
  }

  works(): void {
    this.#fault = undefined;
    this.#news = true;
    this.report();
  }

  fails(fault: string): void {
    this.#fault = fault;
    this.#news = true;
    this.report();
  }

  /** Emits how it does if there is news of it. */
  report(): void {
    if (!this.#news) return;
    this.#news = false;
    const faults: string[] = [];
    if (this.#fault !== undefined) faults.push(withRemedy(this.#fault));
    if (this.#unparsed > 0) faults.push(`${this.#unparsed} of ${this.lines} lines not understood`);
    if (this.#untimed > 0) faults.push(`${this.#untimed} lines without a usable time`);
    if (this.#gaps > 0)
      faults.push("the last line's place was gone when journalctl ended: lines may be lost");
    const works = faults.length > 0 ? "degraded" : "up";
    this.#tell(this.#fault === undefined ? works : "down", faults.join("; ") || wayOf(this.#options));
  }

  leave(): void {
    this.#tell("up", "no longer asked for");
  }

  #tell(state: HealthEvent["state"], detail: string): void {
    const { now, emit } = this.#options;
    emit({
      kind: "health",
      at: now(),
      part: "auth",
      source: SOURCE,
      state,
      detail,
      lines: this.lines,
      unparsed: this.#unparsed,
      ...(this.#newest > 0 && { lag: Math.max(0, this.#readAt - this.#newest) }),
    });
  }
}

/** What the last messages of the login services are; in words why they cannot be read. */
export async function sampleJournal(place: JournalPlace, now: number): Promise<LogSample | string> {
  if (isMissing(place)) return MISSING;
  const outcome = await run(argvOf(place, [`--lines=${SAMPLE}`]), SAMPLE_LIMITS);
  switch (outcome.kind) {
    case "timed-out":
      return "journalctl did not answer in time";
    case "too-long":
      return "journalctl wrote more than messages of login services can be";
    case "done": {
      const counts: Counts = { lines: 0, unparsed: 0, strange: [] };
      for (const line of outcome.stdout.split("\n")) {
        if (line === "") continue;
        const entry = parseJournal(line);
        count(counts, messageOf(entry, now), () => entry?.message ?? line);
      }
      return { ...counts, format: undefined };
    }
    default:
      return faultOf(outcome);
  }
}

function messageOf(entry: JournalEntry | undefined, now: number): AuthLine {
  if (entry?.message === undefined) return "unparsed";
  const { at, program, pid, message } = entry;
  return notAhead(parseAuthMessage({ at, program, pid, message, source: SOURCE, now }), now);
}

function argvOf(
  { directory, command = ["journalctl"] }: JournalPlace,
  more: readonly string[],
): [string, ...string[]] {
  return [
    ...command,
    // Of a directory all there is. Of this machine what is of this boot: since version 250 journalctl follows no more,
    // unless it takes in what other machines sent here. Root's messages are in the system's journal, not in users'.
    ...(directory === undefined ? ["--system"] : ["--merge", `--directory=${directory}`]),
    "--output=json",
    `--output-fields=${JOURNAL_FIELDS.join(",")}`,
    "--no-pager",
    "--quiet",
    ...more,
    ...MATCHES,
  ];
}

function wayOf({ directory, why }: JournalOptions): string {
  const what = directory === undefined ? "the journal" : `the journal files in ${directory}`;
  return `following ${what}${why === undefined ? "" : ` (${why})`}`;
}

/** Why it is not read; it begins with `no permission` where that is why. */
function faultOf(ending: Ending): string {
  if (ending.kind === "absent") return "there is no journalctl here: name a log with --auth-log";
  const { code, reason } = ending.kind === "done" ? { code: 0, reason: "" } : ending;
  // "insufficient permissions", "Permission denied"
  if (/permission/i.test(reason)) return "no permission to read it";
  return reason === "" ? `journalctl ended with ${code}` : `journalctl: ${reason}`;
}
