import type { Acting } from "./commands/block.ts";
import { NO_PERMISSION, USAGE } from "./commands/exit-codes.ts";
import type { Setup } from "./commands/live.ts";
import { wantsColor } from "./config/color.ts";
import type { Command, Topic } from "./config/commands.ts";
import { printable, quote, UsageError } from "./config/error.ts";
import { type Loaded, loadConfig } from "./config/load.ts";
import type { Config } from "./config/options.ts";
import { processInput } from "./config/process.ts";
import { placesOf, stateDirectoryOf } from "./config/state.ts";
import type { Filter } from "./model/snapshot.ts";
import { parserOf } from "./parse/formats.ts";

/** Decides from the command line what to run, and loads only that. Returns the exit code. */
async function main(): Promise<number> {
  const loaded = load();
  if (loaded instanceof UsageError) return refuse(loaded);
  if (loaded.print !== undefined) {
    const text = typeof loaded.print === "string" ? loaded.print : await told(loaded.print.topic);
    await new Promise((resolve) => process.stdout.write(text, resolve));
    return 0;
  }
  const filter = await filterOf(loaded.command);
  if (filter instanceof UsageError) return refuse(filter);
  const judged = await withPatterns(loaded.config);
  if (judged instanceof UsageError) return refuse(judged);
  const clash = await clashOf(loaded);
  if (clash !== undefined) return refuse(clash);
  const doubts = filter === undefined ? [] : await doubtsAbout(filter, loaded.command.name);
  for (const warning of [...loaded.warnings, ...doubts]) process.stderr.write(`nethergaze: ${warning}\n`);
  return run(
    { ...loaded, config: judged, reread },
    wantsColor(loaded.config.color, processInput().env),
    filter,
  );
}

/** As the configuration and the command line are now. */
function load(): Loaded | UsageError {
  const loaded = loadConfig(processInput());
  if (loaded instanceof UsageError || loaded.print !== undefined) return loaded;
  return unreadableFormat(loaded.config.logFormat) ?? loaded;
}

function reread(): Setup | string {
  const loaded = load();
  if (loaded instanceof UsageError) return loaded.message;
  return loaded.print === undefined ? { ...loaded, reread } : "it asks for help";
}

type Run = Exclude<Loaded, { print: unknown }> & Setup;

async function run(loaded: Run, color: boolean, filter: Filter | undefined): Promise<number> {
  const { command, config } = loaded;
  const files = await filesOf(loaded);
  if (files instanceof UsageError) return refuse(files);
  const places = placesOf(processInput(), config.cacheDir);
  switch (command.name) {
    case "console": {
      const { liveConsole, fileConsole } = await import("./commands/console.ts");
      return files
        ? fileConsole(files, { config, color }, filter?.text)
        : liveConsole({ ...loaded, color }, filter?.text, places);
    }
    case "demo": {
      const { demo } = await import("./commands/console.ts");
      return demo({ config, color });
    }
    case "stream": {
      if (command.what === "events") {
        const { streamEvents, fileEvents } = await import("./commands/events.ts");
        return files ? fileEvents(files, config, filter) : streamEvents(loaded, filter);
      }
      if (command.what === "alerts") {
        const { streamAlerts, fileAlerts } = await import("./commands/alerts.ts");
        return files ? fileAlerts(files, config, filter) : streamAlerts(loaded, filter);
      }
      const { JSON_VIEW, liveSnapshots, fileSnapshots } = await import("./commands/snapshots.ts");
      return files
        ? fileSnapshots(files, config, { filter }, JSON_VIEW, "end")
        : liveSnapshots(loaded, { filter }, JSON_VIEW, places);
    }
    case "top": {
      const { JSON_VIEW, liveSnapshots, fileSnapshots } = await import("./commands/snapshots.ts");
      const { tableView } = await import("./commands/top.ts");
      const asked = { filter, limit: command.limit };
      const view = command.json ? JSON_VIEW : tableView(config);
      if (files) return fileSnapshots(files, config, asked, view, "end");
      return liveSnapshots(loaded, asked, view, places, command.once ? 1 : undefined);
    }
    case "watch": {
      if (files)
        return refuse(new UsageError("--no-follow: watch follows; of files: nethergaze stream alerts"));
      const { watch } = await import("./commands/watch.ts");
      return watch(loaded, places);
    }
    case "iptop": {
      const { iptop } = await import("./commands/iptop.ts");
      return iptop({ ...command, capture: config.capture, argv: withoutWord(processInput().argv, "iptop") });
    }
    case "block": {
      const { block } = await import("./commands/block.ts");
      return block(await acting(loaded), command);
    }
    case "unblock": {
      const { unblock } = await import("./commands/unblock.ts");
      return unblock(await acting(loaded), command);
    }
    case "blocks": {
      const { blocks } = await import("./commands/blocks.ts");
      return blocks(await acting(loaded), command);
    }
    case "history": {
      const { history, historySort } = await import("./commands/history.ts");
      const sort = loaded.origins.sort === "default" ? "last" : historySort(config.sort);
      if (sort instanceof UsageError) return refuse(sort);
      return history({ ...command, state: places.state, sort, utc: config.utc });
    }
    case "geoip": {
      const { geoipUpdate } = await import("./commands/geoip.ts");
      const databases = { city: config.geoipCity, asn: config.geoipAsn };
      return geoipUpdate({ from: command.from, directory: places.state, places: databases });
    }
    case "doctor": {
      const { doctor } = await import("./commands/doctor.ts");
      return doctor(loaded, places.state, command.json);
    }
    case "record": {
      const { record } = await import("./commands/record.ts");
      return record(command.file, command.maxSize, files ? { files } : { live: loaded });
    }
    case "replay": {
      const { replayed } = await import("./commands/files.ts");
      const recorded = replayed(command.files, config, command.localIp);
      if (command.as === "events") {
        const { fileEvents } = await import("./commands/events.ts");
        return fileEvents(recorded, config, filter);
      }
      if (command.as === "alerts") {
        const { fileAlerts } = await import("./commands/alerts.ts");
        return fileAlerts(recorded, config, filter);
      }
      if (command.as === "snapshots") {
        const { JSON_VIEW, fileSnapshots } = await import("./commands/snapshots.ts");
        return fileSnapshots(recorded, config, { filter }, JSON_VIEW, "second");
      }
      const { fileConsole } = await import("./commands/console.ts");
      return fileConsole(recorded, { config, color }, filter?.text);
    }
  }
}

/** What a command works with that changes something. */
async function acting(setup: Run): Promise<Acting> {
  const { meansOf } = await import("./commands/means.ts");
  const input = processInput();
  return { setup, means: meansOf(setup.config, stateDirectoryOf(input)), argv: input.argv };
}

/** With `--no-follow`, the files that the command line names. */
async function filesOf(run: Run) {
  const { name } = run.command;
  if (run.config.follow || name === "replay" || name === "demo") return undefined;
  const { namedFiles } = await import("./commands/files.ts");
  return namedFiles(run);
}

/** The words without the first that is `word`. */
function withoutWord(words: readonly string[], word: string): string[] {
  const at = words.indexOf(word);
  return words.filter((_, i) => i !== at);
}

/** Why the lines of that format could not be read. */
function unreadableFormat(format: string): UsageError | undefined {
  const parser = format === "auto" ? undefined : parserOf(format);
  return typeof parser === "string" ? new UsageError(`log.format: ${quote(format)}: ${parser}`) : undefined;
}

function refuse(error: UsageError): number {
  process.stderr.write(`nethergaze: ${error.message}\n`);
  return error.denied ? NO_PERMISSION : USAGE;
}

/** The filter that the command was given, before anything is opened. */
async function filterOf(
  command: Exclude<Command, { name: "completion" | "help" }>,
): Promise<Filter | UsageError | undefined> {
  if (!("filter" in command) || command.filter === undefined) return undefined;
  const { compileFilter, isFilterError } = await import("./filter/filter.ts");
  const filter = compileFilter(command.filter);
  return isFilterError(filter) ? new UsageError(`--filter: ${filter.message}`) : filter;
}

/** What of a filter may be a slip of the keys, though it is allowed. */
async function doubtsAbout({ text }: Filter, command: string): Promise<string[]> {
  const [{ unknownRules }, { keysUsed }] = await Promise.all([
    import("./filter/rule-names.ts"),
    import("./filter/keys-used.ts"),
  ]);
  const used = keysUsed(text);
  const unknown = COMMANDS_THAT_ASK.includes(command) ? [] : ASKED.filter((key) => used.has(key));
  const nobody = unknown.map((key) => `${key}: only the console and watch ask for it: nobody matches here`);
  return [...unknownRules(text), ...nobody].map((doubt) => printable(`--filter: ${doubt}`));
}

/** What filters ask that is looked up elsewhere, and who does that; of a recording it may be known. */
const ASKED = ["seen", "ptr"];
const COMMANDS_THAT_ASK = ["console", "watch", "replay"];

/** With the operator's own patterns compiled, where there are any. */
async function withPatterns(config: Config): Promise<Config | UsageError> {
  if (config.pathPatterns.length === 0) return config;
  const { compilePatterns } = await import("./commands/path-patterns.ts");
  const pathMatch = compilePatterns(config.pathPatterns);
  return pathMatch instanceof UsageError ? pathMatch : Object.assign({ ...config }, { pathMatch });
}

/** Why a key of a hook cannot be. Without hooks the console's keys are not looked at. */
async function clashOf({ config, file }: Pick<Run, "config" | "file">): Promise<UsageError | undefined> {
  if (config.hooks.length === 0) return undefined;
  const { keyClash } = await import("./commands/hooks.ts");
  return keyClash(config, file);
}

/** What `help TOPIC` prints of what only this file may know. */
async function told(topic: Topic): Promise<string> {
  switch (topic) {
    case "filter":
      return (await import("./commands/filter-help.ts")).filterHelp();
    case "detection":
      return (await import("./commands/detection-help.ts")).detectionHelp();
  }
}

// Every command has written what it had to: a pipe that nobody reads must not keep the process.
process.exit(await main());
