import { parseTarget, type Target } from "../model/target.ts";
import { isObject, type Json, parseJson } from "../model/untrusted-json.ts";
import {
  type Firewall,
  type Held,
  type Ruleset,
  type Step,
  type Unusable,
  unusable,
  type Wanted,
} from "./firewall.ts";

/** nft(8), libnftables-json(5). Everything is in a table of our own: what others have there is never touched. */
const TABLE = "inet nethergaze";
/** NF_IP_PRI_RAW of linux/netfilter_ipv4.h: before connections are tracked and addresses translated. */
const PRIORITY = -300;

/** The tables of iptables-nft, and its chains at hooks: they are in nftables, and yet not its operator's. */
const OF_IPTABLES = /^ip6? (filter|nat|mangle|raw|security) (INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING)$/;

/**
 * nftables. For each length of prefix a set, looked up with the address cut to that length, so that prefixes may lie
 * inside one another, each with its own end; and beside it a chain at the hook that all packets pass, those for this
 * host and those that are forwarded. The kernel ends each element by itself.
 */
export const nft: Firewall = {
  name: "nft",
  async look(run, now) {
    const listed = await run({ argv: ["nft", "-j", "list", "chains"] });
    if (listed.kind !== "done") return unusable("nft", listed);
    const chains = objects(listed.stdout, "chain");
    if (chains === undefined) return NO_JSON;
    // Chains at no hook do nothing by themselves.
    const names = chains.map(({ family, table, name }) => `${family} ${table} ${name}`);
    const active = chains.some(({ hook }, i) => hook !== undefined && isOfOthers(names[i] ?? ""));
    if (!names.some((name) => name.startsWith(`${TABLE} `))) return rulesetOf([], [], active);
    const table = await run({ argv: ["nft", "-j", "list", "table", "inet", "nethergaze"] });
    if (table.kind !== "done") return unusable("nft", table);
    const sets = objects(table.stdout, "set");
    const rules = objects(table.stdout, "rule");
    if (sets === undefined || rules === undefined) return NO_JSON;
    // Without its rule a set does nothing: somebody may have flushed the chain.
    const used = new Set(rules.filter(dropsBySet).map(({ chain }) => chain));
    return rulesetOf(
      sets.map(({ name }) => String(name)),
      sets.filter(({ name }) => used.has(name)).flatMap((set) => heldIn(set, now)),
      active,
    );
  },
};

const NO_JSON: Unusable = { problem: "failed", detail: "nft does not answer in JSON" };

/** nftables where nobody may look: as if nothing of ours were there. */
export const UNSEEN: Ruleset = rulesetOf([], [], false);

function isOfOthers(chain: string): boolean {
  return !chain.startsWith(`${TABLE} `) && !OF_IPTABLES.test(chain);
}

function rulesetOf(sets: readonly string[], held: readonly Held[], active: boolean): Ruleset {
  return {
    active,
    held,
    timeouts: true,
    remarks: [],
    refusal: () => undefined,
    add: (blocks, now) => [script(adding(blocks, now))],
    remove: (targets) => {
      const out = new Set(targets.map(({ text }) => text));
      const kept = held.filter(({ target }) => !out.has(target.text));
      const gone = held.filter(({ target }) => out.has(target.text)).map(({ target }) => target);
      return scripts(removing(sets, kept, gone));
    },
    sweep: () => scripts(removing(sets, held, [])),
  };
}

function scripts(lines: readonly string[]): Step[] {
  return lines.length === 0 ? [] : [script(lines)];
}

function script(lines: readonly string[]): Step {
  return { argv: ["nft", "-f", "-"], input: `${lines.join("\n")}\n` };
}

/** The set, and the chain of that name, in which blocks of a family and length are: `blocked4`, `blocked6_64`. */
function setOf({ family, length }: Target): string {
  return length === (family === 4 ? 32 : 128) ? `blocked${family}` : `blocked${family}_${length}`;
}

/** Idempotent, whatever is there already; the chain's one rule is written anew each time. */
function adding(blocks: readonly Wanted[], now: number): string[] {
  const lines = [`add table ${TABLE}`];
  for (const [set, those] of Map.groupBy(blocks, ({ target }) => setOf(target))) {
    const [first] = those.map(({ target }) => target);
    if (first === undefined) continue;
    const elements = those.map(({ target }) => target.network);
    const lasting = those.map(({ target, until }) => `${target.network}${timeoutOf(until, now)}`);
    lines.push(
      `add set ${TABLE} ${set} { type ipv${first.family}_addr; flags timeout; counter; }`,
      `add chain ${TABLE} ${set} { type filter hook prerouting priority ${PRIORITY}; policy accept; }`,
      `flush chain ${TABLE} ${set}`,
      `add rule ${TABLE} ${set} ${matching(first)} @${set} drop`,
      // Before Linux 6.12 the timeout of an element that is there does not change: it is made anew.
      `add element ${TABLE} ${set} { ${elements.join(", ")} }`,
      `delete element ${TABLE} ${set} { ${elements.join(", ")} }`,
      `add element ${TABLE} ${set} { ${lasting.join(", ")} }`,
    );
  }
  return lines;
}

/** The kernel counts from when it is added, by a clock that nobody sets (nft(8)); of 0 it is for good. */
function timeoutOf(until: number | null, now: number): string {
  return until === null ? "" : ` timeout ${Math.max(1, Math.ceil((until - now) / 1000))}s`;
}

function matching({ family, length }: Target): string {
  if (family === 4) return length === 32 ? "ip saddr" : `ip saddr & ${maskOf(4, length)}`;
  return length === 128 ? "ip6 saddr" : `ip6 saddr & ${maskOf(6, length)}`;
}

function maskOf(family: 4 | 6, length: number): string {
  const all = family === 4 ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  return parseTarget(`${all}/${length}`)?.network ?? all;
}

/** What takes `gone` out, with the sets that nothing of `kept` is in, and the table where nothing is left. */
function removing(sets: readonly string[], kept: readonly Held[], gone: readonly Target[]): string[] {
  if (kept.length === 0) return sets.length === 0 && gone.length === 0 ? [] : [`delete table ${TABLE}`];
  const used = new Set(kept.map(({ target }) => setOf(target)));
  const lines: string[] = [];
  for (const [set, targets] of Map.groupBy(gone, setOf)) {
    if (!used.has(set)) continue;
    const elements = targets.map(({ network }) => network).join(", ");
    // One that the kernel has ended meanwhile cannot be deleted.
    lines.push(
      `add element ${TABLE} ${set} { ${elements} }`,
      `delete element ${TABLE} ${set} { ${elements} }`,
    );
  }
  for (const set of sets.filter((name) => !used.has(name))) {
    lines.push(`flush chain ${TABLE} ${set}`, `delete chain ${TABLE} ${set}`, `delete set ${TABLE} ${set}`);
  }
  return lines;
}

/** Whether it is the rule that we wrote, or does the same: looks the sender up in the set of the chain's name, and drops. */
function dropsBySet({ chain, expr }: Json): boolean {
  const steps = Array.isArray(expr) ? expr.filter(isObject) : [];
  const isLookup = ({ match }: Json): boolean => isObject(match) && match.right === `@${chain}`;
  return steps.some(isLookup) && steps.some((step) => "drop" in step);
}

function heldIn(set: Json, now: number): Held[] {
  const [, family, length] = /^blocked([46])(?:_(\d{1,3}))?$/.exec(String(set.name)) ?? [];
  const elements = Array.isArray(set.elem) ? set.elem : [];
  if (family === undefined) return [];
  return elements.flatMap((element: unknown): Held[] => {
    const inner = isObject(element) && isObject(element.elem) ? element.elem : { val: element };
    const suffix = length === undefined ? "" : `/${length}`;
    const target = parseTarget(`${inner.val}${suffix}`);
    if (target === undefined) return [];
    const { timeout, expires } = inner;
    const counter = isObject(inner.counter) ? inner.counter.packets : undefined;
    return [
      {
        target,
        until: typeof expires === "number" ? now + 1000 * expires : null,
        ...(typeof timeout === "number" && { lasts: 1000 * timeout }),
        packets: typeof counter === "number" ? counter : null,
      },
    ];
  });
}

/** The objects of that kind in what `nft -j` writes; undefined where that is something else. */
function objects(json: string, kind: string): Json[] | undefined {
  const read = parseJson(json);
  if (!isObject(read) || !Array.isArray(read.nftables)) return undefined;
  return read.nftables.flatMap((item: unknown) =>
    isObject(item) && isObject(item[kind]) ? [item[kind]] : [],
  );
}
