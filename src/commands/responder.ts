import type { Config } from "../config/options.ts";
import { type RunLimits, run } from "../kernel/programs.ts";
import { type Acted, ARMED_SECONDS, type Block, FIREWALLS, type Responder } from "../model/block.ts";
import { spellDuration } from "../model/duration.ts";
import { parseTarget, type Target } from "../model/target.ts";
import { countOf, isObject, parseJson, textOf } from "../model/untrusted-json.ts";
import { block } from "../respond/block.ts";
import { listBlocks } from "../respond/blocks.ts";
import type { Means } from "../respond/means.ts";
import { unblock } from "../respond/unblock.ts";
import { ALREADY, blockedWords } from "./block.ts";
import { type Known, previewOf } from "./preview.ts";
import { programPath } from "./sudo.ts";

/** A block of many addresses by sudo: each is a program of its own (ms). */
const SUDO: RunLimits = { time: 30_000, stdout: 64 * 1024 };
/** Some hundred thousand blocks. */
const MAX_LISTING = 32 * 2 ** 20;
/** sudo(8): with -n it fails where it would ask for a password. */
const AS_ROOT = ["sudo", "-n"] as const;

/** How this process may act: as it is, by sudo, or not at all. */
type Way = "itself" | "sudo" | { readonly forbidden: string };

/** What the console can do about somebody on this machine. */
export function responderOf(config: Config, means: Means, known: () => Known): Responder {
  let way: Way | undefined = forbiddenBy(config) ?? (isRoot() ? "itself" : undefined);
  /** Asked once, and again as long as sudo would ask for a password: somebody may give it elsewhere. */
  const wayNow = async (): Promise<Way> => {
    if (way === undefined || (typeof way === "object" && forbiddenBy(config) === undefined))
      way = await bySudo();
    return way;
  };
  const acting = async (
    act: () => Promise<Acted>,
    words: (target: string) => readonly string[],
    targets: readonly string[],
  ): Promise<Acted> => {
    const by = await wayNow();
    if (typeof by === "object") return { ok: false, words: by.forbidden };
    return by === "itself" ? act() : eachBySudo(config, targets, words);
  };
  const put = (targets: readonly string[], seconds: number | null, reason: string, armed: boolean) =>
    acting(
      () => blocked(means, targets, seconds, reason, armed),
      (target) => [
        ...["block", target, "--yes", "--ttl", spellDuration(seconds), ...(armed ? ["--armed"] : [])],
        ...(reason === "" ? [] : ["--reason", reason]),
      ],
      targets,
    );
  return {
    get forbidden() {
      return typeof way === "object" ? way.forbidden : undefined;
    },
    async preview(targets, seconds) {
      const by = await wayNow();
      const looking = by === "sudo" ? { ...means, run: asRoot(means) } : means;
      const wish = { targets: parsed(targets), seconds, reason: "" };
      const preview = await previewOf(looking, config, wish, known);
      return "kind" in preview ? preview.detail : preview;
    },
    arm: (targets, seconds, reason) => put(targets, seconds, reason, true),
    confirm: (targets, seconds, reason) => put(targets, seconds, reason, false),
    unblock: (targets) =>
      acting(
        () => unblocked(means, targets),
        (target) => ["unblock", target, "--yes"],
        targets,
      ),
    async blocks() {
      if ((await wayNow()) === "sudo") return blocksBySudo(config);
      const listed = await listBlocks(means);
      return "kind" in listed ? listed.detail : listed.blocks;
    },
  };
}

function forbiddenBy({ readonly, blockExecution, firewall }: Config): { forbidden: string } | undefined {
  if (readonly) return { forbidden: "readonly is set: nothing is changed" };
  if (!blockExecution)
    return { forbidden: "the console may not block here: set actions.enable_block_execution" };
  if (firewall === "none") return { forbidden: "the firewall is none: commands are only shown" };
  return undefined;
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

async function bySudo(): Promise<Way> {
  const outcome = await run([...AS_ROOT, "true"], SUDO);
  if (outcome.kind === "done") return "sudo";
  const why =
    outcome.kind === "absent" ? "this is not root, and there is no sudo" : "sudo would ask for a password";
  return { forbidden: `${why}: copy the commands, or start the console as root` };
}

function asRoot({ run }: Means): Means["run"] {
  return (step) => run({ ...step, argv: [...AS_ROOT, ...step.argv] });
}

/** Our own command line as root: it has the ledger, the guard and the rights that this process lacks. */
async function eachBySudo(
  { firewall }: Config,
  targets: readonly string[],
  words: (target: string) => readonly string[],
): Promise<Acted> {
  const told: string[] = [];
  const longer: string[] = [];
  for (const target of targets) {
    const argv = [...AS_ROOT, programPath("nethergaze"), ...words(target), "--firewall", firewall] as const;
    const outcome = await run(argv, SUDO);
    if (outcome.kind === "failed") return { ok: false, words: withoutName(outcome.reason) };
    if (outcome.kind !== "done") return { ok: false, words: "sudo did not answer in time" };
    const said = outcome.stdout.trim();
    if (said === `${target} ${ALREADY}`) longer.push(target);
    told.push(said);
  }
  return { ok: true, words: told.join("; "), longer };
}

/** The ledger is root's: this process would read its own. */
async function blocksBySudo({ firewall }: Config): Promise<readonly Block[] | string> {
  const argv = [...AS_ROOT, programPath("nethergaze"), "blocks", "--json", "--firewall", firewall] as const;
  const outcome = await run(argv, { ...SUDO, stdout: MAX_LISTING });
  if (outcome.kind === "failed") return withoutName(outcome.reason);
  if (outcome.kind !== "done") return "sudo did not answer in time";
  const listed = parseJson(outcome.stdout);
  return Array.isArray(listed) ? listed.flatMap(blockOf) : "nethergaze blocks --json does not answer in JSON";
}

/** A block as `blocks --json` lists it. */
function blockOf(json: unknown): Block[] {
  if (!isObject(json)) return [];
  const target = typeof json.target === "string" ? parseTarget(json.target)?.text : undefined;
  const firewall = FIREWALLS.find((name) => name === json.firewall);
  if (target === undefined || firewall === undefined) return [];
  return [
    {
      target,
      firewall,
      since: countOf(json.since) ?? null,
      until: countOf(json.until) ?? null,
      reason: textOf(json.reason) ?? "",
      packets: countOf(json.packets) ?? null,
      ...(json.missing === true && { missing: true }),
    },
  ];
}

function withoutName(reason: string): string {
  return reason.replace(/^nethergaze: /, "");
}

async function blocked(
  means: Means,
  targets: readonly string[],
  seconds: number | null,
  reason: string,
  armed: boolean,
): Promise<Acted> {
  const result = await block(means, { targets: parsed(targets), seconds, reason, armed });
  switch (result.kind) {
    case "done":
      return {
        ok: true,
        words: [blockedWords(result, armed ? ARMED_SECONDS : seconds), ...result.remarks].join("; "),
        longer: result.longer.map(({ text }) => text),
      };
    case "refused":
      return { ok: false, words: result.refusals.map(({ reason: why }) => why).join("; ") };
    case "failed":
      return { ok: false, words: result.detail };
  }
}

async function unblocked(means: Means, targets: readonly string[]): Promise<Acted> {
  const result = await unblock(means, parsed(targets));
  if (result.kind === "failed") return { ok: false, words: result.detail };
  const removed = result.removed.map(({ target }) => target.text);
  const words = removed.length === 0 ? "it was not blocked" : `unblocked ${removed.join(", ")}`;
  return { ok: true, words: [words, ...result.remarks].join("; ") };
}

function parsed(texts: readonly string[]): Target[] {
  return texts.flatMap((text) => parseTarget(text) ?? []);
}
