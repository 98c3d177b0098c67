import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readUtmp } from "../src/kernel/logged-in.ts";
import { blockedHost } from "./blocked-host.ts";
import { BROWSER, type Crowd, gather, HERE, LOGGED_IN, MOSH, STRANGERS, TUNNEL } from "./login-crowd.ts";
import type { Question, Reading } from "./protected-reader.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";
import { endAll, type Helper, startHelper } from "./wire.ts";

// Real logins at a real sshd and dropbear, and strangers who only try: some five seconds.

const TIMEOUT = 60_000;
const READER = ["bin/bun", "test/protected-reader.ts"]
  .map((path) => join(import.meta.dir, "..", path))
  .join(" ");
const PROGRAMS = ["unshare", "sshd", "ssh", "ssh-keygen", "dropbear", "ss", "script", "sudo"];

describeWith(["root", ...PROGRAMS.map((program) => ({ program }))], "what a machine must not lose", () => {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-guard-"));
  let crowd: Crowd;
  let reader: Helper;

  const ask = async (question: Question = {}): Promise<Reading> =>
    JSON.parse(await reader.ask(JSON.stringify(question)));
  /** Those of this host's network: the machine that the tests run on has its own logins. */
  const here = (guarded: Reading["never"]) =>
    new Map(guarded.filter(([text]) => /^(?:10\.77\.1\.|fd77:)/.test(text)));

  beforeAll(async () => {
    crowd = await gather(folder);
    crowd.here.ip("route add default via 10.77.1.254");
    crowd.here.ip("-6 route add default via fe80::99 dev eth0");
    reader = await startHelper(crowd.here, "protected-reader.ts", []);
  }, TIMEOUT);

  afterAll(async () => {
    await endAll();
    await crowd.leave();
    rmSync(folder, { recursive: true });
  });

  test("who is logged in, and nobody who is not", async () => {
    const expected = [...Object.values(LOGGED_IN), ...Object.values(HERE), ...TUNNEL, MOSH].sort();
    const seen = async () => {
      const reading = await ask();
      return [...here(reading.never).keys()].length >= expected.length ? reading : undefined;
    };
    const { never, unlessForced, unknown } = await until(seen, "all logins");
    expect([...here(never).keys()].sort()).toEqual(expected);
    expect([...here(unlessForced).keys()].sort()).toEqual([BROWSER, "10.77.1.254"].sort());
    for (const ip of Object.values(STRANGERS)) expect(never.map(([text]) => text)).not.toContain(ip);
    expect(unlessForced).toContainEqual(["fe80::99", "it is the gateway of eth0"]);
    expect(unknown).toEqual([expect.stringMatching(/^where the user of mosh-server \d+ is now$/)]);
  });

  test("why, and what to do about it", async () => {
    const { never, unlessForced } = await ask();
    const words = here(never);
    for (const [ip, start] of [
      [LOGGED_IN.terminal, "a login session comes from it (alice@pts/N, sshd N); "],
      [LOGGED_IN.command, "a login session comes from it (alice@notty, sshd N); "],
      [LOGGED_IN.sftp, "a login session comes from it (alice@notty, sshd N); "],
      [LOGGED_IN.root, "a login session comes from it (root@pts/N, sshd N); "],
      [LOGGED_IN.dropbearTerminal, "a login session comes from it (dropbear N); "],
      [MOSH, "a mosh session was begun from it (mosh-server N); "],
    ] as const) {
      expect(words.get(ip)?.replaceAll(/\d+/g, "N")).toStartWith(start);
    }
    for (const ip of TUNNEL) {
      expect(words.get(ip)).toMatch(/^it is the other end of a tunnel \(openvpn \d+\)$/);
    }
    expect(words.get(HERE.ipv4)).toBe("it is this machine's own (eth0)");
    expect(here(unlessForced).get(BROWSER)).toMatch(/^bun \d+ has terminals here and is connected with it/);
  });

  test("what the words say ends a session does end it", async () => {
    for (const ip of [LOGGED_IN.command, LOGGED_IN.dropbearCommand]) {
      const pid = /; if it is not yours, end it first: kill (\d+)$/.exec(
        here((await ask()).never).get(ip) ?? "",
      );
      process.kill(Number(pid?.[1]));
      await until(async () => !here((await ask()).never).has(ip), `the end of the session from ${ip}`);
    }
  });

  test("one's own connection, also under sudo, which takes it out of the environment", async () => {
    for (const by of ["", "sudo -n "]) {
      const output = await crowd.asRoot(`${by}${READER} once`);
      const { never, environment }: Reading = JSON.parse(output);
      expect(environment?.split(" ")[0]).toBe(by === "" ? LOGGED_IN.root : undefined);
      expect(here(never).get(LOGGED_IN.root)).toBe("you are connected from it (SSH)");
    }
  });

  test("what sshd wrote into utmp", () => {
    const found = readUtmp(`/proc/${crowd.sshd.pid}/root/run/utmp`);
    expect<unknown>(found).toContainEqual({
      peer: LOGGED_IN.terminal,
      pid: expect.any(Number),
      user: "alice",
      line: expect.stringMatching(/^pts\/\d+$/),
      mosh: false,
    });
    expect(found.map(({ peer }) => String(peer))).not.toContain(STRANGERS.guesser);
  });

  test("without root it says what it could not look at", async () => {
    const { never, unknown } = await ask({
      uid: 65_534,
      given: { sshConnection: "192.0.2.7 1 192.0.2.1 22" },
    });
    expect(unknown).toContain("login sessions of others: needs root");
    expect(new Map(never).get("192.0.2.7")).toBe("you are connected from it (SSH)");
    expect(here(never).has(HERE.ipv4)).toBe(true);
  });

  test("what is written down and configured", async () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const { unlessForced } = await ask({
      places: {
        resolvConf: file("resolv.conf", "nameserver 127.0.0.53\noptions edns0\n"),
        resolvedConf: file("resolved.conf", "nameserver 192.0.2.53\nnameserver fe80::53%eth0\n"),
      },
      given: {
        trustAddresses: ["192.0.2.60"],
        trustPrefixes: ["198.51.100.0/24"],
        trustProxies: ["192.0.2.61", "cloudflare"],
      },
    });
    const words = new Map(unlessForced);
    expect(words.get("192.0.2.53")).toBe("names are looked up at it");
    expect(words.get("fe80::53")).toBe("names are looked up at it");
    expect(words.get("192.0.2.60")).toStartWith("it is in trust.addresses; ");
    expect(words.get("198.51.100.0/24")).toStartWith("it is in trust.prefixes; ");
    expect(words.get("192.0.2.61")).toStartWith("it is a proxy (192.0.2.61 in trust.proxies): ");
    expect(words.get("104.16.0.0/13")).toStartWith("it is a proxy (cloudflare in trust.proxies): ");
  });
});

describeWith(["root", { program: "ip" }, { program: "nft" }], "an address of the link itself", () => {
  test("is refused, and blocked by --force unless it is this machine's own", async () => {
    const world = blockedHost();
    try {
      const router = "fe80::99";
      const { code, stdout, stderr } = await world.run("block", router, "--yes");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toStartWith(
        `nethergaze: not blocked: ${router} is in fe80::/10: it is of this link itself: `,
      );
      expect(stderr).toContain("--force");
      expect(await world.blocks()).toEqual([]);
      const forced = await world.run("block", router, "--yes", "--force");
      expect(forced).toEqual({ code: 0, stdout: `blocked ${router} for 1 h (nft)\n`, stderr: "" });
      expect(await world.blocks()).toMatchObject([{ target: router }]);
      // The kernel gives every interface such an address.
      const own = /inet6 (fe80:[\da-f:]+)/.exec(world.tool("ip", "-6", "addr", "show", "dev", "eth0"))?.[1];
      const refused = await world.run("block", String(own), "--yes", "--force");
      expect(refused.code).toBe(1);
      expect(refused.stderr).toBe(`nethergaze: not blocked: ${own}: it is this machine's own (eth0)\n`);
    } finally {
      await world.remove();
    }
  });
});
