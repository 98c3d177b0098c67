import { isDeepStrictEqual } from "node:util";
import { compileFilter, isFilterError } from "../filter/filter.ts";
import type { Responder } from "../model/block.ts";
import type { Recurring } from "../model/history.ts";
import type { HookRunner } from "../model/hook.ts";
import type { Ip } from "../model/ip.ts";
import type { Filter, Group, Query, Snapshot, Sort } from "../model/snapshot.ts";
import { startActing } from "./acting.ts";
import { counts } from "./blocking.ts";
import { addressesOnScreen } from "./moving.ts";
import { askedOf, initialState, queryOf, type State } from "./state.ts";
import type { Effect, Message } from "./step.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import type { ThemeChoice } from "./theme.ts";
import { timer } from "./timer.ts";
import { update } from "./update.ts";
import { paintConsole } from "./views/console.ts";

/** What the console looks at. */
export interface ConsoleHost {
  /** Pure; asked at most ten times a second, and only when something may have changed. */
  snapshot(query: Query): Snapshot;
  /** Grows whenever a snapshot might differ. */
  revision(): number;
  /** `listener` is called, cheaply and perhaps often, when live lines arrived. */
  onLines(listener: () => void): void;
  /** Reads every source now. */
  refresh(): void;
  /** Asks who has an address: what comes of it, in words. Absent where nobody is asked. */
  lookUp?(ip: Ip): string;
  /** `listener` hears what came of a question later, in words. */
  onSaid?(listener: (words: string) => void): void;
  /** Who was flagged in several runs, by the history; in words why that cannot be told. Never rejects. */
  recurring?(): Promise<readonly Recurring[] | string>;
  /** These are on the screen now, the first row first. */
  onScreen?(ips: readonly Ip[]): void;
  /** From now on every question is answered as of this moment, until it is turned off. */
  freeze(on: boolean): void;
  /** The host's clock, epoch milliseconds, whatever is frozen. */
  now(): number;
  /** What can be done about somebody; absent where this machine is not what is looked at. */
  readonly responder?: Responder | undefined;
  readonly hooks?: HookRunner | undefined;
}

export interface ConsoleOptions {
  readonly host: ConsoleHost;
  /** Four repaints a second instead of one, where bytes do not matter. */
  readonly fast: boolean;
  /** Times in UTC instead of the host's zone. */
  readonly utc: boolean;
  readonly color: boolean;
  readonly theme?: ThemeChoice;
  /** Live lines kept. */
  readonly maxLines: number;
  /** A word for the header: `demo`. */
  readonly title?: string;
  /** The filter it begins with, which must be one. */
  readonly filter?: string;
  readonly sort: Sort;
  readonly reverse: boolean;
  readonly group: Group;
  /** The columns of the table in their order; none for all of which something is known. */
  readonly columns: readonly Sort[];
}

/**
 * Runs the console on this process's terminal until somebody quits, or a signal or an error ends it: the exit
 * code, 0 or 1, once the terminal is as it was and the error on stderr. Ask `canRunConsole` first; throws
 * where the terminal library cannot be loaded nevertheless.
 */
export async function runConsole(options: ConsoleOptions): Promise<number> {
  const terminal = await openTerminal(options.color, options.theme);
  const stop = startConsole(options, terminal);
  const code = await terminal.closed;
  stop();
  return code;
}

const NOT_ASKED = "nobody is asked here who has an address: this console does not look at this machine";

const NO_HISTORY = "no history is kept of what is looked at here";

/** Two questions in 200 ms are ten a second, and a key need not wait for the one just asked. */
const QUESTIONS = 2;
const QUESTIONS_WITHIN = 200;
const SLOW = 1_000;
const FAST = 250;
/** How long rows keep their order after a key (ms). */
const HOLD = 1_000;
const NOTICE = 3_000;
/** Of what somebody has not waited for (ms). */
const LONG_NOTICE = 10_000;
const SECOND = 1_000;
/** What is typed is on the screen before it is asked about (ms): a letter must not wait for its answer. */
const TYPED = 8;

/** The console on a terminal; the result stops its timers. */
export function startConsole(options: ConsoleOptions, terminal: Terminal): () => void {
  const { host, fast, ...settings } = options;
  const interval = fast ? FAST : SLOW;
  let state: State = initialState(terminal.size(), {
    ...settings,
    interval: interval / 1000,
    able: host.responder !== undefined,
    hooks: host.hooks?.hooks ?? [],
  });
  let filter: Filter | undefined;
  let seen: number | undefined;
  const recent = Array.from({ length: QUESTIONS }, () => timer(QUESTIONS_WITHIN));
  // Runs from the last new line shown on: what comes meanwhile is no longer the first of its burst.
  const burst = timer(interval);
  const hold = timer(HOLD);
  const notice = timer(NOTICE);
  const search = timer(QUESTIONS_WITHIN);
  const typing = timer(TYPED);
  const second = timer(SECOND);
  let wanted = false;

  const hear = (message: Message): void => {
    const [next, ...effects] = update(state, message);
    const changed = next !== state;
    state = next;
    for (const effect of effects) perform(effect);
    if (changed) terminal.repaint();
    if (counts(state) && !second.running()) second.restart(() => hear({ kind: "second", now: host.now() }));
  };

  const acting = startActing(host, hear);

  const perform = (effect: Effect): void => {
    switch (effect.kind) {
      case "ask":
        if (state.input === undefined) want();
        else typing.restart(want);
        break;
      case "refresh":
        host.refresh();
        break;
      case "look-up":
        hear({ kind: "said", words: host.lookUp?.(effect.ip) ?? NOT_ASKED });
        break;
      case "recurring":
        (host.recurring?.() ?? Promise.resolve(NO_HISTORY)).then((found) =>
          hear({ kind: "recurring", found }),
        );
        break;
      case "quit":
        terminal.close();
        break;
      case "suspend":
        terminal.suspend();
        break;
      case "freeze":
        host.freeze(effect.on);
        break;
      case "copy":
        terminal.copy(effect.text);
        break;
      case "hold":
        hold.restart(() => hear({ kind: "release" }));
        break;
      case "notice":
        notice.restart(() => hear({ kind: "notice-over" }), effect.long ? LONG_NOTICE : NOTICE);
        break;
      default:
        acting.perform(effect);
    }
  };

  /** Asks now, or as soon as the last questions are long enough ago. */
  const want = (): void => {
    const free = recent.find((timer) => !timer.running());
    wanted = free === undefined;
    free?.restart(() => {
      if (wanted) want();
    });
    if (!wanted) ask();
  };

  const ask = (): void => {
    seen = host.revision();
    const asked = askedOf(state);
    if (filter?.text !== asked.filter) filter = compiled(asked.filter);
    const query = queryOf(state);
    const snapshot = host.snapshot(filter === undefined ? query : { ...query, filter });
    if (snapshot.live.length > 0) burst.restart();
    // Earlier lines are searched a part at a time, so that no key has to wait for all of them.
    if (snapshot.searching) search.restart(want);
    if (!isShown(snapshot) || !isDeepStrictEqual(asked, state.shown))
      hear({ kind: "snapshot", snapshot, asked });
    host.onScreen?.(addressesOnScreen(state));
  };

  /** Whether the screen says all of it already, but for the time. */
  const isShown = (snapshot: Snapshot): boolean =>
    state.snapshot !== undefined && isDeepStrictEqual(timeless(snapshot), timeless(state.snapshot));

  const heartbeat = setInterval(() => {
    if (!state.frozen && host.revision() !== seen) want();
  }, interval);
  host.onLines(() => {
    // The first line of a burst at once; the rest come with the heartbeat.
    if (!state.frozen && !burst.running() && !wanted) want();
  });

  host.onSaid?.((words) => hear({ kind: "said", words }));
  terminal.play({ paint: (surface) => paintConsole(surface, state), hear });
  want();

  return () => {
    clearInterval(heartbeat);
    for (const one of [...recent, burst, hold, notice, search, typing, second]) one.stop();
    acting.stop();
  };
}

/** The filter of a text that is one, none where it says nothing. */
function compiled(text: string): Filter | undefined {
  const found = text === "" ? undefined : compileFilter(text);
  return found === undefined || isFilterError(found) ? undefined : found;
}

/** A quiet server's screen is painted again this much later all the same: rows grow dim, uptime goes on (ms). */
const QUIET = 10_000;

/** A snapshot with its time in coarse steps: two of a quiet server are equal. */
function timeless(snapshot: Snapshot): Snapshot {
  const { at, host } = snapshot;
  const { uptime, name } = host;
  return {
    ...snapshot,
    at: Math.floor(at / QUIET),
    host: { name, ...(uptime !== undefined && { uptime: Math.floor((1000 * uptime) / QUIET) }) },
  };
}
