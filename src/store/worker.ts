import { parentPort } from "node:worker_threads";
import type { Visit } from "../model/history.ts";
import { atomically, type Database, fileAt, openReader, openWriter } from "./database.ts";
import type { Answer, Question } from "./protocol.ts";
import { minutesOf, recurring, remembered } from "./query.ts";
import { takeOver, Unreadable } from "./reference.ts";
import { tend } from "./retention.ts";
import { StoreError, type Trouble, troubleOf } from "./trouble.ts";
import { writeBatch } from "./write.ts";

/**
 * The thread that alone touches the database while the program runs: a disk that stalls must not hold up the screen.
 * Questions that change something are done one after the other, in steps; between two steps others are answered, by a
 * connection of their own, which sees what was written whole.
 */

type Opening = Extract<Question, { kind: "open" }>;
type Adopting = Extract<Question, { kind: "adopt" }>;
type Writing = Extract<Question, { kind: "write" }>;

/** The key in `meta` of the last batch that was written, and of the database that was taken over. */
const LAST_BATCH = "last_batch";
const TAKEN_OVER = "taken_over";

const META = "SELECT value FROM meta WHERE key = ?";
const SET_META = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)";

interface Open {
  readonly asked: Opening;
  readonly file: string | undefined;
  readonly reader: Database;
  readonly writer: Database | undefined;
}

const port = parentPort;
const tending = { measured: Number.NEGATIVE_INFINITY };
let open: Open | undefined;
/** Visits of a batch that is still being sent. */
let parts: { readonly number: number; readonly visits: Visit[] } = { number: 0, visits: [] };
let work: Promise<void> = Promise.resolve();
/** Questions that wait for their turn: whoever tends the database gives way. */
let waiting = 0;

port?.on("message", (question: Question) => {
  switch (question.kind) {
    case "ask":
      return answer(question.id, () => ({
        kind: "told",
        pasts: remembered(fresh().reader, question.ips, question.session),
      }));
    case "minutes":
      return answer(question.id, () => ({
        kind: "minutes",
        minutes: minutesOf(fresh().reader, question.from, question.to),
      }));
    case "recurring":
      return answer(question.id, () => ({ kind: "told", pasts: recurring(fresh().reader, question.limit) }));
    case "part":
      if (parts.number !== question.number) parts = { number: question.number, visits: [] };
      for (const visit of question.visits) parts.visits.push(visit);
      return;
    default:
      waiting++;
      work = work.then(() => {
        waiting--;
        return change(question);
      });
  }
});

type Told = Answer extends infer A ? (A extends Answer ? Omit<A, "id"> : never) : never;

function answer(id: number, find: () => Told): void {
  try {
    post({ id, ...find() } as Answer);
  } catch (error) {
    post({ id, kind: "refused", trouble: refusal(error) });
  }
}

async function change(
  question: Exclude<Question, { kind: "ask" | "minutes" | "recurring" | "part" }>,
): Promise<void> {
  const { id } = question;
  try {
    const remark = await done(question);
    post({ kind: "done", id, ...(remark !== undefined && { remark }) });
  } catch (error) {
    post({ kind: "refused", id, trouble: refusal(error) });
    return;
  }
  if (question.kind === "write") await keepSmall(question.at);
}

async function done(question: Parameters<typeof change>[0]): Promise<string | undefined> {
  switch (question.kind) {
    case "open":
      reopen(question);
      return undefined;
    case "adopt":
      return adopt(question);
    case "write":
      await write(question);
      return undefined;
    case "close":
      close();
      return undefined;
  }
}

/** What an error means; after one that says that the file is no longer good, or another, it is opened anew. */
function refusal(error: unknown): Trouble {
  const trouble = troubleOf(error, open?.asked.path ?? "the history");
  if (trouble.kind !== "busy" && trouble.kind !== "full") close();
  return trouble;
}

function reopen(asked: Opening): void {
  close();
  const { path, writes } = asked;
  let writer: Database | undefined;
  try {
    writer = writes ? openWriter(path) : undefined;
    open = { asked, file: fileAt(path), reader: openReader(path), writer };
  } catch (error) {
    writer?.close();
    throw new StoreError(troubleOf(error, path));
  }
}

/** It is no reason not to keep our own that another history cannot be read. */
async function adopt({ reference, at }: Adopting): Promise<string | undefined> {
  const writer = writable();
  if (writer.prepare(META).get(TAKEN_OVER) !== undefined) return undefined;
  try {
    const taken = await inTurns(
      atomically(
        writer,
        (function* () {
          const count = yield* takeOver(writer, reference, at);
          if (count !== undefined) writer.prepare(SET_META).run(TAKEN_OVER, reference);
          return count;
        })(),
      ),
    );
    return taken === undefined ? undefined : `${taken} addresses were taken over from ${reference}`;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return `${reference} was not taken over: ${error.message}`;
  }
}

async function write({ writer: name, number, batch, at }: Writing): Promise<void> {
  const visits = parts.number === number ? parts.visits : [];
  parts = { number: 0, visits: [] };
  const writer = writable();
  const mark = `${name} ${number}`;
  const isWritten = (): boolean => writer.prepare(META).get(LAST_BATCH)?.value === mark;
  // Its answer was lost.
  if (isWritten()) return;
  try {
    await inTurns(
      atomically(
        writer,
        (function* () {
          yield* writeBatch(writer, { ...batch, visits: [...visits, ...batch.visits] }, at);
          writer.prepare(SET_META).run(LAST_BATCH, mark);
        })(),
      ),
    );
  } catch (error) {
    // What failed may have come after the commit.
    if (writer.isOpen && isWritten()) return;
    throw error;
  }
}

function writable(): Database {
  const { writer } = fresh();
  if (writer === undefined) throw new Error("it was opened to be read");
  return writer;
}

/** Forgets what is too old or too much, while nobody waits. What it cannot do now it does another time. */
async function keepSmall(at: number): Promise<void> {
  if (open?.writer === undefined) return;
  try {
    for (const _ of tend(open.writer, open.asked.keep, at, tending)) {
      await breathe();
      if (waiting > 0) return;
    }
  } catch {
    // Whoever writes next hears of it.
  }
}

/** The connections, unless another file lies at their place now: what is written to this one nobody would read. */
function fresh(): Open {
  if (open === undefined) throw new StoreError({ kind: "missing", words: "the history is not open" });
  const { path } = open.asked;
  if (fileAt(path) === open.file) return open;
  throw new StoreError({ kind: "missing", words: `${path} was moved away` });
}

function close(): void {
  const closing = open;
  open = undefined;
  for (const database of [closing?.reader, closing?.writer]) {
    try {
      database?.close();
    } catch {
      // Nothing of it is used any more.
    }
  }
}

async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await breathe();
  }
}

/** Lets questions in. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function post(answer: Answer): void {
  port?.postMessage(answer);
}
