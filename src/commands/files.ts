import { globSync } from "node:fs";
import { printable, UsageError } from "../config/error.ts";
import type { Config } from "../config/options.ts";
import type { Input } from "../model/event.ts";
import { now } from "../sources/clock.ts";
import { type FileResult, type FileSource, readFiles } from "../sources/read-files.ts";
import { isGlob } from "../sources/tail-glob.ts";
import type { Setup } from "./live.ts";

/** Files read to their end instead of the live machine. */
export interface Files {
  readonly sources: readonly FileSource[];
  readonly format: Config["logFormat"];
}

/** What takes the files' inputs. */
export interface Consumer {
  emit(input: Input): void;
  /** Awaited between pieces: the reading waits for a slow consumer. */
  room?(): Promise<void> | undefined;
  /** How each file fared, after the last input. */
  health?(result: FileResult): void;
  /** When this resolves, nobody wants the rest. */
  readonly ended?: Promise<number>;
}

/** Fraction steps at which a person is told how far the reading is. */
const PROGRESS_STEP = 0.01;

/** `replay FILE...`: each file is what its first lines say it is. */
export function replayed(paths: readonly string[], config: Config): Files {
  return { sources: paths.map((path) => ({ path, reads: "any" })), format: config.logFormat };
}

/** `--no-follow`: the files and globs that the command line names, and no other. */
export function namedFiles({ config, origins }: Setup): Files | UsageError {
  const sources: FileSource[] = [];
  if (origins.accessLog === "flag") {
    for (const path of config.accessLog.flatMap(matches)) sources.push({ path, reads: "requests" });
  }
  if (origins.authLog === "flag" && config.authEnabled) {
    for (const path of config.authLog.flatMap(matches)) sources.push({ path, reads: "auth" });
  }
  if (sources.length === 0) {
    return new UsageError(
      "--no-follow: no file is named; allowed: with --access-log PATH or --auth-log PATH",
    );
  }
  return { sources, format: config.logFormat };
}

/** A pattern that matches nothing stays, so that its absence is told by name. */
function matches(pattern: string): string[] {
  const paths = isGlob(pattern) ? globSync(pattern).sort() : [];
  return paths.length === 0 ? [pattern] : paths;
}

/**
 * Reads the files into `consumer`. Says on stderr which could not be read, and as its last line
 * `lines=N parsed=N unparsed=N`. Returns the exit code: 1 when a file could not be read, else 0.
 */
export async function runFiles(files: Files, consumer: Consumer): Promise<number> {
  let stopped = false;
  consumer.ended?.then(() => {
    stopped = true;
  });
  const onSignal = (): void => {
    stopped = true;
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const results = await readFiles({
    files: files.sources,
    format: files.format,
    readAt: now(),
    emit: consumer.emit,
    room: consumer.room ?? (() => new Promise(setImmediate)),
    stopped: () => stopped,
    ...(showsProgress() && { progress: progressLine() }),
  });
  if (showsProgress()) process.stderr.write("\r\x1b[K");
  for (const result of results) consumer.health?.(result);
  for (const { state, source, detail } of results) {
    if (state !== "up") process.stderr.write(`nethergaze: ${printable(source)}: ${printable(detail)}\n`);
  }
  process.stderr.write(`${tally(results)}\n`);
  return results.some(({ state }) => state === "down") ? 1 : 0;
}

function tally(results: readonly FileResult[]): string {
  const lines = results.reduce((sum, result) => sum + result.lines, 0);
  const unparsed = results.reduce((sum, result) => sum + result.unparsed, 0);
  return `lines=${lines} parsed=${lines - unparsed} unparsed=${unparsed}`;
}

/** Only where a person watches, and nothing else writes to that screen. */
function showsProgress(): boolean {
  return process.stderr.isTTY === true && process.stdout.isTTY !== true;
}

function progressLine(): (fraction: number) => void {
  let shown = 0;
  return (fraction) => {
    if (Math.abs(fraction - shown) < PROGRESS_STEP) return;
    shown = fraction;
    process.stderr.write(`\rreading ${Math.floor(100 * fraction)} %`);
  };
}
