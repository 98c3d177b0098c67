import type { Config } from "../config/options.ts";
import { actor } from "../config/process.ts";
import { launch, run } from "../kernel/programs.ts";
import { FIREWALLS, type FirewallName } from "../model/block.ts";
import type { RunStep } from "../respond/firewall.ts";
import { guard } from "../respond/guard.ts";
import type { Means } from "../respond/means.ts";
import { readProtected } from "../respond/protected.ts";
import { stateDirectory } from "../respond/state-directory.ts";
import { withWireguard } from "../respond/tunnels.ts";
import { now } from "../sources/clock.ts";
import { auditedActor } from "./actor.ts";
import { programPath } from "./sudo.ts";

/** A firewall's program takes some milliseconds, ufw half a second; one that hangs is given up (ms). */
const PROGRAM_TIME = 10_000;
/** A listing of a hundred thousand blocks. */
const PROGRAM_STDOUT = 32 * 2 ** 20;
/** The keeper is at work within a second (ms). */
const LAUNCH_TIME = 10_000;

export const runStep: RunStep = ({ argv, input }) =>
  run(argv, { time: PROGRAM_TIME, stdout: PROGRAM_STDOUT, ...(input !== undefined && { input }) });

/** What acting needs, on this machine. `state`: the directory of what was done. */
export function meansOf(config: Config, state: string): Means {
  const who = actor();
  return {
    state: stateDirectory(state),
    run: runStep,
    now,
    who: auditedActor(),
    forced: forcedBy(config),
    async guard() {
      const known = await withWireguard(readProtected({ ...who, ...config }));
      const limits = { ipv4: config.widestIpv4, ipv6: config.widestIpv6 };
      return { refuse: (target) => guard(target, known, limits), unknown: known.unknown };
    },
    async keep() {
      // The directory is ours plus the program's own name.
      const variables = { XDG_STATE_HOME: state.replace(/\/nethergaze$/, "") };
      // Whatever the configuration says: this block is in a firewall.
      const words = ["blocks", "--keep", "--firewall", "auto"];
      const said = await launch([programPath("nethergaze"), ...words], variables, LAUNCH_TIME);
      return said !== undefined;
    },
  };
}

/** The firewall that was asked for; undefined for the one that is active. */
export function forcedBy({ firewall }: Pick<Config, "firewall">): FirewallName | undefined {
  return FIREWALLS.find((name) => name === firewall);
}
