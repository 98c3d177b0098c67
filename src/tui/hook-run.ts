import type { Ip } from "../model/ip.ts";
import { grouped } from "./format.ts";
import type { Line } from "./modal-text.ts";
import { PALETTE } from "./palette.ts";
import { wrap } from "./wrap.ts";

/** A hook that was run on an address, and what it wrote. */
export interface HookRun {
  readonly id: number;
  readonly label: string;
  readonly ip: Ip;
  readonly output: Output;
  /** How it ended, in words; absent while it runs. */
  readonly end?: string;
  /** The newest line stays in sight. */
  readonly follows: boolean;
}

/** The newest of what a program wrote. */
export interface Output {
  /** The last one may still go on. */
  readonly lines: readonly string[];
  /** Lines before them that are no longer here. */
  readonly dropped: number;
}

export const NO_OUTPUT: Output = { lines: [""], dropped: 0 };

/** More than anybody scrolls through: a program that writes without end must not fill the memory. */
const MAX_LINES = 2_000;
const MAX_UNITS = 262_144;
/** A longer line goes on in the next one. */
const MAX_LINE = 4_096;
const TAB = 8;

/** The output with more text, the newest lines of it kept. */
export function append({ lines, dropped }: Output, text: string): Output {
  const [first = "", ...others] = text.split("\n");
  const all = lines.slice(0, -1);
  const whole = [(lines.at(-1) ?? "") + first, ...others];
  whole.forEach((line, i) => {
    const ended = i < whole.length - 1;
    for (const piece of pieces(ended ? line.replace(/\r$/, "") : line)) all.push(piece);
  });
  let from = all.length;
  for (let units = 0; from > 0 && all.length - from < MAX_LINES; from--) {
    units += all[from - 1]?.length ?? 0;
    if (units > MAX_UNITS) break;
  }
  return { lines: all.slice(from), dropped: dropped + from };
}

/** A line with blanks for tabs, in pieces that are not too long. */
function pieces(line: string): string[] {
  const [start = "", ...cells] = line.split("\t");
  const text = cells.reduce((left, cell) => left + " ".repeat(TAB - (left.length % TAB)) + cell, start);
  const found: string[] = [];
  for (let at = 0; at === 0 || at < text.length; at += MAX_LINE) found.push(text.slice(at, at + MAX_LINE));
  return found;
}

/** The lines of it, without the one that nothing stands in yet. */
export function writtenLines({ lines }: Output): readonly string[] {
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** What it wrote, in lines of at most `width` cells. */
export function hookLines({ output, end }: HookRun, width: number): Line[] {
  const written = writtenLines(output);
  const { dropped } = output;
  const head = dropped === 0 ? [] : [`${grouped(dropped)} earlier lines are not kept`];
  const empty = written.length > 0 ? [] : [end === undefined ? "nothing written yet" : "it wrote nothing"];
  return [
    ...[...head, ...empty].map(
      (words): Line =>
        () => [[words, PALETTE.dim]],
    ),
    ...written
      .flatMap((line) => (line.length <= width ? [line] : wrap(line, width)))
      .map(
        (line): Line =>
          () => [[line, PALETTE.plain]],
      ),
  ];
}
