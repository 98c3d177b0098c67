import manifest from "../../package.json" with { type: "json" };
import { parseArguments } from "./arguments.ts";
import { COMMAND_LIST, type Command, TOPICS, type Topic } from "./commands.ts";
import { completion } from "./completion.ts";
import { CONFIG_VARIABLE, readEnv } from "./env.ts";
import { printable, UsageError } from "./error.ts";
import { findFile, homeOf, namedFile, type World } from "./file.ts";
import { commandHelp, help } from "./help.ts";
import { type Config, OPTION_LIST, type OptionName, type Settings } from "./options.ts";
import { readToml } from "./toml.ts";

/** All that decides what this process is to do. */
export interface Input extends World {
  /** The words after the program's name. */
  readonly argv: readonly string[];
}

/** Where a setting's value comes from. */
export type Origin = "flag" | "env" | "file" | "default";

export type Loaded =
  /** Print this on stdout and exit with 0: a text, or what another room tells about a topic. */
  | { readonly print: string | { readonly topic: Topic } }
  | {
      readonly print?: never;
      readonly command: Exclude<Command, { name: "completion" | "help" }>;
      readonly config: Config;
      readonly origins: Readonly<Record<OptionName, Origin>>;
      /** The configuration file that was read. */
      readonly file: string | undefined;
      /** Lines for stderr, safe to print. */
      readonly warnings: readonly string[];
    };

const DEFAULTS: Settings = new Map(OPTION_LIST.map(([name, option]) => [name, option.default]));
/** More lines would push what matters off the screen. */
const MAX_WARNINGS = 20;

/**
 * Decides what to do from the command line, `NETHERGAZE_*` variables, the configuration file and the defaults,
 * the first of these that sets an option. A {@link UsageError} is returned, not thrown.
 */
export function loadConfig(input: Input): Loaded | UsageError {
  try {
    return load(input);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

function load(input: Input): Loaded {
  const asked = parseArguments(input.argv);
  if (asked.print === "version") return { print: `nethergaze ${manifest.version}\n` };
  if (asked.print === "help") {
    return { print: asked.command === undefined ? help() : commandHelp(asked.command) };
  }
  const { command } = asked;
  if (command.name === "help") return { print: told(command.topic) };
  if (command.name === "completion") return { print: completion(command.shell) };

  const home = homeOf(input);
  const named = asked.config ?? input.env[CONFIG_VARIABLE];
  const found =
    named === undefined
      ? findFile(input)
      : { file: namedFile(input.readFile, expandHome(named, home)), warnings: [] };
  const { file } = found;
  const fromFile = file === undefined ? undefined : readToml(file.path, file.text);
  const fromEnv = readEnv(input.env);

  const config: Partial<Record<OptionName, unknown>> = {};
  const origins: Partial<Record<OptionName, Origin>> = {};
  const apply = (origin: Origin, settings: Settings): void => {
    for (const [name, value] of settings) {
      config[name] = Array.isArray(value)
        ? value.map((item: unknown) => expandHome(item, home))
        : expandHome(value, home);
      origins[name] = origin;
    }
  };
  // Each overrules those before.
  apply("default", DEFAULTS);
  if (fromFile !== undefined) apply("file", fromFile);
  apply("env", fromEnv.settings);
  apply("flag", asked.settings);

  const warnings = [...fromEnv.warnings, ...found.warnings];
  return {
    command,
    // Each value was checked by the type of its entry.
    config: config as Config,
    origins: origins as Record<OptionName, Origin>,
    file: file?.path,
    warnings: warnings.slice(0, MAX_WARNINGS).map(printable),
  };
}

/** What `help TOPIC` prints. */
function told(word: string | undefined): string | { topic: Topic } {
  const topic = TOPICS.find((candidate) => candidate === word);
  if (topic !== undefined) return { topic };
  const [name] = COMMAND_LIST.find(([candidate]) => candidate === word) ?? [];
  return name === undefined ? help() : commandHelp(name);
}

/** Shells expand `~/` at the start of a word only: not in `--flag=~/x`, in a variable or in a file. */
function expandHome<T>(path: T, home: string | undefined): T | string {
  const isAtHome = typeof path === "string" && path.startsWith("~/");
  return isAtHome && home !== undefined ? home + path.slice(1) : path;
}
