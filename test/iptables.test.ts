import { afterEach, expect, test } from "bun:test";
import { allUntil } from "../src/respond/firewall.ts";
import { iptables } from "../src/respond/iptables.ts";
import { block, carryOut, dump, heldTexts, lookAt, target, unblock } from "./firewall-acts.ts";
import { type Equipment, type Host, makeHost } from "./firewall-host.ts";
import { ALL, BAD, BAD6, DOCKER, FAR, FAR6, makeWorld, NEAR, NEAR6 } from "./firewall-world.ts";
import { describeWith } from "./requires.ts";

const made: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of made.splice(0)) await one.remove();
});

async function host(equipment: Equipment): Promise<Host> {
  const one = await makeHost(equipment);
  made.push(one);
  return one;
}

/** What our chain holds, and what leads there. */
function ours(one: Host): string[] {
  return one
    .sh("iptables-save -t filter")
    .split("\n")
    .filter((line) => line.includes("nethergaze"));
}

const NEEDS = ["root", ...["iptables", "iptables-legacy", "nft"].map((program) => ({ program }))] as const;

for (const xtables of ["nft", "legacy"] as const) {
  describeWith(NEEDS, `iptables (${xtables})`, () => {
    test("what Docker publishes is covered, also where Docker was started later", async () => {
      const world = await makeWorld({ xtables });
      made.push(world);
      await block(world.host, iptables, 600, BAD, BAD6);
      const free = [NEAR, FAR, NEAR6, FAR6];
      expect(await world.throughBehind()).toEqual(free);
      world.host.sh(DOCKER);
      expect(await world.throughBehind()).toEqual(ALL);
      await block(world.host, iptables, 600, BAD, BAD6);
      expect(await world.throughBehind()).toEqual(free);
      world.host.sh(DOCKER);
      expect(await world.throughBehind()).toEqual(free);
      await unblock(world.host, iptables, BAD, BAD6);
      const undone = dump(world.host);
      expect(undone).not.toContain("nethergaze");
      expect(undone).toContain("-A DOCKER-USER -j RETURN");
      await block(world.host, iptables, null, BAD);
      await unblock(world.host, iptables, BAD);
      expect(dump(world.host)).toBe(undone);
    });

    test("only what is reached is in force, and the next block comes first again", async () => {
      const one = await host({ xtables });
      await block(one, iptables, null, BAD, BAD6);
      one.sh("iptables -I INPUT -s 192.0.2.0/24 -j ACCEPT");
      expect(await heldTexts(one, iptables)).toEqual([BAD6]);
      await block(one, iptables, null, BAD);
      expect(await heldTexts(one, iptables)).toEqual([BAD, BAD6]);
      expect(ours(one)).toEqual([
        ":nethergaze - [0:0]",
        "-A INPUT -j nethergaze",
        "-A FORWARD -j nethergaze",
        `-A nethergaze -s ${BAD}/32 -j DROP`,
      ]);
      expect(one.sh("iptables -S INPUT 1")).toBe("-A INPUT -j nethergaze\n");
      one.sh("iptables -F INPUT");
      expect(await heldTexts(one, iptables)).toEqual([BAD6]);
      await carryOut(one, (await lookAt(one, iptables)).sweep());
      expect(ours(one)).toContain(`-A nethergaze -s ${BAD}/32 -j DROP`);
      await carryOut(one, (await lookAt(one, iptables)).remove([target(BAD)]));
      expect(ours(one)).toEqual([]);
      expect(await heldTexts(one, iptables)).toEqual([BAD6]);
    });

    test("rules before it that let nobody pass keep nobody from being blocked", async () => {
      const one = await host({ xtables });
      await block(one, iptables, null, BAD);
      one.sh(`iptables -N f2b-sshd
iptables -A f2b-sshd -s 192.0.2.9 -j REJECT
iptables -A f2b-sshd -j RETURN
iptables -I INPUT -p tcp -m multiport --dports 22 -j f2b-sshd
iptables -I FORWARD -j LOG`);
      expect(await heldTexts(one, iptables)).toEqual([BAD]);
      one.sh("iptables -I f2b-sshd -s 192.0.2.1 -j ACCEPT");
      expect(await heldTexts(one, iptables)).toEqual([]);
      one.sh("iptables -D f2b-sshd 1");
      one.sh("iptables -I FORWARD -j RETURN");
      expect(await heldTexts(one, iptables)).toEqual([]);
    });

    test("rules that two put there for one address are one block, and all go with it", async () => {
      const one = await host({ xtables });
      await block(one, iptables, 60, BAD);
      one.sh(`iptables -A nethergaze -s ${BAD} -m time --datestop 2037-01-02T03:04:05 -j DROP
iptables -A nethergaze -p tcp --dport 23 -m comment --comment "a rule by hand" -j DROP
iptables -A FORWARD -j nethergaze`);
      const { held } = await lookAt(one, iptables);
      const end = Date.UTC(2037, 0, 2, 3, 4, 6);
      expect(held).toEqual([{ target: target(BAD), until: end, packets: 0 }]);
      await unblock(one, iptables, BAD);
      expect(ours(one)).toEqual([]);
    });

    test("what was planned from what is no more fails as a whole, and is planned anew", async () => {
      const one = await host({ xtables });
      const run = one.runner();
      const ruleset = await lookAt(one, iptables);
      const [first, second] = [BAD, NEAR].map((text) =>
        ruleset.add(allUntil([target(text)], null), Date.now()),
      );
      await carryOut(one, first ?? []);
      for (const step of second ?? []) expect(await run(step)).toMatchObject({ kind: "failed" });
      expect(await heldTexts(one, iptables)).toEqual([BAD]);
      // Who takes the last block out does not take out what came meanwhile.
      const last = (await lookAt(one, iptables)).remove([target(BAD)]);
      await block(one, iptables, null, FAR);
      for (const step of last) expect(await run(step)).toMatchObject({ kind: "failed" });
      expect(await heldTexts(one, iptables)).toEqual([BAD, FAR]);
      await unblock(one, iptables, BAD);
      expect(await heldTexts(one, iptables)).toEqual([FAR]);
    });

    test("a block until after the last year there is ends with that", async () => {
      const one = await host({ xtables });
      const now = Date.now();
      await carryOut(one, (await lookAt(one, iptables)).add(allUntil([target(BAD)], Date.UTC(2100, 0)), now));
      expect((await lookAt(one, iptables)).held.map(({ until }) => until)).toEqual([Date.UTC(2039, 0)]);
    });

    test("a block lasts to the end of the second it is to end in, and a second at least", async () => {
      const one = await host({ xtables });
      const ruleset = await lookAt(one, iptables);
      const ends: [until: number, now: number, stop: string][] = [
        [Date.UTC(2030, 0, 1, 0, 1), Date.UTC(2030, 0), "2030-01-01T00:00:59"],
        [Date.UTC(2030, 0, 1, 0, 1) + 1, Date.UTC(2030, 0), "2030-01-01T00:01:00"],
        [Date.UTC(2030, 0), Date.UTC(2030, 0), "2030-01-01T00:00:00"],
      ];
      for (const [end, now, stop] of ends) {
        const [step] = ruleset.add(allUntil([target(BAD6)], end), now);
        expect(step?.argv).toEqual(["ip6tables-restore", "--noflush", "-w", "5"]);
        expect(step?.input).toContain(`-A nethergaze -s ${BAD6}/128 -m time --datestop ${stop} -j DROP\n`);
      }
    });

    test("where rules cannot end at a time, somebody else has to end them", async () => {
      const one = await host({ xtables });
      one.sh("for f in /usr/lib/*/xtables/libxt_time.so; do mount --bind /dev/null $f; done");
      expect((await lookAt(one, iptables)).timeouts).toBe(false);
      await block(one, iptables, 60, BAD);
      const { held } = await lookAt(one, iptables);
      expect(held).toEqual([{ target: target(BAD), until: null, packets: 0 }]);
      await unblock(one, iptables, BAD);
      expect(ours(one)).toEqual([]);
    });

    test("without ip6tables IPv4 is blocked, and a remark says what is not", async () => {
      const one = await host({ xtables, without: ["ip6tables-save", "ip6tables-restore"] });
      await block(one, iptables, 60, BAD);
      const { held, remarks, add } = await lookAt(one, iptables);
      expect(held.map((block) => block.target.text)).toEqual([BAD]);
      expect(remarks).toEqual(["IPv6 is not covered: ip6tables is not installed"]);
      const [step] = add(allUntil([target(BAD6)], null), Date.now());
      expect(step && (await one.runner()(step))).toEqual({ kind: "absent" });
    });

    test("to look changes nothing, and finds nobody where only empty chains are", async () => {
      const one = await host({ xtables });
      // The old variant has the kernel make the table, empty, where somebody first reads it.
      one.sh("ip6tables-save -t filter; iptables -N left; iptables -A INPUT -j left");
      const before = dump(one);
      const found = await lookAt(one, iptables);
      expect({ active: found.active, timeouts: found.timeouts }).toEqual({ active: false, timeouts: true });
      expect(dump(one)).toBe(before);
    });
  });
}

describeWith(NEEDS, "iptables beside nft", () => {
  test("a table filter of nft's own cannot be used", async () => {
    const one = await host({ xtables: "nft" });
    one.sh(`nft add table ip filter
nft add chain ip filter INPUT '{ type filter hook input priority 0; }'
nft add rule ip filter INPUT ct state established accept`);
    expect(await iptables.look(one.runner(), Date.now())).toEqual({
      problem: "failed",
      detail: "iptables cannot read the table filter: nft made it, perhaps",
      idle: true,
    });
  });
});
