import type { Config } from "../config/options.ts";
import type { Ip } from "../model/ip.ts";
import type { Alert, Filter } from "../model/snapshot.ts";
import { toAlertLine } from "../sinks/native.ts";
import { complaining } from "./complaints.ts";
import { createEngine, type Engine } from "./engine.ts";
import { type Files, runFiles } from "./files.ts";
import { createFlagged } from "./flagged.ts";
import type { Setup } from "./live.ts";
import { matchedBy, shownTo } from "./matched.ts";
import { openStdout } from "./output.ts";
import { streamLines } from "./stream.ts";

/** `stream alerts`: every verdict as it is raised or cleared, until a signal or until the reader leaves. stderr says what cannot be read. */
export function streamAlerts(setup: Setup, filter: Filter | undefined): Promise<number> {
  return streamLines(setup, (line) =>
    complaining(alerting(setup.config, filter, { tell: (alert) => line(toAlertLine(alert)) }).accept),
  );
}

/**
 * Every alert of the files, as fast as the reader takes them; none is dropped. In the end stderr says who was flagged,
 * unless the reader left before.
 */
export function fileAlerts(files: Files, config: Config, filter: Filter | undefined): Promise<number> {
  const output = openStdout();
  const flagged = createFlagged();
  /** What one input brought: an alert of each address that is held, and of those that left, at the most. */
  let waiting: string[] = [];
  let hasReader = true;
  output.ended.then(() => (hasReader = false));
  const engine = alerting(config, filter, {
    tell(alert) {
      waiting.push(toAlertLine(alert));
      if ("ip" in alert) flagged.note(alert, engine.row(alert));
    },
    hide: flagged.hide,
  });
  const room = (): Promise<void> | undefined => {
    for (const [i, line] of waiting.entries()) {
      const full = output.room();
      if (full !== undefined) {
        waiting = waiting.slice(i);
        return full.then(room);
      }
      output.line(line);
    }
    waiting = [];
    return output.room();
  };
  let newest = 0;
  return runFiles(files, {
    emit(input) {
      if (input.kind === "tick" && input.at > newest) newest = input.at;
      engine.accept(input);
    },
    room,
    async finish() {
      // What the hold-down keeps back would be told by now.
      if (newest > 0) engine.accept({ kind: "tick", at: newest + 1000 * config["detect.hold_down"] });
      await room();
      await output.flush();
      if (hasReader) process.stderr.write(flagged.summary(engine));
    },
    ended: output.ended,
  });
}

interface Hearer {
  /** An alert that the filter lets through, while its address still is what it was raised for. */
  tell(alert: Alert): void;
  /** Somebody who is not listed was flagged. */
  hide?(ip: Ip): void;
}

/**
 * An engine whose alerts are told, as far as their addresses are listed and pass the filter. Who has passed goes on
 * passing until it is cleared: then nothing may be left that the filter asks for. Alerts about more than one address pass.
 */
export function alerting(config: Config, filter: Filter | undefined, { tell, hide }: Hearer): Engine {
  const matched = filter && matchedBy(filter);
  /** Each was raised and not cleared yet, as the core does with everybody who leaves it: no more than that holds. */
  const passed = new Set<Ip>();
  const passes = (ip: Ip, state: Alert["state"]): boolean => {
    if (state === "cleared") return passed.delete(ip);
    if (passed.has(ip)) return true;
    if (!engine.lists(ip)) {
      hide?.(ip);
      return false;
    }
    if (matched !== undefined && !engine.passes(ip, matched.filter)) return false;
    passed.add(ip);
    return true;
  };
  const engine = createEngine(config, (alert) => {
    if (!("ip" in alert) || passes(alert.ip, alert.state)) tell(alert);
  });
  return matched === undefined ? engine : shownTo(matched, engine);
}
