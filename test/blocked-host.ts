import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPty, type Pty } from "./console/pty.ts";
import { joinNetns, makeNetns, type Netns } from "./netns.ts";
import { ENV, NETHERGAZE, runProgram } from "./program.ts";
import { until } from "./until.ts";

/** The addresses of the host, and two of its peer; of both families. */
export const HOST = { v4: "10.77.0.1", v6: "fd77::1" } as const;
export const BAD = { v4: "10.77.0.66", v6: "fd77:0:0:1::66" } as const;
export const GOOD = { v4: "10.77.0.2", v6: "fd77:0:0:2::2" } as const;

/** A host with a firewall of its own and a peer with several addresses, each in its namespace. */
export interface BlockedHost {
  readonly host: Netns;
  readonly peer: Netns;
  /** Where what was done is kept. */
  readonly state: string;
  /** What is found there before any program of the machine's; empty at first. */
  readonly bin: string;
  /** Runs `nethergaze ARGS` on the host. */
  run(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Starts it on a terminal. */
  type(...args: readonly string[]): Typed;
  /** The same by these words. */
  typeBy(words: readonly string[], ...args: readonly string[]): Typed;
  /** The words before a command that runs it on the host. */
  readonly by: readonly string[];
  /** Runs a program on the host to its end: what it wrote. Throws what it complains of. */
  tool(...argv: readonly string[]): string;
  /** Whether a packet from there is answered. */
  answers(from: string, to: string): boolean;
  blocks(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** What was written down, newest last. */
  audit(): readonly Readonly<Record<string, unknown>>[];
  /** Puts a program before the machine's. */
  put(name: string, script: string): void;
  remove(): Promise<void>;
}

/** A program on a terminal. */
export interface Typed {
  readonly pid: number;
  /** Waits until it has written that. */
  shows(text: string): Promise<void>;
  readonly screen: string;
  keys(text: string): void;
  kill(signal: NodeJS.Signals): void;
  ended(): Promise<number>;
}

export function blockedHost(): BlockedHost {
  const directory = mkdtempSync(join(tmpdir(), "nethergaze-block-"));
  const [state, bin] = [join(directory, "state"), join(directory, "bin")];
  mkdirSync(bin);
  const host = makeNetns();
  const peer = makeNetns();
  joinNetns(host, peer);
  host.ip(`addr add ${HOST.v4}/16 dev eth0`);
  host.ip(`-6 addr add ${HOST.v6}/48 dev eth0 nodad`);
  for (const { v4, v6 } of [BAD, GOOD]) {
    peer.ip(`addr add ${v4}/16 dev eth0`);
    peer.ip(`-6 addr add ${v6}/48 dev eth0 nodad`);
  }
  const by = [
    ...["ip", "netns", "exec", host.name, "env", `XDG_STATE_HOME=${state}`],
    ...["sh", "-c", 'mount --bind "$0" /usr/local/sbin && exec "$@"', bin],
  ];
  const ptys: Pty[] = [];
  const children: Bun.Subprocess[] = [];
  const tool = (...argv: readonly string[]): string => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(["ip", "netns", "exec", host.name, ...argv], {
      env: { ...ENV, PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
    return stdout.toString();
  };
  const run = (...args: readonly string[]) => runProgram(args, by);
  const typeBy = (words: readonly string[], ...args: readonly string[]): Typed => {
    const pty = openPty(200, 50);
    ptys.push(pty);
    const child = Bun.spawn([...by, ...words, "setsid", "-c", NETHERGAZE, ...args], {
      stdio: [pty.fd, pty.fd, pty.fd],
      env: { ...ENV, TERM: "xterm-256color" },
    });
    children.push(child);
    let screen = "";
    const read = (): string => {
      screen += pty.read(65_536);
      return screen;
    };
    return {
      pid: child.pid,
      get screen() {
        return read();
      },
      shows: async (text) => {
        try {
          await until(() => read().includes(text), text);
        } catch {
          throw new Error(`not seen: ${text}; but: ${screen}`);
        }
      },
      keys: (text) => pty.write(text),
      kill: (signal) => child.kill(signal),
      ended: async () => {
        // A terminal that nobody reads would keep it.
        const reading = setInterval(read, 20);
        const code = await child.exited;
        clearInterval(reading);
        read();
        return code;
      },
    };
  };
  return {
    host,
    peer,
    state: join(state, "nethergaze"),
    bin,
    by,
    run,
    tool,
    typeBy,
    type: (...args) => typeBy([], ...args),
    answers(from, to) {
      const argv = ["ip", "netns", "exec", peer.name, "ping", "-c1", "-W1", "-I", from, to];
      return Bun.spawnSync(argv).exitCode === 0;
    },
    async blocks() {
      const { code, stdout, stderr } = await run("blocks", "--json");
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    },
    audit: () =>
      readFileSync(join(state, "nethergaze/audit.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    put(name, script) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    },
    async remove() {
      for (const child of children) child.kill("SIGKILL");
      for (const child of children) await child.exited;
      for (const pty of ptys) pty[Symbol.dispose]();
      await host.remove();
      await peer.remove();
      rmSync(directory, { recursive: true });
    },
  };
}
