import { COMMAND_LIST, COMMANDS, type CommandEntry, DEFAULT_COMMAND, GLOBAL_FLAG_LIST } from "./commands.ts";
import { OPTION_LIST } from "./options.ts";
import { onOff, type Type } from "./value.ts";

/** A flag as a shell offers it. */
interface Offer {
  readonly flag: string;
  readonly type: Type<unknown>;
  readonly help: string;
}

const SHARED: readonly Offer[] = [
  ...OPTION_LIST.flatMap(([, { flags, type, help }]) => flags.map((flag) => ({ flag, type, help }))),
  ...GLOBAL_FLAG_LIST.map(([, offer]) => offer),
];
const CONSOLE = flagsOf(COMMANDS[DEFAULT_COMMAND]);
const NAMED = COMMAND_LIST.filter(([name]) => name !== DEFAULT_COMMAND);
const NAMES = NAMED.map(([name]) => name);

const SCRIPTS = { bash, zsh, fish };

/** The completion script of a shell, for `source <(nethergaze completion SHELL)` or its directory of completions. */
export function completion(shell: keyof typeof SCRIPTS): string {
  return SCRIPTS[shell]();
}

function flagsOf(command: CommandEntry): readonly Offer[] {
  return Object.values(command.flags);
}

function typesOf(command: CommandEntry): readonly Type<unknown>[] {
  return Object.values(command.arguments).map(({ type }) => type);
}

function bash(): string {
  const candidates = ({ completes }: Type<unknown>): string =>
    completes === "file" ? "files=1" : `offer='${completes.join(" ")}'`;
  const spellings = (offers: readonly Offer[]): string => offers.map(({ flag }) => flag).join(" ");
  const valued = [...SHARED, ...COMMAND_LIST.flatMap(([, command]) => flagsOf(command))].filter(
    ({ type }) => type !== onOff,
  );
  const afterFlag = new Map(valued.map(({ flag, type }) => [flag, `    ${flag}) ${candidates(type)} ;;`]));
  const afterCommand = NAMED.map(([name, command]) => {
    const assignments = [`flags='${spellings(flagsOf(command))}'`, ...typesOf(command).map(candidates)];
    return `        ${name}) ${assignments.join(" ")} ;;`;
  });
  return `# bash completion for nethergaze
_nethergaze() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' flags='' offer='' files='' i
  # The = of --flag=value is a word of its own.
  [[ $word == = ]] && word=''
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD - 2]}
  case $previous in
${[...afterFlag.values()].join("\n")}
    *)
      for ((i = 1; i < COMP_CWORD; i++)); do
        case \${COMP_WORDS[i]} in
          ${NAMES.join(" | ")}) command=\${COMP_WORDS[i]} && break ;;
        esac
      done
      case $command in
        '') flags='${spellings(CONSOLE)}' offer='${NAMES.join(" ")}' ;;
${afterCommand.join("\n")}
      esac
      [[ $word == -* ]] && files='' offer="$flags ${spellings(SHARED)}"
      ;;
  esac
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$offer" -- "$word")
  fi
}
complete -F _nethergaze nethergaze
`;
}

function zsh(): string {
  const action = ({ metavar, completes }: Type<unknown>): string => {
    if (completes === "file") return `${metavar}:_files`;
    return completes.length === 0 ? `${metavar}: ` : `${metavar}:(${completes.join(" ")})`;
  };
  const flag = ({ flag: spelling, type, help }: Offer): string => {
    const text = `[${help.replace(/[[\]\\]/g, "\\$&")}]`;
    return quoted(type === onOff ? spelling + text : `*${spelling}=${text}:${action(type)}`);
  };
  const argument = (type: Type<unknown>, index: number): string =>
    quoted(`${type.list ? "*" : index + 1}:${action(type)}`);
  const lines = (items: readonly string[]): string => items.map((item) => `    ${item}\n`).join("");
  const afterCommand = NAMED.map(([name, command]) => {
    const specifications = [...flagsOf(command).map(flag), ...typesOf(command).map(argument)];
    return `        ${name}) _arguments $shared ${specifications.join(" ")} ;;\n`;
  });
  return `#compdef nethergaze
_nethergaze() {
  local curcontext=$curcontext state line
  local -a shared=(
${lines(SHARED.map(flag))}  )
  local -a commands=(
${lines(NAMED.map(([name, { help }]) => quoted(`${name}:${help}`)))}  )
  _arguments -C $shared ${CONSOLE.map(flag).join(" ")} '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${afterCommand.join("")}      esac
      ;;
  esac
}
# Found in fpath, the file is the body of the function; sourced, it has to be registered.
if [[ $funcstack[1] == _nethergaze ]]; then _nethergaze "$@"; else compdef _nethergaze nethergaze; fi
`;
}

function fish(): string {
  const anywhere = `not __fish_seen_subcommand_from ${NAMES.join(" ")}`;
  const line = (...words: string[]): string => `complete -c nethergaze ${words.join(" ")}\n`;
  const values = ({ completes }: Type<unknown>): string => {
    if (completes === "file") return "-F";
    return completes.length === 0 ? "-x" : `-x -a ${quoted(completes.join(" "))}`;
  };
  const flag = ({ flag: spelling, type, help }: Offer): string => {
    const value = type === onOff ? [] : ["-r", values(type)];
    return [`-l ${spelling.slice(2)}`, ...value, "-d", quoted(help)].join(" ");
  };
  const ofCommand = NAMED.flatMap(([name, command]) => {
    const seen = `-n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      line("-n", quoted(anywhere), "-a", name, "-d", quoted(command.help)),
      ...flagsOf(command).map((offer) => line(seen, flag(offer))),
      ...typesOf(command).map((type) => line(seen, values(type))),
    ];
  });
  return [
    "# fish completion for nethergaze\n",
    line("-f"),
    ...SHARED.map((offer) => line(flag(offer))),
    ...CONSOLE.map((offer) => line("-n", quoted(anywhere), flag(offer))),
    ...ofCommand,
  ].join("");
}

/** In single quotes: literal in each of these shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
