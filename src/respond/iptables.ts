import type { Outcome } from "../kernel/programs.ts";
import { parseTarget, type Target } from "../model/target.ts";
import {
  type Firewall,
  type Held,
  type Ruleset,
  type RunStep,
  type Step,
  type Unusable,
  unusable,
  type Wanted,
} from "./firewall.ts";
import { filters, readSavedTable, type SavedChain } from "./iptables-save.ts";

/** All blocks are in a chain of our own. */
const CHAIN = "nethergaze";
const JUMP = `-j ${CHAIN}`;
/** Docker puts its own chains before whatever is in FORWARD, and leaves this one to others. Only it makes it. */
const DOCKER = "DOCKER-USER";
const HOOKS = ["INPUT", "FORWARD", DOCKER];

/** Seconds another program may hold the lock of xtables. */
const WAIT = "5";

/** The last second xt_time is told of here (epoch ms). iptables takes no later year than 2038. */
const LAST_STOP = Date.UTC(2038, 11, 31, 23, 59, 59);

/** A rule that does nothing, should it ever come to stand somewhere: it matches no time of today, and has no target. */
const TIMED = ["-A INPUT -m time --datestop 1970-01-01T00:00:01"];

/**
 * iptables(8), whichever of its variants that is. Blocks are rules of a chain that is looked at first of all in INPUT
 * and FORWARD. The kernel ends each by itself, by the wall clock (xt_time of iptables-extensions(8)); it stays in the
 * chain then, without effect. A change is one transaction for each family, which names each rule that it takes out:
 * where somebody else was quicker it fails as a whole.
 */
export const iptables: Firewall = {
  name: "iptables",
  async look(run, now) {
    const [v4, v6, timed] = await Promise.all([
      run({ argv: ["iptables-save", "-c", "-t", "filter"] }),
      run({ argv: ["ip6tables-save", "-c", "-t", "filter"] }),
      canTime(run),
    ]);
    const [ip, ip6] = [stateOf("iptables", v4, now), stateOf("ip6tables", v6, now)];
    if ("problem" in ip) return ip;
    if (typeof timed !== "boolean") return timed;
    if ("problem" in ip6) return rulesetOf(ip, EMPTY, timed, [`IPv6 is not covered: ${ip6.detail}`]);
    return rulesetOf(ip, ip6, timed, []);
  },
};

/** Whether rules can end at a time: the program and the kernel must both know how. It takes some 5 ms. */
async function canTime(run: RunStep): Promise<boolean | Unusable> {
  const step = restoring(4, TIMED);
  const outcome = await run({ ...step, argv: [...step.argv, "--test"] });
  if (outcome.kind === "done") return true;
  // RESOURCE_PROBLEM of xtables.h, as of a lock that is held, tells nothing of the match.
  return outcome.kind === "failed" && outcome.code !== 4 ? false : unusable("iptables-restore", outcome);
}

/** The filter table of one family. */
interface State {
  readonly chains: ReadonlyMap<string, SavedChain>;
  readonly rules: readonly Rule[];
}

/** A rule of our chain. */
interface Rule {
  readonly args: string;
  readonly packets: number;
  /** What it blocks; undefined for a rule that we did not write. */
  readonly target: Target | undefined;
  readonly until: number | null;
  /** It will never drop anything again. */
  readonly over: boolean;
  /** It drops now: it is not over, and packets come to it. */
  readonly inForce: boolean;
}

const EMPTY: State = { chains: new Map(), rules: [] };

function stateOf(program: string, outcome: Outcome, now: number): State | Unusable {
  if (outcome.kind !== "done") return unusable(program, outcome);
  // Where nft made a table of that name iptables tells nothing of it.
  if (!/^\*filter$/m.test(outcome.stdout))
    return {
      problem: "failed",
      detail: `${program} cannot read the table filter: nft made it, perhaps`,
      idle: true,
    };
  const chains = readSavedTable(outcome.stdout);
  const reached = HOOKS.every((hook) => isReached(chains, hook));
  const rules = (chains.get(CHAIN)?.rules ?? []).map(({ args, packets }): Rule => {
    const [, source = "", stop] = /^-s (\S+) (?:-m time --datestop (\S+) )?-j DROP$/.exec(args) ?? [];
    const target = parseTarget(source);
    // It is in force until that second is over.
    const until = stop === undefined ? null : Date.parse(`${stop}Z`) + 1000;
    const over = target === undefined || (until !== null && until <= now);
    return { args, packets, target, until, over, inForce: reached && !over };
  });
  return { chains, rules };
}

/** Whether every packet of that hook comes to our chain: no rule before the jump to it may have accepted the packet. */
function isReached(chains: State["chains"], hook: string): boolean {
  const chain = chains.get(hook);
  if (chain === undefined) return hook === DOCKER;
  const at = chain.rules.findIndex(({ args }) => args === JUMP);
  if (at < 0) return false;
  const before = chain.rules.slice(0, at);
  // Here it is the policy's turn then; further down it leads back.
  return !before.some(({ args }) => args.endsWith("-j RETURN")) && !mayLetPass(chains, before, new Set());
}

/** Targets after which the packet is gone, or goes on in the chain or back in the one before (iptables-extensions(8)). */
const HARMLESS = new Set(["DROP", "REJECT", "TARPIT", "LOG", "NFLOG", "MARK", "CONNMARK", "SET", "RETURN"]);

/** Whether one of these rules, or of the chains they lead to, may end the way of a packet other than by dropping it. */
function mayLetPass(chains: State["chains"], rules: SavedChain["rules"], seen: Set<string>): boolean {
  return rules.some(({ args }) => {
    const [, kind, to = ""] = /(?:^| )-([jg]) (\S+)/.exec(args) ?? [];
    if (kind === undefined || HARMLESS.has(to)) return false;
    // Out of a chain that was gone to nothing comes back.
    if (kind === "g") return true;
    const chain = chains.get(to);
    if (chain === undefined) return true;
    if (seen.has(to)) return false;
    seen.add(to);
    return mayLetPass(chains, chain.rules, seen);
  });
}

function rulesetOf(ip: State, ip6: State, timeouts: boolean, remarks: readonly string[]): Ruleset {
  const held = [...heldIn(ip), ...heldIn(ip6)];
  /** A step for each family in which there is something to do. */
  const steps = (plan: (state: State, family: 4 | 6) => string[]): Step[] =>
    ([4, 6] as const).flatMap((family) => {
      const lines = plan(family === 4 ? ip : ip6, family);
      return lines.length === 0 ? [] : [restoring(family, lines)];
    });
  return {
    active: [ip, ip6].some(({ chains }) => filters(chains, CHAIN)),
    held,
    timeouts,
    remarks,
    refusal: () => undefined,
    add: (blocks, now) => {
      const of = Map.groupBy(blocks, ({ target }) => target.family);
      const rule = ({ target: { network, length }, until }: Wanted): string => {
        const time = until === null || !timeouts ? "" : ` -m time --datestop ${stopOf(until, now)}`;
        return `-A ${CHAIN} -s ${network}/${length}${time} -j DROP`;
      };
      return steps((state, family) => adding(state, of.get(family) ?? [], rule));
    },
    remove: (targets) => {
      const texts = new Set(targets.map(({ text }) => text));
      return steps((state) => keeping(state, texts));
    },
    sweep: () => steps((state) => keeping(state, new Set())),
  };
}

/** One transaction: iptables-restore(8) changes nothing where one of the lines fails. */
function restoring(family: 4 | 6, lines: readonly string[]): Step {
  return {
    argv: [family === 4 ? "iptables-restore" : "ip6tables-restore", "--noflush", "-w", WAIT],
    input: `*filter\n${lines.join("\n")}\nCOMMIT\n`,
  };
}

/** The last second a block is in force, in UTC, so that it lasts until then at least, and from now a second. */
function stopOf(until: number, now: number): string {
  const end = Math.max(until, now + 1000);
  const stop = Math.min(Math.ceil(end / 1000) * 1000 - 1000, LAST_STOP);
  return new Date(stop).toISOString().slice(0, 19);
}

/** Several rules may block the same: two programs put them there at once. */
function heldIn({ rules }: State): Held[] {
  const inForce = rules.flatMap(({ target, until, packets, inForce }) =>
    target !== undefined && inForce ? [{ target, until, packets }] : [],
  );
  return [...Map.groupBy(inForce, ({ target }) => target.text).values()].flatMap((same) =>
    same.slice(0, 1).map(({ target }) => ({
      target,
      until: same.some(({ until }) => until === null)
        ? null
        : Math.max(...same.map(({ until }) => until ?? 0)),
      packets: same.reduce((sum, { packets }) => sum + packets, 0),
    })),
  );
}

function adding(
  { chains, rules }: State,
  blocks: readonly Wanted[],
  rule: (block: Wanted) => string,
): string[] {
  if (blocks.length === 0) return [];
  const texts = new Set(blocks.map(({ target }) => target.text));
  return [
    // Naming the chain as iptables-save does would empty it.
    ...(chains.has(CHAIN) ? [] : [`-N ${CHAIN}`]),
    ...rules.filter(({ target }) => texts.has(target?.text ?? "")).map(deleting),
    ...blocks.map(rule),
    ...HOOKS.flatMap((hook) => leading(chains.get(hook), hook)),
  ];
}

/** What makes our chain the first that is looked at from there. Others put theirs first as well, when they start. */
function leading(chain: SavedChain | undefined, hook: string): string[] {
  if (chain === undefined && hook === DOCKER) return [];
  if (chain?.rules[0]?.args === JUMP) return [];
  return [...unleading(chain, hook), `-I ${hook} 1 ${JUMP}`];
}

function unleading(chain: SavedChain | undefined, hook: string): string[] {
  const jumps = chain?.rules.filter(({ args }) => args === JUMP) ?? [];
  return jumps.map(() => `-D ${hook} ${JUMP}`);
}

function deleting({ args }: { readonly args: string }): string {
  return `-D ${CHAIN} ${args}`;
}

/** What takes out those targets and whatever has no effect; with the last block the chain, and what leads to it. */
function keeping({ chains, rules }: State, gone: ReadonlySet<string>): string[] {
  const out = rules.filter(({ target, over }) => over || gone.has(target?.text ?? ""));
  const lines = out.map(deleting);
  if (out.length < rules.length || !chains.has(CHAIN)) return lines;
  // It cannot be deleted while anything is in it: what somebody added meanwhile stays.
  const jumps = HOOKS.flatMap((hook) => unleading(chains.get(hook), hook));
  return [...jumps, ...lines, `-X ${CHAIN}`];
}
