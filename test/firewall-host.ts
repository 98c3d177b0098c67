import { spawnSync } from "node:child_process";
import { run } from "../src/kernel/programs.ts";
import type { RunStep } from "../src/respond/firewall.ts";
import { makeNetns, type Netns } from "./netns.ts";
import { inNetns } from "./servers.ts";
import { until } from "./until.ts";

/** A host of a test's own: a network namespace, and a mount namespace where the firewalls' files are copies. */
export interface Host {
  readonly netns: Netns;
  /** Runs a step there as the program does, perhaps by other words, for at most ten seconds if nothing else is said. */
  runner(by?: readonly string[], time?: number): RunStep;
  /** Runs a shell script there and returns what it wrote; throws what it complains of. */
  sh(script: string): string;
  remove(): Promise<void>;
}

export interface Equipment {
  /** Which variant `iptables` is. */
  readonly xtables?: "nft" | "legacy";
  /** Programs that are not installed. */
  readonly without?: readonly string[];
  /** Programs that are scripts. */
  readonly fakes?: Readonly<Record<string, string>>;
}

/** What iptables is to us. */
export const XTABLES = ["iptables-save", "ip6tables-save", "iptables-restore", "ip6tables-restore"];

/** Words that run what follows as somebody who may do nothing. */
export const AS_NOBODY = [
  ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
  ...["--bounding-set=-all", "--inh-caps=-all"],
];

export async function makeHost(equipment: Equipment = {}): Promise<Host> {
  const netns = makeNetns();
  // `ip netns exec` gives it a mount namespace of its own, whose mounts nobody else sees.
  const holder = Bun.spawn([...inNetns(netns.name), "sh", "-c", furnishing(equipment)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  let said = "";
  const reading = (async () => {
    for await (const piece of holder.stdout.pipeThrough(new TextDecoderStream())) said += piece;
  })();
  const complaining = new Response(holder.stderr).text();
  await until(() => said === "ready\n" || holder.exitCode !== null, "a host");
  if (holder.exitCode !== null) throw new Error(await complaining);
  const words = ["nsenter", "--target", String(holder.pid), "--mount", "--net", "--"] as const;
  return {
    netns,
    runner:
      (by = [], time = 10_000) =>
      async ({ argv, input }) => {
        const limits = { time, stdout: 2 ** 20, ...(input !== undefined && { input }) };
        const outcome = await run([...words, ...by, ...argv], limits);
        // It is nsenter, or what stands behind it, that does not find the program here.
        const absent =
          outcome.kind === "failed" && outcome.code === 127 && /failed to execute/.test(outcome.reason);
        return absent ? { kind: "absent" } : outcome;
      },
    sh(script) {
      const { status, stdout, stderr } = spawnSync(words[0], [...words.slice(1), "sh", "-ec", script], {
        encoding: "utf8",
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
        timeout: 20_000,
      });
      if (status !== 0) throw new Error(`${script}: ${status}: ${stderr}${stdout}`);
      return stdout;
    },
    async remove() {
      holder.stdin.end();
      await Promise.all([holder.exited, reading, complaining]);
      await netns.remove();
    },
  };
}

/** What makes the host, and then holds it until we are gone. */
function furnishing({ xtables = "nft", without = [], fakes = {} }: Equipment): string {
  const other = xtables === "nft" ? "legacy" : "nft";
  const scripts = Object.entries(fakes);
  return `set -e
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /mnt
cp -a /etc/ufw /mnt/ufw
cp -a /etc/default/ufw /mnt/default
mount --bind /mnt/ufw /etc/ufw
mount --bind /mnt/default /etc/default/ufw
mount --bind /usr/sbin/xtables-${xtables}-multi /usr/sbin/xtables-${other}-multi
mkdir /mnt/real /mnt/sbin
mount --rbind /usr/sbin /mnt/real
ln -s /mnt/real/* /mnt/sbin/
cd /mnt/sbin
rm -f ${[...without, ...scripts.map(([name]) => name)].join(" ")} ''
${scripts.map(([name, script]) => `printf '%s' '${script.replaceAll("'", "'\\''")}' >${name}; chmod 755 ${name}`).join("\n")}
cd /
mount --bind /mnt/sbin /usr/sbin
echo ready
exec cat >/dev/null`;
}
