import { isAbsolute, join } from "node:path";
import { quote, UsageError } from "./error.ts";

/** A file's text with the uid of its owner, why it cannot be read, or undefined when there is none. */
export type ReadFile = (
  path: string,
) =>
  | { readonly text: string; readonly owner: number }
  | { readonly problem: string; readonly denied?: true }
  | undefined;

/** The part of a process's world that says where its files are. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user id. */
  readonly uid: number;
  readonly readFile: ReadFile;
}

/** A configuration file: its path and what it says. */
interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

const SYSTEM = "/etc/nethergaze/config.toml";
/** The places searched, in order, as help and the example file name them. */
export const PLACES = ["$XDG_CONFIG_HOME/nethergaze/config.toml (~/.config)", "~/.nethergaze.toml", SYSTEM];

/** The home directory of the person at the keyboard: under sudo the invoking user's. */
export function homeOf({ env, uid, readFile }: World): string | undefined {
  const invoker = invokerOf(env, uid);
  if (invoker === undefined) return env.HOME;
  const passwd = readFile("/etc/passwd");
  if (passwd === undefined || "problem" in passwd) return undefined;
  const entry = passwd.text.split("\n").find((line) => line.split(":")[2] === String(invoker));
  return entry?.split(":")[5];
}

/** The file named explicitly. Throws a {@link UsageError} where it cannot be read. */
export function namedFile(readFile: ReadFile, path: string): ConfigFile {
  const file = readFile(path);
  if (file !== undefined && "text" in file) return { path, text: file.text };
  throw new UsageError(
    `configuration file ${quote(path)}: ${file?.problem ?? "no such file"}`,
    file?.denied === true,
  );
}

/**
 * The first configuration file there is in the usual places, and a warning for each that was passed over. Root
 * trusts no file in a home whose owner is not the owner of that home.
 */
export function findFile(world: World): { file?: ConfigFile; warnings: string[] } {
  const warnings: string[] = [];
  for (const { path, owner } of candidates(world)) {
    const file = world.readFile(path);
    if (file === undefined) continue;
    if ("problem" in file) warnings.push(`${path}: ${file.problem}, ignored`);
    else if (owner !== undefined && file.owner !== owner) {
      warnings.push(`${path}: belongs to uid ${file.owner}, not to uid ${owner}, ignored`);
    } else return { file: { path, text: file.text }, warnings };
  }
  return { warnings };
}

/** Where to look, in order; `owner` is the uid that must own the file. */
function candidates(world: World): { path: string; owner?: number }[] {
  const { env, uid } = world;
  const invoker = invokerOf(env, uid);
  const home = homeOf(world);
  const found = inHome(home, env.XDG_CONFIG_HOME, invoker);
  // Under sudo HOME is root's, unless it was kept.
  if (invoker !== undefined && env.HOME !== home) found.push(...inHome(env.HOME, undefined, 0));
  return [...found, { path: SYSTEM }];
}

function inHome(home: string | undefined, xdg: string | undefined, owner: number | undefined) {
  const rule = owner === undefined ? {} : { owner };
  const found: { path: string; owner?: number }[] = [];
  // The XDG specification: a relative path is to be ignored.
  if (xdg !== undefined && isAbsolute(xdg))
    found.push({ path: join(xdg, "nethergaze/config.toml"), ...rule });
  else if (home) found.push({ path: join(home, ".config/nethergaze/config.toml"), ...rule });
  if (home) found.push({ path: join(home, ".nethergaze.toml"), ...rule });
  return found;
}

/** The uid of the person who became root by sudo. */
function invokerOf(env: World["env"], uid: number): number | undefined {
  if (uid !== 0 || !/^[1-9]\d{0,9}$/.test(env.SUDO_UID ?? "")) return undefined;
  return Number(env.SUDO_UID);
}
