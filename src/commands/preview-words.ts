import type { Preview } from "../model/block.ts";
import { lastingWords } from "../model/duration.ts";
import { blastWords, guardWords, peopleOf, sinceOf, type Words } from "../tui/block-lines.ts";
import { pastWords } from "../tui/past.ts";

/** Cells of a label. */
const LABEL = 10;

/** A preview as lines of text; `now` is epoch milliseconds. */
export function previewLines(preview: Preview, now: number, utc: boolean): string[] {
  const { targets, seconds, firewall, why, blast, who, past, around, commands, lasting, remarks } = preview;
  const beside =
    around === undefined ? [] : [`${around.prefix}: ${peopleOf(around)} ${sinceOf(around, now, utc)}`];
  return [
    ...labelled("block", [`${targets.map(({ target }) => target).join(", ")} ${lastingWords(seconds)}`]),
    ...labelled("would", blastWords(blast, now, utc).map(textOf)),
    ...labelled("who", who === undefined ? [] : [who]),
    ...labelled("before", past === undefined ? [] : [pastWords(past, now, utc)]),
    ...labelled("around", beside),
    ...labelled("guard", guardWords(preview).map(textOf)),
    ...labelled("firewall", [firewall === "none" ? `none, nothing is run: ${why}` : `${firewall}: ${why}`]),
    ...labelled("note", remarks),
    ...labelled("runs", commands),
    ...labelled(
      "on yes",
      lasting.filter((line) => !commands.includes(line)),
    ),
  ];
}

function textOf([text]: Words): string {
  return text;
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${(i === 0 ? label : "").padEnd(LABEL)}${line}`);
}
