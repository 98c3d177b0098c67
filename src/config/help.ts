import {
  COMMAND_LIST,
  COMMANDS,
  type CommandEntry,
  type CommandName,
  DEFAULT_COMMAND,
  GLOBAL_FLAG_LIST,
} from "./commands.ts";
import { CONFIG_VARIABLE } from "./env.ts";
import { PLACES } from "./file.ts";
import { paragraph, type Row, section } from "./layout.ts";
import { GROUPS, OPTION_LIST, type Option, variable } from "./options.ts";
import { onOff, type Type } from "./value.ts";

/** What `nethergaze --help` prints. */
export function help(): string {
  const commands = COMMAND_LIST.filter(([name]) => name !== DEFAULT_COMMAND);
  return [
    paragraph("Usage: nethergaze [COMMAND] [OPTIONS]"),
    paragraph(
      "A live triage console for Linux servers: TCP sockets, packets, HTTP access logs and SSH logins, joined by address. Without a command it opens the console.",
    ),
    section(
      "Commands",
      commands.map(([name, entry]) => [usage(name, entry), entry.help]),
    ),
    section("Console", flagRows(COMMANDS[DEFAULT_COMMAND])),
    ...GROUPS.map((group) =>
      section(
        group,
        OPTION_LIST.filter(([, option]) => option.group === group).map(([, option]) => optionRow(option)),
      ),
    ),
    section(
      "General",
      GLOBAL_FLAG_LIST.map(([, { flag, short, type, help }]) => [
        (short === undefined ? "" : `${short}, `) + withMetavar(flag, type),
        help,
      ]),
    ),
    paragraph(
      `Each option is also a key of the configuration file and a variable, as log.path is ${variable("log.path")} (several paths are separated by colons, prefixes by commas); ${CONFIG_VARIABLE} names the file. A flag overrules a variable, a variable the file. Every switch has its opposite: --no-utc, --follow.`,
    ),
    section(
      "Configuration file (the first of these)",
      PLACES.map((place) => [place, ""]),
    ),
    section("Exit codes", [
      ["0", "done"],
      ["1", "failed while running"],
      ["2", "wrong command line or configuration"],
      ["77", "no permission"],
    ]).trimEnd(),
    "\n",
  ].join("");
}

/** What `nethergaze COMMAND --help` prints. */
export function commandHelp(name: CommandName): string {
  const entry: CommandEntry = COMMANDS[name];
  const rows = Object.values(entry.arguments).map(
    ({ type, help }): Row => [type.metavar, meaning(help, type)],
  );
  return [
    paragraph(`Usage: nethergaze ${usage(name, entry)} [OPTIONS]`),
    paragraph(entry.help),
    section("Arguments", rows),
    section("Options", flagRows(entry)),
    paragraph("The options of all commands: nethergaze --help").trimEnd(),
    "\n",
  ].join("");
}

function usage(name: CommandName, entry: CommandEntry): string {
  const words = Object.values(entry.arguments).map(({ type, optional }) => {
    const word = type.metavar + (type.list ? "..." : "");
    return optional ? `[${word}]` : word;
  });
  return [name, ...words].join(" ");
}

function flagRows(entry: CommandEntry): Row[] {
  return Object.values(entry.flags).map(({ flag, short, type, help, default: assumed }) => [
    (short === undefined ? "" : `${short}, `) + withMetavar(flag, type),
    meaning(help, type, assumed, type.list ? ["may be repeated"] : []),
  ]);
}

function optionRow({ keys, flags, type, help, default: assumed }: Option): Row {
  const [flag, ...others] = flags;
  if (type.tables !== undefined) return [`[[${keys[0]}]]`, `${help} (in the file alone)`];
  if (flag === undefined) return [`--set ${keys[0]}=${type.metavar}`, meaning(help, type, assumed)];
  const off = flag.startsWith("--no-") ? "do not " : "";
  const notes = others.map((other) => `also ${other}`);
  if (type.list) notes.push("may be repeated");
  return [withMetavar(flag, type), meaning(off + help, type, assumed, notes)];
}

function withMetavar(flag: string, type: Type<unknown>): string {
  return type.metavar === "" ? flag : `${flag} ${type.metavar}`;
}

/** The help of a value with, in brackets, what else there is to know of it. */
function meaning(
  help: string,
  type: Type<unknown>,
  assumed?: unknown,
  notes: readonly string[] = [],
): string {
  const more = [...notes];
  if (type.completes !== "file" && type.completes.length > 0) more.unshift(type.completes.join(", "));
  const shown = type === onOff || assumed === undefined ? "" : type.show(assumed);
  if (shown !== "") more.push(`default ${shown}`);
  return more.length === 0 ? help : `${help} (${more.join("; ")})`;
}
