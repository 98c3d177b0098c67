import { grouped, bytes as sent, short } from "../format.ts";
import { footerOf, type Mode } from "../keymap.ts";
import { PALETTE, type Style } from "../palette.ts";
import { modeOf, type State } from "../state.ts";
import { fitting, paintSpans, type Rect, type Segment, type Span, type Surface } from "../surface.ts";

const GAP: Span = [" · ", PALETTE.faint];
const KEYS_GAP: Span = ["  ", PALETTE.plain];

/** Two lines: the totals with the filter, and the keys, or the filter being typed. */
export function paintFooter(surface: Surface, { x, y, width }: Rect, state: State): void {
  surface.text(x, y, 1, "", PALETTE.plain);
  paintSpans(surface, x + 1, y, width - 1, fitting(totals(state), width - 2, GAP));
  surface.text(x, y + 1, 1, "", PALETTE.plain);
  paintSpans(surface, x + 1, y + 1, width - 1, state.input === undefined ? bottom(state, width - 2) : []);
  if (state.input !== undefined) paintInput(surface, x + 1, y + 1, width - 2, state.input);
}

/** The keys that a mode hears, as many as fit. */
export function keySpans(mode: Mode, width: number): Span[] {
  const segments = footerOf(mode).map(
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
  return state.notice === undefined ? keySpans(modeOf(state), width) : [[state.notice, PALETTE.notice]];
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
    ...(totals.hidden > 0 ? [figure(short(totals.hidden), "of private addresses", 9)] : []),
    ...(totals.evicted > 0 ? [figure(short(totals.evicted), "addresses dropped", 2, PALETTE.warning)] : []),
    shown,
  ];
}

/** The line with its cursor as an inverse cell: the terminal's own stays hidden. */
function paintInput(
  surface: Surface,
  x: number,
  y: number,
  width: number,
  { text, at }: { readonly text: string; readonly at: number },
): void {
  const keys = keySpans("filter", width >> 1);
  const before = text.slice(0, at);
  const under = Array.from(text.slice(at))[0] ?? " ";
  const after = text.slice(at + under.length);
  // What is left of the cursor is cut at its beginning, so that the cursor stays in sight.
  const room = Math.max(0, width - 4 - keys.reduce((sum, [word]) => sum + word.length, 0));
  const tail = Array.from(before)
    .slice(-Math.max(0, room - 2))
    .join("");
  paintSpans(surface, x, y, width, [
    ["/ ", PALETTE.focus],
    [tail, PALETTE.strong],
    [under, PALETTE.selected],
    [after.slice(0, Math.max(0, room - tail.length)), PALETTE.strong],
    ["  ", PALETTE.plain],
    ...keys,
  ]);
}
