import { basename } from "node:path";
import { apacheWords } from "./lines.ts";
import { pathGlob } from "./logs.ts";

/** The options that take a word, of rotatelogs(8) and cronolog(1). */
const WITH_WORD = ["-L", "-p", "-n", "-m", "-S", "-P", "-d", "-z", "-x"];

/**
 * The files that a program writes to which Apache pipes its log, as a path or glob: those of rotatelogs and
 * cronolog are known. Undefined for any other program.
 */
export function pipedLog(command: string): string | undefined {
  const [program = "", ...words] = apacheWords(command.replace(/^\|[|$]?/, ""));
  if (!["rotatelogs", "cronolog"].includes(basename(program))) return undefined;
  const options = new Map<string, string>();
  let i = 0;
  for (let word = words[i]; word?.startsWith("-"); word = words[++i]) {
    options.set(word, WITH_WORD.includes(word) ? (words[++i] ?? "") : "");
  }
  // A link to whatever file is current.
  const link = options.get("-L") || options.get("-S");
  if (link) return link;
  const path = words[i];
  if (path === undefined) return undefined;
  if (path.includes("%")) return pathGlob(path, /%[EO]?[a-zA-Z]/g);
  if (options.has("-t") || basename(program) === "cronolog") return path;
  // The time at which a file was begun follows its name, or with -n a number or nothing.
  return options.has("-n") ? `${path}*` : `${path}.*`;
}
