import type { Snapshot } from "../../model/snapshot.ts";
import { columnsFor, GROUP_NAMES, keyOf, type Placed, type Row, SORT_NAMES } from "../columns.ts";
import { clock, grouped } from "../format.ts";
import { type Layout, tableRows } from "../layout.ts";
import { PALETTE, type Style } from "../palette.ts";
import type { State } from "../state.ts";
import type { Rect, Span, Surface } from "../surface.ts";
import { columnsOf } from "../table-columns.ts";
import { paintFrame } from "./frame.ts";

/** Rows that did nothing for this long are old. */
const OLD = 60_000;

/** The addresses: a frame, the column titles, and the rows that fit. */
export function paintTable(surface: Surface, layout: Layout, state: State): void {
  paintFrame(surface, layout.table, {
    title: title(state),
    focused: state.modal === undefined && state.focus === "table",
    open: layout.stacked,
  });
  const area = tableRows(layout);
  const columns = columnsFor(area.width, columnsOf(state), state.shown);
  surface.clip({ x: area.x - 1, y: area.y - 1, width: area.width + 2, height: area.height + 1 }, () => {
    paintTitles(surface, area, columns, state);
    for (let line = 0; line < area.height; line++) paintLine(surface, area, columns, state, line);
  });
}

function title({ snapshot, rows, utc, shown: { sort, reverse, group, filter } }: State): Span[] {
  const all = snapshot?.totals.addresses ?? 0;
  const matched = snapshot?.matched ?? 0;
  const some = filter === "" ? grouped(all) : `${grouped(matched)} of ${grouped(all)}`;
  const groups = snapshot?.matchedGroups ?? 0;
  const count = group === "address" ? some : `${grouped(groups)}, ${some} addresses`;
  const there = group === "address" ? matched : groups;
  return [
    [`${GROUP_NAMES[group].many} `, PALETTE.strong],
    [count, PALETTE.plain],
    [rows.length < there ? `, first ${grouped(rows.length)}` : "", PALETTE.plain],
    [` · by ${SORT_NAMES[sort]}${reverse ? ", inverted" : ""}`, PALETTE.dim],
    [horizon(snapshot, utc), PALETTE.notice],
  ];
}

/** How far back a filter that asks lines has looked, or can. */
function horizon({ searching, linesSince }: Partial<Snapshot> = {}, utc: boolean): string {
  if (searching) return " · searching earlier lines";
  return linesSince === undefined ? "" : ` · in lines since ${clock(linesSince, utc)}`;
}

function paintTitles(surface: Surface, area: Rect, columns: readonly Placed[], { shown }: State): void {
  surface.text(area.x - 1, area.y - 1, area.width + 2, "", PALETTE.plain);
  for (const { name, column, x, width } of columns) {
    const style = name === shown.sort ? PALETTE.focus : PALETTE.dim;
    const words = name === "ip" ? GROUP_NAMES[shown.group].title : column.title;
    surface.text(area.x + x, area.y - 1, width, words, style, column.right);
  }
}

function paintLine(
  surface: Surface,
  area: Rect,
  columns: readonly Placed[],
  state: State,
  line: number,
): void {
  const index = state.cursor.top + line;
  const row = state.rows[index];
  const y = area.y + line;
  if (row === undefined) {
    surface.text(area.x - 1, y, area.width + 2, line === 1 ? emptyText(state) : "", PALETTE.dim);
    return;
  }
  const chosen = index === state.cursor.index;
  const cursor = chosen ? chosenStyle(state) : undefined;
  const whole = cursor ?? (isOld(row, state) ? PALETTE.dim : undefined);
  const marked = state.marks.length > 0 && state.marks.includes(keyOf(row));
  const mark = chosen ? (marked ? "»" : "›") : marked ? "*" : "";
  surface.text(area.x - 1, y, area.width + 2, mark, whole ?? (marked ? PALETTE.focus : PALETTE.plain));
  for (const { column, x, width } of columns) {
    const value = column.value(row, width);
    const sign = column.sign?.(row) ?? "";
    const own = value === "-" || value === "·" ? PALETTE.faint : (column.style?.(row) ?? PALETTE.plain);
    const style = (sign === "" ? whole : cursor) ?? own;
    surface.text(area.x + x, y, width, value, style, column.right);
    if (sign !== "") surface.text(area.x + x, y, 1, sign, style);
  }
}

function chosenStyle({ focus }: State): Style {
  return focus === "table" ? PALETTE.selected : PALETTE.strong;
}

function isOld(row: Row, { snapshot }: State): boolean {
  return row.connections === 0 && (snapshot?.at ?? 0) - row.lastSeen > OLD;
}

function emptyText({ rows, shown: { filter }, snapshot }: State): string {
  if (rows.length > 0 || snapshot === undefined) return "";
  if (filter !== "")
    return `  no address matches the filter${snapshot.searching ? " yet" : "; Esc clears it"}`;
  const { hidden } = snapshot.totals;
  return hidden === 0
    ? "  no address seen yet"
    : `  ${grouped(hidden)} hidden: private, reserved or filtered; --show-private-ips lists the former`;
}
