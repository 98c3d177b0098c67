/** How a program ended. */
export type Outcome =
  /** With exit code 0. */
  | { readonly kind: "done"; readonly stdout: string }
  /** Nothing of that name, or not the interpreter its first line names, is where programs are looked for. */
  | { readonly kind: "absent" }
  /**
   * `code`: its exit code, or the name of the signal that ended it, or of the error that kept it from starting.
   * `reason`: the first line it wrote on stderr, else on stdout.
   */
  | { readonly kind: "failed"; readonly code: number | string; readonly reason: string }
  | { readonly kind: "timed-out" }
  | { readonly kind: "too-long" };

export interface RunLimits {
  /** Milliseconds it may take, with all that it starts. */
  readonly time: number;
  /** Bytes it may write to stdout. */
  readonly stdout: number;
  /** Ends it early, which is told as `failed` by SIGKILL. */
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
 * Runs a program without a shell: `argv` is its name or path and its arguments, as execvp(3) takes them. It gets no
 * input, a fixed environment, `/` as its directory and a session of its own (setsid(2)); what it starts is killed
 * with it at a limit. Stdout is read as UTF-8. Never rejects.
 */
export async function run(argv: readonly [string, ...string[]], limits: RunLimits): Promise<Outcome> {
  let child: Child;
  try {
    child = start(argv);
  } catch (error) {
    return unstarted(error);
  }
  const { promise: stopped, resolve } = Promise.withResolvers<Outcome>();
  const kill = (): void => killGroup(child.pid);
  const stop = (outcome: Outcome): void => {
    kill();
    resolve(outcome);
  };
  const timer = setTimeout(() => stop({ kind: "timed-out" }), limits.time);
  limits.signal?.addEventListener("abort", kill);
  if (limits.signal?.aborted) kill();
  const tooLong = (): void => stop({ kind: "too-long" });
  const outcome = await Promise.race([stopped, ending(child, limits.stdout, tooLong)]);
  clearTimeout(timer);
  limits.signal?.removeEventListener("abort", kill);
  return outcome;
}

type Child = ReturnType<typeof start>;

/** By Bun, where node:child_process costs 30 ms more at its first use: the first frame waits for it. */
function start(argv: readonly string[]) {
  return Bun.spawn([...argv], {
    env: ENVIRONMENT,
    cwd: "/",
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
}

async function ending(child: Child, limit: number, tooLong: () => void): Promise<Outcome> {
  const [stdout, stderr] = await Promise.all([
    collect(child.stdout, limit, tooLong),
    collect(child.stderr, STDERR_BYTES),
  ]);
  await child.exited;
  const code = child.signalCode ?? child.exitCode ?? "";
  return code === 0
    ? { kind: "done", stdout }
    : { kind: "failed", code, reason: firstLine(stderr) || firstLine(stdout) };
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

function unstarted(error: unknown): Outcome {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return { kind: "absent" };
  return { kind: "failed", code, reason: error instanceof Error ? error.message : String(error) };
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
