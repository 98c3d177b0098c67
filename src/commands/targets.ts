import { parserOf } from "../parse/formats.ts";
import { discover } from "../sources/discover/discover.ts";
import type { Note } from "../sources/discover/found.ts";
import type { Target } from "../sources/follow-logs.ts";
import type { Interpretation } from "../sources/interpret.ts";
import type { Setup } from "./live.ts";

/** The access logs to follow. */
export interface HttpTargets {
  readonly targets: readonly (Target & { readonly from: string })[];
  /** What the servers' configurations name and nobody can follow. */
  readonly notes: readonly Note[];
  /** Whether a person named them; else they were found. */
  readonly named: boolean;
}

/**
 * The logs that a person named, else those that the configurations of the servers here name. A format that was found is
 * expected, not forced: a server may not have been reloaded since.
 */
export function httpTargets({ config, origins }: Setup, how: Interpretation): HttpTargets {
  if (origins.accessLog !== "default") {
    return {
      targets: config.accessLog.map((path) => ({ ...how, path, from: "named" })),
      notes: [],
      named: true,
    };
  }
  const { logs, notes } = discover();
  const targets = logs.map(({ path, format, from }) => {
    const isReadable = how.format === "auto" && typeof parserOf(format) !== "string";
    return { ...how, ...(isReadable && { format }), path, from };
  });
  return { targets, notes, named: false };
}

/** The logs of the login services. */
export function authTargets({ config }: Setup, how: Interpretation): Target[] {
  return config.authEnabled ? config.authLog.map((path) => ({ ...how, path })) : [];
}
