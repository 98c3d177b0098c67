import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BUN = fileURLToPath(new URL("../bin/bun", import.meta.url));
const ACTOR = fileURLToPath(new URL("netns-actor.ts", import.meta.url));

let made = 0;

/** A network namespace of a test's own, with loopback up. Needs root and `ip`. */
export interface Netns {
  readonly name: string;
  /** Runs `ip -n NAME ARGS`; throws what it complains of. */
  ip(args: string): void;
  /** Starts an actor in it: a process that does with TCP what it is told. */
  actor(): Actor;
  /** Ends its actors and removes it, with every interface in it. */
  remove(): Promise<void>;
}

/** A process in a namespace; see `netns-actor.ts` for what it can be asked. */
export interface Actor {
  readonly pid: number;
  ask(command: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export function makeNetns(): Netns {
  const name = `nethergaze-${process.pid}-${++made}`;
  run(["netns", "add", name]);
  run(["-n", name, "link", "set", "lo", "up"]);
  const ended: (() => Promise<unknown>)[] = [];
  return {
    name,
    ip: (args) => run(["-n", name, ...args.split(" ")]),
    actor() {
      const child = Bun.spawn(["ip", "netns", "exec", name, BUN, ACTOR], {
        stdin: "pipe",
        stdout: "pipe",
        stderr: "inherit",
      });
      const answers = lines(child.stdout);
      ended.push(() => {
        child.kill("SIGKILL");
        return child.exited;
      });
      return {
        pid: child.pid,
        async ask(command) {
          child.stdin.write(`${JSON.stringify(command)}\n`);
          child.stdin.flush();
          const { value } = await answers.next();
          const answer: unknown = JSON.parse(value ?? '{"error":"the actor ended"}');
          if (typeof answer === "object" && answer !== null && "error" in answer)
            throw new Error(String(answer.error));
          return answer;
        },
      };
    },
    async remove() {
      for (const end of ended) await end();
      run(["netns", "del", name]);
    },
  };
}

/** Joins two namespaces by a pair of interfaces called `eth0` in both, both up, IPv6 usable at once. */
export function joinNetns(a: Netns, b: Netns): void {
  run(["-n", a.name, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", b.name]);
  for (const netns of [a, b]) netns.ip("link set eth0 up");
}

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr.trim()}`);
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let held = "";
  for await (const chunk of stream) {
    held += decoder.decode(chunk, { stream: true });
    const whole = held.split("\n");
    held = whole.pop() ?? "";
    yield* whole;
  }
  return undefined;
}
