import type { RequestEvent } from "../../model/event.ts";
import type { LiveLine, NumberedAlert } from "../../model/snapshot.ts";
import { alertSpans, authSpans, statusSpan, targetOf } from "../events.ts";
import { clock, grouped, short, shortAddress } from "../format.ts";
import { type Layout, liveRows } from "../layout.ts";
import { type Gap, topOf } from "../log.ts";
import { PALETTE } from "../palette.ts";
import { requestRate } from "../rate.ts";
import type { State } from "../state.ts";
import { paintSpans, type Rect, type Span, type Surface } from "../surface.ts";
import { paintFrame } from "./frame.ts";

const TIME = 8;
/** An IPv4 address in full; a wide panel gives longer ones more. */
const ADDRESS = 15;
const WIDE_ADDRESS = 24;
const WIDE = 90;
/** GET and POST; a longer one moves its path, which is rare. */
const METHOD = 4;

/** The requests and logins as they come, with alerts among them, the newest at the bottom. */
export function paintLive(surface: Surface, layout: Layout, state: State): void {
  paintFrame(surface, layout.live, {
    title: title(state),
    focused: state.modal === undefined && state.focus === "live",
    joined: layout.stacked,
  });
  const area = liveRows(layout);
  const { lines, at } = state.log;
  // Fewer lines than the panel has start at its top, as in a terminal.
  const first = topOf(state.log, area.height);
  const ip = state.cursor.key;
  surface.clip({ ...area, x: area.x - 1, width: area.width + 1 }, () => {
    for (let i = 0; i < area.height; i++) {
      const line = lines[first + i];
      const y = area.y + i;
      surface.text(area.x - 1, y, 1, at === first + i ? "›" : "", PALETTE.focus);
      if (line === undefined) surface.text(area.x, y, area.width, emptyText(state, i), PALETTE.dim);
      else if ("skipped" in line) surface.text(area.x, y, area.width, gapText(line), PALETTE.faint);
      else paintEntry(surface, { ...area, y }, line, state.utc, ip);
    }
  });
}

function title({ snapshot, log, shown: { filter } }: State): Span[] {
  const head: Span = ["Live", PALETTE.strong];
  if (log.at !== undefined) {
    const waiting = log.waiting === 0 ? "" : `, ${grouped(log.waiting)} new`;
    return [head, [` · stopped${waiting} · End follows`, PALETTE.warning]];
  }
  const rate = `${short(snapshot === undefined ? 0 : requestRate(snapshot))} req/s`;
  const sample: Span = [log.oneIn > 1 ? ` · 1 of ${short(log.oneIn)} lines shown` : "", PALETTE.notice];
  return [head, [` · ${filter === "" ? rate : "filtered"}`, PALETTE.dim], sample];
}

/** Stands for lines that came there and were not shown. */
function gapText({ skipped, oneIn }: Gap): string {
  const blank = " ".repeat(TIME + 1);
  if (oneIn === undefined) return `${blank}⋮ ${grouped(skipped)} earlier lines not looked at`;
  return `${blank}⋮ ${grouped(skipped)} more${oneIn > 1.5 ? `; one of ${grouped(oneIn)} follows` : ""}`;
}

function emptyText({ log, shown: { filter }, snapshot }: State, line: number): string {
  if (line !== 0 || log.lines.length > 0 || snapshot === undefined) return "";
  if (filter !== "") return " no line matches the filter yet";
  const { totals, health } = snapshot;
  const unparsed = health.reduce((sum, source) => sum + (source.unparsed ?? 0), 0);
  if (totals.hidden > 0 && totals.requests > 0) return " all lines so far are of hidden addresses";
  return unparsed > 0
    ? ` ${grouped(unparsed)} lines read, none understood: nethergaze doctor`
    : " no line read yet";
}

/** When, who, and what; `selected` is the row of the table that the cursor is on. */
function paintEntry(
  surface: Surface,
  { x, y, width }: Rect,
  entry: LiveLine | NumberedAlert,
  utc: boolean,
  selected: string | undefined,
): void {
  const { at } = "event" in entry ? entry.event : entry.alert;
  const who = "event" in entry ? entry.event.ip : targetOf(entry.alert);
  const address = width >= WIDE ? WIDE_ADDRESS : ADDRESS;
  const rest = TIME + 1 + address + 1;
  surface.text(x, y, TIME + 1, clock(at, utc), PALETTE.dim);
  const style = who === selected ? PALETTE.focus : PALETTE.plain;
  surface.text(x + TIME + 1, y, address, shortAddress(who, address), style);
  surface.text(x + rest - 1, y, 1, "", PALETTE.plain);
  if ("alert" in entry) paintSpans(surface, x + rest, y, width - rest, alertSpans(entry.alert));
  else if (entry.event.kind === "auth")
    paintSpans(surface, x + rest, y, width - rest, authSpans(entry.event));
  else paintRequest(surface, x + rest, y, width - rest, entry.event);
}

function paintRequest(surface: Surface, x: number, y: number, width: number, event: RequestEvent): void {
  const [status, style] = statusSpan(event.status);
  surface.text(x, y, 4, status, style);
  if (event.malformed) {
    surface.text(x + 4, y, width - 4, `not HTTP: ${event.path ?? ""}`, PALETTE.warning);
    return;
  }
  paintSpans(surface, x + 4, y, width - 4, [
    [`${(event.method ?? "-").padEnd(METHOD)} `, PALETTE.dim],
    [event.path ?? "-", PALETTE.plain],
  ]);
}
