import { LOOK_BACK } from "../model/block.ts";
import { now } from "../sources/clock.ts";
import { createHost } from "../sources/host.ts";
import { readLastLines } from "../sources/last-lines.ts";
import { filesOf } from "../sources/log-end.ts";
import { createSockets } from "../sources/sockets.ts";
import { createEngine } from "./engine.ts";
import { interpretationOf } from "./interpretation.ts";
import type { Setup } from "./live.ts";
import type { Known } from "./preview.ts";
import { authPlace, authTargets, httpTargets } from "./targets.ts";

/** Read of each log from its end, and of all together: a second's work. */
const MOST_OF_ONE = 16 * 2 ** 20;
const MOST = 48 * 2 ** 20;
/** Files of one glob. */
const FILES = 16;

/**
 * What is known without a program that was running: the sockets of now, and the logs of the last day. What cannot be read
 * is not known, and no failure.
 */
export function lastDay(setup: Setup): Known {
  const at = now();
  // Whom a block hits does not depend on what somebody wants to look at.
  const engine = createEngine({ ...setup.config, showPrivateIps: true, cidrAllow: [], cidrDeny: [] });
  const host = createHost().poll(at);
  if (host !== undefined) engine.accept(host);
  const how = interpretationOf(setup.config);
  const logs = [
    ...httpTargets(setup, how).targets.map((target) => ({
      ...target,
      reads: target.errors === undefined ? ("requests" as const) : ("errors" as const),
    })),
    ...authTargets(setup, how, authPlace(setup.config)).targets.map((target) => ({
      ...target,
      reads: "auth" as const,
    })),
  ];
  const limit = Math.min(MOST_OF_ONE, Math.floor(MOST / Math.max(1, logs.length)));
  let since = at - LOOK_BACK;
  for (const { path, reads, ...how } of logs) {
    for (const file of filesOf(path).slice(0, FILES)) {
      const whole = readLastLines(
        { path: file, reads, how, now: at, since: at - LOOK_BACK, limit },
        engine.accept,
      );
      if (whole !== undefined) since = Math.max(since, whole);
    }
  }
  const sockets = createSockets();
  for (const input of sockets.poll(at)) engine.accept(input);
  sockets.close();
  engine.accept({ kind: "tick", at });
  return { snapshot: engine.snapshot, since };
}
