import { join, parse } from "node:path";
import type { Directories, Listing } from "./tail-directories.ts";
import { compile, isGlob, type Matcher } from "./tail-glob.ts";
import { originsOf, uncompressed } from "./tail-rotated.ts";

/** What the paths and globs stand for at one time. */
export interface Names {
  /** The directories looked at. */
  readonly listings: readonly Listing[];
  /** The logs there are. A rotated file is no log of its own where its origin is asked for too. */
  readonly logs: ReadonlySet<string>;
  /** The globs that no log matches. */
  readonly unmatched: ReadonlySet<string>;
  /** Whether a path was asked for, by name or glob. */
  wanted(path: string): boolean;
}

/** The last component of a path or glob, to be found in one directory. */
interface Pattern {
  readonly path: string;
  readonly base: string;
  readonly matches: Matcher;
}

/**
 * The logs that normalized `paths` name now. `followed` tells of those found before, which stay logs while only
 * their rotated files are left.
 */
export function findLogs(
  paths: readonly string[],
  directories: Directories,
  followed: (path: string) => boolean,
): Names {
  const listings = new Set<Listing>();
  const list = (path: string): Listing => {
    const listing = directories.list(path);
    listings.add(listing);
    return listing;
  };
  const patterns = new Map<string, Pattern[]>();
  for (const path of paths) {
    const { dir, base } = parse(path);
    const pattern = { path, base, matches: compile(base) };
    for (const directory of expand(dir, list)) {
      const same = patterns.get(directory);
      if (same === undefined) patterns.set(directory, [pattern]);
      else same.push(pattern);
    }
  }
  const logs = new Set<string>();
  const unmatched = new Set(paths.filter(isGlob));
  for (const [directory, asked] of patterns) {
    const literals = asked.filter(({ base }) => !isGlob(base)).map(({ base }) => base);
    const names = new Set([...list(directory).names, ...literals]);
    const wanted: Matcher = (name) => asked.some((pattern) => pattern.matches(name));
    const known: Matcher = (name) => names.has(name) || followed(join(directory, name));
    for (const name of names) {
      // The farthest origin that is there, else the farthest one asked for.
      const chain = [uncompressed(name), ...originsOf(name)].filter(wanted);
      const log = followed(join(directory, name)) ? name : (chain.findLast(known) ?? chain.at(-1));
      if (log === undefined) continue;
      logs.add(join(directory, log));
      for (const pattern of asked) if (pattern.matches(log)) unmatched.delete(pattern.path);
    }
  }
  return {
    listings: [...listings],
    logs,
    unmatched,
    wanted(path) {
      const { dir, base } = parse(path);
      return patterns.get(dir)?.some((pattern) => pattern.matches(base)) ?? false;
    },
  };
}

/** The directories that a path stands for, which may have wildcards. */
function expand(path: string, list: (path: string) => Listing): string[] {
  if (!isGlob(path)) return [path || "."];
  const { dir, base } = parse(path);
  const matches = compile(base);
  return expand(dir, list).flatMap((parent) =>
    list(parent)
      .names.filter(matches)
      .map((name) => join(parent, name)),
  );
}
