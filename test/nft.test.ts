import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { nft } from "../src/respond/nft.ts";
import { block, carryOut, dump, heldTexts, lookAt, target, unblock } from "./firewall-acts.ts";
import { type Host, makeHost } from "./firewall-host.ts";
import { describeWith } from "./requires.ts";

const [ONE, OTHER, PREFIX] = ["203.0.113.9", "203.0.113.10", "203.0.112.0/23"] as const;

describeWith(["root", { program: "nft" }, { program: "iptables" }, { program: "ufw" }], "nft", () => {
  let host: Host;
  let bare: string;
  beforeAll(async () => {
    host = await makeHost();
    bare = dump(host);
  });
  beforeEach(() => host.sh("nft flush ruleset"));
  afterAll(() => host.remove());

  test("what no rule looks up is not in force, and is swept out or put right by the next block", async () => {
    await block(host, nft, 60, ONE, PREFIX);
    host.sh("nft flush chain inet nethergaze blocked4");
    expect(await heldTexts(host, nft)).toEqual([PREFIX]);
    await block(host, nft, 60, OTHER);
    expect(await heldTexts(host, nft)).toEqual([PREFIX, OTHER, ONE].sort());
    host.sh("nft flush chain inet nethergaze blocked4");
    await carryOut(host, (await lookAt(host, nft)).sweep());
    expect(await heldTexts(host, nft)).toEqual([PREFIX]);
    expect(host.sh("nft list sets")).not.toContain("set blocked4 {");
    host.sh("nft flush chain inet nethergaze blocked4_23");
    await carryOut(host, (await lookAt(host, nft)).sweep());
    expect(dump(host)).toBe(bare);
  });

  test("a block tells how long it was to last, to the kernel's second", async () => {
    await block(host, nft, 90, ONE);
    await block(host, nft, null, OTHER);
    const { held } = await lookAt(host, nft);
    expect(held.map(({ target: { text }, lasts, until }) => [text, lasts, until !== null])).toEqual([
      [ONE, 90_000, true],
      [OTHER, undefined, false],
    ]);
  });

  test("what was planned from what is no more fails as a whole, and is planned anew", async () => {
    await block(host, nft, 60, ONE, PREFIX);
    const stale = (await lookAt(host, nft)).remove([target(PREFIX)]);
    await unblock(host, nft, PREFIX);
    const once = dump(host);
    for (const step of stale) expect(await host.runner()(step)).toMatchObject({ kind: "failed" });
    expect(dump(host)).toBe(once);
    await unblock(host, nft, ONE);
    expect(dump(host)).toBe(bare);
  });
});
