import type { InterfaceRate, Offender, Snapshot } from "../../model/snapshot.ts";
import { cut } from "../fit.ts";
import { byteRate, bytes, duration, short } from "../format.ts";
import { type Lamp, lamps } from "../lamps.ts";
import { PALETTE, type Style } from "../palette.ts";
import { sparkline } from "../sparkline.ts";
import type { State } from "../state.ts";
import {
  fitting,
  paintSpans,
  type Rect,
  type Segment,
  type Span,
  type Surface,
  spansWidth,
} from "../surface.ts";

const GAP: Span = ["  ", PALETTE.plain];
/** From this width a sparkline shows the minute in stretches of five seconds, below it of ten. */
const WIDE = 150;
/** A sparkline needs this much traffic for its full height, so that one stray request is no peak. */
const FULL_BYTES = 10_000;
const FULL_EVENTS = 5;

/** Two lines: how busy the host is; what presses it, and how every source does. */
export function paintHeader(surface: Surface, { x, y, width }: Rect, state: State): void {
  const { snapshot } = state;
  const badges = badgesOf(state);
  const room = width - 2 - spansWidth(badges);
  if (snapshot === undefined) {
    paintSpans(surface, x, y, width, [[" starting", PALETTE.dim]]);
    paintSpans(surface, x, y + 1, width, []);
    return;
  }
  paintSpans(surface, x, y, 1, []);
  paintSpans(surface, x + 1, y, room, fitting(activity(snapshot, width), room, GAP));
  paintSpans(surface, x + 1 + room, y, width - 1 - room, badges);
  paintHealth(surface, x, y + 1, width, snapshot);
}

function badgesOf({ title, frozen }: State): Span[] {
  return [
    ...(title === undefined
      ? []
      : ([
          [" ", PALETTE.plain],
          [` ${title} `, PALETTE.badge],
        ] satisfies Span[])),
    ...(frozen
      ? ([
          [" ", PALETTE.plain],
          [" FROZEN ", PALETTE.badge],
        ] satisfies Span[])
      : []),
  ];
}

function activity(snapshot: Snapshot, width: number): Segment[] {
  const { host, totals, series, at } = snapshot;
  const spark = (values: readonly number[], rank: number, full: number): Segment => ({
    spans: [[sparkline(values, width >= WIDE ? 12 : 6, Math.floor(at / 1000), full), PALETTE.spark]],
    rank,
  });
  const figure = (label: string, value: string, cells: number, rank: number): Segment => ({
    spans: [
      [`${label} `, PALETTE.dim],
      [value.padStart(cells), PALETTE.strong],
    ],
    rank,
  });
  const nic = snapshot.interfaces.find((rate) => rate.default) ?? snapshot.interfaces[0];
  const accepted = totals.newConnectionsPerSecond;
  return [
    { spans: [[host.name, PALETTE.strong]], rank: 0 },
    ...(host.uptime === undefined ? [] : [figure("up", duration(host.uptime), 0, 4)]),
    ...(nic === undefined ? [] : interfaceSegments(nic, series.inBytes, series.outBytes, figure, spark)),
    figure("req", `${short(totals.requestsPerSecond)}/s`, 6, 1),
    spark(series.requests, 5, FULL_EVENTS),
    ...(accepted === undefined
      ? []
      : [figure("new", `${short(accepted)}/s`, 6, 2), spark(series.newConnections, 6, FULL_EVENTS)]),
  ];
}

function interfaceSegments(
  { name, inBytesPerSecond, outBytesPerSecond }: InterfaceRate,
  inSeries: readonly number[],
  outSeries: readonly number[],
  figure: (label: string, value: string, cells: number, rank: number) => Segment,
  spark: (values: readonly number[], rank: number, full: number) => Segment,
): Segment[] {
  return [
    figure(`${name} ↓`, byteRate(inBytesPerSecond), 7, 3),
    spark(inSeries, 7, FULL_BYTES),
    figure("↑", byteRate(outBytesPerSecond), 7, 3),
    spark(outSeries, 8, FULL_BYTES),
  ];
}

function paintHealth(surface: Surface, x: number, y: number, width: number, snapshot: Snapshot): void {
  const all = lamps(snapshot.health);
  const bare = spansWidth(lampSpans(all, 0));
  const left = fitting(pressure(snapshot), width - 3 - bare, GAP);
  const room = width - 3 - spansWidth(left);
  const right = lampSpans(all, room);
  const size = Math.min(room, spansWidth(right));
  surface.text(x, y, 1, "", PALETTE.plain);
  paintSpans(surface, x + 1, y, width - 2 - size, left);
  paintSpans(surface, x + width - 1 - size, y, size + 1, right);
}

/** A reason shorter than this says nothing. */
const MIN_REASON = 6;

/** The lamps, each that is not well with as much of its reason as its share of the room holds. */
function lampSpans(all: readonly Lamp[], room: number): Span[] {
  const bare = all.flatMap(({ spans }, i) => (i === 0 ? spans : [GAP, ...spans]));
  const reasons = all.filter(({ why }) => why !== undefined).length;
  const share = Math.floor((room - spansWidth(bare)) / Math.max(1, reasons)) - 2;
  if (share < MIN_REASON) return bare;
  return all.flatMap(({ spans, why }, i): Span[] => [
    ...(i === 0 ? [] : [GAP]),
    ...spans,
    ...(why === undefined ? [] : ([[`: ${cut(why[0], share)}`, why[1]]] satisfies Span[])),
  ]);
}

function pressure({ totals }: Snapshot): Segment[] {
  const { halfOpen, synCookiesPerSecond = 0, listenDropsPerSecond = 0 } = totals;
  const segment = (label: string, value: string, style: Style, rank: number): Segment => ({
    spans: [
      [`${label} `, PALETTE.dim],
      [value, style],
    ],
    rank,
  });
  const rate = (value: number): string => `${short(value)}/s`;
  return [
    segment("half-open", short(halfOpen), halfOpen > 0 ? PALETTE.warning : PALETTE.dim, 3),
    ...(synCookiesPerSecond > 0 ? [segment("SYN cookies", rate(synCookiesPerSecond), PALETTE.bad, 1)] : []),
    ...(listenDropsPerSecond > 0
      ? [segment("listen drops", rate(listenDropsPerSecond), PALETTE.bad, 2)]
      : []),
  ];
}

/** The three heaviest by requests, connections and bytes. */
export function paintOffenders(surface: Surface, { x, y, width }: Rect, { snapshot }: State): void {
  const { requests = [], connections = [], bytes: sent = [] } = snapshot?.offenders ?? {};
  const groups = [
    offenders("requests", requests, (value) => `${short(value)}/m`),
    offenders("connections", connections, short),
    offenders("sent", sent, bytes),
  ];
  const segments = groups.flatMap((group, i) =>
    group.map((spans, place) => ({ spans, rank: place * 3 + i + 1 })),
  );
  surface.text(x, y, 1, "", PALETTE.plain);
  paintSpans(surface, x + 1, y, width - 1, fitting(segments, width - 2, GAP));
}

function offenders(label: string, list: readonly Offender[], show: (value: number) => string): Span[][] {
  return list
    .filter(({ value }) => value > 0)
    .map(({ ip, value }, i) => [
      ...(i === 0 ? ([[`${label} `, PALETTE.dim]] satisfies Span[]) : []),
      [ip, PALETTE.plain],
      [` ${show(value)}`, PALETTE.notice],
    ]);
}
