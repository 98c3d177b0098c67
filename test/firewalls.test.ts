import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { allUntil, type Firewall } from "../src/respond/firewall.ts";
import { iptables } from "../src/respond/iptables.ts";
import { nft } from "../src/respond/nft.ts";
import { ufw } from "../src/respond/ufw.ts";
import { block, carryOut, dump, heldTexts, lookAt, target, unblock } from "./firewall-acts.ts";
import type { Equipment } from "./firewall-host.ts";
import {
  ALL,
  BAD,
  BAD6,
  FAR,
  FAR6,
  makeWorld,
  NEAR,
  NEAR6,
  PREFIX,
  PREFIX6,
  PUBLISHING,
  type World,
} from "./firewall-world.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

/** A firewall, and where it differs from the others. */
interface Kind {
  readonly name: string;
  readonly firewall: Firewall;
  readonly equipment: Equipment;
  /** Rules of somebody else, as a shell sets them up; and what brings them back after `flush` or a reload. */
  readonly others: string;
  /** What an operator does who starts anew with his rules, and whether our blocks outlive that. */
  readonly reload: string;
  readonly outlives: boolean;
  /** It ends blocks by itself and counts; it stops pings, and what is forwarded. */
  readonly full: boolean;
}

/** Rules that change nothing for the tests, in each chain and both families. */
const IPTABLES_OTHERS = `for t in iptables ip6tables; do
$t -A INPUT -i lo -j ACCEPT
$t -N theirs 2>/dev/null || :
$t -A theirs -p tcp --dport 23 -m comment --comment "no telnet, ever" -j REJECT
$t -A INPUT -j theirs
$t -A FORWARD -j theirs
$t -A OUTPUT -p tcp --dport 25 -j DROP
done`;

const NFT_OTHERS = `nft -f - <<'EOF2'
table inet theirs {
  set bad { type ipv4_addr; flags interval; elements = { 198.51.100.0/24 }; }
  chain input { type filter hook input priority 0; policy accept; iifname "lo" accept; ip saddr @bad drop; }
}
table ip nat { chain theirs { tcp dport 23 accept; }; }
EOF2`;

const KINDS: readonly Kind[] = [
  {
    name: "nft",
    firewall: nft,
    equipment: {},
    others: NFT_OTHERS,
    reload: `nft flush ruleset; ${PUBLISHING}; ${NFT_OTHERS}`,
    outlives: false,
    full: true,
  },
  ...(["nft", "legacy"] as const).map((xtables) => ({
    name: `iptables (${xtables})`,
    firewall: iptables,
    equipment: { xtables },
    others: IPTABLES_OTHERS,
    reload: `for t in iptables ip6tables; do $t -F; done; ${IPTABLES_OTHERS}`,
    outlives: false,
    full: true,
  })),
  {
    name: "ufw",
    firewall: ufw,
    equipment: {},
    others:
      "ufw --force enable; ufw default allow routed; ufw allow 80/tcp; ufw deny from 198.51.100.7; ufw allow from 198.51.100.8",
    reload: "ufw reload",
    outlives: true,
    full: false,
  },
];

// A step of ufw takes a second where somebody else is busy.
setDefaultTimeout(30_000);

for (const kind of KINDS) {
  const { firewall } = kind;
  describeWith(
    ["root", ...["nft", "iptables", "iptables-legacy", "ufw"].map((program) => ({ program }))],
    kind.name,
    () => {
      let world: World;
      let before: string;

      beforeAll(async () => {
        world = await makeWorld(kind.equipment);
        world.host.sh(kind.others);
      });
      afterAll(() => world.remove());

      /** Undone, it is as it was: whatever a test did. */
      beforeEach(() => {
        before = dump(world.host);
      });
      afterEach(async () => {
        await unblockAll(...(await held()));
        await carryOut(world.host, (await look()).sweep());
        expect(dump(world.host)).toBe(before);
      });

      const look = () => lookAt(world.host, firewall);
      const blockFor = (seconds: number | null, ...texts: string[]) =>
        block(world.host, firewall, seconds, ...texts);
      const unblockAll = (...texts: string[]) => unblock(world.host, firewall, ...texts);
      const held = () => heldTexts(world.host, firewall);

      test("is used here, by somebody else, and empty of ours", async () => {
        const found = await look();
        expect({ active: found.active, held: found.held }).toEqual({ active: true, held: [] });
        expect(found.timeouts).toBe(kind.full);
        expect(found.remarks.length > 0).toBe(!kind.full);
        expect([...found.remove([target(BAD)]), ...found.sweep()]).toEqual([]);
      });

      test("a blocked address gets no answer, and others do", async () => {
        expect(await world.through()).toEqual(ALL);
        await blockFor(60, BAD, BAD6);
        expect(await held()).toEqual([BAD, BAD6]);
        expect(await world.through()).toEqual([NEAR, FAR, NEAR6, FAR6]);
        expect(await world.pings(NEAR)).toBe(true);
        expect(await world.pings(NEAR6)).toBe(true);
        expect(await world.pings(BAD)).toBe(!kind.full);
        // What was dropped is counted.
        for (const { packets } of (await look()).held) {
          if (kind.full) expect(packets).toBeGreaterThan(0);
          else expect(packets).toBeNull();
        }
        await unblockAll(BAD, BAD6);
        expect(await world.through()).toEqual(ALL);
        expect(dump(world.host)).toBe(before);
      });

      test("blocks may lie inside one another, and each is undone by itself", async () => {
        await blockFor(60, PREFIX, PREFIX6);
        await blockFor(600, BAD, BAD6);
        expect(await held()).toEqual([PREFIX, BAD, PREFIX6, BAD6].sort());
        expect(await world.through()).toEqual([FAR, FAR6]);
        await unblockAll(BAD, BAD6);
        expect(await held()).toEqual([PREFIX, PREFIX6]);
        expect(await world.through()).toEqual([FAR, FAR6]);
        await blockFor(600, BAD, BAD6);
        await unblockAll(PREFIX, PREFIX6);
        expect(await held()).toEqual([BAD, BAD6]);
        expect(await world.through()).toEqual([NEAR, FAR, NEAR6, FAR6]);
      });

      test("what is forwarded stops too, or a remark says that it does not", async () => {
        expect(await world.throughBehind()).toEqual(ALL);
        await blockFor(60, BAD, PREFIX6);
        expect(await world.throughBehind()).toEqual(kind.full ? [NEAR, FAR, FAR6] : ALL);
        const said = (await look()).remarks.some((remark) => /not cover what is forwarded/.test(remark));
        expect(said).toBe(!kind.full);
      });

      test("a block says until when, and gives way to another of the same", async () => {
        /** What is held: for how many minutes from then on. */
        const lasting = async (): Promise<Record<string, number | null>> => {
          const now = Date.now();
          const minutes = (end: number | null): number | null => end && Math.round((end - now) / 60_000);
          return Object.fromEntries((await look()).held.map((one) => [one.target.text, minutes(one.until)]));
        };
        await blockFor(60, BAD, BAD6);
        expect(await lasting()).toEqual(kind.full ? { [BAD]: 1, [BAD6]: 1 } : { [BAD]: null, [BAD6]: null });
        await blockFor(3600, BAD);
        expect(await lasting()).toEqual(kind.full ? { [BAD]: 60, [BAD6]: 1 } : { [BAD]: null, [BAD6]: null });
        await blockFor(null, BAD, BAD6);
        expect(await lasting()).toEqual({ [BAD]: null, [BAD6]: null });
        await blockFor(600, BAD6);
        expect(await lasting()).toEqual({ [BAD]: null, [BAD6]: kind.full ? 10 : null });
        expect(await world.through()).toEqual([NEAR, FAR, NEAR6, FAR6]);
      });

      test("to block twice is to block once", async () => {
        await blockFor(null, BAD, PREFIX, BAD6);
        const once = dump(world.host);
        await blockFor(null, BAD, PREFIX, BAD6);
        expect(dump(world.host)).toBe(once);
      });

      test("to unblock what is not blocked does nothing", async () => {
        await blockFor(null, BAD);
        const once = dump(world.host);
        expect((await look()).remove([target(NEAR), target(PREFIX), target(BAD6)])).toEqual([]);
        expect(dump(world.host)).toBe(once);
      });

      test("two at once are both in force", async () => {
        await blockFor(null, FAR, FAR6);
        const [one, other] = await Promise.all([look(), look()]);
        const acts = [
          () => carryOut(world.host, one.add(allUntil([target(BAD)], null), Date.now())),
          () => carryOut(world.host, other.add(allUntil([target(NEAR), target(BAD6)], null), Date.now())),
        ];
        if (kind.full) await Promise.all(acts.map((act) => act()));
        // Two runs of ufw at once lose one another's rules.
        else for (const act of acts) await act();
        expect(await held()).toEqual([BAD, NEAR, FAR, BAD6, FAR6]);
        expect(await world.through()).toEqual([NEAR6]);
      });

      test("blocks are put back after the firewall was set up anew", async () => {
        await blockFor(600, BAD, BAD6);
        world.host.sh(kind.reload);
        expect(await held()).toEqual(kind.outlives ? [BAD, BAD6] : []);
        expect(await world.through()).toEqual(kind.outlives ? [NEAR, FAR, NEAR6, FAR6] : ALL);
        await blockFor(600, BAD, BAD6);
        expect(await held()).toEqual([BAD, BAD6]);
        expect(await world.through()).toEqual([NEAR, FAR, NEAR6, FAR6]);
        expect(await world.throughBehind()).toEqual(kind.full ? [NEAR, FAR, NEAR6, FAR6] : ALL);
      });

      if (!kind.full) return;

      test("the kernel ends a block", async () => {
        await blockFor(1, BAD, PREFIX6);
        await blockFor(600, NEAR);
        expect((await world.through()).filter((address) => address === NEAR || address === FAR)).toEqual([
          FAR,
        ]);
        // Nothing runs here meanwhile but who tries to get in.
        for (const address of [BAD, BAD6]) {
          await until(async () => (await world.through([address])).length > 0, `the end of ${address}`);
        }
        expect(await held()).toEqual([NEAR]);
        expect(await world.through()).toEqual(ALL.filter((address) => address !== NEAR));
        await carryOut(world.host, (await look()).sweep());
        expect(await held()).toEqual([NEAR]);
        await unblockAll(NEAR);
        expect(dump(world.host)).toBe(before);
      });

      test("what has ended is swept out, with everything of ours", async () => {
        await blockFor(1, BAD, BAD6);
        await until(async () => (await held()).length === 0, "the end of the blocks");
        expect(dump(world.host)).not.toBe(before);
        await carryOut(world.host, (await look()).sweep());
        expect(dump(world.host)).toBe(before);
      });
    },
  );
}
