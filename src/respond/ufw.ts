import { parseTarget, type Target } from "../model/target.ts";
import { type Firewall, type Held, type Ruleset, type Step, type Unusable, unusable } from "./firewall.ts";

/** What tells our rules from those of the operator. */
const COMMENT = "nethergaze";

/** It is installed perhaps, and does nothing. */
const INACTIVE: Unusable = { problem: "failed", detail: "ufw is not active", idle: true };

const REMARKS = [
  "ufw does not cover what is forwarded: ports that Docker publishes stay open",
  "ufw lets open connections and pings pass before it looks at its rules",
];

/**
 * ufw(8). A block is a rule before all others of its operator, and nothing ends it but somebody who takes it out. ufw
 * reads its rules before it takes its lock (0.36.2): of two that run at once, what one does may be lost.
 */
export const ufw: Firewall = {
  name: "ufw",
  async look(run) {
    // To ask ufw takes a tenth of a second of Python. Its file is read where it would be run.
    const configured = await run({ argv: ["cat", "/etc/ufw/ufw.conf"] });
    if (configured.kind === "done" && /^ENABLED="?no"?\s*$/im.test(configured.stdout)) return INACTIVE;
    const status = await run({ argv: ["ufw", "status"] });
    if (status.kind !== "done") return unusable("ufw", status);
    if (!/^Status: active$/m.test(status.stdout)) return INACTIVE;
    return rulesetOf(status.stdout.split("\n").flatMap(ruleIn));
  },
};

/** A rule for everything that comes in from somebody. ufw takes no second one for the same. */
interface Rule {
  readonly target: Target;
  readonly ours: boolean;
  /** As one would write it: `allow from 203.0.113.9`. */
  readonly words: string;
}

/** The rule in a line of `ufw status`, where it is one of those; rules for ports, interfaces or other ways are not. */
function ruleIn(line: string): Rule[] {
  const [, action = "", from = "", log, comment] =
    /^Anywhere(?: \(v6\))? +(ALLOW|DENY|REJECT|LIMIT) +([\da-f.:/]+)(?: +\((log|log-all)\))?(?: +# (.*?))? *$/.exec(
      line,
    ) ?? [];
  const target = parseTarget(from);
  if (target === undefined) return [];
  const ours = action === "DENY" && log === undefined && comment === COMMENT;
  const words = [action.toLowerCase(), ...(log === undefined ? [] : [log]), "from", target.text];
  return [{ target, ours, words: words.join(" ") }];
}

function rulesetOf(rules: readonly Rule[]): Ruleset {
  const ours = new Set(rules.filter((rule) => rule.ours).map(({ target }) => target.text));
  const others = new Map(rules.filter((rule) => !rule.ours).map(({ target, words }) => [target.text, words]));
  const held = rules
    .filter((rule) => rule.ours)
    .map(({ target }): Held => ({ target, until: null, packets: null }));
  return {
    active: true,
    held,
    timeouts: false,
    remarks: REMARKS,
    refusal: ({ text }) => {
      const words = others.get(text);
      return (
        words &&
        `ufw has a rule of its operator for it, ${words}: to block it take that out first, ufw delete ${words}`
      );
    },
    add: (blocks) =>
      blocks
        .map(({ target }) => target)
        .filter(({ text }) => !ours.has(text) && !others.has(text))
        .map(({ text }): Step => ({ argv: ["ufw", "prepend", "deny", "from", text, "comment", COMMENT] })),
    remove: (targets) =>
      targets
        .filter(({ text }) => ours.has(text))
        .map(({ text }): Step => ({ argv: ["ufw", "--force", "delete", "deny", "from", text] })),
    sweep: () => [],
  };
}
