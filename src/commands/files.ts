import { globSync, statSync } from "node:fs";
import { printable, UsageError } from "../config/error.ts";
import type { Config } from "../config/options.ts";
import { parseCidr } from "../model/cidr.ts";
import type { HealthEvent, Input } from "../model/event.ts";
import { now } from "../sources/clock.ts";
import type { Interpretation } from "../sources/interpret.ts";
import { type FileResult, type FileSource, readFiles } from "../sources/read-files.ts";
import { isGlob } from "../sources/tail-glob.ts";

import { FAILED, NO_PERMISSION } from "./exit-codes.ts";
import { interpretationOf } from "./interpretation.ts";
import type { Setup } from "./live.ts";
import { lastWords, stopSignal } from "./stop.ts";

/** Files read to their end instead of the live machine. */
export interface Files extends Interpretation {
  readonly sources: readonly FileSource[];
  /** Addresses of the host where packets were captured, four words each; guessed of a family of which there are none. */
  readonly local?: readonly Uint32Array[];
}

/** What takes the files' inputs. */
export interface Consumer {
  emit(input: Input): void;
  /** Asked after each input: undefined, or a promise where no more is wanted until it resolves. */
  room?(): Promise<void> | undefined;
  /** How each file fared, after the last input. */
  health?(health: HealthEvent): void;
  /** Awaited at the end: writes what is left. */
  finish?(): Promise<void>;
  /** When this resolves, nobody wants the rest; with the exit code. */
  readonly ended?: Promise<number>;
}

/** Fraction steps at which a person is told how far the reading is. */
const PROGRESS_STEP = 0.01;

/** `replay FILE...`: each file is what its first bytes, or lines, say it is. `localIps` were checked. */
export function replayed(paths: readonly string[], config: Config, localIps: readonly string[]): Files {
  return {
    sources: paths.map((path) => ({ path, reads: "any" })),
    local: localIps.flatMap((text) => parseCidr(text)?.words ?? []),
    ...interpretationOf(config),
  };
}

/** `--no-follow`: the files and globs that the command line names, and no other; each once. */
export function namedFiles({ config, origins }: Setup): Files | UsageError {
  const sources: FileSource[] = [];
  const errorLogs = matches(origins.errorLog === "flag" ? config.errorLog : []);
  for (const path of errorLogs) sources.push({ path, reads: "errors" });
  if (origins.accessLog === "flag") {
    for (const path of matches(config.accessLog).difference(errorLogs)) {
      sources.push({ path, reads: "requests" });
    }
  }
  if (origins.authLog === "flag" && config.authEnabled) {
    for (const path of matches(config.authLog)) sources.push({ path, reads: "auth" });
  }
  if (sources.length === 0) {
    return new UsageError(
      "--no-follow: no file is named; allowed: with --access-log PATH, --error-log PATH or --auth-log PATH",
    );
  }
  return { sources, ...interpretationOf(config) };
}

/** A pattern that matches no file stays, so that its absence is told by name. */
function matches(patterns: readonly string[]): Set<string> {
  const found = patterns.flatMap((pattern) => {
    const paths = isGlob(pattern) ? globSync(pattern).filter(isNoDirectory).sort() : [];
    return paths.length === 0 ? [pattern] : paths;
  });
  return new Set(found);
}

function isNoDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true;
}

/**
 * Reads the files into `consumer`, until a signal or until nobody wants more. Says on stderr which could not be
 * read and what was guessed of one, and as its last line `lines=N parsed=N unparsed=N`. Returns the exit code: when a
 * file could not be read 77 if we may not, else 1; what the consumer ended with; else 0.
 */
export async function runFiles(files: Files, consumer: Consumer): Promise<number> {
  const { promise: stop, resolve } = Promise.withResolvers<void>();
  let early: number | undefined;
  const end = (code: number): void => {
    early ??= code;
    resolve();
  };
  stopSignal().then(end);
  consumer.ended?.then(end);
  const results = await readFiles({
    files: files.sources,
    format: files.format,
    strict: files.strict,
    proxies: files.proxies,
    ...(files.local !== undefined && { local: files.local }),
    readAt: now(),
    emit: consumer.emit,
    room() {
      const full = consumer.room?.();
      // A reader that stopped reading must not keep us from ending.
      return full && Promise.race([full, stop]);
    },
    stopped: () => early !== undefined,
    ...(showsProgress() && { progress: progressLine() }),
  });
  if (showsProgress()) process.stderr.write("\r\x1b[K");
  const [first] = results;
  if (first !== undefined && results.some(({ health }) => health.lines > 0)) {
    // No later line comes that would have told what the last second brought.
    consumer.emit({ kind: "tick", at: first.health.at });
  }
  for (const { health } of results) consumer.health?.(health);
  // First what was not read, and what was guessed: it qualifies all that is said then.
  for (const { health, remarkable } of results) {
    if (!remarkable) continue;
    process.stderr.write(`nethergaze: ${printable(health.source)}: ${printable(health.detail)}\n`);
  }
  await Promise.race([consumer.finish?.(), stop.then(lastWords)]);
  process.stderr.write(`${tally(results)}\n`);
  if (early !== undefined) return early;
  if (results.some(({ denied }) => denied)) return NO_PERMISSION;
  return results.some(({ health }) => health.state === "down") ? FAILED : 0;
}

function tally(results: readonly FileResult[]): string {
  const lines = results.reduce((sum, { health }) => sum + health.lines, 0);
  const unparsed = results.reduce((sum, { health }) => sum + health.unparsed, 0);
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
