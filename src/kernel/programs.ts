import { messageOf } from "../model/message-of.ts";

/** How a program ended that was run. */
export type Outcome =
  /** With exit code 0. */
  | { readonly kind: "done"; readonly stdout: string }
  | Failure
  | { readonly kind: "timed-out" }
  | { readonly kind: "too-long" };

/** How a program ended that was followed: `done` is exit code 0. */
export type Ending = { readonly kind: "done" } | Failure;

/** How a program ended that was listened to. */
export type Heard =
  /** By itself. `code`: its exit code, or the name of the signal that ended it. */
  | { readonly kind: "ended"; readonly code: number | string }
  | { readonly kind: "absent" }
  /** `code`: the name of the error that kept it from starting. */
  | { readonly kind: "unstarted"; readonly code: string }
  | { readonly kind: "timed-out" }
  | { readonly kind: "too-long" }
  /** By whoever asked for it. */
  | { readonly kind: "stopped" };

type Failure =
  /** Nothing of that name, or not the interpreter its first line names, is where programs are looked for. */
  | { readonly kind: "absent" }
  /**
   * `code`: its exit code, or the name of the signal that ended it, or of the error that kept it from starting.
   * `reason`: the first line it wrote on stderr, else on stdout.
   */
  | { readonly kind: "failed"; readonly code: number | string; readonly reason: string };

export interface RunLimits {
  /** Milliseconds it may take, with all that it starts. */
  readonly time: number;
  /** Bytes it may write to stdout. */
  readonly stdout: number;
  /** What it reads from its standard input; nothing when absent. */
  readonly input?: string;
  /** Ends it early, which is told as `failed` by SIGKILL. */
  readonly signal?: AbortSignal | undefined;
}

export interface FollowLimits {
  /** Bytes of a line: a longer one is cut there. */
  readonly line: number;
  /** Ends it, which is told as `failed` by SIGKILL. */
  readonly signal?: AbortSignal | undefined;
}

export interface ListenLimits {
  /** Milliseconds it may take. */
  readonly time: number;
  /** Bytes it may write, to stdout and stderr together. */
  readonly output: number;
  /** What it reads from its standard input; nothing when absent. */
  readonly input?: string;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Nothing of ours: no variable may change what a program reads, writes or loads. The directories of
 * environ(7)'s PATH that only root writes to; the last is NixOS's.
 */
const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin",
  // Messages and numbers as the manual pages have them.
  LC_ALL: "C",
};

/** Of stderr a line is told: more than this of it is not kept. */
const STDERR_BYTES = 4096;
/** Characters of a reason. */
const REASON = 400;

/**
 * Runs a program without a shell: `argv` is its name or path and its arguments, as execvp(3) takes them. It gets
 * a fixed environment, `/` as its directory and a session of its own (setsid(2)); what it starts is killed
 * with it at a limit. Stdout is read as UTF-8. Never rejects.
 */
export async function run(argv: readonly [string, ...string[]], limits: RunLimits): Promise<Outcome> {
  let child: Child;
  try {
    child = start(argv, limits.input);
  } catch (error) {
    return unstarted(error);
  }
  const { promise: stopped, resolve } = Promise.withResolvers<Outcome>();
  const stop = (outcome: Outcome): void => {
    killGroup(child.pid);
    resolve(outcome);
  };
  const timer = setTimeout(() => stop({ kind: "timed-out" }), limits.time);
  const release = killedBy(limits.signal, child.pid);
  const tooLong = (): void => stop({ kind: "too-long" });
  const outcome = await Promise.race([stopped, outcomeOf(child, limits.stdout, tooLong)]);
  clearTimeout(timer);
  release();
  return outcome;
}

/**
 * Runs a program as {@link run} does, for as long as it runs, and hands on each line of its stdout, without the
 * newline. An end without one is no line: the program may have been killed while it wrote. A reader that waits
 * between lines would have them pile up, as Bun reads a pipe until it is empty whether anybody asks or not: what
 * `onLine` does, it does at once. Never rejects unless `onLine` throws.
 *
 * When we are killed, its stdout closes. A program that does not look sees that when it next writes.
 */
export async function follow(
  argv: readonly [string, ...string[]],
  onLine: (line: string) => void,
  limits: FollowLimits,
): Promise<Ending> {
  let child: Child;
  try {
    child = start(argv);
  } catch (error) {
    return unstarted(error);
  }
  const release = killedBy(limits.signal, child.pid);
  const [, stderr] = await Promise.all([
    eachLine(child.stdout, limits.line, onLine),
    collect(child.stderr, STDERR_BYTES),
  ]);
  const code = await codeOf(child);
  release();
  return code === 0 ? { kind: "done" } : { kind: "failed", code, reason: firstLine(stderr) };
}

/**
 * What a program wrote is in its pipes when it ends, and read within milliseconds (ms). Who else holds them, in a session
 * of its own, is not waited for.
 */
const DRAIN = 500;

/** Groups of programs that are listened to: they end with us. */
const heardGroups = new Set<number>();

/**
 * Runs a program as {@link run} does, and hands on what it writes to stdout and stderr, as it comes, in pieces of any
 * size, each stream read as UTF-8 by itself. It is over when the program itself has ended: what it left behind in its
 * process group is killed then, as all of it is at a limit and when we exit. Never rejects unless `onText` throws.
 */
export async function listen(
  argv: readonly [string, ...string[]],
  onText: (text: string) => void,
  limits: ListenLimits,
): Promise<Heard> {
  if (limits.signal?.aborted) return { kind: "stopped" };
  let child: Child;
  try {
    child = start(argv, limits.input);
  } catch (error) {
    const failure = unstarted(error);
    return failure.kind === "absent" ? failure : { kind: "unstarted", code: String(failure.code) };
  }
  const { pid } = child;
  if (heardGroups.size === 0) process.on("exit", killHeard);
  heardGroups.add(pid);
  // Once: the number may be somebody else's when the group has ended.
  const kill = (): void => {
    if (heardGroups.delete(pid)) killGroup(pid);
    if (heardGroups.size === 0) process.off("exit", killHeard);
  };
  const { promise: cut, resolve } = Promise.withResolvers<Heard>();
  const end = (heard: Heard): void => {
    kill();
    resolve(heard);
  };
  const stop = (): void => end({ kind: "stopped" });
  const timer = setTimeout(() => end({ kind: "timed-out" }), limits.time);
  limits.signal?.addEventListener("abort", stop);
  const room = { left: limits.output, open: true };
  const tooLong = (): void => end({ kind: "too-long" });
  const readers = [child.stdout, child.stderr].map((stream) => stream.getReader());
  const wrote = Promise.all(readers.map((reader) => eachText(reader, room, onText, tooLong)));
  const ended = async (): Promise<Heard> => {
    const code = await codeOf(child);
    clearTimeout(timer);
    kill();
    const drained = Promise.withResolvers<void>();
    const patience = setTimeout(drained.resolve, DRAIN);
    await Promise.race([wrote, drained.promise]);
    clearTimeout(patience);
    return { kind: "ended", code };
  };
  try {
    // What was written does not end it, but `onText` may throw.
    return await Promise.race([cut, ended(), wrote.then(() => cut)]);
  } finally {
    kill();
    clearTimeout(timer);
    limits.signal?.removeEventListener("abort", stop);
    room.open = false;
    for (const reader of readers) reader.cancel().catch(() => {});
  }
}

function killHeard(): void {
  for (const pid of heardGroups) killGroup(pid);
}

/** Each piece, as far as there is room for it; then no more. */
async function eachText(
  reader: { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> },
  room: { left: number; open: boolean },
  onText: (text: string) => void,
  onMore: () => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const tell = (text: string): void => {
    if (text !== "") onText(text);
  };
  for (;;) {
    const { value, done } = await reader.read();
    if (!room.open) return;
    if (done || value === undefined) break;
    const fitting = value.subarray(0, room.left);
    room.left -= fitting.length;
    tell(decoder.decode(fitting, { stream: true }));
    if (fitting.length < value.length) return onMore();
  }
  tell(decoder.decode());
}

/** A line that a launched program says once it is at work is no longer than this. */
const SAID = 200;

/**
 * Starts a program that goes on without us, in a session of its own, with these variables besides ours: the first line
 * it wrote on stdout within `time` milliseconds, after which nobody reads; undefined where it wrote none, then it is
 * killed.
 */
export async function launch(
  argv: readonly [string, ...string[]],
  variables: Readonly<Record<string, string>>,
  time: number,
): Promise<string | undefined> {
  let child: Bun.Subprocess<"ignore", "pipe", "ignore">;
  try {
    child = Bun.spawn([...argv], {
      env: { ...ENVIRONMENT, ...variables },
      cwd: "/",
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      detached: true,
    });
  } catch {
    return undefined;
  }
  child.unref();
  const timer = setTimeout(() => killGroup(child.pid), time);
  const decoder = new TextDecoder();
  let said = "";
  for await (const bytes of child.stdout) {
    said += decoder.decode(bytes, { stream: true });
    if (said.includes("\n") || said.length > SAID) break;
  }
  clearTimeout(timer);
  const [line, rest] = said.split("\n");
  if (rest !== undefined && line !== undefined) return line;
  killGroup(child.pid);
  return undefined;
}

type Child = ReturnType<typeof start>;

/** By Bun, where node:child_process costs 30 ms more at its first use: the first frame waits for it. */
function start(argv: readonly string[], input?: string) {
  return Bun.spawn([...argv], {
    env: ENVIRONMENT,
    cwd: "/",
    stdin: input === undefined ? "ignore" : Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
}

async function outcomeOf(child: Child, limit: number, tooLong: () => void): Promise<Outcome> {
  const [stdout, stderr] = await Promise.all([
    collect(child.stdout, limit, tooLong),
    collect(child.stderr, STDERR_BYTES),
  ]);
  const code = await codeOf(child);
  return code === 0
    ? { kind: "done", stdout }
    : { kind: "failed", code, reason: firstLine(stderr) || firstLine(stdout) };
}

async function codeOf(child: Child): Promise<number | string> {
  await child.exited;
  return child.signalCode ?? child.exitCode ?? "";
}

/** The first `limit` bytes. It is read to its end all the same: a full pipe would stop the program. */
async function collect(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  onMore = (): void => {},
): Promise<string> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of stream) {
    if (size < limit) kept.push(bytes.subarray(0, limit - size));
    size += bytes.length;
    if (size > limit) onMore();
  }
  return Buffer.concat(kept).toString();
}

/** Each line up to its first `limit` bytes. */
async function eachLine(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  onLine: (line: string) => void,
): Promise<void> {
  const line = Buffer.alloc(limit);
  let size = 0;
  for await (const bytes of stream) {
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      size = append(line, size, bytes.subarray(start, end));
      onLine(line.toString("utf8", 0, size));
      size = 0;
      start = end + 1;
    }
    size = append(line, size, bytes.subarray(start));
  }
}

/** As much as fits behind the first `size` bytes; the size after it. */
function append(line: Buffer, size: number, bytes: Uint8Array): number {
  const fitting = bytes.subarray(0, line.length - size);
  line.set(fitting, size);
  return size + fitting.length;
}

function unstarted(error: unknown): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return { kind: "absent" };
  return { kind: "failed", code, reason: messageOf(error) };
}

/** Kills it with all it started when the signal comes, or came already; until the result is called. */
function killedBy(signal: AbortSignal | undefined, pid: number): () => void {
  const kill = (): void => killGroup(pid);
  signal?.addEventListener("abort", kill);
  if (signal?.aborted) kill();
  return () => signal?.removeEventListener("abort", kill);
}

/** Its session is its process group, which lives as long as any of what it started. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

function firstLine(text: string): string {
  const line = text.split("\n").find((candidate) => candidate.trim() !== "") ?? "";
  return line.trim().slice(0, REASON);
}
