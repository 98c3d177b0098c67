import { printable } from "../config/error.ts";
import type { Block } from "../model/block.ts";
import { listBlocks } from "../respond/blocks.ts";
import { type Restored, restore } from "../respond/restore.ts";
import { type Acting, complain, failed, leftWords } from "./block.ts";
import { USAGE } from "./exit-codes.ts";
import { keepBlocks } from "./keep-blocks.ts";
import { openStdout } from "./output.ts";

export interface BlocksOptions {
  readonly json: boolean;
  readonly restore: boolean;
  readonly keep: boolean;
}

/** `blocks`: lists them, or makes the firewalls agree with what was written down. Returns the exit code. */
export async function blocks(acting: Acting, options: BlocksOptions): Promise<number> {
  const { setup, means } = acting;
  if ((options.restore || options.keep) && setup.config.readonly) {
    return complain("blocks: readonly is set: nothing is changed", USAGE);
  }
  if (options.keep) return keepBlocks(means);
  if (options.restore) {
    const result = await restore(means);
    if (result.kind === "failed") return failed(acting, result);
    for (const line of restoredLines(result)) process.stdout.write(`${printable(line)}\n`);
    for (const remark of result.remarks) complain(remark, 0);
    return 0;
  }
  const listed = await listBlocks(means);
  if ("kind" in listed) return failed(acting, listed);
  const output = openStdout();
  if (options.json) output.line(JSON.stringify(listed.blocks));
  else for (const line of table(listed.blocks, means.now())) output.line(printable(line));
  for (const remark of listed.remarks) complain(remark, 0);
  await output.finish();
  return 0;
}

function restoredLines({ restored, ended }: Restored): string[] {
  return [
    ...restored.map(({ text }) => `put back ${text}`),
    ...ended.map(({ text }) => `over: ${text}`),
    ...(restored.length + ended.length === 0 ? ["nothing to put back, nothing is over"] : []),
  ];
}

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

function cells({ target, firewall, until, packets, since, reason, missing }: Block, now: number): string[] {
  const left = leftWords(until, now);
  return [
    target,
    firewall,
    missing ? `${left}, lost: nethergaze blocks --restore` : left,
    packets === null ? "-" : String(packets),
    since === null ? "-" : `${leftWords(now, since)} ago`,
    reason,
  ];
}
