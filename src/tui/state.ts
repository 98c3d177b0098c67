import type { Acted } from "../model/block.ts";
import type { Recurring } from "../model/history.ts";
import type { Hook } from "../model/hook.ts";
import type { Ip } from "../model/ip.ts";
import type { Group, IpProfile, Query, Snapshot, Sort } from "../model/snapshot.ts";
import type { BlockWindow } from "./block-window.ts";
import type { Row } from "./columns.ts";
import type { FilterInput } from "./filter-input.ts";
import type { Form } from "./form.ts";
import type { HookRun } from "./hook-run.ts";
import type { Mode } from "./keymap.ts";
import { layoutOf, liveRows, type Size } from "./layout.ts";
import { EMPTY, type Entry, type Log } from "./log.ts";
import type { Marks } from "./marks.ts";
import { type Armed, NO_RESPONSE, type Response } from "./response.ts";
import { type Cursor, FIRST } from "./rows.ts";

type Panel = "table" | "live";

/** A window over the panels. `scroll` is its first line on screen. */
export type Modal =
  | { readonly kind: "help"; readonly scroll: number }
  | (Over & { readonly kind: "detail"; readonly ip: Ip })
  | { readonly kind: "form"; readonly scroll: number; readonly form: Form }
  | (Over & { readonly kind: "block"; readonly block: BlockWindow })
  | (Over & { readonly kind: "armed"; readonly armed: Armed })
  | (Over & { readonly kind: "blocks"; readonly list: BlockList })
  | (Over & { readonly kind: "hook"; readonly run: HookRun })
  | (Over & {
      readonly kind: "recurring";
      /** The one the cursor is on. */
      readonly at: number;
      /** Undefined until the answer is there; in words why it cannot be told. */
      readonly found?: readonly Recurring[] | string;
    });

/** A window that may have come over another, which is there again when it goes. */
interface Over {
  readonly scroll: number;
  readonly behind?: Modal | undefined;
  /** What the last act came to. */
  readonly said?: Acted;
}

/** Where somebody is among the blocks. */
export interface BlockList {
  readonly at: number;
  /** The block it stays with. */
  readonly target?: string;
  /** Whether it is to be unblocked waits for a yes. */
  readonly asks?: true;
}

/** What was asked for: an answer belongs to this. */
export interface Asked {
  readonly sort: Sort;
  readonly reverse: boolean;
  readonly group: Group;
  readonly filter: string;
}

/** What was looked at before somebody went into a group, perhaps inside another. */
export interface Outside extends Pick<Asked, "group" | "filter"> {
  readonly cursor: Cursor;
  readonly former?: string;
  readonly outside?: Outside;
}

/** Everything the screen is painted from. */
export interface State extends Asked {
  readonly size: Size;
  /** Times in UTC instead of the host's zone. */
  readonly utc: boolean;
  /** Live lines kept. */
  readonly maxLines: number;
  /** Seconds between two pictures. */
  readonly interval: number;
  /** A word for the header: `demo`. */
  readonly title?: string;
  /** The columns somebody asked for, in their order; empty for all that are known. */
  readonly columns: readonly Sort[];
  /** Those of which something was known once, in the order of the table. */
  readonly known: readonly Sort[];
  readonly snapshot?: Snapshot;
  /** What `rows` and `log` answer. */
  readonly shown: Asked;
  /** The snapshot's rows, perhaps in the order they had before. */
  readonly rows: readonly Row[];
  readonly cursor: Cursor;
  readonly log: Log;
  readonly marks: Marks;
  readonly focus: Panel;
  /** A key was pressed a moment ago: rows keep their order. */
  readonly held: boolean;
  /** The picture stands: what is asked for is answered as of that moment. */
  readonly frozen: boolean;
  /** The filter's input while it is open. */
  readonly input?: FilterInput;
  /** Filters that were kept, the newest first. */
  readonly history: readonly string[];
  /** The filter that `!` took away and gives back. */
  readonly former?: string;
  /** What was looked at before somebody went into a group. */
  readonly outside?: Outside;
  readonly modal?: Modal;
  readonly response: Response;
  /** What can be run on an address. */
  readonly hooks: readonly Hook[];
  /** Of questions, acts and runs so far: an answer has the number of what it answers. */
  readonly serial: number;
  /** What the last key did, in words. */
  readonly notice?: string;
}

/** What a console begins with. */
export interface Settings {
  readonly utc: boolean;
  readonly maxLines: number;
  readonly interval: number;
  readonly sort: Sort;
  readonly reverse: boolean;
  readonly group: Group;
  readonly columns: readonly Sort[];
  readonly title?: string;
  readonly filter?: string;
  /** Whether anything can be done about an address. */
  readonly able?: boolean;
  readonly hooks?: readonly Hook[];
}

/** The screen before anything is known. */
export function initialState(size: Size, settings: Settings): State {
  const { sort, reverse, group, filter = "", able = false, hooks = [], ...rest } = settings;
  const asked: Asked = { sort, reverse, group, filter };
  return {
    ...rest,
    ...asked,
    size,
    known: [],
    shown: asked,
    rows: [],
    cursor: FIRST,
    log: EMPTY,
    marks: [],
    focus: "table",
    held: false,
    frozen: false,
    history: filter === "" ? [] : [filter],
    response: { ...NO_RESPONSE, able },
    hooks,
    serial: 0,
  };
}

/** What a state asks for, apart from the rest of it. */
export function askedOf({ sort, reverse, group, filter }: Asked): Asked {
  return { sort, reverse, group, filter };
}

/** The question whose answer this state wants, less the filter, which `filter` has as text. */
export function queryOf(state: State): Query {
  const { sort, reverse, group, filter, snapshot, modal } = state;
  const detail = openDetail(modal);
  const goesOn = snapshot !== undefined && continues(state, filter);
  return {
    sort,
    ...(reverse && { reverse }),
    ...(group !== "address" && { group }),
    // What was there before somebody looked is read from its end; of what comes now a part is picked.
    after: goesOn ? snapshot.seq : 0,
    alertsAfter: goesOn ? snapshot.alertSeq : 0,
    ...(goesOn && { lines: burstOf(state) }),
    ...(detail !== undefined && { detail }),
  };
}

/** The address of the open detail, also where another window is over it. */
function openDetail(modal: Modal | undefined): Ip | undefined {
  if (modal === undefined || modal.kind === "help" || modal.kind === "form") return undefined;
  return modal.kind === "detail" ? modal.ip : openDetail(modal.behind);
}

/** Whether the log goes on with what came since, else it is filled anew: what a search has found since lies anywhere in it. */
export function continues({ shown, snapshot, log }: State, filter: string): boolean {
  if (filter !== shown.filter || log.lines.length === 0) return false;
  return !snapshot?.searching || log.at !== undefined;
}

/** Nobody reads more lines a second; fewer are all shown, and kept to scroll back to. */
const LINES_PER_SECOND = 50;

/** How many lines may come at once before only a part of them is shown: at least what the panel holds. */
export function burstOf({ size, interval }: Pick<State, "size" | "interval">): number {
  const layout = layoutOf(size);
  return Math.max(
    layout === undefined ? 0 : liveRows(layout).height,
    Math.round(LINES_PER_SECOND * interval),
  );
}

/** Who hears the keys. */
export function modeOf({ modal, input }: State): Mode {
  if (modal?.kind === "blocks" && modal.list.asks) return "unblocking";
  if (modal !== undefined) return modal.kind;
  return input === undefined ? "main" : "filter";
}

/** The row the cursor is on. */
export function selected({ rows, cursor }: State): Row | undefined {
  return rows[cursor.index];
}

/** The offender the cursor of their open list is on. */
export function selectedOffender({ modal }: Pick<State, "modal">): Recurring | undefined {
  if (modal?.kind !== "recurring" || typeof modal.found === "string") return undefined;
  return modal.found?.[modal.at];
}

/** The address somebody is on: of the open window, of the stopped live panel's line or alert, or of the table's row. */
export function selectedAddress(state: State): Ip | undefined {
  const { modal, focus, log } = state;
  if (modal?.kind === "detail") return modal.ip;
  if (modal?.kind === "recurring") return selectedOffender(state)?.ip;
  if (focus === "live" && log.at !== undefined) {
    const entry = log.lines[log.at];
    return entry && addressOf(entry);
  }
  const row = selected(state);
  return row !== undefined && isAddress(row) ? row.ip : undefined;
}

function addressOf(entry: Entry): Ip | undefined {
  if ("event" in entry) return entry.event.ip;
  return "alert" in entry && "ip" in entry.alert ? entry.alert.ip : undefined;
}

export function isAddress(row: Row): row is IpProfile {
  return "ip" in row;
}

/** With the window closed, and the one behind it there again. */
export function closed(state: State): State {
  const { modal, ...rest } = state;
  const behind = modal !== undefined && "behind" in modal ? modal.behind : undefined;
  return behind === undefined ? rest : { ...rest, modal: behind };
}
