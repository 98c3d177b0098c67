import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { HealthEvent, HistoryEvent } from "../model/event.ts";
import type { HistoryBatch, Minute } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import type { Answer, Question } from "./protocol.ts";
import { eventOf, type Remembered } from "./query.ts";
import type { Keep } from "./retention.ts";
import { type Trouble, troubleOf } from "./trouble.ts";
import { NOTHING, type Waiting, wait } from "./waiting.ts";

/** Tried again after so many ms: to get the lock, to open, to write what waits. */
const RETRY = 5000;
/** Longest that the last batch may take (ms). */
const LAST_BATCH = 5000;
/** A thread ends within so many milliseconds. */
const TERMINATED = 500;
/** Addresses, and visits, of one message: what it takes to copy them must not be seen on the screen. */
const CHUNK = 500;
/** As many addresses as the core holds. */
const MAX_ASKED = 65_536;
/** Threads that may end before one has written anything. */
const MAX_RESTARTS = 5;

/** The right to write, or who has it: the pid where that is known. */
export type HistoryLock =
  | { readonly release: () => void }
  /** `why`: not because of another program, in words. */
  | { readonly holder: number | undefined; readonly why?: string };

export interface HistoryOptions {
  /** The database. Its directory is made (0700) where it is missing. */
  readonly path: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly emit: (event: HistoryEvent | HealthEvent) => void;
  readonly keep: Keep;
  /** The database of NetherGaze 0.2, taken over once. */
  readonly reference?: string;
  /** Takes the lock, which the death of this process must free, if nobody has it. May throw. */
  readonly lock: () => HistoryLock;
  /** Milliseconds after which what failed is tried again. */
  readonly retry?: number;
  /** The program of the thread. */
  readonly worker?: URL;
}

/** What addresses did, and do, kept in a database, which a thread of its own reads and writes. */
export interface History {
  /**
   * Adds a batch to it, all or nothing, exactly once. What cannot be written now waits, and is written together with the next;
   * what is too much to wait is counted in the health. Where another program writes, this does nothing.
   * `lost`: addresses whose visits were too many to be remembered before they came here.
   */
  write(batch: HistoryBatch, lost?: number): void;
  /** Tells, by `emit`, what is known of each of them; nothing of those of whom nothing is. */
  ask(ips: readonly Ip[]): void;
  /** The host's minutes from `from` on and before `to` (epoch ms); none where they cannot be read. */
  minutes(from: number, to: number): Promise<readonly Minute[]>;
  /** Who was flagged in more than one run, most often first; nobody where it cannot be read. */
  recurring(limit: number): Promise<readonly Remembered[]>;
  /**
   * Writes what waits, and this, if that takes no longer than five seconds, and lets the database go. Resolves with what was
   * not written, in words, where that is so.
   */
  close(batch?: HistoryBatch): Promise<string | undefined>;
}

type Refused = Extract<Answer, { kind: "refused" }>;
type Died = { readonly kind: "died" };
type Asked = Question extends infer Q ? (Q extends Question ? Omit<Q, "id"> : never) : never;

/** A batch that was sent. It keeps its number until it is written: so it is never written twice, whoever dies meanwhile. */
interface Sent {
  readonly number: number;
  readonly batch: HistoryBatch;
}

export function openHistory(options: HistoryOptions): History {
  const { path, now, emit, keep, reference, retry = RETRY } = options;
  const writer = randomUUID();
  const answers = new Map<number, (answer: Answer | Died) => void>();
  let lastId = 0;
  let worker: Worker | undefined;
  let restarts = -1;
  let lock: HistoryLock | undefined;
  /** How the thread has the database open. */
  let open: { readonly writes: boolean } | undefined;
  let adopted = false;
  let waiting: Waiting = NOTHING;
  let sent: Sent | undefined;
  let number = 0;
  /** The run that was written for last. */
  let session: string | undefined;
  let asked: Ip[] = [];
  let asking = false;
  let remark: string | undefined;
  const troubles: { lock?: Trouble; thread?: Trouble; open?: Trouble; write?: Trouble } = {};
  let told = "";
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;

  function died(old: Worker, words: string): void {
    if (worker !== old) return;
    worker = undefined;
    open = undefined;
    const trouble = `its thread ended${words === "" ? "" : `: ${words}`}`;
    const over = restarts >= MAX_RESTARTS;
    troubles.thread = { kind: "other", words: over ? `${trouble}: start nethergaze again` : trouble };
    const left = [...answers.values()];
    answers.clear();
    for (const resolve of left) resolve({ kind: "died" });
  }

  function thread(): Worker | undefined {
    if (worker !== undefined) return worker;
    if (restarts >= MAX_RESTARTS) return undefined;
    restarts++;
    const started = new Worker(options.worker ?? new URL("./worker.ts", import.meta.url));
    started.on("message", (answer: Answer) => {
      const resolve = answers.get(answer.id);
      answers.delete(answer.id);
      resolve?.(answer);
    });
    started.on("error", (error) => died(started, messageOf(error)));
    started.on("exit", () => died(started, ""));
    // Whoever forgets to close it must not be kept from ending.
    started.unref();
    worker = started;
    return started;
  }

  /** Asks the thread, if there is one. */
  function question(asking: Asked, to = worker): Promise<Answer | Died> {
    if (to === undefined) return Promise.resolve({ kind: "died" });
    const id = ++lastId;
    return new Promise((resolve) => {
      answers.set(id, resolve);
      to.postMessage({ id, ...asking });
    });
  }

  /** Does what is to be done, one thing after the other; what comes meanwhile is done after it. */
  function work(): Promise<void> {
    again = true;
    running ??= (async () => {
      while (again) {
        again = false;
        await advance();
      }
    })().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function advance(): Promise<void> {
    takeLock();
    const writes = lock !== undefined && "release" in lock;
    if (open?.writes !== writes) await reopen(writes);
    if (open?.writes === true) {
      await adopt();
      while (await writeNext());
    }
    if (lock !== undefined && "holder" in lock) {
      // What is seen here is seen there as well.
      waiting = { batch: undefined, lost: waiting.lost };
    }
    if (open !== undefined) askNext();
    tell();
  }

  function takeLock(): void {
    if (lock !== undefined && "release" in lock) return;
    const before = lock;
    try {
      lock = options.lock();
      delete troubles.lock;
      // What waits was seen, and written, by whoever had it until now.
      if (before !== undefined && "release" in lock) waiting = { batch: undefined, lost: waiting.lost };
    } catch (error) {
      lock = undefined;
      troubles.lock = troubleOf(error, path);
    }
  }

  async function reopen(writes: boolean): Promise<void> {
    const answer = await openAs(writes);
    if (answer.kind === "done") delete troubles.open;
    if (answer.kind !== "refused") return;
    troubles.open = answer.trouble;
    // What cannot be written can often be read.
    if (writes) await openAs(false);
  }

  async function openAs(writes: boolean): Promise<Answer | Died> {
    open = undefined;
    const answer = await question({ kind: "open", at: now(), path, writes, keep }, thread());
    if (answer.kind === "done") {
      open = { writes };
      delete troubles.thread;
    }
    return answer;
  }

  async function adopt(): Promise<void> {
    if (adopted || reference === undefined) return;
    const answer = await question({ kind: "adopt", at: now(), reference });
    if (answer.kind === "refused") refused(answer);
    if (answer.kind !== "done") return;
    adopted = true;
    remark = answer.remark;
  }

  /** Writes what was sent without an answer, or else what waits; whether there may be more. */
  async function writeNext(): Promise<boolean> {
    if (open?.writes !== true) return false;
    if (sent === undefined) {
      const { batch } = waiting;
      if (batch === undefined) return false;
      waiting = { batch: undefined, lost: waiting.lost };
      sent = { number: ++number, batch };
    }
    const answer = await send(sent);
    if (answer.kind === "done") {
      sent = undefined;
      restarts = 0;
      delete troubles.write;
      return true;
    }
    if (answer.kind === "refused") {
      refused(answer);
      troubles.write = answer.trouble;
    }
    return false;
  }

  async function send({ number, batch }: Sent): Promise<Answer | Died> {
    for (let i = 0; i < batch.visits.length; i += CHUNK) {
      worker?.postMessage({ kind: "part", id: 0, number, visits: batch.visits.slice(i, i + CHUNK) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    return question({ kind: "write", at: now(), writer, number, batch: { ...batch, visits: [] } });
  }

  /** After an error that is of the file, the thread has let it go. */
  function refused({ trouble }: Refused): void {
    if (trouble.kind !== "busy" && trouble.kind !== "full") open = undefined;
  }

  async function askNext(): Promise<void> {
    if (asking) return;
    asking = true;
    while (open !== undefined && asked.length > 0 && !closed) {
      const ips = asked.slice(0, CHUNK);
      asked = asked.slice(CHUNK);
      const answer = await question({ kind: "ask", ips, ...(session !== undefined && { session }) });
      if (answer.kind === "told") {
        const at = now();
        for (const past of answer.pasts) emit(eventOf(past, at));
        continue;
      }
      asked = [...ips, ...asked];
      if (answer.kind === "refused") refused(answer);
      break;
    }
    asking = false;
  }

  function tell(): void {
    const health = healthOf();
    const text = JSON.stringify(health);
    if (text === told || closed) return;
    told = text;
    emit({ kind: "health", at: now(), part: "history", source: path, ...health });
  }

  function healthOf(): Pick<HealthEvent, "state" | "detail" | "lost"> {
    const { lost } = waiting;
    const some = lost > 0 && { lost };
    const trouble = troubles.thread ?? troubles.lock ?? troubles.open ?? troubles.write;
    const words = trouble?.words ?? "";
    if (lock !== undefined && "holder" in lock && lock.why !== undefined) {
      if (trouble === undefined || trouble.kind === "missing") return { state: "up", detail: lock.why };
      return { state: "degraded", detail: `${lock.why}; ${words}` };
    }
    if (lock !== undefined && "holder" in lock) {
      const who = lock.holder === undefined ? "" : ` (pid ${lock.holder})`;
      const other = `another nethergaze${who} writes the history; this one reads it`;
      return trouble === undefined
        ? { state: "up", detail: other, ...some }
        : { state: "degraded", detail: `${other}, when it can: ${words}`, ...some };
    }
    if (open === undefined) return { state: "down", detail: words, ...some };
    if (trouble !== undefined) return { state: "degraded", detail: words, ...some };
    const kept = remark === undefined ? "kept" : `kept; ${remark}`;
    if (lost === 0) return { state: "up", detail: kept };
    return {
      state: "degraded",
      detail: `kept again; what ${lost} addresses did meanwhile was too much to wait and is lost`,
      lost,
    };
  }

  const timer = setInterval(work, retry);
  timer.unref();
  work();

  return {
    write(batch, lost = 0) {
      if (closed) return;
      session = batch.session;
      waiting = wait({ ...waiting, lost: waiting.lost + lost }, batch);
      work();
    },
    ask(ips) {
      const room = Math.max(0, MAX_ASKED - asked.length);
      asked = [...asked, ...ips.slice(0, room)];
      if (open !== undefined) askNext();
    },
    async minutes(from, to) {
      if (open === undefined) return [];
      const answer = await question({ kind: "minutes", from, to });
      if (answer.kind === "refused") refused(answer);
      return answer.kind === "minutes" ? answer.minutes : [];
    },
    async recurring(limit) {
      if (open === undefined) return [];
      const answer = await question({ kind: "recurring", limit });
      if (answer.kind === "refused") refused(answer);
      return answer.kind === "told" ? answer.pasts : [];
    },
    async close(batch) {
      if (closed) return undefined;
      if (batch !== undefined) waiting = wait(waiting, batch);
      clearInterval(timer);
      worker?.ref();
      let late: ReturnType<typeof setTimeout> | undefined;
      const tooLate = new Promise<void>((resolve) => {
        late = setTimeout(resolve, LAST_BATCH);
      });
      const finished = (async () => {
        await work();
        closed = true;
        if (worker !== undefined) await question({ kind: "close" });
      })();
      await Promise.race([finished, tooLate]);
      clearTimeout(late);
      closed = true;
      const old = worker;
      worker = undefined;
      // One that is stuck in the kernel ends with the process.
      await Promise.race([old?.terminate(), new Promise((resolve) => setTimeout(resolve, TERMINATED))]);
      if (lock === undefined || "holder" in lock) return undefined;
      lock.release();
      const count = (sent?.batch.visits.length ?? 0) + (waiting.batch?.visits.length ?? 0);
      const trouble = troubles.thread ?? troubles.open ?? troubles.write;
      // What would have helped comes too late.
      const [why = ""] = (trouble?.words ?? "it took too long").split(": make some");
      return count === 0 ? undefined : `what ${count} addresses did was not written down: ${why}`;
    },
  };
}
