import type { ConfigFile } from "./files.ts";
import { logicalLines } from "./lines.ts";
import type { Search } from "./search.ts";

const CONFIG = "/etc/rsyslog.conf";

/** A file into which rsyslog writes what a program logs. */
export interface SyslogFile {
  readonly path: string;
  readonly from: string;
  /** Whether a rule asks for the program or its facility, rather than for everything. */
  readonly chosen: boolean;
}

/** Whose messages: of a program, with a facility, at priority `info`. */
export interface Sender {
  readonly program: string;
  readonly facility: string;
}

/** How closely a rule fits the sender; 0 for not at all. */
type Fit = 0 | 1 | 2 | 3;
const FITS = { program: 3, facility: 2, anything: 1, no: 0 } as const;

/**
 * The file that rsyslog (rsyslog.conf(5)) writes a sender's messages to: by a rule for the program, else for
 * its facility, else for everything. Undefined where rsyslog has no configuration or no such rule. Of what its
 * expressions can say only plain comparisons are understood.
 */
export function syslogFile(search: Search, sender: Sender): SyslogFile | undefined {
  const text = search.files.read(CONFIG);
  if (text === undefined) return undefined;
  let best: { fit: Fit; path: string; from: string } | undefined;
  for (const { fit, action, from } of rulesOf(search, { path: CONFIG, text }, sender, [])) {
    const path = fileOf(action);
    if (path !== undefined && fit > (best?.fit ?? 0)) best = { fit, path, from };
  }
  return best && { path: best.path, from: best.from, chosen: best.fit > FITS.anything };
}

interface Rule {
  readonly fit: Fit;
  readonly action: string;
  readonly from: string;
}

function* rulesOf(
  search: Search,
  file: ConfigFile,
  sender: Sender,
  chain: readonly string[],
): Generator<Rule, void, undefined> {
  /** Of the braces around a line, outside of which nothing fits. */
  let block: Fit = 0;
  let depth = 0;
  for (const { text, line } of logicalLines(file.text)) {
    const from = `${file.path}:${line}`;
    const included = INCLUDE.exec(text);
    if (included !== null) {
      const path = included[1] ?? included[2] ?? "";
      for (const next of search.files.included(path, [...chain, file.path])) {
        yield* rulesOf(search, next, sender, [...chain, file.path]);
      }
      continue;
    }
    if (depth > 0) yield { fit: block, action: text, from };
    else {
      const { fit, action } = filterOf(text, sender);
      block = fit;
      yield { fit, action, from };
    }
    depth = Math.max(0, depth + text.split("{").length - text.split("}").length);
  }
}

const INCLUDE = /^(?:\$IncludeConfig\s+(\S+)|include\(\s*file="([^"]+)")/i;
const PROPERTY = /^:(?:programname|syslogtag|app-name)\s*,\s*(\w+)\s*,\s*"([^"]*)"\s*(.*)$/i;
const CONDITION = /^if\b(.*?)\bthen\b(.*)$/i;
const SELECTOR = /^([\w*,;=.!]+)\s+(.*)$/;

/** How closely the filter of a line fits, and what follows it. */
function filterOf(text: string, sender: Sender): { fit: Fit; action: string } {
  const [, operation = "", value = "", propertyAction] = PROPERTY.exec(text) ?? [];
  if (propertyAction !== undefined) {
    const holds = COMPARISONS[operation.toLowerCase()]?.(sender.program, value) ?? false;
    return { fit: holds ? FITS.program : FITS.no, action: propertyAction };
  }
  const [, condition = "", conditionAction] = CONDITION.exec(text) ?? [];
  if (conditionAction !== undefined) return { fit: conditionFit(condition, sender), action: conditionAction };
  const [, selector = "", action = ""] = SELECTOR.exec(text) ?? [];
  return { fit: selectorFit(selector, sender.facility), action };
}

const COMPARISONS: Readonly<Record<string, (program: string, value: string) => boolean>> = {
  isequal: (program, value) => program === value,
  startswith: (program, value) => program.startsWith(value),
  contains: (program, value) => program.includes(value),
};

function conditionFit(condition: string, { program, facility }: Sender): Fit {
  if (/!=|<>|\bnot\b/i.test(condition)) return FITS.no;
  if (condition.includes(program)) return FITS.program;
  return condition.includes(`'${facility}'`) || condition.includes(`"${facility}"`) ? FITS.facility : FITS.no;
}

/** Of `local0.*;*.info;mail.none` and the like: the last part that names the facility decides. */
function selectorFit(selector: string, facility: string): Fit {
  let fit: Fit = FITS.no;
  for (const part of selector.split(";")) {
    const [names = "", priority = ""] = part.split(".");
    const facilities = names.split(",");
    const named = facilities.includes(facility);
    if (!named && !facilities.includes("*")) continue;
    if (priority === "none") fit = FITS.no;
    else if (["*", "debug", "info", "=info"].includes(priority)) fit = named ? FITS.facility : FITS.anything;
  }
  return fit;
}

/** The file of an action: `/path`, `-/path` (not synced), `/path;template`, or `action(type="omfile" file=...)`. */
function fileOf(action: string): string | undefined {
  const [, named, plain] = /\bfile="(\/[^"]+)"|^[\s{]*-?(\/[^\s;}]+)/i.exec(action) ?? [];
  return named ?? plain;
}
