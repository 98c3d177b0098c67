import { opendirSync, statSync } from "node:fs";
import { type Container, containerOf } from "./cgroup.ts";
import { readComm, readStart } from "./proc.ts";

/** Far more than these files have: a path for each hierarchy; a container's settings; a host's containers. */
const MAX_CGROUP = 16 * 1024;
const MAX_CONFIG = 1024 * 1024;
/** Names given by `ip netns` looked at, and names of containers kept. */
const MAX_NAMES = 1024;
/** Containers are renamed and namespaces named anew, seldom. */
const NAME_MS = 30_000;
/** As much of an id as engines print. */
const SHORT_ID = 12;
const MAX_NAME = 64;

type Json = Readonly<Record<string, unknown>>;

/** What to call a network namespace: its container's name or short id, else its `ip netns` name, else a process. */
export class ContainerNames {
  readonly #proc: string;
  readonly #root: string;
  /** By id. */
  readonly #names = new Map<string, { readonly name: string; readonly until: number }>();
  /** By inode, and until when. */
  #netns = new Map<number, string>();
  #netnsUntil = Number.NEGATIVE_INFINITY;
  /** The id or name of the container the program is in. */
  readonly #own: string | undefined;

  /** `root`: where the files of the host are, as of its container engines; `/` but in tests. */
  constructor(procRoot: string, root: string) {
    this.#proc = procRoot;
    this.#root = root;
    const own = this.#containerOf("self");
    this.#own = own === undefined ? undefined : textOf(own);
  }

  /**
   * The label, at most 64 characters, of the namespace with inode `netns`, in which process `pid` is. `now` in
   * epoch milliseconds. Never throws: what cannot be read is not known.
   */
  labelOf(pid: number, netns: number, now: number): string {
    const container = this.#containerOf(String(pid));
    // A program inside a container sees its own one around everything.
    if (container !== undefined && textOf(container) !== this.#own) {
      return "name" in container ? container.name : this.#nameOf(container.id, now);
    }
    return this.#netnsNames(now).get(netns) ?? known(() => readComm(this.#proc, pid)) ?? "?";
  }

  #containerOf(pid: string): Container | undefined {
    return known(() => containerOf(readStart(`${this.#proc}/${pid}/cgroup`, MAX_CGROUP) ?? ""));
  }

  #nameOf(id: string, now: number): string {
    const held = this.#names.get(id);
    if (held !== undefined && now < held.until) return held.name;
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    const name =
      known(() => this.#dockerName(id)) ?? known(() => this.#podmanName(id)) ?? id.slice(0, SHORT_ID);
    this.#names.set(id, { name, until: now + NAME_MS });
    return name;
  }

  /** Docker keeps a file for each container. */
  #dockerName(id: string): string | undefined {
    const config = this.#json(`var/lib/docker/containers/${id}/config.v2.json`);
    return isObject(config) ? nameIn(config.Name) : undefined;
  }

  /** Podman and CRI-O keep one list (containers/storage). */
  #podmanName(id: string): string | undefined {
    const list = this.#json("var/lib/containers/storage/overlay-containers/containers.json");
    if (!Array.isArray(list)) return undefined;
    const entry: unknown = list.find((entry: unknown) => isObject(entry) && entry.id === id);
    return isObject(entry) && Array.isArray(entry.names) ? nameIn(entry.names[0]) : undefined;
  }

  #json(path: string): unknown {
    return JSON.parse(readStart(`${this.#root}/${path}`, MAX_CONFIG) ?? "null");
  }

  /** The names of ip-netns(8): each is a file on which its namespace is mounted. */
  #netnsNames(now: number): ReadonlyMap<number, string> {
    if (now < this.#netnsUntil) return this.#netns;
    this.#netnsUntil = now + NAME_MS;
    this.#netns = known(() => readNetnsNames(`${this.#root}/run/netns`)) ?? new Map();
    return this.#netns;
  }
}

function readNetnsNames(path: string): Map<number, string> {
  const names = new Map<number, string>();
  const directory = opendirSync(path);
  try {
    for (let i = 0; i < MAX_NAMES; i++) {
      const name = directory.readSync()?.name;
      if (name === undefined) break;
      const inode = known(() => statSync(`${path}/${name}`).ino);
      if (inode !== undefined) names.set(inode, name.slice(0, MAX_NAME));
    }
  } finally {
    directory.closeSync();
  }
  return names;
}

/** What `read` answers, undefined where it throws. */
function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function textOf(container: Container): string {
  return "id" in container ? container.id : container.name;
}

/** A container's name as engines allow it; Docker writes a slash before it. */
function nameIn(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  return /^\/?([a-zA-Z0-9][\w.-]{0,254})$/.exec(value)?.[1]?.slice(0, MAX_NAME);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
