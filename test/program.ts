import { join } from "node:path";
import { inNetns } from "./servers.ts";

export const NETHERGAZE = join(import.meta.dir, "../bin/nethergaze");
export const IPTOP = join(import.meta.dir, "../bin/ifguard-iptop");

/** No test asks anybody outside of this machine, or leaves something behind; those of these things say so themselves. */
export const ALONE = {
  NETHERGAZE_GEOIP_ENABLED: "no",
  NETHERGAZE_WHOIS_ENABLED: "no",
  NETHERGAZE_RDNS_ENABLED: "no",
  NETHERGAZE_HISTORY_ENABLED: "no",
} as const;

/** The environment of a program under test: no configuration but the test's own. */
export const ENV: Record<string, string> = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  LANG: "C.UTF-8",
  ...ALONE,
};

/** The program, running headless, with what it has written so far. */
export interface Program {
  readonly pid: number;
  /** Every JSON line of stdout until now. */
  readonly lines: readonly Record<string, unknown>[];
  /** Sends it a signal. */
  signal(signal: NodeJS.Signals): void;
  /** What it has written on stderr so far. */
  readonly stderr: string;
  /** Ends it with a signal; its exit code and all of stderr. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number; stderr: string }>;
}

/** Starts `nethergaze ARGS`, perhaps by the words of a program that changes its world, and collects its JSON lines. */
export function startProgram(
  args: readonly string[],
  netns?: string,
  by: readonly string[] = [],
  program = NETHERGAZE,
): Program {
  const child = Bun.spawn([...inNetns(netns), ...by, program, ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: ENV,
  });
  const lines: Record<string, unknown>[] = [];
  let stderr = "";
  const complaining = (async () => {
    const decoder = new TextDecoder();
    for await (const piece of child.stderr) stderr += decoder.decode(piece, { stream: true });
  })();
  const reading = (async () => {
    const decoder = new TextDecoder();
    let held = "";
    for await (const piece of child.stdout) {
      const whole = (held + decoder.decode(piece, { stream: true })).split("\n");
      held = whole.pop() ?? "";
      for (const line of whole) lines.push(JSON.parse(line));
    }
  })();
  return {
    pid: child.pid,
    lines,
    get stderr() {
      return stderr;
    },
    signal: (signal) => child.kill(signal),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await Promise.all([reading, complaining]);
      return { code: await child.exited, stderr };
    },
  };
}

/** Runs `nethergaze ARGS` to its end, perhaps by the words of a program that changes its world. */
export async function runProgram(
  args: readonly string[],
  by: readonly string[] = [],
  program = NETHERGAZE,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = Bun.spawn([...by, program, ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: ENV,
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}
