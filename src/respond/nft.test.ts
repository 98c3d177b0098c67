import { describe, expect, test } from "bun:test";
import type { Outcome } from "../kernel/programs.ts";
import { parseTarget, type Target } from "../model/target.ts";
import { allUntil, isUnusable, type Ruleset, shown } from "./firewall.ts";
import { nft } from "./nft.ts";

const NOW = 1_700_000_000_000;

function targets(...texts: string[]): Target[] {
  return texts.flatMap((text) => parseTarget(text) ?? []);
}

function done(list: readonly object[]): Outcome {
  return { kind: "done", stdout: JSON.stringify({ nftables: list }) };
}

async function ruleset(chains: readonly object[], table: readonly object[] = []): Promise<Ruleset> {
  const found = await nft.look(async ({ argv }) => done(argv.includes("chains") ? chains : table), NOW);
  if (isUnusable(found)) throw new Error(found.detail);
  return found;
}

describe("nftables' plan", () => {
  test("of a first block is one transaction", async () => {
    const steps = (await ruleset([])).add(allUntil(targets("45.77.12.9"), NOW + 60_000), NOW);
    expect(steps.flatMap(shown)).toEqual([
      "nft -f - <<'EOF'",
      "add table inet nethergaze",
      "add set inet nethergaze blocked4 { type ipv4_addr; flags timeout; counter; }",
      "add chain inet nethergaze blocked4 { type filter hook prerouting priority -300; policy accept; }",
      "flush chain inet nethergaze blocked4",
      "add rule inet nethergaze blocked4 ip saddr @blocked4 drop",
      "add element inet nethergaze blocked4 { 45.77.12.9 }",
      "delete element inet nethergaze blocked4 { 45.77.12.9 }",
      "add element inet nethergaze blocked4 { 45.77.12.9 timeout 60s }",
      "EOF",
    ]);
  });

  test("has a set for each length", async () => {
    const [step] = (await ruleset([])).add(
      allUntil(targets("1.2.3.4", "1.2.3.0/24", "2001:db8::/56", "::1", "1.2.3.5"), null),
      NOW,
    );
    const input = step?.input ?? "";
    expect(input.match(/^add set \S+ \S+ \S+/gm)?.map((line) => line.split(" ").at(-1))).toEqual([
      "blocked4",
      "blocked4_24",
      "blocked6_56",
      "blocked6",
    ]);
    expect(input).toContain("add element inet nethergaze blocked4 { 1.2.3.4, 1.2.3.5 }\n");
    expect(input).toContain("ip saddr & 255.255.255.0 @blocked4_24 drop");
    expect(input).toContain("ip6 saddr & ffff:ffff:ffff:ff00:: @blocked6_56 drop");
    expect(input).not.toContain("timeout 0s");
  });

  test("of a time that is over lasts a second: 0 would be for ever", async () => {
    const [step] = (await ruleset([])).add(allUntil(targets("1.2.3.4"), NOW - 5000), NOW);
    expect(step?.input).toContain("1.2.3.4 timeout 1s");
  });

  test("of several ends is one transaction", async () => {
    const blocks = [...allUntil(targets("1.2.3.4"), NOW + 1), ...allUntil(targets("1.2.3.5"), null)];
    const steps = (await ruleset([])).add(blocks, NOW);
    expect(steps).toHaveLength(1);
    expect(steps[0]?.input).toContain("{ 1.2.3.4 timeout 1s, 1.2.3.5 }\n");
  });

  test("of nobody's is nothing", async () => {
    expect((await ruleset([])).remove(targets("1.2.3.4"))).toEqual([]);
    expect((await ruleset([])).sweep()).toEqual([]);
  });

  const chain = (family: string, table: string, name: string, hook?: string) => ({
    chain: { family, table, name, ...(hook !== undefined && { hook }) },
  });
  const OURS = chain("inet", "nethergaze", "blocked4", "prerouting");
  const set = (name: string, elem: readonly unknown[]) => [
    { set: { family: "inet", table: "nethergaze", name, elem } },
    {
      rule: {
        family: "inet",
        table: "nethergaze",
        chain: name,
        expr: [{ match: { op: "==", left: {}, right: `@${name}` } }, { drop: null }],
      },
    },
  ];

  test("with the last block takes the table out, and before it the set", async () => {
    const one = { elem: { val: "1.2.3.4", timeout: 60, expires: 9, counter: { packets: 7, bytes: 99 } } };
    const found = await ruleset(
      [OURS],
      [...set("blocked4", [one]), ...set("blocked4_24", ["9.9.9.0"]), ...set("blocked6", [])],
    );
    expect(found.held.map(({ target, ...rest }) => ({ ...rest, target: target.text }))).toEqual([
      { target: "1.2.3.4", until: NOW + 9000, lasts: 60_000, packets: 7 },
      { target: "9.9.9.0/24", until: null, packets: null },
    ]);
    expect(found.remove(targets("1.2.3.4", "9.9.9.0/24"))[0]?.input).toBe("delete table inet nethergaze\n");
    expect(found.remove(targets("1.2.3.4"))[0]?.input).toBe(
      ["blocked4", "blocked6"]
        .map(
          (name) =>
            `flush chain inet nethergaze ${name}\ndelete chain inet nethergaze ${name}\ndelete set inet nethergaze ${name}\n`,
        )
        .join(""),
    );
    expect(found.sweep()[0]?.input).toContain("delete set inet nethergaze blocked6\n");
  });

  test("reads what is odd as nothing of ours", async () => {
    const odd = [
      ...set("blocked4", [null, 7, {}, { elem: { val: "x" } }, "1.2.3.4"]),
      ...set("blocked5", ["1.2.3.4"]),
      7,
      null,
    ];
    const found = await ruleset([OURS], odd as object[]);
    expect(found.held.map(({ target }) => target.text)).toEqual(["1.2.3.4"]);
  });

  test("does not take a set for a block whose rule is gone, or another", async () => {
    const [lone] = set("blocked4", ["1.2.3.4"]);
    expect((await ruleset([OURS], [lone ?? {}])).held).toEqual([]);
    const counting = { rule: { chain: "blocked4", expr: [{ counter: { packets: 0, bytes: 0 } }] } };
    expect((await ruleset([OURS], [lone ?? {}, counting])).held).toEqual([]);
  });

  test.each([
    [[], false],
    [[chain("ip", "filter", "INPUT", "input")], false],
    [[OURS], false],
    [[chain("inet", "filter", "rules")], false],
    [[chain("inet", "filter", "input", "input")], true],
    [[OURS, chain("inet", "firewalld", "filter_INPUT", "input")], true],
  ])("%j: active %p", async (tables, active) => {
    expect((await ruleset(tables)).active).toBe(active);
  });
});
