/** More lines than there are hierarchies (cgroups(7)), and far more than a path has parts. */
const MAX_LINES = 64;
const MAX_PARTS = 64;
const MAX_NAME = 64;

/** What a cgroup path says of a container: the 64 hex digits an engine gives it, or its name. */
export type Container = { readonly id: string } | { readonly name: string };

/**
 * The container that `text`, a /proc/PID/cgroup of cgroup v1 or v2 (cgroups(7)), speaks of; undefined for
 * none. The innermost one counts, and an engine's id more than a name.
 */
export function containerOf(text: string): Container | undefined {
  let named: Container | undefined;
  for (const line of text.split("\n", MAX_LINES)) {
    const found = containerAt(line.replace(/^\d+:[^:]*:/, ""));
    if (found !== undefined && "id" in found) return found;
    named ??= found;
  }
  return named;
}

function containerAt(path: string): Container | undefined {
  const parts = path.split("/", MAX_PARTS);
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i] as string;
    // docker-ID.scope, libpod-ID.scope, crio-ID.scope, a slice:cri-containerd:ID, a plain ID.
    const id = /(?:^|[-:])([0-9a-f]{64})(?:\.scope)?$/.exec(part)?.[1];
    if (id !== undefined) return { id };
    const name = nameOf(part, parts[i - 1] ?? "")?.slice(0, MAX_NAME);
    if (name !== undefined && name !== "") return { name };
  }
  return undefined;
}

/** The name in one part of a path and the part before it: of LXC, and of systemd-machined (machinectl(1)). */
function nameOf(part: string, before: string): string | undefined {
  if (part.startsWith("lxc.payload.")) return part.slice("lxc.payload.".length);
  if (before === "lxc" || before === "lxc.payload") return part;
  const unit = /^(?:machine-|systemd-nspawn@)(.+)\.(?:scope|service)$/.exec(part)?.[1];
  if (unit !== undefined) return unescapeUnit(unit);
  return before === "machine.slice" ? unescapeUnit(part.replace(/\.(?:scope|service)$/, "")) : undefined;
}

/** systemd-escape(1) of names in ASCII: `web\x2d1` is `web-1`. */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-7][0-9a-f])/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
