import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { allUntil, type RunStep } from "../src/respond/firewall.ts";
import { ufw } from "../src/respond/ufw.ts";
import { block, dump, heldTexts, lookAt, target, unblock } from "./firewall-acts.ts";
import { type Host, makeHost } from "./firewall-host.ts";
import { describeWith } from "./requires.ts";

// A run of ufw takes up to half a second, and three times that where somebody else is busy.
setDefaultTimeout(30_000);

/** Rules of an operator for one address each: for everything that comes in, and for less. */
const TAKEN: readonly [address: string, words: string, rule: string][] = [
  ["198.51.100.1", "deny from 198.51.100.1", "ufw deny from 198.51.100.1"],
  ["198.51.100.2", "allow from 198.51.100.2", "ufw allow from 198.51.100.2"],
  ["198.51.100.3", "reject from 198.51.100.3", "ufw reject from 198.51.100.3"],
  ["198.51.100.4", "limit from 198.51.100.4", "ufw limit from 198.51.100.4"],
  ["198.51.100.5", "deny log from 198.51.100.5", "ufw deny log from 198.51.100.5 comment nethergaze"],
  ["198.51.100.6", "deny from 198.51.100.6", "ufw deny from 198.51.100.6 comment 'not nethergaze'"],
  ["203.0.113.0/24", "allow from 203.0.113.0/24", "ufw allow from 203.0.113.0/24"],
  ["2001:db8::1", "deny from 2001:db8::1", "ufw deny from 2001:db8::1"],
];
const FREE: readonly [address: string, rule: string][] = [
  ["198.51.100.21", "ufw deny out from 198.51.100.21"],
  ["198.51.100.22", "ufw route deny from 198.51.100.22"],
  ["198.51.100.23", "ufw deny in on lo from 198.51.100.23"],
  ["198.51.100.24", "ufw deny proto tcp from 198.51.100.24"],
  ["198.51.100.25", "ufw deny from 198.51.100.25 to any port 22"],
  ["198.51.100.26", "ufw deny from 198.51.100.26 to 192.0.2.1"],
  ["2001:db8::2", "ufw allow from 2001:db8::2 to any port 443 proto tcp"],
];

describeWith(["root", { program: "ufw" }, { program: "nft" }], "ufw", () => {
  let host: Host;
  beforeAll(async () => {
    host = await makeHost();
    const rules = [...TAKEN.map(([, , rule]) => rule), ...FREE.map(([, rule]) => rule)];
    // What it has loaded is what is in its files only once it has loaded them.
    host.sh(["ufw --force enable", ...rules, "ufw reload"].join("\n"));
  });
  afterAll(() => host.remove());

  test("rules of the operator are not ours: no block, and none undone", async () => {
    const before = dump(host);
    const ruleset = await lookAt(host, ufw);
    const taken = TAKEN.map(([address]) => target(address));
    expect(ruleset.held).toEqual([]);
    expect(ruleset.add(allUntil(taken, null), Date.now())).toEqual([]);
    expect(ruleset.remove(taken)).toEqual([]);
    for (const [address, words] of TAKEN) {
      expect(ruleset.refusal(target(address))).toBe(
        `ufw has a rule of its operator for it, ${words}: to block it take that out first, ufw delete ${words}`,
      );
    }
    expect(dump(host)).toBe(before);
  });

  test("what has a rule for less can be blocked, and the rule stays", async () => {
    const before = dump(host);
    const addresses = FREE.map(([address]) => address);
    const ruleset = await lookAt(host, ufw);
    expect(addresses.map((address) => ruleset.refusal(target(address)))).toEqual(
      addresses.map(() => undefined),
    );
    await block(host, ufw, null, ...addresses);
    expect(await heldTexts(host, ufw)).toEqual(addresses);
    expect(host.sh("iptables -S ufw-user-input 1")).toBe("-A ufw-user-input -s 198.51.100.26/32 -j DROP\n");
    await unblock(host, ufw, ...addresses);
    expect(dump(host)).toBe(before);
  });

  test("a rule that the operator made his own is not ours any more", async () => {
    await block(host, ufw, null, "192.0.2.77");
    host.sh("ufw deny from 192.0.2.77 comment 'mine now'");
    expect(await heldTexts(host, ufw)).toEqual([]);
    expect((await lookAt(host, ufw)).remove([target("192.0.2.77")])).toEqual([]);
    host.sh("ufw delete deny from 192.0.2.77");
  });

  test("where it is off it is not run to find that out", async () => {
    const run = host.runner();
    const ran: string[] = [];
    const noted: RunStep = (step) => {
      ran.push(step.argv.join(" "));
      return run(step);
    };
    host.sh("ufw disable");
    const inactive = { problem: "failed", detail: "ufw is not active", idle: true } as const;
    expect(await ufw.look(noted, Date.now())).toEqual(inactive);
    expect(ran).toEqual(["cat /etc/ufw/ufw.conf"]);
    // It is on, and yet not loaded.
    host.sh("sed -i s/ENABLED=no/ENABLED=yes/ /etc/ufw/ufw.conf; iptables -F; iptables -X");
    expect(await ufw.look(run, Date.now())).toEqual(inactive);
  });
});
