import { printable } from "../config/error.ts";
import type { Config } from "../config/options.ts";
import { ARMED_SECONDS, type Block, type Preview } from "../model/block.ts";
import { durationWords, lastingWords } from "../model/duration.ts";
import { isOverdue } from "../model/overdue.ts";
import { parseTarget } from "../model/target.ts";
import { type Blocked, block as doBlock } from "../respond/block.ts";
import type { Failure, Means } from "../respond/means.ts";
import type { Wish } from "../respond/plan.ts";
import { unblock } from "../respond/unblock.ts";
import { ask, isPersonThere } from "./ask.ts";
import { FAILED, NO_PERMISSION, USAGE } from "./exit-codes.ts";
import { lastDay } from "./last-day.ts";
import type { Setup } from "./live.ts";
import { openStdout } from "./output.ts";
import { pastIn } from "./past-in.ts";
import { previewOf } from "./preview.ts";
import { previewLines } from "./preview-words.ts";
import { sudoCommand } from "./sudo.ts";

export interface BlockOptions {
  readonly target: string;
  /** Seconds; null: until it is unblocked. */
  readonly ttl: number | null;
  readonly reason: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Only for a minute. */
  readonly armed: boolean;
  readonly force: boolean;
}

/** An act of the command line: what it works with, and the words that asked for it. */
export interface Acting {
  readonly setup: Setup;
  readonly means: Means;
  readonly argv: readonly string[];
}

/** Nobody is asked in the last seconds of an armed block: the answer would come too late. */
const TOO_LATE = 3;

/**
 * `block`: shows what it would do, asks, arms it for a minute, and makes it last once somebody is there to say that they
 * still are. Returns the exit code.
 */
export async function block(acting: Acting, options: BlockOptions): Promise<number> {
  const { setup, means } = acting;
  const { dryRun, yes, armed: onlyArms } = options;
  if (onlyArms && !yes) return complain("block: --armed asks nobody: allowed with --yes", USAGE);
  const refusal = refusedByHand(setup.config, "block", dryRun || yes);
  if (refusal !== undefined) return complain(refusal, USAGE);
  const wish = wishOf(options);
  if (yes && !dryRun && setup.config.firewall !== "none") return now(acting, { ...wish, armed: onlyArms });
  const preview = await previewOf(means, setup.config, wish, () => ({
    ...lastDay(setup),
    past: pastIn(means.state.path),
    origin: pastIn(means.state.path),
  }));
  if ("kind" in preview) return failed(acting, preview);
  if (preview.denied !== undefined && !dryRun && preview.firewall !== "none") {
    return failed(acting, { kind: "failed", denied: true, detail: preview.denied });
  }
  const unread = await told(previewLines(preview, means.now(), setup.config.utc).map(printable), []);
  const [refused] = preview.targets.flatMap(({ refusal }) => refusal ?? []);
  if (refused !== undefined) return complain(`not blocked: ${refused.reason}`, FAILED);
  if (dryRun || preview.firewall === "none" || unread !== 0) return unread;
  return armed(acting, wish, preview);
}

function wishOf({ target, ttl, reason, force }: BlockOptions): Wish {
  const parsed = parseTarget(target);
  return { targets: parsed === undefined ? [] : [parsed], seconds: ttl, reason, force };
}

/** Why an act cannot be asked for so; undefined where it can. */
export function refusedByHand(
  { readonly, firewall }: Pick<Config, "readonly" | "firewall">,
  command: string,
  needsNobody: boolean,
): string | undefined {
  if (readonly) return `${command}: readonly is set: nothing is changed`;
  if (firewall === "none" && command !== "block")
    return `${command}: the firewall is none: nothing is changed`;
  if (needsNobody || isPersonThere()) return undefined;
  return `${command}: there is no terminal to ask on; allowed: with --yes${command === "block" ? ", or --dry-run" : ""}`;
}

/** Without a question. */
async function now(acting: Acting, wish: Wish): Promise<number> {
  const result = await doBlock(acting.means, wish);
  if (result.kind === "refused") {
    return complain(`not blocked: ${result.refusals.map(({ reason }) => reason).join("; ")}`, FAILED);
  }
  if (result.kind === "failed") return failed(acting, result);
  return told([printable(blockedWords(result, wish.armed ? ARMED_SECONDS : wish.seconds))], result.remarks);
}

/** With the questions, and with the minute in between. */
async function armed(acting: Acting, wish: Wish, preview: Preview): Promise<number> {
  const { means } = acting;
  const [target = ""] = wish.targets.map(({ text }) => text);
  const lasting = lastingWords(wish.seconds);
  const minute = `it ends in ${ARMED_SECONDS} s unless you confirm it`;
  if (!(await ask(`Block ${target} ${lasting}? At first ${minute}.`))) {
    return complain(`${target} is not blocked`, FAILED);
  }
  const result = await doBlock(means, { ...wish, armed: true });
  if (result.kind === "refused") return now(acting, wish);
  if (result.kind === "failed") return failed(acting, result);
  if (result.targets.length > 0) await told([printable(blockedWords(result, ARMED_SECONDS))], result.remarks);
  const already = result.longer.length > 0;
  const seconds = already ? undefined : ((result.until ?? 0) - means.now()) / 1000 - TOO_LATE;
  const question = already
    ? `${target} is blocked already, for longer than a minute. Make that ${lasting} from now?`
    : `Are you still connected, and is it to last ${lasting}?`;
  if (await ask(question, seconds)) return now(acting, wish);
  if (already) return complain(`${target} stays blocked as it was`, FAILED);
  const taken = await unblock(means, result.targets);
  if (taken.kind === "failed") {
    return complain(
      `not confirmed, and not taken back (${taken.detail}): it ends by itself within a minute`,
      FAILED,
    );
  }
  return complain(`not confirmed: ${target} is no longer blocked (${preview.firewall})`, FAILED);
}

/** Behind the names of those that an arming left alone. */
export const ALREADY = "blocked already, for longer";

/** What a block came to, in a line. */
export function blockedWords({ targets, firewall, cut, longer }: Blocked, seconds: number | null): string {
  const { ended, left, forgotten } = cut;
  const names = targets.map(({ text }) => text).join(", ");
  return [
    targets.length > 0 ? `blocked ${names} ${lastingWords(seconds)} (${firewall})` : undefined,
    longer.length > 0 ? `${longer.map(({ text }) => text).join(", ")} ${ALREADY}` : undefined,
    ended > 0 ? `${ended} connections ended` : undefined,
    left > 0 ? `${left} connections still open` : undefined,
    forgotten > 0 ? `${forgotten} tracked connections forgotten` : undefined,
  ]
    .filter((word) => word !== undefined)
    .join("; ");
}

/** Tells of a failure, and of the command that would do better. */
export function failed({ argv }: Acting, { denied, detail }: Failure): number {
  if (!denied) return complain(detail, FAILED);
  return complain(`no permission: ${detail}. Run: ${sudoCommand("nethergaze", argv)}`, NO_PERMISSION);
}

export function complain(words: string, code: number): number {
  process.stderr.write(`nethergaze: ${printable(words)}\n`);
  return code;
}

/** Lines on stdout, and what else there is to know on stderr. Returns the exit code: 1 where nobody can read them. */
export async function told(lines: readonly string[], remarks: readonly string[]): Promise<number> {
  const output = openStdout();
  for (const line of lines) {
    await output.room();
    output.line(line);
  }
  for (const remark of remarks) complain(remark, 0);
  // A slow reader is waited for: a list that was cut short would look whole.
  await output.flush();
  return Promise.race([output.ended, Promise.resolve(0)]);
}

/** How long a block still lasts, from now (epoch ms). */
export function leftWords(block: Pick<Block, "until" | "missing">, now: number): string {
  const { until } = block;
  if (isOverdue(block, now)) return "over, still in force";
  return until === null ? lastingWords(null) : durationWords((until - now) / 1000);
}
