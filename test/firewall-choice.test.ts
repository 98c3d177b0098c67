import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { FirewallName } from "../src/model/block.ts";
import { type Firewall, isUnusable } from "../src/respond/firewall.ts";
import { chooseFirewall, FIREWALL_LIST, lookAll } from "../src/respond/firewalls.ts";
import { iptables } from "../src/respond/iptables.ts";
import { nft } from "../src/respond/nft.ts";
import { ufw } from "../src/respond/ufw.ts";
import { block, dump } from "./firewall-acts.ts";
import { AS_NOBODY, type Equipment, type Host, makeHost, XTABLES } from "./firewall-host.ts";
import { describeWith } from "./requires.ts";

setDefaultTimeout(30_000);

const made: Host[] = [];
afterEach(async () => {
  for (const host of made.splice(0)) await host.remove();
});

async function hostWith(script: string, equipment: Equipment = {}): Promise<Host> {
  const host = await makeHost(equipment);
  made.push(host);
  if (script !== "") host.sh(script);
  return host;
}

const NEEDS = [
  "root",
  ...["nft", "iptables", "iptables-legacy", "ufw"].map((program) => ({ program })),
] as const;

const HANGS = "#!/bin/sh\nexec sleep 60\n";
const ON = "sed -i s/ENABLED=no/ENABLED=yes/ /etc/ufw/ufw.conf";
const RULE = "iptables -A INPUT -p tcp --dport 23 -j DROP";
const NFT_CHAIN = "nft add table inet t; nft add chain inet t c '{ type filter hook input priority 0; }'";

interface Situation {
  readonly name: string;
  readonly script: string;
  readonly equipment?: Equipment;
  readonly forced?: FirewallName;
  readonly firewall: FirewallName;
  readonly why: string;
}

const NOTHING = "nothing else is active";

const SITUATIONS: readonly Situation[] = [
  { name: "nothing at all", script: "", firewall: "nft", why: NOTHING },
  { name: "rules of nft", script: NFT_CHAIN, firewall: "nft", why: "nftables is active" },
  {
    name: "a table of nft that is called as one of iptables",
    script: "nft add table ip filter; nft add chain ip filter input '{ type filter hook input priority 0; }'",
    firewall: "nft",
    why: "nftables is active",
  },
  { name: "a table of nft with no chain", script: "nft add table inet t", firewall: "nft", why: NOTHING },
  { name: "rules of iptables in nftables", script: RULE, firewall: "iptables", why: "iptables is active" },
  {
    name: "rules of iptables in the kernel's old tables",
    // There the kernel makes a table, empty, where somebody first reads it.
    script: `${RULE}; ip6tables-save -t filter`,
    equipment: { xtables: "legacy" },
    firewall: "iptables",
    why: "iptables is active",
  },
  {
    name: "a policy of iptables",
    script: "iptables -P FORWARD DROP",
    firewall: "iptables",
    why: "iptables is active",
  },
  {
    name: "rules of ip6tables alone",
    script: "ip6tables -A INPUT -p tcp --dport 23 -j DROP",
    firewall: "iptables",
    why: "iptables is active",
  },
  {
    name: "rules of nft and iptables",
    script: `${RULE}; ${NFT_CHAIN}`,
    firewall: "nft",
    why: "nftables is active",
  },
  {
    name: "tables of iptables without rules",
    script: "iptables -L; ip6tables -t nat -L; iptables -N empty; iptables -A INPUT -j empty",
    firewall: "nft",
    why: NOTHING,
  },
  { name: "ufw", script: "ufw --force enable", firewall: "ufw", why: "ufw is active" },
  {
    name: "ufw in the kernel's old tables",
    script: "ufw --force enable",
    equipment: { xtables: "legacy" },
    firewall: "ufw",
    why: "ufw is active",
  },
  { name: "ufw and nft", script: `ufw --force enable; ${NFT_CHAIN}`, firewall: "ufw", why: "ufw is active" },
  {
    name: "ufw that was switched off",
    script: "ufw --force enable; ufw disable",
    firewall: "nft",
    why: NOTHING,
  },
  { name: "no nft", script: "", equipment: { without: ["nft"] }, firewall: "iptables", why: NOTHING },
  {
    name: "an nft that hangs",
    script: "",
    equipment: { fakes: { nft: HANGS } },
    firewall: "iptables",
    why: NOTHING,
  },
  {
    name: "iptables asked for",
    script: NFT_CHAIN,
    forced: "iptables",
    firewall: "iptables",
    why: "asked for",
  },
  { name: "nft asked for", script: "ufw --force enable", forced: "nft", firewall: "nft", why: "asked for" },
];

describeWith(NEEDS, "the firewall is chosen by what is active", () => {
  test.each(SITUATIONS.map((situation) => [situation.name, situation] as const))(
    "%s",
    async (_, { script, equipment, forced, firewall, why }) => {
      const host = await hostWith(script, equipment);
      const before = equipment?.without || equipment?.fakes ? undefined : dump(host);
      const run = host.runner([], equipment?.fakes ? 1000 : 10_000);
      const chosen = await chooseFirewall(run, Date.now(), forced);
      expect("problem" in chosen ? chosen : { firewall: chosen.firewall.name, why: chosen.why }).toEqual({
        firewall,
        why,
      });
      if (before !== undefined) expect(dump(host)).toBe(before);
    },
  );

  test.each(["nft", "iptables"] as const)("blocks of ours alone in %s are nobody's rules", async (name) => {
    const host = await hostWith("");
    const firewall = FIREWALL_LIST.find((one) => one.name === name) ?? nft;
    await block(host, firewall, 60, "203.0.113.9", "2001:db8::9");
    const chosen = await chooseFirewall(host.runner(), Date.now());
    expect(chosen).toMatchObject({ firewall: { name: "nft" }, why: NOTHING });
    // They are found wherever they are.
    const looked = await lookAll(host.runner(), Date.now());
    expect(
      looked.map(({ firewall: { name }, found }) => [
        name,
        isUnusable(found) ? found.problem : found.held.length,
      ]),
    ).toEqual([
      ["ufw", "failed"],
      ["nft", name === "nft" ? 2 : 0],
      ["iptables", name === "iptables" ? 2 : 0],
    ]);
  });

  test("where none can be used the one line says what to do", async () => {
    const without = ["nft", ...XTABLES, "ufw"];
    const remedy = {
      problem: "absent",
      detail: "no firewall is here that can be used: install nftables",
    } as const;
    expect(await chooseFirewall((await hostWith("", { without })).runner(), Date.now())).toEqual(remedy);
    const inactive = await hostWith("", { without: without.slice(0, -1) });
    expect(await chooseFirewall(inactive.runner(), Date.now())).toEqual(remedy);
    expect(await chooseFirewall(inactive.runner(), Date.now(), "ufw")).toEqual({
      problem: "failed",
      detail: "ufw is not active",
      idle: true,
    });
    const bare = await hostWith("");
    expect(await chooseFirewall(bare.runner(AS_NOBODY), Date.now())).toEqual({
      problem: "denied",
      detail: "nft: Operation not permitted (you must be root)",
    });
  });
});

/** What each is to those that have no use of it: its program, and how its owner has it be asked at all. */
const PROGRAMS: readonly [firewall: Firewall, program: string, script: string][] = [
  [nft, "nft", ""],
  [iptables, "iptables-save", ""],
  [ufw, "ufw", ON],
];

describeWith(NEEDS, "a firewall that cannot be used says why", () => {
  for (const [firewall, program, script] of PROGRAMS) {
    const { name } = firewall;

    test(`${name} is missing`, async () => {
      const host = await hostWith(script, { without: [program] });
      const found = await firewall.look(host.runner(), Date.now());
      expect(found).toEqual({ problem: "absent", detail: `${name} is not installed` });
    });

    test(`${name} hangs`, async () => {
      const host = await hostWith(script, { fakes: { [program]: HANGS } });
      const found = await firewall.look(host.runner([], 300), Date.now());
      expect(found).toEqual({ problem: "failed", detail: `${name} did not answer in time` });
    });

    test(`${name} is denied`, async () => {
      const host = await hostWith(script === "" ? "" : "ufw --force enable");
      const found = await firewall.look(host.runner(AS_NOBODY), Date.now());
      expect(found).toMatchObject({
        problem: "denied",
        detail: expect.stringMatching(/be root|not permitted/),
      });
    });

    test(`${name} says something else`, async () => {
      const host = await hostWith(script, {
        fakes: { [program]: "#!/bin/sh\necho '[0:0] {\"nftables\": 1}'\n" },
      });
      const found = await firewall.look(host.runner(), Date.now());
      expect(found).toMatchObject({ problem: "failed" });
    });
  }
});
