import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { UsageError } from "./error.ts";
import { loadConfig } from "./load.ts";

const FILE = "/etc/nethergaze/config.toml";

function load(toml: string, argv: string[] = [], env: Record<string, string> = {}) {
  return loadConfig({
    argv,
    env,
    uid: 0,
    readFile: (path) => (path === FILE ? { text: toml, owner: 0 } : undefined),
  });
}

/** The settings, or what is wrong with them. */
function read(...given: Parameters<typeof load>): unknown {
  const result = load(...given);
  if (result instanceof UsageError) return result.message;
  if (result.print !== undefined) throw new Error("it prints");
  expect(result.warnings).toEqual([]);
  const { hooks, alertHooks } = result.config;
  return { hooks, alertHooks };
}

function hook(key: string, more = ""): string {
  return `[[actions.hooks]]\nkey = "${key}"\nlabel = "Ping"\ncommand = "ping {ip}"\n${more}`;
}

const PING = { label: "Ping", command: ["ping", "{ip}"] };

test("hooks in the order of the file, alert hooks with what they do not say", () => {
  const alerting = '[[actions.alert_hooks]]\ncommand = ["/opt/x", "--now"]\n';
  const all = `${alerting}name = "router"\nseverity = "critical"\nrules = ["exploit"]\nrate = 600\ntimeout = 60\n`;
  expect(read(`${hook("2")}${alerting}${hook("ä")}${all}`)).toEqual({
    hooks: [
      { key: "2", ...PING },
      { key: "ä", ...PING },
    ],
    alertHooks: [
      { name: "", command: ["/opt/x", "--now"], severity: "warning", rules: [], rate: 10, timeout: 10 },
      {
        name: "router",
        command: ["/opt/x", "--now"],
        severity: "critical",
        rules: ["exploit"],
        rate: 600,
        timeout: 60,
      },
    ],
  });
});

test("what docs/hooks.md shows is taken", () => {
  const page = readFileSync(new URL("../../docs/hooks.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/```toml\n(.*?)```/gs)].map(([, toml = ""]) => toml);
  const [shell = ""] = page.match(/command = \["sh".*?\](?=`)/) ?? [];
  expect(read(blocks.join(""))).toMatchObject({
    hooks: [{ command: ["dig", "+short", "-x", "{ip}"] }, { command: ["mtr", "-rwc", "3", "{ip}"] }],
    alertHooks: [{ name: "router", rate: 20, timeout: 30 }],
  });
  expect(read(`[[actions.hooks]]\nkey = "1"\nlabel = "x"\n${shell}\n`)).toMatchObject({
    hooks: [{ command: ["sh", "-c", 'whois -- "$1" | head -40', "sh", "{ip}"] }],
  });
});

test("a home directory is of paths, not of words", () => {
  expect(read('[[actions.alert_hooks]]\ncommand = ["x", "~/y"]\n', [], { HOME: "/root" })).toMatchObject({
    alertHooks: [{ command: ["x", "~/y"] }],
  });
});

test("no variable and no flag holds one, but for none", () => {
  const allowed =
    "'x' is not allowed; allowed: at most 32 tables in the configuration file, each begun with [[actions.hooks]]";
  expect(read("", ["--set", "actions.hooks=x"])).toBe(`--set: actions.hooks: ${allowed}`);
  expect(read("", [], { NETHERGAZE_ACTIONS_HOOKS: "x" })).toBe(`NETHERGAZE_ACTIONS_HOOKS: ${allowed}`);
  expect(read(hook("1"), ["--set", "actions.hooks="])).toEqual({ hooks: [], alertHooks: [] });
  expect(read(hook("1"), [], { NETHERGAZE_ACTIONS_HOOKS: "" })).toEqual({ hooks: [], alertHooks: [] });
});

const LABELS = "a text of 1 to 40 characters, none of them a control character";
const refusals: [name: string, toml: string, message: string][] = [
  [
    "an unknown key, with its line",
    `${hook("1")}\n${hook("2", 'lbel = "x"')}`,
    ":10: actions.hooks: no such key 'lbel', did you mean label?; allowed: key, label, command",
  ],
  [
    "a missing key, with the line of its table",
    `# [[actions.hooks]]\n${hook("1")}\n[[actions.hooks]]\n`,
    ":7: actions.hooks: key is missing; allowed: one printable character, such as a digit",
  ],
  [
    "a missing label",
    '[[actions.hooks]]\nkey = "1"\ncommand = "x"',
    `:1: actions.hooks: label is missing; allowed: ${LABELS}`,
  ],
  [
    "a key of two characters",
    `${hook("1")}${hook("f5")}`,
    ":6: actions.hooks: key: 'f5' is not allowed; allowed: one printable character, such as a digit",
  ],
  [
    "a blank",
    hook(" "),
    ":2: actions.hooks: key: ' ' is not allowed; allowed: one printable character, such as a digit",
  ],
  [
    "a key twice",
    `${hook("1")}${hook("2")}${hook("1")}`,
    ":10: actions.hooks: key: '1' is the key of 'Ping' already",
  ],
  [
    "a label that is too long",
    `[[actions.hooks]]\nlabel = "${"x".repeat(41)}"\nkey = "1"\ncommand = "x"`,
    `:2: actions.hooks: label: '${"x".repeat(41)}' is not allowed; allowed: ${LABELS}`,
  ],
  [
    "a label of nothing",
    '[[actions.hooks]]\nkey = "1"\nlabel = " "\ncommand = "x"',
    `:3: actions.hooks: label: ' ' is not allowed; allowed: ${LABELS}`,
  ],
  [
    "a command for a shell",
    `${hook("1")}[[ "actions".hooks ]]\nkey="2"\nlabel="x"\n  command = 'echo "$(id)" {ip}'`,
    `:8: actions.hooks: command: 'echo "$(id)" {ip}': $ is for a shell, and none runs this; write command = ["program", "word", "{ip}"]`,
  ],
  [
    "an inline table: the line of the key",
    '[actions]\n\nhooks = [{ key = "1", label = "x" }]',
    ":3: actions.hooks: command is missing; allowed: a list of at most 64 words, the program first, or a text that is split into such at blanks and holds nothing for a shell",
  ],
  [
    "one table",
    "[actions.hooks]\nkey = 1",
    ":1: actions.hooks: a table is not allowed; allowed: at most 32 tables in the configuration file, each begun with [[actions.hooks]]",
  ],
  ["no tables", "actions.hooks = [1]", ":1: actions.hooks: must be tables"],
  [
    "too many",
    Array.from({ length: 33 }, (_, i) => hook(String.fromCodePoint(0x100 + i))).join(""),
    ":1: actions.hooks: this list is not allowed; allowed: at most 32 tables in the configuration file, each begun with [[actions.hooks]]",
  ],
  [
    "an address where there is none",
    '[[actions.alert_hooks]]\ncommand = "x {ip}"',
    ":2: actions.alert_hooks: command: '{ip}' is not allowed: an alert hook reads of whom the alert is from its standard input",
  ],
  [
    "a severity that there is not",
    '[[actions.alert_hooks]]\ncommand = "x"\nseverity = "warnin"',
    ":3: actions.alert_hooks: severity: 'warnin' is not allowed, did you mean warning?; allowed: info, warning, critical",
  ],
  [
    "no rate",
    '[[actions.alert_hooks]]\ncommand = "x"\nrate = 0',
    ":3: actions.alert_hooks: rate: 0 is not allowed; allowed: a whole number from 1 to 600",
  ],
  [
    "for ever",
    '[[actions.alert_hooks]]\ncommand = "x"\ntimeout = 61',
    ":3: actions.alert_hooks: timeout: 61 is not allowed; allowed: a whole number from 1 to 60",
  ],
];
test.each(refusals)("refused: %s", (_, toml, message) => {
  expect(read(toml)).toBe(FILE + message);
});

test("a rule that there is not", () => {
  expect(read('[[actions.alert_hooks]]\ncommand = "x"\nrules = ["exploit", "exploits"]')).toStartWith(
    `${FILE}:3: actions.alert_hooks: rules: 'exploits' is not allowed, did you mean exploit?; allowed: a list of ssh-brute-force, `,
  );
});
