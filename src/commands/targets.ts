import { parserOf } from "../parse/formats.ts";
import { discover } from "../sources/discover/discover.ts";
import type { Discovery, Note } from "../sources/discover/found.ts";
import type { Target } from "../sources/follow-logs.ts";
import type { Interpretation } from "../sources/interpret.ts";
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

/** The logs of the login services, and whether a person named them or wants none. */
export function authTargets(
  { config, origins }: Setup,
  how: Interpretation,
): { targets: Target[]; named: boolean } {
  if (!config.authEnabled) return { targets: [], named: true };
  return { targets: config.authLog.map((path) => ({ ...how, path })), named: origins.authLog !== "default" };
}
