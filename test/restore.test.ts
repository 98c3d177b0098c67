import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BAD, type BlockedHost, blockedHost } from "./blocked-host.ts";
import { NETHERGAZE } from "./program.ts";
import { describeWith } from "./requires.ts";

const NEEDS = ["root", ...["ip", "iptables", "nft", "setsid"].map((program) => ({ program }))] as const;

let world: BlockedHost;

beforeEach(() => {
  world = blockedHost();
});

afterEach(() => world.remove());

interface Written {
  readonly target: string;
  readonly since: number;
  readonly until: number | null;
  readonly armed?: boolean;
}

function ledger(): string {
  return join(world.state, "blocks.json");
}

/** As if these had been blocked by nft, and lost since. */
function write(blocks: readonly Written[]): void {
  mkdirSync(world.state, { recursive: true, mode: 0o700 });
  const entries = blocks.map((block) => ({ firewall: "nft", reason: "", packets: 0, ...block }));
  writeFileSync(ledger(), JSON.stringify({ v: 1, blocks: entries }), { mode: 0o600 });
}

function written(): readonly Written[] {
  return JSON.parse(readFileSync(ledger(), "utf8")).blocks;
}

describeWith(NEEDS, "putting back", () => {
  test("takes as many steps for a thousand ends as for one", async () => {
    const now = Date.now();
    const blocks = Array.from({ length: 1000 }, (_, i) => ({
      target: `10.88.${i >> 8}.${i & 255}`,
      since: now,
      until: i === 0 ? null : now + 3_600_000 + 60_000 * i,
    }));
    write(blocks);
    world.put("nft", `echo "$1" >>${world.bin}/runs; exec /usr/sbin/nft "$@"`);
    expect((await world.run("blocks", "--restore")).code).toBe(0);
    const runs = readFileSync(join(world.bin, "runs"), "utf8").split("\n");
    expect(runs.filter((line) => line === "-f")).toHaveLength(1);
    expect(runs.length).toBeLessThan(8);
    const listed = new Map((await world.blocks()).map((block) => [block.target, block]));
    for (const { target, until } of blocks) {
      const { until: end, missing } = listed.get(target) ?? {};
      expect(missing).toBeUndefined();
      if (until === null) expect(end).toBeNull();
      else expect(Math.abs(Number(end) - until)).toBeLessThan(30_000);
    }
  }, 20_000);

  test("is no longer than a block was to last, where the clock was set back meanwhile", async () => {
    const tomorrow = Date.now() + 86_400_000;
    write([{ target: BAD.v4, since: tomorrow, until: tomorrow + 600_000 }]);
    expect((await world.run("blocks", "--restore")).stdout).toBe(`put back ${BAD.v4}\n`);
    expect(Number((await world.blocks())[0]?.until)).toBeLessThan(Date.now() + 600_000);
  });

  test("is not done to what nobody confirmed", async () => {
    const typed = world.type("block", BAD.v4);
    await typed.shows("[y/N]");
    typed.keys("y\n");
    await typed.shows("still connected");
    typed.kill("SIGKILL");
    await typed.ended();
    expect(written()).toMatchObject([{ target: BAD.v4, armed: true }]);
    world.tool("nft", "flush", "ruleset");
    expect(await world.blocks()).toEqual([]);
    expect((await world.run("blocks", "--restore")).stdout).toBe("nothing to put back, nothing is over\n");
    expect(await world.blocks()).toEqual([]);
    expect(written()).toEqual([]);
  });

  test("puts blocks of iptables first again, where others let packets pass before them", async () => {
    const by = ["--firewall", "iptables"];
    await world.run("block", BAD.v4, "--yes", ...by);
    for (const spoil of [
      "-F FORWARD",
      "-I INPUT -j ACCEPT",
      "-I FORWARD -s 10.77.0.0/16 -j ACCEPT",
      "-N DOCKER-USER",
    ]) {
      world.tool("iptables", ...spoil.split(" "));
      expect(JSON.parse((await world.run("blocks", "--json", ...by)).stdout)).toMatchObject([
        { target: BAD.v4, missing: true },
      ]);
      const { stdout } = await world.run("blocks", "--restore", ...by);
      expect([spoil, stdout]).toEqual([spoil, `put back ${BAD.v4}\n`]);
      expect(JSON.parse((await world.run("blocks", "--json", ...by)).stdout)[0]?.missing).toBeUndefined();
    }
    // Not in force, and yet not left lying there.
    world.tool("iptables", "-I", "INPUT", "-j", "ACCEPT");
    expect((await world.run("unblock", BAD.v4, "--yes", ...by)).code).toBe(0);
    expect(world.tool("iptables-save", "-t", "filter")).not.toContain("nethergaze");
  });

  test("fails to take out what is not in force where the firewall refuses, and does not forget it", async () => {
    const by = ["--firewall", "iptables"];
    await world.run("block", BAD.v4, "--yes", ...by);
    world.tool("iptables", "-I", "INPUT", "-j", "ACCEPT");
    world.put(
      "iptables-restore",
      '[ "$4" = --test ] && exec /usr/sbin/iptables-restore "$@"; echo refused >&2; exit 1',
    );
    const { code, stderr } = await world.run("unblock", BAD.v4, "--yes", ...by);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("refused") });
    expect(written()).toMatchObject([{ target: BAD.v4 }]);
    expect(world.audit().at(-1)).toMatchObject({
      what: "unblock",
      targets: [BAD.v4],
      result: expect.stringMatching(/^failed: .*refused/),
    });
    world.put("iptables-restore", 'exec /usr/sbin/iptables-restore "$@"');
    expect((await world.run("unblock", BAD.v4, "--yes", ...by)).code).toBe(0);
    expect(world.audit().at(-1)).toMatchObject({ what: "unblock", targets: [BAD.v4], result: "ok" });
    expect(world.tool("iptables-save", "-t", "filter")).not.toContain("nethergaze");
  });

  test("is not believed to have been done where the firewall does not show it", async () => {
    write([{ target: BAD.v4, since: Date.now(), until: null }]);
    world.put("nft", '[ "$1" = -f ] && exec cat >/dev/null; exec /usr/sbin/nft "$@"');
    const { code, stdout, stderr } = await world.run("blocks", "--restore");
    expect([code, stdout, stderr]).toEqual([1, "", `nethergaze: nft does not show ${BAD.v4} as blocked\n`]);
    expect(world.audit()).toMatchObject([
      { what: "restore", result: `failed: nft does not show ${BAD.v4} as blocked` },
    ]);
  });

  test("fails where what was written down cannot be read, and changes nothing", async () => {
    await world.run("block", BAD.v4, "--yes");
    writeFileSync(ledger(), "{");
    const { code, stdout, stderr } = await world.run("blocks", "--restore");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(`nethergaze: ${ledger()} is not JSON: move it away\n`);
    expect(world.tool("nft", "list", "ruleset")).toContain(BAD.v4);
  });
});

describeWith(NEEDS, "what was written down", () => {
  test("stays whole where the disk is full", async () => {
    write([{ target: BAD.v4, since: Date.now(), until: null }]);
    const before = readFileSync(ledger(), "utf8");
    const script = `
      cp -a "$0" "$0.old" && mount -t tmpfs -o size=64k,mode=700 none "$0" && cp -a "$0.old/." "$0"
      cat /dev/zero >"$0/filler" 2>/dev/null
      "$1" block 10.88.0.1 --yes --firewall nft >&2
      cat "$0/blocks.json"`;
    const child = Bun.spawn([...world.by, "sh", "-c", script, world.state, NETHERGAZE], {
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect(stdout).toBe(before);
    expect(stderr).toContain("blocked 10.88.0.1");
    expect(stderr).toContain("cannot be written down");
  });
});

describeWith(NEEDS, "a firewall that is slow", () => {
  // Some 7 s: it is slower than two clocks may differ.
  test("and succeeds all the same has blocked", async () => {
    world.put("nft", '[ "$1" != -f ] || sleep 6; exec /usr/sbin/nft "$@"');
    const { code, stdout } = await world.run("block", BAD.v4, "--yes", "--ttl", "1h");
    expect({ code, stdout }).toEqual({ code: 0, stdout: `blocked ${BAD.v4} for 1 h (nft)\n` });
    expect(await world.blocks()).toMatchObject([{ target: BAD.v4 }]);
  }, 30_000);
});
