import { KEYS } from "../filter/keys.ts";
import { cut } from "./fit.ts";
import { helpOf } from "./keymap.ts";
import { losses, signOf } from "./lamps.ts";
import type { Line, Section } from "./modal-text.ts";
import { PALETTE, type Style } from "./palette.ts";
import { SEVERITIES } from "./severity.ts";
import type { State } from "./state.ts";
import type { Span } from "./surface.ts";
import { wrap } from "./wrap.ts";

const KEY_CELLS = 13;
const SOURCE_CELLS = 40;

const MOUSE =
  "click a title to sort and again to invert, a row to select it, again to open it, a live line to stop there; " +
  "the wheel scrolls; a click beside a window closes it";

const RISK =
  `the sum of all findings: ${SEVERITIES.critical.sign} critical from 70, ${SEVERITIES.warning.sign} warning from 30; below, dim, a weak ` +
  "hint, · none; Enter tells why, an ALERT in the live panel when; what is trusted is never judged";

const FILTER =
  "all terms hold; -term: not; commas: one of these; numbers with > >= < <= = or key:lo-hi; anything else is text, " +
  'also in "quotes"; in full: nethergaze help filter';

/** What the keys and the mouse do, what the signs say, what the filter understands, and how every source does. */
export function helpSections({ snapshot, hooks }: State, width: number): Section[] {
  const keys = helpOf().flatMap(({ label = "", help = "" }) =>
    hanging([[`  ${label.padEnd(KEY_CELLS)}`, PALETTE.focus]], 2 + KEY_CELLS, help, PALETTE.plain, width),
  );
  const own = hooks.flatMap(({ key, label }) =>
    hanging(
      [[`  ${cut(key, KEY_CELLS - 1).padEnd(KEY_CELLS)}`, PALETTE.focus]],
      2 + KEY_CELLS,
      `${label}: runs on the selected address`,
      PALETTE.plain,
      width,
    ),
  );
  const sources = (snapshot?.health ?? []).flatMap((event) => {
    const name = cut(event.source, SOURCE_CELLS);
    return hanging(
      [["  ", PALETTE.plain], signOf(event.state), [` ${name}  `, PALETTE.plain]],
      6,
      [event.detail, ...losses([event], snapshot?.at ?? 0)].join(", "),
      PALETTE.dim,
      width,
      name.length + 5,
    );
  });
  return [
    [heading("KEYS"), ...keys],
    own.length === 0 ? [] : [heading("HOOKS"), ...own],
    [heading("MOUSE"), ...hanging([["  ", PALETTE.plain]], 2, MOUSE, PALETTE.plain, width)],
    [heading("SOURCES"), ...sources],
    [heading("RISK"), ...hanging([["  ", PALETTE.plain]], 2, RISK, PALETTE.plain, width)],
    [
      heading("FILTER"),
      ...hanging([["  ", PALETTE.plain]], 2, FILTER, PALETTE.plain, width),
      ...KEYS.flatMap(({ name, help, examples: [example = ""] }) =>
        hanging(
          [[`  ${name.padEnd(KEY_CELLS)}`, PALETTE.focus]],
          2 + KEY_CELLS,
          `${help}: ${example}`,
          PALETTE.plain,
          width,
        ),
      ),
    ],
  ];
}

function heading(title: string): Line {
  return () => [[title, PALETTE.strong]];
}

/** Text after its head, `at` cells from the left; what does not fit goes on `indent` cells from the left. */
function hanging(
  head: readonly Span[],
  indent: number,
  text: string,
  style: Style,
  width: number,
  at = indent,
): Line[] {
  // All that one source may say is some sentences; a cut one still names the source.
  const room = Math.max(8, width - indent);
  const [first = "", ...rest] = wrap(cut(text, 2_000), room, width - at);
  return [
    () => [...head, [first, style]],
    ...rest.map(
      (line): Line =>
        () => [[" ".repeat(indent) + line, style]],
    ),
  ];
}
