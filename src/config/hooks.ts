import { RULE_IDS } from "../model/rules.ts";
import { command } from "./command.ts";
import { quote } from "./error.ts";
import { tables } from "./tables.ts";
import { choice, choices, type Fault, integer, isPlain, type Type } from "./value.ts";

/** As many as the console has keys for, and a person remembers. */
const MAX_HOOKS = 32;
/** Each is a program more for every alert. */
const MAX_ALERT_HOOKS = 16;
/** A label stands in a line of a window. */
const MAX_LABEL = 40;

/** A character that a key of a keyboard stands for. */
const key: Type<string> = {
  metavar: "KEY",
  allowed: "one printable character, such as a digit",
  completes: [],
  list: false,
  decode: (spelled) => spelled,
  show: String,
  check: (value) =>
    typeof value === "string" && /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(value) ? value : undefined,
};

/** What a hook is called. */
const label: Type<string> = {
  ...key,
  metavar: "LABEL",
  allowed: `a text of 1 to ${MAX_LABEL} characters, none of them a control character`,
  check: (value) => (isPlain(value, MAX_LABEL) && value.trim() !== "" ? value : undefined),
};

/** Programs that the console runs on an address, each by a key of its own. */
export const hooks = tables(
  "actions.hooks",
  MAX_HOOKS,
  {
    key: { type: key, help: "the key, one that means nothing else in the console", example: '"1"' },
    label: { type: label, help: "what it is called there", example: '"Reverse DNS"' },
    command: {
      type: command(true),
      help: "the program and its words; {ip} in a word is the address",
      example: '["dig", "+short", "-x", "{ip}"]',
    },
  },
  (all): Fault | undefined => {
    const table = all.findIndex((one, i) => all.findIndex((other) => other.key === one.key) < i);
    const twice = all[table];
    return (
      twice && {
        table,
        key: "key",
        words: `key: ${quote(twice.key)} is the key of ${quote(all.find((one) => one.key === twice.key)?.label ?? "")} already`,
      }
    );
  },
);

/** Programs that `watch` runs on alerts. */
export const alertHooks = tables("actions.alert_hooks", MAX_ALERT_HOOKS, {
  name: {
    type: { ...label, check: (value: unknown) => (value === "" ? "" : label.check(value)) },
    default: "",
    help: "what it is called in messages; '' for the name of its program",
    example: '"chat"',
  },
  command: {
    type: command(false),
    help: "the program and its words; the alert is a line of JSON on its standard input",
    example: '["/usr/local/bin/alert-to-chat"]',
  },
  severity: {
    type: choice("SEVERITY", ["info", "warning", "critical"]),
    default: "warning",
    help: "the least severity of an alert that it is run on",
    example: '"warning"',
  },
  rules: {
    type: choices("RULE", RULE_IDS),
    default: [],
    help: "only alerts of these rules; none: of any",
    example: "[]",
  },
  rate: {
    type: integer("N", 1, 600),
    default: 10,
    help: "runs a minute at the most; how many alerts were held back stands in the next as suppressed",
    example: "10",
  },
  timeout: {
    type: integer("SECS", 1, 60),
    default: 10,
    help: "seconds after which it is killed, with all that it started",
    example: "10",
  },
});
