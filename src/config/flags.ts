import { COMMAND_LIST, GLOBAL_FLAG_LIST, type GlobalFlagName } from "./commands.ts";
import { OPTION_LIST, type OptionName } from "./options.ts";
import { onOff, type Type } from "./value.ts";

/** What a flag sets: an option, a field of the command, or something of the command line itself. */
type Target =
  | { readonly sets: "option"; readonly name: OptionName }
  | { readonly sets: "command"; readonly name: string }
  | { readonly sets: "global"; readonly name: GlobalFlagName };

export type Flag = Target & {
  readonly type: Type<unknown>;
  /** What a switch sets. Undefined: the flag takes a value. */
  readonly value: boolean | undefined;
};

/** Every spelling of every flag. */
export const FLAGS: ReadonlyMap<string, Flag> = collect();

function collect(): Map<string, Flag> {
  const flags = new Map<string, Flag>();
  const add = (spelling: string, target: Target, type: Type<unknown>): void => {
    flags.set(spelling, {
      ...target,
      type,
      value: type === onOff ? !spelling.startsWith("--no-") : undefined,
    });
  };
  for (const [name, option] of OPTION_LIST) {
    for (const spelling of option.flags) add(spelling, { sets: "option", name }, option.type);
  }
  for (const [, command] of COMMAND_LIST) {
    for (const [name, { flag, short, type }] of Object.entries(command.flags)) {
      add(flag, { sets: "command", name }, type);
      if (short !== undefined) add(short, { sets: "command", name }, type);
    }
  }
  for (const [name, { flag, short, type }] of GLOBAL_FLAG_LIST) {
    add(flag, { sets: "global", name }, type);
    if (short !== undefined) add(short, { sets: "global", name }, type);
  }
  // The opposite of every switch, to overrule the file; last, because some names are taken (--auth-log).
  for (const [spelling, flag] of [...flags]) {
    if (flag.sets !== "option" || flag.value === undefined) continue;
    const opposite = flag.value ? spelling.replace("--", "--no-") : spelling.replace("--no-", "--");
    if (!flags.has(opposite)) flags.set(opposite, { ...flag, value: !flag.value });
  }
  return flags;
}
