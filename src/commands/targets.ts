import { discover } from "../sources/discover/discover.ts";
import type { Note } from "../sources/discover/found.ts";
import type { Target } from "../sources/follow-logs.ts";
import type { Setup } from "./live.ts";

/** The access logs to follow. */
export interface HttpTargets {
  readonly targets: readonly (Target & { readonly from: string })[];
  /** What the servers' configurations name and nobody can follow. */
  readonly notes: readonly Note[];
  /** Whether a person named them; else they were found. */
  readonly named: boolean;
}

/** The logs that a person named, else those that the configurations of the servers here name. */
export function httpTargets({ config, origins }: Setup): HttpTargets {
  if (origins.accessLog !== "default") {
    const targets = config.accessLog.map((path) => ({ path, format: config.logFormat, from: "named" }));
    return { targets, notes: [], named: true };
  }
  const { logs, notes } = discover({});
  const forced = origins.logFormat === "default" ? undefined : config.logFormat;
  const targets = logs.map(({ path, format, from }) => ({ path, format: forced ?? format, from }));
  return { targets, notes, named: false };
}
