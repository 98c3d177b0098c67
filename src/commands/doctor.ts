import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { printable } from "../config/error.ts";
import type { HealthEvent } from "../model/event.ts";
import { chooseFirewall } from "../respond/firewalls.ts";
import { now } from "../sources/clock.ts";
import { USUAL_PLACE } from "../sources/discover/found.ts";
import type { Interpretation, Reads } from "../sources/interpret.ts";
import { JOURNAL_PLACES, sampleJournal } from "../sources/journal.ts";
import { createKernelCounters } from "../sources/kernel-counters.ts";
import { filesOf } from "../sources/log-end.ts";
import { createPackets } from "../sources/packets.ts";
import { type LogSample, sampleLog } from "../sources/sample-log.ts";
import { createSockets } from "../sources/sockets.ts";
import { reasonOf } from "../sources/tail-fs.ts";
import { isGlob } from "../sources/tail-glob.ts";
import { createVnstat } from "../sources/vnstat.ts";
import { type Finding, STATES } from "./doctor-finding.ts";
import { knowledge } from "./doctor-knowledge.ts";
import { FAILED } from "./exit-codes.ts";
import { interpretationOf } from "./interpretation.ts";
import { interfaceOf, packetsAsked, type Setup } from "./live.ts";
import { forcedBy, runStep } from "./means.ts";
import { openStdout } from "./output.ts";
import { authPlace, authTargets, type HttpTargets, httpTargets, type JournalTarget } from "./targets.ts";

/** Files of one glob that are looked into; of more than these the number is told. */
const FILES = 64;
/** Of a format or a line, shown as an example. */
const SHORT = 60;
/** A log most of whose lines are not understood is not read at all. */
const MOSTLY = 0.5;

/**
 * `doctor`: what can be seen here (`state`: the directory of what was done), what cannot, and the command that would change it. Returns 1 where something
 * wanted does not work, else 0.
 */
export async function doctor(setup: Setup, state: string, json: boolean): Promise<number> {
  const output = openStdout();
  let failed = false;
  let before = "";
  for (const found of await findings(setup, state)) {
    if (found.state === "fail") failed = true;
    output.line(json ? JSON.stringify(found) : line(found, found.part === before));
    before = found.part;
  }
  await output.finish();
  return failed ? FAILED : 0;
}

function line({ part, state, text, remedy }: Finding, again: boolean): string {
  const mended = remedy === undefined ? "" : `${text.endsWith(".") ? "" : "."} ${remedy}`;
  return `${(again ? "" : part).padEnd(11)}${state.padEnd(6)}${printable(text)}${printable(mended)}`;
}

async function findings(setup: Setup, state: string): Promise<Finding[]> {
  return [
    ...sockets(),
    ...(await packets(setup)),
    ...counters(setup),
    ...httpLogs(setup),
    ...(await auth(setup)),
    ...(await bandwidth(setup)),
    ...(await knowledge(setup.config, state)),
    await firewall(setup),
  ];
}

function told(part: Finding["part"], inputs: readonly { readonly kind: string }[]): Finding[] {
  return inputs
    .filter((input): input is HealthEvent => input.kind === "health")
    .map(({ state, detail }) => ({ part, state: STATES[state], text: detail }));
}

function sockets(): Finding[] {
  const source = createSockets();
  const inputs = source.poll(now());
  source.close();
  const table = inputs.find((input) => input.kind === "sockets");
  const count = table === undefined ? "" : `, ${table.table.length} with a peer beyond this host`;
  const anonymous =
    process.geteuid?.() === 0 ? {} : { remedy: "Names of other users' processes: run with sudo" };
  return told("sockets", inputs).map((found) => ({ ...found, text: found.text + count, ...anonymous }));
}

/** Begins to count, and ends at once. */
async function packets(setup: Setup): Promise<Finding[]> {
  const part = "packets";
  const asked = packetsAsked(setup);
  if (asked === undefined) return [{ part, state: "off", text: "packets.capture is off" }];
  const told: HealthEvent[] = [];
  const source = createPackets({
    ...asked,
    emit: (input) => {
      if (input.kind === "health") told.push(input);
    },
  });
  await source.poll();
  source.close();
  return told.map(({ source: name, state, detail, via }): Finding => {
    if (name !== "packets") {
      const text = `${[name, via].filter(Boolean).join(", ")}: ${detail}`;
      return { part, state: STATES[state], text };
    }
    const wanted = asked.interfaces.length > 0 || asked.capture !== "auto";
    return { part, state: wanted ? "fail" : "off", text: detail };
  });
}

function counters(setup: Setup): Finding[] {
  return told("kernel", createKernelCounters(interfaceOf(setup)).poll(now()));
}

async function bandwidth(setup: Setup): Promise<Finding[]> {
  const source = createVnstat(interfaceOf(setup));
  const inputs = await source.poll(now());
  source.close();
  const month = inputs.find((input) => input.kind === "bandwidth");
  if (month !== undefined) {
    return [{ part: "bandwidth", state: "ok", text: `vnstat, ${month.interface}, ${month.month}` }];
  }
  // It is there and counts nothing for us: no fault of the server's, and not what was hoped for.
  const found = told("bandwidth", inputs).map(
    (one): Finding => ({ ...one, state: "warn", remedy: "Is vnstatd running?" }),
  );
  return found.length > 0
    ? found
    : [{ part: "bandwidth", state: "off", text: "vnstat is not installed: no month's totals" }];
}

/** Where a block would go. */
async function firewall({ config }: Setup): Promise<Finding> {
  const part = "firewall";
  const blocking = config.blockExecution
    ? "the console may block"
    : "the console only shows commands (actions.enable_block_execution)";
  if (config.firewall === "none") return { part, state: "off", text: "actions.firewall is none" };
  const chosen = await chooseFirewall(runStep, now(), forcedBy(config));
  if (!("problem" in chosen)) {
    return { part, state: "ok", text: `${chosen.firewall.name}: ${chosen.why}; ${blocking}` };
  }
  const { problem, detail } = chosen;
  if (problem === "denied") return { part, state: "warn", text: detail, remedy: "Run with sudo" };
  // Nobody needs one to look.
  const state = config.firewall === "auto" && problem === "absent" ? "off" : "fail";
  return { part, state, text: detail };
}

function httpLogs(setup: Setup): Finding[] {
  const { targets, notes, named } = httpTargets(setup, interpretationOf(setup.config));
  const part = "http logs";
  const seen = new Set<string>();
  const ofErrors = targets.flatMap((target) => errorLogs(target, seen));
  const found = targets.flatMap((target) =>
    target.errors === undefined ? logs(part, target.path, "requests", target, target.from, named, seen) : [],
  );
  if (found.length === 0) {
    found.push({
      part,
      state: "off",
      text: "no web server's log found here",
      remedy: "Name one: --access-log PATH",
    });
  }
  for (const { from, text, remedy } of notes) {
    found.push({ part, state: "warn", text: `${from}: ${text}`, ...(remedy !== undefined && { remedy }) });
  }
  return [...found, ...ofErrors];
}

/** Where nobody named a log of errors, none is wanted so much that its lack is a failure. */
function errorLogs(target: HttpTargets["targets"][number], seen: Set<string>): Finding[] {
  const { path, from, errors } = target;
  if (errors === undefined) return [];
  const found = logs("error logs", path, "errors", target, from, errors.named, seen);
  return errors.named ? found : found.map((one) => (one.state === "fail" ? { ...one, state: "warn" } : one));
}

async function auth(setup: Setup): Promise<Finding[]> {
  const part = "auth";
  const { config } = setup;
  if (!config.authEnabled) return [{ part, state: "off", text: "auth.log_enabled is false" }];
  const { targets, named, journal } = authTargets(setup, interpretationOf(config), authPlace(config));
  const found = targets.flatMap((target) =>
    logs(part, target.path, "auth", target, USUAL_PLACE, named, new Set()),
  );
  if (journal !== undefined) found.push(await inJournal(journal));
  if (found.length > 0) return found;
  const logPaths = targets.map(({ path }) => path).join(", ");
  return [
    {
      part,
      state: "off",
      text: `none of ${logPaths} is there${config.authJournal === "auto" && !named ? ", nor a journal" : ""}`,
      remedy: "Name one: --auth-log PATH",
    },
  ];
}

async function inJournal({ directory, why }: JournalTarget): Promise<Finding> {
  const part = "auth";
  const sample = await sampleJournal({ directory }, now());
  const name = ["journal", directory, why].filter((word) => word !== undefined).join(", ");
  if (typeof sample !== "string") return counted(part, name, sample);
  return unreadable(part, name, sample, directory === undefined ? JOURNAL_PLACES : [directory]);
}

/**
 * What there is to say of a log or of those that a glob finds, each file once. That one of the usual places is
 * empty is no news.
 */
function logs(
  part: Finding["part"],
  path: string,
  reads: Reads,
  how: Interpretation,
  from: string,
  named: boolean,
  seen: Set<string>,
): Finding[] {
  const files = filesOf(path).filter((file) => !seen.has(file));
  if (named && files.length === 0) return [unmatched(part, path)];
  const found = files.slice(0, FILES).flatMap((file): Finding[] => {
    seen.add(file);
    const sample = sampleLog(file, reads, how, now());
    if (typeof sample === "string") return [unreadable(part, file, sample)];
    if (sample !== undefined) return [judged(part, file, sample, from)];
    if (named) return [{ part, state: "fail", text: `${file} is not there` }];
    return from === USUAL_PLACE
      ? []
      : [{ part, state: "warn", text: `${file} (from ${from}) is not there yet` }];
  });
  if (files.length > FILES) {
    const text = `${path}: ${files.length - FILES} more files, not looked into here`;
    found.push({ part, state: "ok", text });
  }
  return found;
}

/** A glob that finds nothing: perhaps because its directory is closed to us. */
function unmatched(part: Finding["part"], path: string): Finding {
  const directory = dirname(path);
  try {
    if (!isGlob(directory)) accessSync(directory, constants.R_OK);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== undefined) return unreadable(part, directory, reason);
  }
  return { part, state: "fail", text: `${path} matches no file` };
}

function judged(part: Finding["part"], path: string, sample: LogSample, from: string): Finding {
  const about = [
    sample.format === undefined ? "no line yet understood" : short(sample.format),
    from === "named" ? undefined : `from ${from}`,
  ]
    .filter((word) => word !== undefined)
    .join(", ");
  const found = counted(part, `${path} (${about})`, sample);
  if (found.state !== "fail") return found;
  const remedy =
    part === "error logs"
      ? "Is it the error log of nginx or Apache?"
      : "Tell its format: --log-format 'STRING'";
  return { ...found, remedy };
}

/** How many of a log's last lines were not understood, and such a line. */
function counted(part: Finding["part"], name: string, { lines, unparsed, strange }: LogSample): Finding {
  if (lines === 0) return { part, state: "ok", text: `${name}: empty` };
  const text = `${name}: ${unparsed} of the last ${lines} lines not understood`;
  if (unparsed === 0) return { part, state: "ok", text };
  const state = unparsed <= MOSTLY * lines ? "warn" : "fail";
  const last = strange.at(-1);
  const example = last === undefined ? "" : `, as ${short(JSON.stringify(last))}`;
  return { part, state, text: text + example, strange };
}

/** What fits beside other words on a line. */
function short(text: string): string {
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}

/** `places`: whose group would help, the first that has one. */
function unreadable(
  part: Finding["part"],
  name: string,
  reason: string,
  places: readonly string[] = [name, dirname(name)],
): Finding {
  if (!reason.startsWith("no permission")) return { part, state: "fail", text: `${name}: ${reason}` };
  const group = places.map(readingGroup).find((one) => one !== undefined);
  const join = group === undefined ? "" : `, or join the group that may: sudo usermod -aG ${group} $USER`;
  return { part, state: "fail", text: `${name}: ${reason}`, remedy: `Run with sudo${join}` };
}

/** The name of the group whose members may read the file, where it is not everybody's. */
function readingGroup(path: string): string | undefined {
  try {
    const { gid, mode } = statSync(path);
    // Not root's: that would be more than is asked for.
    if ((mode & 0o040) === 0 || gid === 0) return undefined;
    const groups = readFileSync("/etc/group", "utf8").split("\n");
    return groups.find((entry) => entry.split(":")[2] === String(gid))?.split(":")[0];
  } catch {
    return undefined;
  }
}
