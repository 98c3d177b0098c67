import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BAD, type BlockedHost, blockedHost } from "./blocked-host.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

// A real terminal, and a firewall in a namespace. Some three seconds.

let world: BlockedHost;

beforeEach(() => {
  world = blockedHost();
});

afterEach(() => world.remove());

const NFT = Bun.which("nft", { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" });
const NEEDS = ["root", ...["ip", "nft", "setsid"].map((program) => ({ program }))] as const;

describeWith(NEEDS, "a yes that was typed before the question", () => {
  test.each(["y\n", "yes\n"])("answers nothing: %j", async (keys) => {
    const typed = world.type("block", BAD.v4);
    typed.keys(keys);
    await typed.shows("[y/N]");
    // Where the early one had counted, this would be the answer to the second question, and something was done.
    typed.keys("n\n");
    expect(await typed.ended()).toBe(1);
    expect(typed.screen).not.toContain("still connected");
    expect(typed.screen).toContain(`${BAD.v4} is not blocked`);
    expect(await world.blocks()).toEqual([]);
    expect(existsSync(join(world.state, "audit.jsonl"))).toBe(false);
  });

  test("does not confirm either, typed while the firewall is at work", async () => {
    const [called, go] = [join(world.bin, "called"), join(world.bin, "go")];
    // What changes something waits for the test, ten seconds at most.
    world.put(
      "nft",
      `case "$*" in *-f*) : >${called}; n=0; while [ ! -e ${go} ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done;; esac
exec ${NFT} "$@"`,
    );
    const typed = world.type("block", BAD.v4);
    await typed.shows("[y/N]");
    typed.keys("y\n");
    await until(() => existsSync(called), "the firewall's program");
    typed.keys("y\n");
    writeFileSync(go, "");
    await typed.shows("still connected");
    typed.keys("n\n");
    expect(await typed.ended()).toBe(1);
    expect(typed.screen).toContain(`not confirmed: ${BAD.v4} is no longer blocked`);
    expect(world.audit().map(({ what }) => what)).toEqual(["arm", "unblock"]);
    expect(await world.blocks()).toEqual([]);
  });

  test("nor does one without Enter, which the Enter at the question would have ended", async () => {
    const typed = world.type("block", BAD.v4);
    typed.keys("y");
    await typed.shows("[y/N]");
    typed.keys("\n");
    expect(await typed.ended()).toBe(1);
    expect(typed.screen).not.toContain("still connected");
    expect(await world.blocks()).toEqual([]);
  });

  test("and one that is typed at it does", async () => {
    const typed = world.type("block", BAD.v4);
    typed.keys("n\n");
    await typed.shows("[y/N]");
    typed.keys("y\n");
    await typed.shows("still connected");
    expect(await world.blocks()).toMatchObject([{ target: BAD.v4 }]);
  });
});
