import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config/options.ts";
import { parserOf } from "../parse/formats.ts";
import { discover } from "../sources/discover/discover.ts";
import type { Discovery, Note } from "../sources/discover/found.ts";
import type { Target } from "../sources/follow-logs.ts";
import type { Interpretation } from "../sources/interpret.ts";
import { hasJournal, type JournalOptions } from "../sources/journal.ts";
import type { Setup } from "./live.ts";

/** The logs of web servers to follow: those of errors first, so that a glob for both finds them so. */
export interface HttpTargets {
  readonly targets: readonly (Target & { readonly from: string })[];
  /** What the servers' configurations name and nobody can follow. */
  readonly notes: readonly Note[];
  /** Whether a person named the access logs; else they were found. */
  readonly named: boolean;
}

/**
 * The logs that a person named, else those that the configurations of the servers here name. A format that was found is
 * expected, not forced: a server may not have been reloaded since. It is also that of a log which a person named.
 * Logs of errors are found where access logs are.
 */
export function httpTargets({ config, origins }: Setup, how: Interpretation): HttpTargets {
  const named = origins.accessLog !== "default";
  const errorsOf = (errors: Discovery["errors"]): HttpTargets["targets"] =>
    errors.map((log) => ({ ...how, ...log, errors: { named: log.from === "named" } }));
  const namedErrors = config.errorLog.map((path) => ({ path, from: "named" }));
  if (named && (config.accessLog.length === 0 || how.strict)) {
    const targets = config.accessLog.map((path) => ({ ...how, path, from: "named" }));
    return { targets: [...errorsOf(namedErrors), ...targets], notes: [], named };
  }
  const { logs, errors: foundErrors, notes } = discover();
  const found = logs.map(({ path, format, from }) => {
    const problem = format === "auto" ? undefined : problemOf(format);
    return {
      target: { ...how, ...(!how.strict && problem === undefined && { format }), path, from },
      problem,
    };
  });
  if (named) {
    const targets = config.accessLog.map((path) => {
      const configured = found.find(({ target }) => target.path === path)?.target;
      return { ...how, path, from: "named", ...(configured !== undefined && { format: configured.format }) };
    });
    return { targets: [...errorsOf(namedErrors), ...targets], notes: [], named };
  }
  const errors = errorsOf(origins.errorLog === "default" ? foundErrors : namedErrors);
  const unreadable = found.flatMap(({ target, problem }): Note[] => {
    if (problem === undefined) return [];
    return [{ from: target.from, text: `the format of ${target.path} cannot be read: ${problem}` }];
  });
  return {
    targets: [...errors, ...found.map(({ target }) => target)],
    notes: [...notes, ...unreadable],
    named,
  };
}

/** Why a configured format cannot be read. */
function problemOf(format: string): string | undefined {
  const parser = parserOf(format);
  return typeof parser === "string" ? parser : undefined;
}

/** Where the login services' messages are read, as far as nobody says. */
export type AuthPlace = "logs" | "journal";

/** The logs of the usual places where one of them is there, else the journal; undefined where there is neither. */
export function authPlace({ authLog }: Config): AuthPlace | undefined {
  if (authLog.some((path) => existsSync(path))) return "logs";
  return hasJournal() ? "journal" : undefined;
}

/** Which journal to read, and why, where nobody asked for it. */
export type JournalTarget = Pick<JournalOptions, "directory" | "why">;

/** What to read of the login services. */
export interface AuthTargets {
  readonly targets: readonly Target[];
  /** Whether a person named these logs, or wants none. */
  readonly named: boolean;
  readonly journal: JournalTarget | undefined;
}

/**
 * The logs that a person named, the journal if one asked for it; else what is at `place`. Never both by themselves:
 * where rsyslog writes the logs, the journal has the same messages.
 */
export function authTargets(
  { config, origins }: Setup,
  how: Interpretation,
  place: AuthPlace | undefined,
): AuthTargets {
  const { authEnabled, authLog, authJournal } = config;
  if (!authEnabled) return { targets: [], named: true, journal: undefined };
  const named = origins.authLog !== "default";
  const targets = authLog.map((path) => ({ ...how, path }));
  if (authJournal === "off" || (authJournal === "auto" && (named || place !== "journal"))) {
    return { targets, named, journal: undefined };
  }
  const journal =
    authJournal === "auto"
      ? { why: "no auth log file here" }
      : { ...(authJournal !== "on" && { directory: resolve(authJournal) }) };
  return { targets: named ? targets : [], named: true, journal };
}
