import { unknownRules } from "../../filter/rule-names.ts";
import { type FilterSpan, filterSpans } from "../../filter/spans.ts";
import { filterWords } from "../../filter/words.ts";
import { responseSpans } from "../block-lines.ts";
import { type FilterInput, firstShown } from "../filter-input.ts";
import { cells, cut, fit } from "../fit.ts";
import { grouped, bytes as sent, short } from "../format.ts";
import { inputSpans, type Look } from "../input-spans.ts";
import { footerOf } from "../keymap.ts";
import { completionRect, completionRows, type Layout } from "../layout.ts";
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
import { paintFrame } from "./frame.ts";

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
    ({ label = "", footer, action }): Segment => ({
      spans: [
        [label.split(" ")[0] ?? "", PALETTE.strong],
        [` ${action === "freeze" && state.frozen ? "go on" : footer?.word}`, PALETTE.dim],
      ],
      rank: footer?.rank ?? 0,
    }),
  );
  return fitting(segments, width, KEYS_GAP);
}

function bottom(state: State, width: number): Span[] {
  // A modal has its keys in its own border.
  if (state.modal !== undefined) return [];
  const { input } = state;
  if (input === undefined) return keySpans(state, width);
  const remark = remarkOn(input);
  const right = remark !== undefined && state.notice === undefined ? [remark] : keySpans(state, width >> 1);
  const room = Math.max(width - spansWidth(right) - 4, Math.min(width >> 1, cells(input.line.text) + 2));
  return [["/ ", PALETTE.focus], ...inputSpans(input.line, room, looksOf(input)), KEYS_GAP, ...right];
}

/** What is wrong with what was typed, or doubtful once nothing completes it. */
function remarkOn({ line, error, completion }: FilterInput): Span | undefined {
  if (error !== undefined) return [error.message, PALETTE.bad];
  const [doubt] = completion.items.length === 0 ? unknownRules(line.text) : [];
  return doubt === undefined ? undefined : [doubt, PALETTE.warning];
}

const KINDS: Readonly<Record<FilterSpan["kind"], Style>> = {
  key: PALETTE.focus,
  operator: PALETTE.dim,
  value: PALETTE.strong,
  text: PALETTE.strong,
  negation: PALETTE.warning,
  error: PALETTE.bad,
};

function looksOf({ line, error }: FilterInput): Look[] {
  const looks = filterSpans(line.text).map(({ start, end, kind }) => ({ start, end, style: KINDS[kind] }));
  return error === undefined ? looks : [{ start: error.start, end: error.end, style: PALETTE.bad }, ...looks];
}

/** What could stand at the cursor of the filter's input, above it. */
export function paintCompletion(surface: Surface, layout: Layout, { input }: State): void {
  if (input === undefined || input.completion.items.length === 0) return;
  const { items } = input.completion;
  const area = completionRows(layout, items.length);
  const word = Math.max(...items.map(({ text }) => cells(cut(text, area.width >> 1))));
  const first = firstShown(input, area.height);
  paintFrame(surface, completionRect(layout, items.length), { title: [], focused: false });
  for (let i = 0; i < area.height; i++) {
    const item = items[first + i];
    const chosen = first + i === input.chosen;
    surface.text(area.x - 1, area.y + i, 1, chosen ? "›" : "", PALETTE.focus);
    paintSpans(surface, area.x, area.y + i, area.width + 1, [
      [fit(item?.text ?? "", word), chosen ? PALETTE.selected : PALETTE.strong],
      [`  ${item?.help ?? ""}`, PALETTE.dim],
    ]);
  }
}

function totals({ snapshot, filter, marks, response }: State): Segment[] {
  const shown: Segment = {
    spans: [
      ["filter: ", PALETTE.dim],
      [filterWords(filter), filter === "" ? PALETTE.dim : PALETTE.focus],
    ],
    rank: 0,
  };
  const marked: Segment[] =
    marks.length === 0 ? [] : [{ spans: [[`* ${grouped(marks.length)} marked`, PALETTE.focus]], rank: 0 }];
  const acting: Segment = { spans: responseSpans(response), rank: 0 };
  if (snapshot === undefined) return [acting, ...marked, shown];
  const { totals } = snapshot;
  const { noRoom = 0 } = totals.wire ?? {};
  const figure = (value: string, words: string, rank: number, style: Style = PALETTE.plain): Segment => ({
    spans: [
      [value, style],
      [` ${words}`, PALETTE.dim],
    ],
    rank,
  });
  return [
    acting,
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
    ...(noRoom > 0 ? [figure(short(noRoom), "packets without a row", 3, PALETTE.warning)] : []),
    ...marked,
    shown,
  ];
}
