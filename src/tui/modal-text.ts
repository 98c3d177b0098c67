import { armedLines, blockLines } from "./block-lines.ts";
import { blockListLines, blocksHead } from "./block-list-lines.ts";
import { detailSections } from "./detail.ts";
import { formLines } from "./form-lines.ts";
import { helpSections } from "./help.ts";
import { hookLines } from "./hook-run.ts";
import { PALETTE } from "./palette.ts";
import { pastWords } from "./past.ts";
import { recurringLines } from "./recurring.ts";
import type { Response } from "./response.ts";
import { type Modal, type State, selectedOffender } from "./state.ts";
import type { Rect, Span } from "./surface.ts";
import { wrap } from "./wrap.ts";

/** A line of a window, made when it is on screen. */
export type Line = () => readonly Span[];

/** Lines that belong together. */
export type Section = readonly Line[];

/** What stands in the open window. */
export interface ModalText {
  readonly lines: readonly Line[];
  /** The number of each section's first line. */
  readonly sections: readonly number[];
}

/** The lines of the open window, none where none is open; `area` is what they are seen in. */
export function modalText(state: State, { width, height }: Pick<Rect, "width" | "height">): ModalText {
  const { modal, snapshot, utc, response } = state;
  if (modal === undefined) return joined([]);
  if (modal.kind === "form") return joined([formLines(modal.form, width)]);
  if (modal.kind === "help") return joined(helpSections(state, width));
  if (modal.kind === "block") return joined([blockLines(modal.block, modal.said, response, { width, utc })]);
  if (modal.kind === "armed") return joined([armedLines(modal.armed, modal.said, response, width)]);
  if (modal.kind === "blocks") return joined([blocksLines(modal, response, width)]);
  if (modal.kind === "recurring") return joined([recurringLines(modal, snapshot?.at ?? 0, utc, width)]);
  if (modal.kind === "hook") return joined([hookLines(modal.run, width)]);
  const detail = snapshot?.detail;
  // The answer about the address before this one may still be there.
  if (snapshot === undefined || detail?.profile.ip !== modal.ip) {
    return joined(absentSections(modal, snapshot?.at ?? 0, utc, width));
  }
  return joined(detailSections(detail, { width, height, utc, now: snapshot.at }));
}

/** Of an address that nothing is known of now: what it did before, where that was on screen. */
function absentSections(
  { behind }: Extract<Modal, { kind: "detail" }>,
  now: number,
  utc: boolean,
  width: number,
): Section[] {
  const offender = behind === undefined ? undefined : selectedOffender({ modal: behind });
  if (offender === undefined)
    return [[() => [["nothing is known about this address any more", PALETTE.dim]]]];
  return [
    [() => [["not seen since this program started, or long quiet", PALETTE.dim]]],
    wrap(`BEFORE  ${pastWords(offender, now, utc)}`, width).map(
      (line): Line =>
        () => [[line, PALETTE.plain]],
    ),
  ];
}

function blocksLines(
  { list, said }: Extract<Modal, { kind: "blocks" }>,
  response: Response,
  width: number,
): Section {
  const { blocks } = response;
  const all = typeof blocks === "string" ? [] : (blocks ?? []);
  return [...blocksHead(response, said, width), ...blockListLines(all, list, response, width)];
}

const BLANK: Line = () => [];

/** The sections one below the other, a blank line between. */
function joined(all: readonly Section[]): ModalText {
  const lines: Line[] = [];
  const sections: number[] = [];
  for (const section of all) {
    if (section.length === 0) continue;
    if (lines.length > 0) lines.push(BLANK);
    sections.push(lines.length);
    lines.push(...section);
  }
  return { lines, sections };
}
