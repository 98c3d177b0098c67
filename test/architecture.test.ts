import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Which rooms of src/ a room may import besides itself. The entry, src/main.ts, may import all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  config: ["model"],
  parse: ["model"],
  correlate: ["model"],
  detect: ["model"],
  filter: ["model"],
  kernel: ["model"],
  enrich: ["model", "parse"],
  store: ["model"],
  sinks: ["model"],
  respond: ["model", "kernel"],
  sources: ["model", "parse", "kernel"],
  tui: ["model", "filter"],
  commands: [
    "model",
    "config",
    "parse",
    "correlate",
    "detect",
    "filter",
    "kernel",
    "respond",
    "enrich",
    "store",
    "sinks",
    "sources",
    "tui",
    "commands",
  ],
};

/** Values in, values out: no library, no file, no clock. */
const PURE = ["model", "parse", "correlate", "detect", "filter"];

/** Who can do it? One answer each: exactly these files, or some of these rooms. */
const ONLY: readonly {
  readonly what: string;
  readonly pattern: RegExp;
  readonly files: readonly string[];
}[] = [
  {
    what: "reads the command line or the environment",
    pattern:
      /\bprocess\s*(?:\.\s*(?:argv|env)\b|\[)|\b(?:Bun|import\.meta)\.(?:argv|env)\b|["'](?:node:)?process["']/,
    // The terminal library reads the environment by itself: what it must not find is taken out before it loads.
    files: ["config/process.ts", "tui/terminal.ts"],
  },
  {
    what: "reads the clock",
    pattern:
      /\bDate\s*\.\s*now\b|\bnew\s+Date\b(?!\s*\(\s*[^\s)])|(?<!new\s+)\bDate\s*\(|\bperformance\s*\.|\bhrtime\b|\bnanoseconds\s*\(/,
    files: ["sources/clock.ts"],
  },
  { what: "calls the C library", pattern: /["']bun:ffi["']/, files: ["kernel/libc.ts"] },
  {
    what: "runs programs",
    pattern: /["'](?:node:)?(?:child_process|cluster)["']|\bBun\s*\.\s*(?:spawn|spawnSync|\$)/,
    files: ["kernel/programs.ts"],
  },
  { what: "opens a database", pattern: /["'](?:node|bun):(?:sqlite|sql)["']/, files: ["store/database.ts"] },
  { what: "loads the terminal library", pattern: /["']@opentui\/core["']/, files: ["tui/"] },
  { what: "reads TOML", pattern: /["']smol-toml["']/, files: ["config/"] },
  {
    what: "compiles patterns that people wrote",
    pattern: /["']re2js["']/,
    files: ["commands/path-patterns.ts"],
  },
  { what: "needs what only tests have", pattern: /["'](?:bun:test|fast-check)["']/, files: [] },
];

interface Source {
  /** Path below src/. */
  readonly path: string;
  /** Without comments. */
  readonly code: string;
}

const root = join(import.meta.dirname, "../src");
const sources: Source[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .sort()
  .map((path) => ({ path, code: withoutComments(readFileSync(join(root, path), "utf8")) }));

/** Comments may name anything. They stand on lines of their own, or after code and a blank. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/(?:^|\s)\/\/.*$/gm, "");
}

/** What a file imports or re-exports: static, for types only, for effect, and by `import()`. */
function importsOf(code: string): string[] {
  const statics = code.matchAll(
    /(?:^|[;}])[ \t]*(?:import|export)\b(?:[\w\s{},*$]*?\bfrom)?\s*["']([^"'\n]+)["']/gm,
  );
  const dynamics = code.matchAll(/\b(?:import|require)\s*\(\s*(?:["'`]([^"'`\n]+)["'`]\s*\))?/g);
  return [...statics, ...dynamics].map(([, specifier]) => specifier ?? "(computed)");
}

function roomOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

/** Why a file of src/ may not import this, or undefined where it may. */
function refusal(path: string, specifier: string): string | undefined {
  const room = roomOf(path);
  if (specifier === "(computed)") return "what it imports is computed";
  if (!specifier.startsWith(".")) {
    return PURE.includes(room) ? `${room} is pure and imports ${specifier}` : undefined;
  }
  const target = normalize(join(dirname(path), specifier));
  // The program's version.
  if (target === "../package.json" && room === "config") return undefined;
  if (target.startsWith("..")) return `${target} is outside of src/`;
  if (target.endsWith(".test.ts")) return `${target} is a test`;
  if (room === "" || roomOf(target) === room) return undefined;
  return MAY_IMPORT[room]?.includes(roomOf(target)) ? undefined : `${room} must not know ${target}`;
}

describe("the direction of imports", () => {
  test("src/ holds the rooms of the table, and the entry", () => {
    const rooms = new Set(sources.map(({ path }) => roomOf(path)));
    expect([...rooms].sort()).toEqual(["", ...Object.keys(MAY_IMPORT)].sort());
    expect(sources.filter(({ path }) => roomOf(path) === "").map(({ path }) => path)).toEqual(["main.ts"]);
  });

  test("every file imports only what its room may", () => {
    const refused = sources.flatMap(({ path, code }) =>
      importsOf(code).flatMap((specifier) => {
        const why = refusal(path, specifier);
        return why === undefined ? [] : [`${path}: ${why}`];
      }),
    );
    expect(refused).toEqual([]);
  });

  test("no import of a file escapes the search", () => {
    const scanner = new Bun.Transpiler({ loader: "ts" });
    for (const { path, code } of sources) {
      const found = importsOf(code);
      for (const { path: specifier } of scanner.scanImports(code)) {
        expect(found, path).toContain(specifier);
      }
    }
  });
});

describe("who can do it", () => {
  test.each(ONLY.map(({ what, ...rule }) => [what, rule] as const))("%s", (_, { pattern, files }) => {
    const found = sources.filter(({ code }) => pattern.test(code)).map(({ path }) => path);
    const strangers = found.filter(
      (path) => !files.some((file) => path === file || (file.endsWith("/") && path.startsWith(file))),
    );
    expect(strangers).toEqual([]);
    // A name that no longer needs to be in the list must leave it.
    expect(files.filter((file) => !found.some((path) => path.startsWith(file)))).toEqual([]);
  });
});

describe("the search itself", () => {
  test("finds every kind of import", () => {
    const code = withoutComments(`import { a } from "./a.ts";
import type { B } from "../model/b.ts"; import * as c from 'c';
import d, {
  type E,
  e as f,
} from "./de.ts";
import "./effect.ts";
export { g } from "./g.ts";
export * from "./h.ts";
export type { I } from "./i.ts";
  const { j } = await import("./j.ts");
type K = typeof import("k");
const l = require("./l.ts");
const m = await import(path);
/** import "./comment.ts"; */
// import "./line.ts";
const text = names.join(" from "); export const o = "./text.ts";
const { dirname } = import.meta; // import("./after.ts")
`);
    expect(importsOf(code).sort()).toEqual(
      [
        ...["./a.ts", "../model/b.ts", "c", "./de.ts", "./effect.ts", "./g.ts", "./h.ts", "./i.ts"],
        ...["./j.ts", "k", "./l.ts", "(computed)"],
      ].sort(),
    );
  });

  const imports: [path: string, specifier: string, allowed: boolean][] = [
    ["correlate/fold.ts", "../model/ip.ts", true],
    ["correlate/fold.ts", "./slots.ts", true],
    ["correlate/row.ts", "../detect/judge.ts", false],
    ["detect/rules.ts", "../model/snapshot.ts", true],
    ["commands/engine.ts", "../detect/judge.ts", true],
    ["tui/views/live.ts", "../state.ts", true],
    ["tui/views/live.ts", "../../filter/filter.ts", true],
    ["tui/views/live.ts", "../../correlate/state.ts", false],
    ["correlate/fold.ts", "../parse/native.ts", false],
    ["correlate/fold.ts", "node:fs", false],
    ["correlate/fold.ts", "../main.ts", false],
    ["correlate/fold.ts", "./slots.test.ts", false],
    ["correlate/fold.ts", "../../test/requires.ts", false],
    ["correlate/fold.ts", "../../package.json", false],
    ["config/load.ts", "../../package.json", true],
    ["model/ip.ts", "../parse/ascii.ts", false],
    ["sources/tail.ts", "node:fs", true],
    ["sources/tail.ts", "../commands/live.ts", false],
    ["commands/top.ts", "../tui/console.ts", true],
    ["main.ts", "./commands/top.ts", true],
    ["store/sqlite.ts", "../parse/native.ts", false],
  ];
  test.each(imports)("%s may import %s: %p", (path, specifier, allowed) => {
    expect(refusal(path, specifier) === undefined).toBe(allowed);
  });

  const doings: [code: string, what: string][] = [
    ["const { TERM } = process.env;", "reads the command line or the environment"],
    ["process.argv.slice(2)", "reads the command line or the environment"],
    ['process["env"]', "reads the command line or the environment"],
    ['import { argv } from "node:process";', "reads the command line or the environment"],
    ["Date.now()", "reads the clock"],
    ["new Date()", "reads the clock"],
    ["new Date;", "reads the clock"],
    ["Date()", "reads the clock"],
    ["performance.now()", "reads the clock"],
    ["process.hrtime.bigint()", "reads the clock"],
    ['import { spawn } from "node:child_process";', "runs programs"],
    ["Bun.spawn([])", "runs programs"],
  ];
  test.each(doings)("%s", (code, what) => {
    expect(ONLY.filter(({ pattern }) => pattern.test(code)).map((rule) => rule.what)).toEqual([what]);
  });

  test.each(["new Date(at)", "new Date( 0 )", "Date.UTC(1970)", "isDate(x)", "process.pid", "a.env"])(
    "%s is fine",
    (code) => {
      expect(ONLY.filter(({ pattern }) => pattern.test(code))).toEqual([]);
    },
  );
});
