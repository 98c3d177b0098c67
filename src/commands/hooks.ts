import { quote, UsageError } from "../config/error.ts";
import type { Config } from "../config/options.ts";
import type { HookRunner } from "../model/hook.ts";
import { type Act, audit } from "../respond/audit.ts";
import { hookRunner } from "../respond/hooks.ts";
import { stateDirectory } from "../respond/state-directory.ts";
import { now } from "../sources/clock.ts";
import { isBuiltIn } from "../tui/keymap.ts";

import { auditedActor } from "./actor.ts";

/** Kept for looking up who an address belongs to. */
const RESERVED = "w";
/** What is offered instead of a key that is taken. */
const OFFERED = [..."1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

type Asked = Pick<Config, "hooks">;

/** What is wrong with the keys of hooks: that one of them means something in the console already. */
export function keyClash({ hooks }: Asked, file: string | undefined): UsageError | undefined {
  const clash = hooks.find(({ key }) => isTaken(key));
  if (clash === undefined) return undefined;
  const used = new Set(hooks.map(({ key }) => key));
  const free = OFFERED.filter((key) => !isTaken(key) && !used.has(key));
  return new UsageError(
    `${file ?? "configuration"}: actions.hooks: key ${quote(clash.key)} of ${quote(clash.label)} is the console's own; free: ${free.join(" ")}`,
  );
}

function isTaken(key: string): boolean {
  return key === RESERVED || isBuiltIn(key);
}

/** The hooks of the console: none where nothing may be done. `state`: the directory of what was done. */
export function consoleHooks(
  { hooks, readonly }: Asked & Pick<Config, "readonly">,
  state: string,
): HookRunner {
  const note = noting(state);
  return hookRunner(readonly ? [] : hooks, (argv, ip, result) =>
    note({ what: "hook", targets: [ip], steps: [{ argv }], result }),
  );
}

/** Writes down what was run. Where that cannot be, it was run all the same. */
export function noting(state: string): (act: Omit<Act, "at">) => void {
  const directory = stateDirectory(state);
  return (act) => {
    try {
      audit(directory, auditedActor(), { at: now(), ...act });
    } catch {
      // Nobody is there to hear of it: the firewall's acts tell when their place cannot be written.
    }
  };
}
