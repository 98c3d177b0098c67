import type { Ip } from "../model/ip.ts";
import type { IpProfile, Query, Snapshot, Sort } from "../model/snapshot.ts";
import type { Mode } from "./keymap.ts";
import type { Size } from "./layout.ts";
import type { LineInput } from "./line-input.ts";
import { EMPTY, type Log } from "./log.ts";
import { type Cursor, FIRST } from "./rows.ts";

export type Panel = "table" | "live";

/** A window over the panels, scrolled down by so many lines. */
export type Modal =
  | { readonly kind: "help"; readonly scroll: number }
  | { readonly kind: "detail"; readonly ip: Ip; readonly scroll: number };

/** What was asked for: an answer belongs to this. */
export interface Asked {
  readonly sort: Sort;
  readonly filter: string;
}

/** Everything the screen is painted from. */
export interface State extends Asked {
  readonly size: Size;
  /** Times in UTC instead of the host's zone. */
  readonly utc: boolean;
  /** Live lines kept. */
  readonly maxLines: number;
  /** A word for the header: `demo`. */
  readonly title?: string;
  readonly snapshot?: Snapshot;
  /** What `rows` and `log` answer. */
  readonly shown: Asked;
  /** The snapshot's rows, perhaps in the order they had before. */
  readonly rows: readonly IpProfile[];
  readonly cursor: Cursor;
  readonly log: Log;
  readonly focus: Panel;
  /** A key was pressed a moment ago: rows keep their order. */
  readonly held: boolean;
  /** Nothing is asked for unless a key demands it. */
  readonly frozen: boolean;
  /** The filter's input while it is open. */
  readonly input?: LineInput;
  readonly modal?: Modal;
  /** What the last key did, in words. */
  readonly notice?: string;
}

export interface Settings {
  readonly utc: boolean;
  readonly maxLines: number;
  readonly title?: string;
  readonly filter?: string;
}

/** The screen before anything is known. */
export function initialState(size: Size, settings: Settings): State {
  const asked: Asked = { sort: "req", filter: settings.filter ?? "" };
  return {
    ...settings,
    ...asked,
    size,
    shown: asked,
    rows: [],
    cursor: FIRST,
    log: EMPTY,
    focus: "table",
    held: false,
    frozen: false,
  };
}

/** The question whose answer this state wants, less the filter, which `filter` has as text. */
export function queryOf({ sort, filter, shown, snapshot, modal }: State): Query {
  return {
    sort,
    after: filter === shown.filter ? (snapshot?.seq ?? 0) : 0,
    ...(modal?.kind === "detail" && { detail: modal.ip }),
  };
}

/** Who hears the keys. */
export function modeOf({ modal, input }: State): Mode {
  if (modal !== undefined) return modal.kind;
  return input === undefined ? "main" : "filter";
}

/** The row the cursor is on. */
export function selected({ rows, cursor }: State): IpProfile | undefined {
  return rows[cursor.index];
}
