import type { Acted, Blast, Block, Preview, Responder } from "../../src/model/block.ts";
import { NOW } from "./snapshots.ts";

/** Of one address that scans, but for what is given. */
export function blast(known: Partial<Blast> = {}): Blast {
  return {
    addresses: 1,
    connections: 18,
    bad: 1,
    good: 0,
    badRequests: 212,
    goodRequests: 3,
    logins: 0,
    loggedIn: [],
    crawlers: 0,
    crawling: [],
    since: NOW - 24 * 3_600_000,
    ...known,
  };
}

/** What nftables would be told: for a minute, and for as long as is asked. */
function script(targets: readonly string[], timeout: string): string[] {
  if (targets.length === 0) return [];
  return [
    "nft -f - <<'EOF'",
    "add table inet nethergaze",
    "add set inet nethergaze blocked4 { type ipv4_addr; flags timeout; counter; }",
    "add chain inet nethergaze blocked4 { type filter hook prerouting priority -300; policy accept; }",
    "flush chain inet nethergaze blocked4",
    "add rule inet nethergaze blocked4 ip saddr @blocked4 drop",
    `add element inet nethergaze blocked4 { ${targets.map((target) => target + timeout).join(", ")} }`,
    "EOF",
  ];
}

/** What a block would do, but for what is given. */
export function preview(
  targets: readonly string[],
  seconds: number | null,
  known: Partial<Preview> = {},
): Preview {
  const [first = ""] = targets;
  const alone = targets.length === 1 && !first.includes("/");
  const judged: Preview["targets"] = known.targets ?? targets.map((target) => ({ target }));
  const allowed = judged.filter(({ refusal }) => refusal === undefined).map(({ target }) => target);
  return {
    targets: judged,
    seconds,
    firewall: "nft",
    why: "nftables is active",
    blast: blast(alone ? {} : { addresses: 14, bad: 3, good: 9, connections: 41 }),
    ...(alone && {
      around: {
        ...blast({ addresses: 14, bad: 3, good: 9, connections: 41 }),
        prefix: first.replace(/\d+$/, "0/24"),
      },
    }),
    commands: script(allowed, " timeout 60s"),
    lasting: script(allowed, seconds === null ? "" : ` timeout ${seconds}s`),
    remarks: [],
    ...known,
  };
}

/** A block that stands, but for what is given. */
export function block(target: string, known: Partial<Block> = {}): Block {
  return {
    target,
    firewall: "nft",
    since: NOW - 480_000,
    until: NOW + 3_120_000,
    reason: "exploit-probe, scanner-agent",
    packets: 1_204,
    ...known,
  };
}

/** Answers at once and does nothing; what it was asked to do is written down. */
export function responder(known: Partial<Responder> = {}): { responder: Responder; asked: string[] } {
  const asked: string[] = [];
  const act = (what: string, targets: readonly string[], seconds: number | null, reason: string): Acted => {
    asked.push(`${what} ${targets.join(" ")} ${seconds} ${reason}`.trimEnd());
    return { ok: true, words: `${targets.join(", ")} ${what} (nft)` };
  };
  return {
    asked,
    responder: {
      preview: async (targets, seconds) => preview(targets, seconds),
      arm: async (targets, seconds, reason) => act("armed", targets, seconds, reason),
      confirm: async (targets, seconds, reason) => act("confirmed", targets, seconds, reason),
      unblock: async (targets) => act("unblocked", targets, null, ""),
      blocks: async () => [block("45.77.12.9"), block("203.0.113.0/24", { until: null, packets: 0 })],
      ...known,
    },
  };
}
