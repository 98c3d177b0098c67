import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BAD, type BlockedHost, blockedHost, HOST, type Typed } from "./blocked-host.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

// The console of a user who may use sudo without a password, by the real sudo. Some five seconds.

let world: BlockedHost;

beforeEach(() => {
  world = blockedHost();
});

afterEach(() => world.remove());

/** The console of nobody, who may do this by sudo, on a log in which BAD probes. Root's state is the test's. */
function open(...args: readonly string[]): Typed {
  const sudoers = join(world.bin, "sudoers");
  writeFileSync(sudoers, "Defaults !syslog\nroot ALL=(ALL) ALL\nnobody ALL=(root) NOPASSWD: ALL\n");
  chmodSync(sudoers, 0o440);
  mkdirSync(world.state, { recursive: true, mode: 0o700 });
  const log = join(world.bin, "access.log");
  const lines = Array.from({ length: 9 }, (_, i) =>
    JSON.stringify({
      ...{ remote_addr: BAD.v4, time: new Date().toISOString(), method: "GET" },
      ...{ path: `/.env${i}`, status: 404, size: 1 },
    }),
  );
  writeFileSync(log, `${lines.join("\n")}\n`);
  chmodSync(dirname(world.bin), 0o755);
  const mount = 'mount --bind "$0" /etc/sudoers && mount --bind "$1" /var/lib && shift && exec "$@"';
  const words = [
    ...["sh", "-c", mount, sudoers, dirname(world.state)],
    ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
    ...["env", "-u", "XDG_STATE_HOME", "HOME=/nonexistent"],
  ];
  const flags = ["--access-log", log, "--from-start", "--show-private-ips", "--capture", "off"];
  const none = ["--auth-log", "", "--error-log", "", "--set", "actions.enable_block_execution=true"];
  return world.typeBy(words, ...flags, ...none, ...args);
}

const NEEDS = ["root", ...["ip", "nft", "ping", "setsid", "sudo"].map((program) => ({ program }))] as const;

describeWith(NEEDS, "the console by sudo", () => {
  test("blocks, lists what root wrote down, and unblocks", async () => {
    const console = open();
    await console.shows(BAD.v4);
    console.keys("b");
    await console.shows("is active");
    console.keys("\r");
    await until(async () => (await world.blocks()).length === 1, "the armed block");
    await console.shows("reverts");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    expect(Number((await world.blocks())[0]?.until)).toBeLessThan(Date.now() + 61_000);
    console.keys("y");
    await until(async () => Number((await world.blocks())[0]?.until) > Date.now() + 3_500_000, "its hour");
    expect(world.audit().map(({ what, who }) => [what, (who as { sudoUser?: string }).sudoUser])).toEqual([
      ["arm", "nobody"],
      ["block", "nobody"],
    ]);
    console.keys("B");
    // Why it was blocked stands in root's ledger alone.
    await console.shows("unblock");
    await console.shows("sensitive-path");
    // The list comes by sudo: before it is there nothing is selected.
    await until(async () => {
      console.keys("u");
      await Bun.sleep(300);
      return console.screen.includes("unblock it");
    }, "the question");
    console.keys("y");
    await until(async () => (await world.blocks()).length === 0, "the unblocking");
    console.keys("qq");
    expect(await console.ended()).toBe(0);
  }, 40_000);

  test("arms without shortening a block that is longer", async () => {
    await world.run("block", BAD.v4, "--yes", "--ttl", "7d");
    const console = open();
    await console.shows(BAD.v4);
    console.keys("b");
    await console.shows("is active");
    console.keys("\r");
    await until(() => world.audit().some(({ what }) => what === "arm"), "the arming");
    await console.shows("blocked already, for longer");
    console.kill("SIGTERM");
    await console.ended();
    expect(Number((await world.blocks())[0]?.until)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
  }, 40_000);
});
