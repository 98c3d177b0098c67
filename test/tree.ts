import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { discover } from "../src/sources/discover/discover.ts";
import type { Discovery } from "../src/sources/discover/found.ts";

/** Files by their absolute paths: what they hold, or where they are a symbolic link to. */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;

/** Runs `body` with a directory that holds the tree, and removes it. */
export function withTree<T>(tree: Tree, body: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), "tree-"));
  try {
    for (const [path, content] of Object.entries(tree)) {
      const place = join(root, path);
      mkdirSync(dirname(place), { recursive: true });
      if (typeof content === "object" && "link" in content) symlinkSync(content.link, place);
      else writeFileSync(place, content);
    }
    return body(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** What is discovered of requests in a tree, with paths as the tree spells them. */
export function discoverIn(tree: Tree): Omit<Discovery, "errors"> {
  return withTree(tree, (root) => {
    const { logs, notes } = discover({ root });
    return { logs: logs.map(below(root)), notes };
  });
}

/** The same of logs of errors: where each is named. */
export function errorLogsIn(tree: Tree): Record<string, string> {
  return withTree(tree, (root) =>
    Object.fromEntries(
      discover({ root })
        .errors.map(below(root))
        .map(({ path, from }) => [path, from]),
    ),
  );
}

function below(root: string): <T extends { readonly path: string }>(log: T) => T {
  return (log) => {
    if (!log.path.startsWith(`${root}/`)) throw new Error(`${log.path} is outside of the root`);
    return { ...log, path: log.path.slice(root.length) };
  };
}
