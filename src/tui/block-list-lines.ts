import type { Acted, Block } from "../model/block.ts";
import { lastingWords } from "../model/duration.ts";
import { isOverdue } from "../model/overdue.ts";
import { countdown } from "./block-lines.ts";
import { cut, fit } from "./fit.ts";
import { short, shortAddress } from "./format.ts";
import type { Line } from "./modal-text.ts";
import { PALETTE, type Style } from "./palette.ts";
import { doing, type Response } from "./response.ts";
import type { BlockList } from "./state.ts";
import type { Span } from "./surface.ts";
import { wrap } from "./wrap.ts";

/** An IPv6 prefix in full; a narrow window shows as much of it as tells it from its neighbours. */
const TARGET = 43;
const NARROW_TARGET = 19;
const WIDE = 110;
const FIREWALL = 9;
const LEFT = 16;
const DROPPED = 14;
/** `not in force: the firewall lost it`, and some blanks. */
const LOST = 41;
/** `over, still in force: nethergaze blocks --restore`, and two blanks. */
const OVER = 51;
const MAX_WORDS = 600;

/** What stands above the blocks: what is being done, what failed, and why there are none. */
export function blocksHead({ act, blocks }: Response, said: Acted | undefined, width: number): Line[] {
  const lines = (text: string, style: Style = PALETTE.bad): Line[] =>
    wrap(cut(text, MAX_WORDS), width).map(
      (line): Line =>
        () => [[line, style]],
    );
  return [
    ...(act === undefined ? [] : lines(doing(act), PALETTE.focus)),
    ...(said === undefined ? [] : lines(`failed: ${said.words}`)),
    ...(blocks === undefined ? lines("looking...", PALETTE.notice) : []),
    ...(typeof blocks === "string" ? lines(blocks) : []),
    ...(blocks?.length === 0 ? lines("nothing is blocked: b on an address blocks it", PALETTE.dim) : []),
  ];
}

/** A line for each block, with how long it lasts, what it dropped, and why it was made. */
export function blockListLines(
  blocks: readonly Block[],
  { at, asks }: BlockList,
  { armed, now }: Response,
  width: number,
): Line[] {
  const waiting = new Set(armed.flatMap(({ targets }) => targets));
  const size = width >= WIDE ? TARGET : NARROW_TARGET;
  return blocks.map((block, i) => () => {
    const chosen = i === at;
    const target: Span = [
      `${chosen ? "›" : " "}${fit(shortAddress(block.target, size - 1), size)}`,
      chosen ? PALETTE.selected : PALETTE.strong,
    ];
    if (chosen && asks) return [target, [" unblock it? y unblocks, Esc leaves it", PALETTE.warning]];
    return [target, ...factsOf(block, waiting.has(block.target), now)];
  });
}

function factsOf(block: Block, waits: boolean, now: number): Span[] {
  const { firewall, until, packets, reason, missing } = block;
  const why: Span = [reason === "" ? "-" : reason, PALETTE.plain];
  const by: Span = [` ${fit(firewall, FIREWALL)}`, PALETTE.dim];
  if (missing) return [by, [fit("not in force: the firewall lost it", LOST), PALETTE.bad], why];
  if (isOverdue(block, now))
    return [by, [fit("over, still in force: nethergaze blocks --restore", OVER), PALETTE.bad], why];
  const left = until === null ? lastingWords(null) : countdown(until, now);
  const dropped = packets === null ? "not counted" : `${short(packets)} dropped`;
  return [
    by,
    [fit(waits ? `${left}: y keeps` : left, LEFT), waits ? PALETTE.warning : PALETTE.strong],
    [fit(dropped, DROPPED), packets === 0 || packets === null ? PALETTE.dim : PALETTE.plain],
    why,
  ];
}
