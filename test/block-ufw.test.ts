import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Host, makeHost } from "./firewall-host.ts";
import { NETHERGAZE } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

const BAD = "10.77.0.66";

let host: Host;
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "nethergaze-ufw-"));
  host = await makeHost();
  host.sh("ufw allow 22/tcp; ufw --force enable");
});

afterEach(async () => {
  await host.remove();
  rmSync(directory, { recursive: true });
});

/** Runs `nethergaze ARGS` there. */
function nethergaze(...args: [string, ...string[]]) {
  return host.runner(["env", `XDG_STATE_HOME=${directory}`])({ argv: [NETHERGAZE, ...args] });
}

/** The processes that end blocks here. */
function keepers(): string[] {
  const listed = host.sh("grep -lsa -- --keep /proc/[0-9]*/cmdline || true").split("\n");
  const environment = (path: string) => path.replace("cmdline", "environ");
  return listed.filter((path) => {
    try {
      return readFileSync(environment(path), "latin1").includes(directory);
    } catch {
      return false;
    }
  });
}

describeWith(["root", { program: "ip" }, { program: "ufw" }], "a firewall that ends no block itself", () => {
  test("has somebody who does, as long as there is one to end", async () => {
    const before = host
      .sh("ufw status; iptables-save; cat /etc/ufw/user.rules")
      .replace(/^#.*\n|\[\d+:\d+\]/gm, "");
    const told = await nethergaze("block", BAD, "--ttl", "4s", "--yes", "--reason", "short");
    expect(told).toEqual({ kind: "done", stdout: `blocked ${BAD} for 4 s (ufw)\n` });
    expect(host.sh("ufw status")).toMatch(new RegExp(`Anywhere +DENY +${BAD}`));
    expect(keepers()).toHaveLength(1);
    const listed = await nethergaze("blocks", "--json");
    expect(JSON.parse(listed.kind === "done" ? listed.stdout : "")).toEqual([
      {
        target: BAD,
        firewall: "ufw",
        since: expect.any(Number),
        until: expect.any(Number),
        reason: "short",
        packets: null,
      },
    ]);
    await until(() => keepers().length === 0, "the end of the keeper");
    expect(
      host.sh("ufw status; iptables-save; cat /etc/ufw/user.rules").replace(/^#.*\n|\[\d+:\d+\]/gm, ""),
    ).toBe(before);
    const whats = readFileSync(join(directory, "nethergaze/audit.jsonl"), "utf8").match(/"what":"\w+"/g);
    expect(whats).toEqual(['"what":"block"', '"what":"expire"']);
  }, 20_000);

  test("has no second one, and one for what is blocked meanwhile", async () => {
    await nethergaze("block", BAD, "--ttl", "3s", "--yes");
    await nethergaze("block", "10.77.0.67", "--ttl", "5s", "--yes");
    await nethergaze("block", "10.77.0.68", "--ttl", "permanent", "--yes");
    expect(keepers()).toHaveLength(1);
    await until(() => keepers().length === 0, "the end of the keeper");
    expect(
      host
        .sh("ufw status")
        .match(/DENY +\S+/g)
        ?.map((line) => line.split(/ +/)[1]),
    ).toEqual(["10.77.0.68"]);
    expect((await nethergaze("unblock", "10.77.0.68", "--yes")).kind).toBe("done");
    expect(host.sh("ufw status")).not.toContain("DENY");
  }, 30_000);

  test("does not block where nobody could be started to end it", async () => {
    // Its own directory cannot be locked: the program that should end it cannot work.
    const told = await host.runner(["env", "XDG_STATE_HOME=/proc/self"])({
      argv: [NETHERGAZE, "block", BAD, "--yes"],
    });
    expect(told).toMatchObject({ kind: "failed", code: 1 });
    expect(host.sh("ufw status")).not.toContain("DENY");
  });

  test("ends also what a program began that was killed", async () => {
    // A ufw that waits after it has added the rule, until it is killed with its program.
    const other = await makeHost({
      fakes: {
        ufw: `#!/bin/sh\n/mnt/real/ufw "$@"; [ "$1" != prepend ] || { touch ${directory}/waits; sleep 60; }\n`,
      },
    });
    try {
      other.sh("ufw --force enable");
      const by = [
        "env",
        `XDG_STATE_HOME=${directory}`,
        "sh",
        "-c",
        'echo $$ >"$0"; exec "$@"',
        `${directory}/pid`,
      ];
      const run = other.runner(by)({ argv: [NETHERGAZE, "block", BAD, "--yes", "--ttl", "5s"] });
      await until(() => existsSync(join(directory, "waits")), "the rule");
      process.kill(Number(readFileSync(join(directory, "pid"), "utf8")), "SIGKILL");
      await run;
      expect(other.sh("ufw status")).toContain(BAD);
      await until(() => !other.sh("ufw status").includes(BAD), "its end");
    } finally {
      await other.remove();
    }
  }, 30_000);

  test("whose look fails afterwards is not forgotten: what may be in force ends with its time", async () => {
    // After it has added the rule it tells nothing, until the file is taken away.
    const blind = join(directory, "blind");
    const other = await makeHost({
      fakes: {
        ufw: `#!/bin/sh
[ "$1" != status ] || [ ! -e ${blind} ] || exit 1
/mnt/real/ufw "$@" && { [ "$1" != prepend ] || touch ${blind}; }
`,
      },
    });
    try {
      other.sh("ufw --force enable");
      const run = other.runner(["env", `XDG_STATE_HOME=${directory}`]);
      const told = await run({
        argv: [NETHERGAZE, "block", BAD, "--yes", "--ttl", "4s", "--firewall", "ufw"],
      });
      expect(told).toMatchObject({ kind: "failed", code: 1 });
      expect(told.kind === "failed" ? told.reason : "").toContain("it may be in force all the same");
      expect(readFileSync(join(directory, "nethergaze/blocks.json"), "utf8")).toContain(BAD);
      rmSync(blind);
      expect(other.sh("ufw status")).toContain(BAD);
      await until(() => !other.sh("ufw status").includes(BAD), "its end");
    } finally {
      await other.remove();
    }
  }, 30_000);

  test.each([
    ["refuses to take it out", "exit 1", "failed: ufw: ended with 1"],
    ["says it took it out, and did not", "exit 0", `failed: ufw still holds ${BAD}`],
  ])(
    "that %s is asked again some seconds later, and is told of once",
    async (_, answer, result) => {
      const stuck = join(directory, "stuck");
      const other = await makeHost({
        fakes: {
          ufw: `#!/bin/sh
[ "$2" != delete ] || [ ! -e ${stuck} ] || { echo delete >>${stuck}; ${answer}; }
exec /mnt/real/ufw "$@"
`,
        },
      });
      try {
        other.sh("ufw --force enable");
        writeFileSync(stuck, "");
        const run = other.runner(["env", `XDG_STATE_HOME=${directory}`]);
        const told = await run({ argv: [NETHERGAZE, "block", BAD, "--yes", "--ttl", "2s"] });
        expect(told.kind).toBe("done");
        const asked = () => readFileSync(stuck, "utf8").length / "delete\n".length;
        await until(() => asked() >= 2, "the second time");
        expect(other.sh("ufw status")).toContain(BAD);
        expect(asked()).toBe(2);
        rmSync(stuck);
        await until(() => !other.sh("ufw status").includes(BAD), "its end");
        await until(() => keepers().length === 0, "the end of the keeper");
        const acts = readFileSync(join(directory, "nethergaze/audit.jsonl"), "utf8").trim().split("\n");
        expect(acts.map((line) => [JSON.parse(line).what, JSON.parse(line).result])).toEqual([
          ["block", "ok"],
          ["expire", result],
          ["expire", "ok"],
        ]);
      } finally {
        await other.remove();
      }
    },
    40_000,
  );

  test("whose program was killed before it blocked for good does so no later", async () => {
    // It is killed before there is a rule; what it wrote down is not put into the firewall by anybody else.
    const other = await makeHost({
      fakes: {
        ufw: `#!/bin/sh\n[ "$1" != prepend ] || { touch ${directory}/waits; sleep 60; }\n/mnt/real/ufw "$@"\n`,
      },
    });
    try {
      other.sh("ufw --force enable");
      const state = `XDG_STATE_HOME=${directory}`;
      const by = ["env", state, "sh", "-c", 'echo $$ >"$0"; exec "$@"', `${directory}/pid`];
      const run = other.runner(by)({ argv: [NETHERGAZE, "block", BAD, "--yes", "--ttl", "permanent"] });
      await until(() => existsSync(join(directory, "waits")), "the rule");
      process.kill(Number(readFileSync(join(directory, "pid"), "utf8")), "SIGKILL");
      await run;
      const ledger = join(directory, "nethergaze/blocks.json");
      const restore = () => other.runner(["env", state])({ argv: [NETHERGAZE, "blocks", "--restore"] });
      expect((await restore()).kind).toBe("done");
      expect(readFileSync(ledger, "utf8")).toContain(BAD);
      expect(other.sh("ufw status")).not.toContain(BAD);
      // A minute later, by its own account.
      const old = readFileSync(ledger, "utf8").replace(/"since":\d+/, `"since":${Date.now() - 61_000}`);
      writeFileSync(ledger, old);
      expect((await restore()).kind).toBe("done");
      expect(readFileSync(ledger, "utf8")).not.toContain(BAD);
      expect(other.sh("ufw status")).not.toContain(BAD);
    } finally {
      await other.remove();
    }
  }, 30_000);
});
