import { spawnSync } from "node:child_process";

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** A real server started by a test; `stop` ends it and waits. */
export interface Server {
  readonly pid: number;
  readonly log: string;
  stop(): Promise<void>;
}

export interface Start {
  readonly argv: readonly string[];
  /** Where it logs. */
  readonly log: string;
  /** It has started once this is listened on. */
  readonly port: number;
  readonly netns?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** The host name it believes in; without one it sees the machine's. */
  readonly hostname?: string;
}

/** Words that run what follows in a network namespace, or nothing for this one's. */
export function inNetns(name: string | undefined): string[] {
  return name === undefined ? [] : ["ip", "netns", "exec", name];
}

/** Words that run what follows where the machine's name is `name`, or nothing for its real one. */
function named(name: string | undefined): string[] {
  return name === undefined ? [] : ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name];
}

/** Starts a server and waits until it listens; throws what it says where it ends before that. */
export async function startServer({ argv, log, port, netns, env, hostname }: Start): Promise<Server> {
  const child = Bun.spawn([...inNetns(netns), ...named(hostname), ...argv], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    env: { ...process.env, ...env, PATH },
  });
  const deadline = performance.now() + 15_000;
  while (!listens(port, netns)) {
    if (child.exitCode !== null) throw new Error(`${argv[0]}: ${await new Response(child.stderr).text()}`);
    if (performance.now() > deadline) throw new Error(`${argv[0]} does not listen on ${port}`);
    await Bun.sleep(20);
  }
  return {
    pid: child.pid,
    log,
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

function listens(port: number, netns: string | undefined): boolean {
  const [program = "ss", ...args] = [...inNetns(netns), "ss", "-Hltn", `sport = :${port}`];
  return spawnSync(program, args, { encoding: "utf8" }).stdout.trim() !== "";
}
