import { printable } from "../config/error.ts";
import type { Config } from "../config/options.ts";
import type { Block } from "../model/block.ts";
import { durationWords } from "../model/duration.ts";
import { isOverdue } from "../model/overdue.ts";
import { listBlocks } from "../respond/blocks.ts";
import { type Restored, restore } from "../respond/restore.ts";
import { type Acting, complain, failed, leftWords, told } from "./block.ts";
import { FAILED, USAGE } from "./exit-codes.ts";
import { keepBlocks } from "./keep-blocks.ts";
import { harmless } from "./output.ts";

export interface BlocksOptions {
  readonly json: boolean;
  readonly restore: boolean;
  readonly keep: boolean;
}

/** `blocks`: lists them, or makes the firewalls agree with what was written down. Returns the exit code. */
export async function blocks(acting: Acting, options: BlocksOptions): Promise<number> {
  const { setup, means } = acting;
  const wrong = wrongly(options, setup.config);
  if (wrong !== undefined) return complain(`blocks: ${wrong}`, USAGE);
  if (options.keep) return keepBlocks(means);
  if (options.restore) {
    const result = await restore(means);
    if (result.kind === "failed") return failed(acting, result);
    const code = await told(restoredLines(result), result.remarks);
    return result.failures.length > 0 ? FAILED : code;
  }
  const listed = await listBlocks(means);
  if ("kind" in listed) return failed(acting, listed);
  const lines = options.json
    ? [harmless(JSON.stringify(listed.blocks))]
    : table(listed.blocks, means.now()).map(printable);
  return told(lines, listed.remarks);
}

/** Why it cannot be asked for so. */
function wrongly({ json, restore, keep }: BlocksOptions, config: Config): string | undefined {
  if (restore && keep) return "--restore and --keep: only one of them is allowed";
  if (!restore && !keep) return undefined;
  const flag = restore ? "--restore" : "--keep";
  if (json) return `--json is allowed without ${flag}`;
  if (config.readonly) return "readonly is set: nothing is changed";
  return config.firewall === "none" ? `${flag}: the firewall is none: nothing is changed` : undefined;
}

function restoredLines({ restored, ended, failures }: Restored): string[] {
  const nothing = restored.length + ended.length + failures.length === 0;
  return [
    ...restored.map(({ text }) => `put back ${text}`),
    ...ended.map(({ text }) => `over: ${text}`),
    ...(nothing ? ["nothing to put back, nothing is over"] : []),
  ];
}

const REMEDY = "nethergaze blocks --restore";
const HEAD = ["TARGET", "FIREWALL", "LEFT", "PACKETS", "SINCE", "REASON"] as const;

/** Columns as wide as what is in them, but for the last. */
function table(blocks: readonly Block[], now: number): string[] {
  if (blocks.length === 0) return ["nothing is blocked"];
  const rows = [HEAD, ...blocks.map((block) => cells(block, now))];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function cells(block: Block, now: number): string[] {
  const { target, firewall, packets, since, reason } = block;
  return [
    target,
    firewall,
    leftCell(block, now),
    packets === null ? "-" : String(packets),
    since === null ? "-" : `${durationWords((now - since) / 1000)} ago`,
    reason,
  ];
}

function leftCell(block: Block, now: number): string {
  const left = leftWords(block, now);
  if (isOverdue(block, now)) return `${left}: ${REMEDY}`;
  return block.missing ? `${left}, lost: ${REMEDY}` : left;
}
