import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BAD, type BlockedHost, blockedHost, GOOD, HOST } from "./blocked-host.ts";
import { ENV, NETHERGAZE, runProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

const NEEDS = [
  "root",
  { program: "ip" },
  { program: "nft" },
  { program: "ping" },
  { program: "setsid" },
] as const;

/** Rules of the operator's own, which nothing here may touch. */
const OWN =
  "table inet filter {\n chain input {\n type filter hook input priority 0;\n tcp dport 9 drop\n }\n}\n";

let world: BlockedHost;
let before: string;

beforeEach(() => {
  world = blockedHost();
  writeFileSync(join(world.bin, "own.nft"), OWN);
  world.tool("nft", "-f", join(world.bin, "own.nft"));
  before = ruleset();
});

afterEach(() => world.remove());

function ruleset(): string {
  return world.tool("nft", "-s", "list", "ruleset");
}

/** Nothing is left of what was done. */
async function asBefore(): Promise<void> {
  expect(ruleset()).toBe(before);
  expect(await world.blocks()).toEqual([]);
}

describeWith(NEEDS, "block and unblock", () => {
  test("stop an address and let it in again, and nobody else notices", async () => {
    expect(world.answers(BAD.v4, HOST.v4)).toBe(true);
    const { code, stdout, stderr } = await world.run(
      "block",
      BAD.v4,
      "--ttl",
      "10m",
      "--reason",
      "it asks",
      "--yes",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(`blocked ${BAD.v4} for 10 min (nft)\n`);
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    expect(world.answers(GOOD.v4, HOST.v4)).toBe(true);
    const [block, ...others] = await world.blocks();
    expect(others).toEqual([]);
    expect(block).toEqual({
      target: BAD.v4,
      firewall: "nft",
      since: expect.any(Number),
      until: expect.any(Number),
      reason: "it asks",
      packets: 1,
    });
    const lasts = Number(block?.until) - Number(block?.since);
    expect(lasts).toBeGreaterThan(590_000);
    expect(lasts).toBeLessThan(610_000);
    expect((await world.run("unblock", BAD.v4, "--yes")).stdout).toBe(`unblocked ${BAD.v4} (nft)\n`);
    expect(world.answers(BAD.v4, HOST.v4)).toBe(true);
    await asBefore();
    const acts = world.audit();
    expect(acts.map(({ what, targets, why, result }) => [what, targets, why, result])).toEqual([
      ["block", [BAD.v4], "it asks", "ok"],
      ["unblock", [BAD.v4], undefined, "ok"],
    ]);
    expect(acts[0]).toMatchObject({ firewall: "nft", who: { uid: 0 } });
    expect(String(acts[0]?.commands)).toContain(`${BAD.v4} timeout 600s`);
  });

  test("are about IPv6, and about prefixes in one another, as well", async () => {
    const prefix = "fd77:0:0:1::/64";
    // Both are one machine here: it must know the host before it asks for it by an address that nobody hears any more.
    expect(world.answers(GOOD.v6, HOST.v6)).toBe(true);
    for (const target of [BAD.v6, prefix, "10.77.0.64/26"]) {
      expect((await world.run("block", target, "--yes")).code).toBe(0);
    }
    expect([world.answers(BAD.v6, HOST.v6), world.answers(GOOD.v6, HOST.v6)]).toEqual([false, true]);
    expect([world.answers(BAD.v4, HOST.v4), world.answers(GOOD.v4, HOST.v4)]).toEqual([false, true]);
    const partly = await world.run("unblock", BAD.v6, "--yes");
    expect(partly.code).toBe(0);
    expect(world.answers(BAD.v6, HOST.v6)).toBe(false);
    const inside = await world.run("unblock", BAD.v4, "--yes");
    expect(inside.code).toBe(1);
    expect(inside.stderr).toBe(
      `nethergaze: ${BAD.v4} is blocked as a part of 10.77.0.64/26: nethergaze unblock 10.77.0.64/26\n`,
    );
    for (const target of [prefix, "10.77.0.64/26"]) await world.run("unblock", target, "--yes");
    expect(world.answers(BAD.v6, HOST.v6)).toBe(true);
    await asBefore();
  }, 20_000);

  test("end connections that are open", async () => {
    const server = world.host.actor();
    const client = world.peer.actor();
    await server.ask({ do: "listen", host: "::", port: 8080 });
    for (const [id, from, host] of [
      ["bad", BAD.v4, HOST.v4],
      ["bad6", BAD.v6, HOST.v6],
      ["good", GOOD.v4, HOST.v4],
    ]) {
      await client.ask({ do: "connect", id, from, host, port: 8080 });
    }
    const open = (): string[] =>
      world
        .tool("ss", "-Htn", "state", "established")
        .split("\n")
        .flatMap((line) => /\[?([\da-f.:]+)\]?:\d+\s*$/.exec(line)?.[1]?.replace("::ffff:", "") ?? []);
    expect(open().sort()).toEqual([BAD.v4, GOOD.v4, BAD.v6].sort());
    expect((await world.run("block", BAD.v4, "--yes")).stdout).toContain("; 1 connections ended");
    expect((await world.run("block", BAD.v6, "--yes")).stdout).toContain("; 1 connections ended");
    expect(open()).toEqual([GOOD.v4]);
    await client.ask({ do: "send", id: "good", bytes: 3 });
    await server.ask({ do: "receive", id: `${HOST.v4}<${GOOD.v4}`, bytes: 3 });
  });

  test("can be said again: the time begins anew, and its packets are counted on", async () => {
    await world.run("block", BAD.v4, "--ttl", "10m", "--yes");
    world.answers(BAD.v4, HOST.v4);
    await world.run("block", BAD.v4, "--ttl", "permanent", "--yes", "--reason", "again");
    world.answers(BAD.v4, HOST.v4);
    expect(await world.blocks()).toMatchObject([
      { target: BAD.v4, until: null, packets: 2, reason: "again" },
    ]);
    await world.run("block", BAD.v4, "--ttl", "5m", "--yes");
    const [{ until: end } = {}] = await world.blocks();
    expect(Number(end)).toBeLessThan(Date.now() + 301_000);
    await world.run("unblock", BAD.v4, "--yes");
    expect(await world.run("unblock", BAD.v4, "--yes")).toEqual({
      code: 0,
      stdout: "",
      stderr: `nethergaze: ${BAD.v4} is not blocked\n`,
    });
    await asBefore();
  });

  test("are over by themselves when the time is", async () => {
    await world.run("block", BAD.v4, "--ttl", "2s", "--yes");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    await until(() => world.answers(BAD.v4, HOST.v4), "the end of the block");
    expect(await world.blocks()).toEqual([]);
    expect((await world.run("blocks", "--restore")).stdout).toBe(`over: ${BAD.v4}\n`);
    await asBefore();
  });

  test("by two programs at once are both in force", async () => {
    const targets = Array.from({ length: 3 }, (_, i) => `10.88.0.${i}`);
    const results = await Promise.all(targets.map((target) => world.run("block", target, "--yes")));
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(targets.map(() => [0, ""]));
    expect((await world.blocks()).map(({ target }) => target).sort()).toEqual(targets);
    await Promise.all([
      ...targets.map((target) => world.run("unblock", target, "--yes")),
      world.run("block", "10.99.0.1", "--yes"),
    ]);
    expect((await world.blocks()).map(({ target }) => target)).toEqual(["10.99.0.1"]);
    await world.run("unblock", "10.99.0.1", "--yes");
    await asBefore();
  }, 20_000);

  test("survive a firewall that is loaded anew, by what was written down", async () => {
    await world.run("block", BAD.v4, "--yes", "--reason", "kept");
    await world.run("block", BAD.v6, "--yes", "--ttl", "permanent");
    world.tool("nft", "flush", "ruleset");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(true);
    expect(await world.blocks()).toMatchObject([
      { target: BAD.v4, missing: true },
      { target: BAD.v6, missing: true },
    ]);
    expect((await world.run("blocks")).stdout).toContain("lost: nethergaze blocks --restore");
    const { code, stdout } = await world.run("blocks", "--restore");
    expect({ code, stdout }).toEqual({ code: 0, stdout: `put back ${BAD.v4}\nput back ${BAD.v6}\n` });
    expect([world.answers(BAD.v4, HOST.v4), world.answers(BAD.v6, HOST.v6)]).toEqual([false, false]);
    expect(await world.blocks()).toMatchObject([{ target: BAD.v4, reason: "kept" }, { until: null }]);
    expect((await world.run("blocks", "--restore")).stdout).toBe("nothing to put back, nothing is over\n");
  });
});

describeWith(NEEDS, "on a terminal", () => {
  test("a block is shown, armed, and lasts once it is confirmed", async () => {
    const typed = world.type("block", BAD.v4, "--ttl", "2h");
    await typed.shows("[y/N]");
    expect(typed.screen).toContain(`${BAD.v4} timeout 60s`);
    expect(typed.screen).toContain("timeout 7200s");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(true);
    typed.keys("y\n");
    await typed.shows("still connected");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    const [armed] = await world.blocks();
    expect(Number(armed?.until)).toBeLessThan(Date.now() + 61_000);
    typed.keys("yes\n");
    expect(await typed.ended()).toBe(0);
    const [lasting] = await world.blocks();
    expect(Number(lasting?.until)).toBeGreaterThan(Date.now() + 7_100_000);
    expect(world.audit().map(({ what }) => what)).toEqual(["arm", "block"]);
  });

  test.each([
    ["a no", "n\n"],
    ["no answer but Enter", "\n"],
    ["Ctrl-C", "\x03"],
    ["the end of the input", "\x04"],
  ])("%s instead of the confirmation takes it back at once", async (_, keys) => {
    const typed = world.type("block", BAD.v4);
    await typed.shows("[y/N]");
    typed.keys("y\n");
    await typed.shows("still connected");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    typed.keys(keys);
    expect(await typed.ended()).toBe(1);
    expect(typed.screen).toContain("no longer blocked");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(true);
    await asBefore();
  });

  test("a no to the first question changes nothing", async () => {
    const typed = world.type("block", BAD.v4);
    await typed.shows("[y/N]");
    typed.keys("n\n");
    expect(await typed.ended()).toBe(1);
    await asBefore();
    expect(existsSync(join(world.state, "audit.jsonl"))).toBe(false);
  });

  test("an armed block whose program is killed ends by itself", async () => {
    const typed = world.type("block", BAD.v4);
    await typed.shows("[y/N]");
    typed.keys("y\n");
    await typed.shows("still connected");
    typed.kill("SIGKILL");
    await typed.ended();
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    // The kernel's own clock of it: nobody is left to end it.
    expect(world.tool("nft", "list", "set", "inet", "nethergaze", "blocked4")).toMatch(
      /timeout 1m expires [1-5]?\d\ds|timeout 1m expires \d+s/,
    );
    const [{ until: end } = {}] = await world.blocks();
    expect(Number(end)).toBeLessThan(Date.now() + 60_000);
  });

  test("arming does not shorten a block that is there", async () => {
    await world.run("block", BAD.v4, "--ttl", "7d", "--yes");
    const typed = world.type("block", BAD.v4, "--ttl", "1h");
    await typed.shows("[y/N]");
    typed.keys("y\n");
    await typed.shows("blocked already, for longer");
    typed.keys("n\n");
    expect(await typed.ended()).toBe(1);
    const [block] = await world.blocks();
    expect(Number(block?.until)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
  });

  test("unblock asks", async () => {
    await world.run("block", BAD.v4, "--yes");
    for (const [keys, code] of [
      ["\n", 1],
      ["y\n", 0],
    ] as const) {
      const typed = world.type("unblock", BAD.v4);
      await typed.shows("[y/N]");
      typed.keys(keys);
      expect(await typed.ended()).toBe(code);
    }
    await asBefore();
  });
});

describeWith(NEEDS, "the console", () => {
  /** The console on a log in which BAD probes; its row is the first. */
  function open(...args: readonly string[]) {
    const log = join(world.bin, "access.log");
    const now = new Date().toISOString();
    const lines = Array.from({ length: 9 }, (_, i) =>
      JSON.stringify({
        remote_addr: BAD.v4,
        time: now,
        method: "GET",
        path: `/.env${i}`,
        status: 404,
        size: 1,
      }),
    );
    writeFileSync(log, `${lines.join("\n")}\n`);
    const flags = ["--access-log", log, "--from-start", "--show-private-ips", "--capture", "off"];
    return world.type(...flags, "--auth-log", "", "--error-log", "", ...args);
  }

  test("blocks in three keys, and lists and unblocks", async () => {
    const console = open("--set", "actions.enable_block_execution=true");
    await console.shows(BAD.v4);
    console.keys("b");
    await console.shows("nothing else is active".slice(-9));
    expect(await world.blocks()).toEqual([]);
    console.keys("\r");
    await until(async () => (await world.blocks()).length === 1, "the armed block");
    await console.shows("reverts");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    console.keys("y");
    await until(async () => Number((await world.blocks())[0]?.until) > Date.now() + 3_500_000, "its hour");
    expect(world.audit().map(({ what, why }) => [what, why])).toEqual([
      ["arm", expect.stringContaining("sensitive-path")],
      ["block", expect.stringContaining("sensitive-path")],
    ]);
    console.keys("B");
    await console.shows("unblock");
    console.keys("u");
    await console.shows("unblock it");
    console.keys("y");
    await until(async () => (await world.blocks()).length === 0, "the unblocking");
    await asBefore();
    console.keys("qq");
    expect(await console.ended()).toBe(0);
  }, 30_000);

  test("only shows where it may not", async () => {
    const console = open();
    await console.shows(BAD.v4);
    console.keys("b");
    await console.shows("enable_block_execution");
    console.keys("\r");
    await Bun.sleep(300);
    await asBefore();
    console.keys("qq");
    expect(await console.ended()).toBe(0);
  }, 30_000);

  test("puts back what the firewall loses", async () => {
    await world.run("block", BAD.v4, "--yes");
    const console = open("--set", "actions.enable_block_execution=true");
    await console.shows(BAD.v4);
    world.tool("nft", "delete", "table", "inet", "nethergaze");
    expect(world.answers(BAD.v4, HOST.v4)).toBe(true);
    // It looks every ten seconds.
    const deadline = performance.now() + 15_000;
    while (world.answers(BAD.v4, HOST.v4) && performance.now() < deadline) await Bun.sleep(200);
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    console.keys("q");
    expect(await console.ended()).toBe(0);
  }, 30_000);
});

describeWith(NEEDS, "what must not be blocked", () => {
  test.each([
    ["the host itself", HOST.v4],
    ["a prefix with the host in it", "10.77.0.0/24"],
    ["loopback", "127.0.0.1"],
    ["a proxy's network", "104.16.1.1"],
    ["too many", "45.0.0.0/8"],
  ])("%s is not", async (_, target) => {
    const { code, stdout, stderr } = await world.run("block", target, "--yes");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toStartWith(`nethergaze: not blocked: ${target}`);
    expect(stderr.split("\n")).toHaveLength(2);
    await asBefore();
  });

  test("--force overrules it, but never for the host and its operator", async () => {
    expect((await world.run("block", "45.0.0.0/8", "--yes", "--force")).code).toBe(0);
    await world.run("unblock", "45.0.0.0/8", "--yes");
    expect((await world.run("block", HOST.v4, "--yes", "--force")).code).toBe(1);
    const by = [
      ...world.by.slice(0, 5),
      `SSH_CONNECTION=${BAD.v4} 50000 ${HOST.v4} 22`,
      ...world.by.slice(5),
    ];
    for (const target of [BAD.v4, "10.77.0.64/26"]) {
      const { code, stderr } = await runProgram(["block", target, "--yes", "--force"], by);
      expect(code).toBe(1);
      expect(stderr).toContain("SSH");
    }
    await asBefore();
  });

  test("nor the end of a tunnel, of which only its program tells", async () => {
    // This kernel may have no WireGuard: what wg(8) would say of a peer there.
    world.put("wg", `printf 'wg0\\tkey=\\t${BAD.v4}:51820\\nwg0\\tother=\\t(none)\\n'`);
    const { code, stderr } = await world.run("block", BAD.v4, "--yes", "--force");
    expect(code).toBe(1);
    expect(stderr).toBe(
      `nethergaze: not blocked: ${BAD.v4}: it is a WireGuard endpoint of wg0; take that peer out first\n`,
    );
    await asBefore();
  });

  test("also where a configuration says so", async () => {
    const trusting = ["--set", "trust.prefixes=10.77.0.64/26"];
    const { code, stderr } = await world.run("block", BAD.v4, "--yes", ...trusting);
    expect({ code }).toEqual({ code: 1 });
    expect(stderr).toContain("trust");
    expect((await world.run("block", BAD.v4, "--yes", "--readonly")).code).toBe(2);
    await asBefore();
  });
});

describeWith(NEEDS, "what cannot be done", () => {
  test.each([
    ["no address", ["block", "45.77.12"]],
    ["a name", ["block", "example.org"]],
    ["a command", ["block", "1.2.3.4;reboot"]],
    ["two", ["block", "1.2.3.4", "5.6.7.8"]],
    ["none", ["block"]],
    ["a time of no unit", ["block", "1.2.3.4", "--ttl", "60"]],
    ["a firewall nobody has", ["block", "1.2.3.4", "--firewall", "pf"]],
    ["no terminal", ["block", BAD.v4]],
    ["no terminal to unblock", ["unblock", BAD.v4]],
    ["no firewall to unblock in", ["unblock", BAD.v4, "--yes", "--firewall", "none"]],
    ["arming with a question", ["block", BAD.v4, "--armed"]],
    ["two ways of keeping", ["blocks", "--restore", "--keep"]],
    ["a list of what is put back", ["blocks", "--restore", "--json"]],
    ["a list of what is kept", ["blocks", "--keep", "--json"]],
    ["no firewall to put back in", ["blocks", "--restore", "--firewall", "none"]],
    ["no firewall to keep", ["blocks", "--keep", "--firewall", "none"]],
  ])("%s ends with 2 and one line", async (_, args) => {
    const { code, stdout, stderr } = await world.run(...args);
    expect({ code, stdout, lines: stderr.split("\n").length }).toEqual({ code: 2, stdout: "", lines: 2 });
    await asBefore();
  });

  test("a dry run asks nothing and changes nothing", async () => {
    const { code, stdout, stderr } = await world.run("block", BAD.v4, "--dry-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`add element inet nethergaze blocked4 { ${BAD.v4} timeout 60s }`);
    expect(stdout).toContain("guard     ok");
    await asBefore();
  });

  test("no firewall only shows", async () => {
    const { code, stdout } = await world.run("block", BAD.v4, "--firewall", "none", "--yes");
    expect(code).toBe(0);
    expect(stdout).toContain("nothing is run");
    await asBefore();
  });

  test("without the right it says so, with the command that has it", async () => {
    const unprivileged = [
      ...world.by.slice(0, 4),
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "env",
      `XDG_STATE_HOME=/tmp/nethergaze-none-${process.pid}`,
    ];
    for (const words of [["block", BAD.v4, "--yes"], ["unblock", BAD.v4, "--yes"], ["blocks"]]) {
      const { code, stderr } = await runProgram(words, unprivileged);
      expect(code).toBe(77);
      expect(stderr).toEndWith(`Run: sudo ${NETHERGAZE} ${words.join(" ")}\n`);
    }
    const { code, stdout } = await runProgram(["block", BAD.v4, "--dry-run"], unprivileged);
    expect(code).toBe(0);
    expect(stdout).toContain("no permission to run this");
    await asBefore();
  });

  test("a firewall's program that hangs is given up, and nothing is half done", async () => {
    world.put("nft", 'case "$*" in "-f -") sleep 60;; *) exec /usr/sbin/nft "$@";; esac');
    const { code, stderr } = await world.run("block", BAD.v4, "--yes", "--firewall", "nft");
    expect(code).toBe(1);
    expect(stderr).toBe("nethergaze: nft did not answer in time\n");
    await asBefore();
    expect(world.audit().at(-1)).toMatchObject({
      what: "block",
      result: "failed: nft did not answer in time",
    });
  }, 30_000);

  test("a program that says it is done and is not is not believed", async () => {
    world.put("nft", 'case "$*" in "-f -") exit 0;; *) exec /usr/sbin/nft "$@";; esac');
    const { code, stderr } = await world.run("block", BAD.v4, "--yes", "--firewall", "nft");
    expect(code).toBe(1);
    expect(stderr).toContain("does not show");
    await asBefore();
  });

  test("a state directory that cannot be written keeps nobody from blocking", async () => {
    const full = ["env", `XDG_STATE_HOME=/proc/self`];
    const by = [...world.by.slice(0, 4), ...full];
    const { code, stderr } = await runProgram(["block", BAD.v4, "--yes"], by);
    expect({ code, told: stderr.includes("written down") }).toEqual({ code: 0, told: true });
    expect(world.answers(BAD.v4, HOST.v4)).toBe(false);
    expect((await runProgram(["unblock", BAD.v4, "--yes"], by)).code).toBe(0);
    expect(ruleset()).toBe(before);
  });
});

describeWith(NEEDS, "kill -9", () => {
  /** A block looks, changes, and looks again. */
  test.each([1, 2, 3])(
    "before and after run %p of nft leaves a whole block with an end, or none",
    async (step) => {
      for (const moment of ["before", "after"] as const) {
        const log = join(world.bin, "log");
        writeFileSync(log, "");
        const wait = `touch ${world.bin}/waiting; sleep 60`;
        const real = '/usr/sbin/nft "$@"';
        const script = moment === "before" ? `${wait}; ${real}` : `${real}; ${wait}`;
        world.put(
          "nft",
          `echo "$*" >>${log}; if [ $(wc -l <${log}) -eq ${step} ]; then ${script}; else exec ${real}; fi`,
        );
        const child = Bun.spawn([...world.by, NETHERGAZE, "block", BAD.v4, "--yes", "--ttl", "1h"], {
          env: ENV,
        });
        const waiting = join(world.bin, "waiting");
        await until(() => existsSync(waiting), "the program that waits");
        const [runner] = programs(child.pid);
        process.kill(runner ?? child.pid, "SIGKILL");
        await child.exited;
        Bun.spawnSync(["rm", "-f", waiting, join(world.bin, "nft")]);
        const held = await world.blocks();
        const runs = readFileSync(log, "utf8").split("\n").slice(0, step);
        expect(runs).toHaveLength(step);
        const changed = runs.indexOf("-f -") + 1;
        const isDone = changed > 0 && (changed < step || moment === "after");
        expect(held.length).toBe(isDone ? 1 : 0);
        for (const { until: end } of held) {
          expect(Number(end)).toBeGreaterThan(Date.now());
          expect(Number(end)).toBeLessThan(Date.now() + 3_601_000);
        }
        expect(world.answers(BAD.v4, HOST.v4)).toBe(held.length === 0);
        // Whatever was left, the same words bring it in order.
        expect((await world.run("block", BAD.v4, "--yes")).code).toBe(0);
        expect((await world.run("unblock", BAD.v4, "--yes")).code).toBe(0);
        await asBefore();
      }
    },
    30_000,
  );

  /** Our program itself, behind the words that started it. */
  function programs(pid: number): number[] {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number);
    const isOurs = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("main.ts");
    return isOurs ? [pid] : children.flatMap(programs);
  }
});
