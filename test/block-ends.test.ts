import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BAD, type BlockedHost, blockedHost } from "./blocked-host.ts";
import { type Host, makeHost } from "./firewall-host.ts";
import { NETHERGAZE } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

const NEEDS = ["root", { program: "ip" }, { program: "nft" }] as const;

describeWith(NEEDS, "what is told of blocks", () => {
  let world: BlockedHost;

  beforeEach(() => {
    world = blockedHost();
  });

  afterEach(() => world.remove());

  // Some 5 s: as long as a block lasts.
  test("never says of a block that the kernel is about to end that nobody ends it", async () => {
    await world.run("block", BAD.v4, "--ttl", "4s", "--yes");
    const seen: string[] = [];
    await until(async () => {
      seen.push((await world.run("blocks")).stdout);
      return seen.at(-1) === "nothing is blocked\n";
    }, "the end of the block");
    expect(seen.filter((stdout) => stdout.includes(BAD.v4)).length).toBeGreaterThan(3);
    expect(seen.filter((stdout) => stdout.includes("over"))).toEqual([]);
  }, 20_000);

  // Some 3 s: what is not waited for is given up after two.
  test("is told whole to a reader that is slow", async () => {
    mkdirSync(world.state, { recursive: true, mode: 0o700 });
    const now = Date.now();
    // More than a pipe holds.
    const blocks = Array.from({ length: 2_000 }, (_, i) => ({
      ...{ target: `10.88.${i >> 8}.${i & 255}`, firewall: "nft", packets: 0, reason: "" },
      ...{ since: now, until: now + 3_600_000 },
    }));
    writeFileSync(join(world.state, "blocks.json"), JSON.stringify({ blocks }), { mode: 0o600 });
    const script = 'mkfifo "$1" && { "$0" blocks --json >"$1" & } && exec 3<"$1" && sleep 3 && cat <&3';
    const child = Bun.spawn([...world.by, "sh", "-c", script, NETHERGAZE, join(world.bin, "fifo")], {
      stdout: "pipe",
    });
    expect(JSON.parse(await new Response(child.stdout).text())).toHaveLength(2_000);
  }, 20_000);

  test("by a program that ends blocks does not end it where it cannot be written", async () => {
    const child = Bun.spawn([...world.by, "sh", "-c", 'exec "$0" blocks --keep >/dev/full', NETHERGAZE], {
      stderr: "pipe",
    });
    const stderr = await new Response(child.stderr).text();
    expect([await child.exited, stderr]).toEqual([1, "nethergaze: cannot write to stdout: ENOSPC\n"]);
  });

  test("names also the last of the firewalls, where none is seen to be active", async () => {
    world.put("iptables-save", "echo broken >&2; exit 1");
    const { code, stderr } = await world.run("block", BAD.v4, "--yes");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "nethergaze: iptables: broken: nftables is used\n",
    });
  });
});

describeWith(["root", { program: "ip" }, { program: "ufw" }], "a block of a firewall that ends none", () => {
  let host: Host;
  let directory: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "nethergaze-ends-"));
    host = await makeHost();
    host.sh("ufw allow 22/tcp; ufw --force enable");
  });

  afterEach(async () => {
    await host.remove();
    rmSync(directory, { recursive: true });
  });

  function nethergaze(...args: [string, ...string[]]) {
    return host.runner(["env", `XDG_STATE_HOME=${directory}`])({ argv: [NETHERGAZE, ...args] });
  }

  test("that is over and still there says so, with what ends it", async () => {
    await nethergaze("block", BAD.v4, "--ttl", "permanent", "--yes");
    // As if its hour had passed, and the program that was to end it had been killed.
    const ledger = join(directory, "nethergaze/blocks.json");
    const over = readFileSync(ledger, "utf8").replace('"until":null', `"until":${Date.now() - 60_000}`);
    writeFileSync(ledger, over);
    const listed = await nethergaze("blocks");
    expect(listed.kind === "done" ? listed.stdout : "").toMatch(
      new RegExp(`${BAD.v4} +ufw +over, still in force: nethergaze blocks --restore +- `),
    );
    expect(await nethergaze("blocks", "--restore")).toEqual({ kind: "done", stdout: `over: ${BAD.v4}\n` });
    expect(host.sh("ufw status")).not.toContain(BAD.v4);
  }, 20_000);

  test("has somebody who ends it also where the configuration names no firewall", async () => {
    host.sh("mkdir -p /mnt/etc/nethergaze; cp -a /etc/. /mnt/etc; mount --bind /mnt/etc /etc");
    host.sh("printf '[actions]\\nfirewall = \"none\"\\n' >/etc/nethergaze/config.toml");
    const told = await nethergaze("block", BAD.v4, "--ttl", "3s", "--yes", "--firewall", "ufw");
    expect(told).toEqual({ kind: "done", stdout: `blocked ${BAD.v4} for 3 s (ufw)\n` });
    await until(() => !host.sh("ufw status").includes(BAD.v4), "its end");
  }, 30_000);
});
