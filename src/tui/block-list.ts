import type { Block } from "../model/block.ts";
import { blocksHead } from "./block-list-lines.ts";
import { NOT_HERE, start } from "./blocking.ts";
import { firstLine } from "./rows.ts";
import type { BlockList, State } from "./state.ts";
import { type Message, noticed, type Step } from "./step.ts";
import { windowRows } from "./window.ts";

/** Opens the list of what is blocked. */
export function openBlocks(state: State): Step {
  const { response, modal } = state;
  if (!response.able) return noticed(state, NOT_HERE);
  const next: State = {
    ...state,
    response: { ...response, asked: response.now },
    modal: { kind: "blocks", scroll: 0, list: { at: 0 }, behind: modal },
  };
  return [moveBlocks(next, 0), { kind: "blocks" }];
}

/** The blocks that are known, none before an answer came. */
export function blocksOf({ response: { blocks } }: State): readonly Block[] {
  return blocks === undefined || typeof blocks === "string" ? [] : blocks;
}

/** Moves the cursor by so many blocks, with it in sight; a question about another block is withdrawn. */
export function moveBlocks(state: State, by: number): State {
  return state.modal?.kind === "blocks" ? selectBlock(state, state.modal.list.at + by) : state;
}

/** The cursor on the block nearest to that place. */
export function selectBlock(state: State, place: number): State {
  const { modal } = state;
  if (modal?.kind !== "blocks") return state;
  const blocks = blocksOf(state);
  const at = Math.max(0, Math.min(blocks.length - 1, place));
  const target = blocks[at]?.target;
  const asks = modal.list.asks && modal.list.target === target;
  const list: BlockList = { at, ...(target !== undefined && { target }), ...(asks && { asks }) };
  const head = headLines(state);
  const line = at === 0 ? 0 : head + at;
  const scroll = firstLine(modal.scroll, line, head + blocks.length, windowRows(state).height);
  return { ...state, modal: { ...modal, scroll, list } };
}

/** The lines above the first block. */
export function headLines(state: State): number {
  const { modal, response } = state;
  if (modal?.kind !== "blocks") return 0;
  return blocksHead(response, modal.said, windowRows(state).width).length;
}

/** An answer, the cursor still on its block, or where that is gone, in the same place. */
export function hearBlocks(state: State, { blocks, now }: Extract<Message, { kind: "blocks" }>): State {
  const next: State = { ...state, response: { ...state.response, blocks, now, asked: now } };
  if (next.modal?.kind !== "blocks") return next;
  const { target, at } = next.modal.list;
  const found = blocksOf(next).findIndex((block) => block.target === target);
  return selectBlock(next, found < 0 ? at : found);
}

/** Asks whether the selected block is to be taken out. */
export function askUnblock(state: State): Step {
  const { modal } = state;
  if (modal?.kind !== "blocks") return [state];
  if (modal.list.target === undefined) return noticed(state, "nothing is blocked");
  return [{ ...state, modal: { ...modal, list: { ...modal.list, asks: true } } }];
}

/** The answer to that. */
export function answerUnblock(state: State, yes: boolean): Step {
  const { modal } = state;
  if (modal?.kind !== "blocks") return [state];
  const { asks: _, ...list } = modal.list;
  const next: State = { ...state, modal: { ...modal, list } };
  if (!yes || list.target === undefined) return [next];
  const id = state.serial + 1;
  const act = { id, kind: "unblock", targets: [list.target], seconds: null, reason: "" } as const;
  return start({ ...next, serial: id }, act);
}
