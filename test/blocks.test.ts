import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BAD, type BlockedHost, blockedHost, GOOD } from "./blocked-host.ts";
import { NETHERGAZE } from "./program.ts";
import { describeWith } from "./requires.ts";

const NEEDS = ["root", { program: "ip" }, { program: "nft" }] as const;

let world: BlockedHost;

beforeEach(() => {
  world = blockedHost();
});

afterEach(() => world.remove());

describeWith(NEEDS, "the list of blocks", () => {
  test("is JSON that no terminal obeys, whatever the ledger holds", async () => {
    const reason = "\x9b2J\u202e\u2028x";
    mkdirSync(world.state, { recursive: true, mode: 0o700 });
    writeFileSync(
      join(world.state, "blocks.json"),
      JSON.stringify({ blocks: [{ target: BAD.v4, firewall: "nft", since: 1, until: null, reason }] }),
    );
    const { stdout } = await world.run("blocks", "--json");
    expect(stdout).toContain("\\u009b2J\\u202e\\u2028x");
    expect(JSON.parse(stdout)).toMatchObject([{ target: BAD.v4, reason, missing: true }]);
  });

  test("where it cannot be written it is said, and an act stands", async () => {
    for (const [words, code] of [
      ["blocks", 1],
      ["blocks --json", 1],
      [`block ${BAD.v4} --dry-run`, 1],
      [`block ${BAD.v4} --yes`, 1],
      [`unblock ${BAD.v4} --yes`, 1],
      ["blocks --restore", 1],
    ] as const) {
      const child = Bun.spawn(
        [...world.by, "sh", "-c", 'exec "$0" "$@" >/dev/full', NETHERGAZE, ...words.split(" ")],
        { stderr: "pipe" },
      );
      const stderr = await new Response(child.stderr).text();
      expect([words, await child.exited, stderr]).toEqual([
        words,
        code,
        "nethergaze: cannot write to stdout: ENOSPC\n",
      ]);
      const held = await world.blocks();
      expect([words, held.length]).toEqual([
        words,
        words.startsWith("block 1") && words.includes("--yes") ? 1 : 0,
      ]);
    }
  }, 20_000);
});

describeWith(NEEDS, "a firewall that does not answer", () => {
  test("is named before another is used, and where it may hold more", async () => {
    // It is switched on here, and broken.
    world.put("cat", '[ "$1" != /etc/ufw/ufw.conf ] || { echo ENABLED=yes; exit; }; exec /bin/cat "$@"');
    world.put("ufw", "echo 'ERROR: Could not load logging rules' >&2; exit 1");
    const silent = "ufw: ERROR: Could not load logging rules";
    const dry = await world.run("block", BAD.v4, "--dry-run");
    expect(dry.stdout).toContain(`note      ${silent}: nftables is used\n`);
    const { code, stderr } = await world.run("block", BAD.v4, "--yes");
    expect({ code, stderr }).toEqual({ code: 0, stderr: `nethergaze: ${silent}: nftables is used\n` });
    for (const words of [["blocks"], ["blocks", "--restore"], ["unblock", BAD.v4, "--yes"]]) {
      const told = await world.run(...words);
      expect(told).toMatchObject({
        code: 0,
        stderr: `nethergaze: ${silent}: what it holds is not known\n`,
      });
    }
  });
});

describeWith(NEEDS, "arming without a question", () => {
  test("is for a minute, and leaves a longer block as it is", async () => {
    const { code, stdout } = await world.run("block", BAD.v4, "--yes", "--armed", "--ttl", "1h");
    expect({ code, stdout }).toEqual({ code: 0, stdout: `blocked ${BAD.v4} for 60 s (nft)\n` });
    await world.run("block", GOOD.v4, "--yes", "--ttl", "7d");
    const again = await world.run("block", GOOD.v4, "--yes", "--armed", "--ttl", "1h");
    expect(again).toMatchObject({ code: 0, stdout: `${GOOD.v4} blocked already, for longer\n` });
    const ends = new Map((await world.blocks()).map(({ target, until }) => [target, Number(until)]));
    expect(ends.get(BAD.v4)).toBeLessThan(Date.now() + 61_000);
    expect(ends.get(GOOD.v4)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    expect(world.audit().map(({ what }) => what)).toEqual(["arm", "block", "arm"]);
  });
});
