import { grouped, bytes as sent, short } from "../format.ts";
import { footerOf } from "../keymap.ts";
import type { LineInput } from "../line-input.ts";
import { PALETTE, type Style } from "../palette.ts";
import { modeOf, type State } from "../state.ts";
import {
  fitting,
  paintSpans,
  type Rect,
  type Segment,
  type Span,
  type Surface,
  spansWidth,
} from "../surface.ts";

const GAP: Span = [" · ", PALETTE.faint];
const KEYS_GAP: Span = ["  ", PALETTE.plain];

/** Two lines: the totals with the filter, and the keys, or the filter being typed. */
export function paintFooter(surface: Surface, { x, y, width }: Rect, state: State): void {
  surface.text(x, y, 1, "", PALETTE.plain);
  paintSpans(surface, x + 1, y, width - 1, fitting(totals(state), width - 2, GAP));
  surface.text(x, y + 1, 1, "", PALETTE.plain);
  paintSpans(surface, x + 1, y + 1, width - 1, bottom(state, width - 2));
}

/** What the last key did, or else the keys that are heard now, as many as fit. */
export function keySpans(state: State, width: number): Span[] {
  if (state.notice !== undefined) return [[state.notice, PALETTE.notice]];
  const segments = footerOf(modeOf(state)).map(
    ({ label = "", footer }): Segment => ({
      spans: [
        [label.split(" ")[0] ?? "", PALETTE.strong],
        [` ${footer?.word}`, PALETTE.dim],
      ],
      rank: footer?.rank ?? 0,
    }),
  );
  return fitting(segments, width, KEYS_GAP);
}

function bottom(state: State, width: number): Span[] {
  // A modal has its keys in its own border.
  if (state.modal !== undefined) return [];
  if (state.input === undefined) return keySpans(state, width);
  const keys = keySpans(state, width >> 1);
  return [...inputSpans(state.input, width - spansWidth(keys) - 2), KEYS_GAP, ...keys];
}

/** The line with its cursor as an inverse cell (the terminal's own stays hidden), scrolled to show it. */
function inputSpans({ text, at }: LineInput, width: number): Span[] {
  const characters = Array.from(text);
  const cursor = Array.from(text.slice(0, at)).length;
  const room = Math.max(1, width - 3);
  const first = Math.max(0, cursor - room);
  return [
    ["/ ", PALETTE.focus],
    [characters.slice(first, cursor).join(""), PALETTE.strong],
    [characters[cursor] ?? " ", PALETTE.selected],
    [characters.slice(cursor + 1, first + room).join(""), PALETTE.strong],
  ];
}

function totals({ snapshot, filter }: State): Segment[] {
  const shown: Segment = {
    spans: [["filter: ", PALETTE.dim], filter === "" ? ["none", PALETTE.dim] : [filter, PALETTE.focus]],
    rank: 0,
  };
  if (snapshot === undefined) return [shown];
  const { totals } = snapshot;
  const figure = (value: string, words: string, rank: number, style: Style = PALETTE.plain): Segment => ({
    spans: [
      [value, style],
      [` ${words}`, PALETTE.dim],
    ],
    rank,
  });
  return [
    figure(grouped(totals.sockets), "sockets", 3),
    figure(grouped(totals.established), "established", 4),
    figure(grouped(totals.addresses), "addresses", 2),
    figure(short(totals.requests60s), "req/min", 1),
    figure(short(totals.requests), "requests", 5),
    figure(sent(totals.bytes), "sent", 6),
    figure(short(totals.status4xx), "4xx", 8),
    figure(short(totals.status5xx), "5xx", 8, totals.status5xx > 0 ? PALETTE.warning : PALETTE.plain),
    figure(short(totals.authFailures), "auth failures", 7),
    ...(totals.hidden > 0 ? [figure(short(totals.hidden), "hidden", 9)] : []),
    ...(totals.evicted > 0 ? [figure(short(totals.evicted), "addresses dropped", 2, PALETTE.warning)] : []),
    shown,
  ];
}
