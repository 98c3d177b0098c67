import { type ChildProcess, spawn } from "node:child_process";

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
export function run(argv: readonly [string, ...string[]], limits: RunLimits): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const [program, ...words] = argv;
  let child: ChildProcess;
  try {
    child = spawn(program, words, {
      env: ENVIRONMENT,
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
  } catch (error) {
    return Promise.resolve(unstarted(error));
  }

  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let written = 0;
  let complained = 0;
  const kill = (): void => killGroup(child);
  const stop = (outcome: Outcome): void => {
    kill();
    resolve(outcome);
  };
  const timer = setTimeout(() => stop({ kind: "timed-out" }), limits.time);
  limits.signal?.addEventListener("abort", kill);
  if (limits.signal?.aborted) kill();

  child.stdout?.on("data", (bytes: Buffer) => {
    written += bytes.length;
    if (written > limits.stdout) stop({ kind: "too-long" });
    else stdout.push(bytes);
  });
  // Read to its end all the same: a full pipe would stop the program.
  child.stderr?.on("data", (bytes: Buffer) => {
    if (complained < STDERR_BYTES) stderr.push(bytes.subarray(0, STDERR_BYTES - complained));
    complained += bytes.length;
  });
  child.on("error", (error) => resolve(unstarted(error)));
  child.on("close", (code, signal) => {
    if (code === 0) resolve({ kind: "done", stdout: Buffer.concat(stdout).toString() });
    else
      resolve({ kind: "failed", code: code ?? signal ?? "", reason: firstLine(stderr) || firstLine(stdout) });
  });
  return promise.finally(() => {
    clearTimeout(timer);
    limits.signal?.removeEventListener("abort", kill);
  });
}

function unstarted(error: unknown): Outcome {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return { kind: "absent" };
  return { kind: "failed", code, reason: error instanceof Error ? error.message : String(error) };
}

/** Its session is its process group, which lives as long as any of what it started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

function firstLine(written: readonly Buffer[]): string {
  const lines = Buffer.concat(written).toString().split("\n");
  return (lines.find((line) => line.trim() !== "") ?? "").trim().slice(0, REASON);
}
