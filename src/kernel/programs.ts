/** How a program ended that was run. */
export type Outcome =
  /** With exit code 0. */
  | { readonly kind: "done"; readonly stdout: string }
  | Failure
  | { readonly kind: "timed-out" }
  | { readonly kind: "too-long" };

/** How a program ended that was followed: `done` is exit code 0. */
export type Ending = { readonly kind: "done" } | Failure;

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
  return { kind: "failed", code, reason: error instanceof Error ? error.message : String(error) };
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
