import { parseTarget, type Target } from "../src/model/target.ts";
import { allUntil, type Firewall, isUnusable, type Ruleset, type Step } from "../src/respond/firewall.ts";
import type { Host } from "./firewall-host.ts";

export function target(text: string): Target {
  const parsed = parseTarget(text);
  if (parsed === undefined) throw new Error(`no target: ${text}`);
  return parsed;
}

/** A firewall as it is on a host now; throws why it cannot be used. */
export async function lookAt(host: Host, firewall: Firewall): Promise<Ruleset> {
  const found = await firewall.look(host.runner(), Date.now());
  if (isUnusable(found)) throw new Error(found.detail);
  return found;
}

/** Runs the steps one after the other; throws where one fails. */
export async function carryOut(host: Host, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const outcome = await host.runner()(step);
    if (outcome.kind !== "done") throw new Error(`${JSON.stringify(step)}: ${JSON.stringify(outcome)}`);
  }
}

/** Blocks for so many seconds, or for good. */
export async function block(
  host: Host,
  firewall: Firewall,
  seconds: number | null,
  ...texts: string[]
): Promise<void> {
  const now = Date.now();
  const end = seconds === null ? null : now + 1000 * seconds;
  await carryOut(host, (await lookAt(host, firewall)).add(allUntil(texts.map(target), end), now));
}

export async function unblock(host: Host, firewall: Firewall, ...texts: string[]): Promise<void> {
  await carryOut(host, (await lookAt(host, firewall)).remove(texts.map(target)));
}

/** What is blocked, in order. */
export async function heldTexts(host: Host, firewall: Firewall): Promise<string[]> {
  return (await lookAt(host, firewall)).held.map((held) => held.target.text).sort();
}

/** Everything that is in the firewalls of a host, apart from what they counted. */
export function dump(host: Host): string {
  const text = host.sh(
    "nft -s list ruleset; iptables-save; ip6tables-save; cat /etc/ufw/user.rules /etc/ufw/user6.rules",
  );
  return text.replace(/^# (Generated|Completed|Warning).*$/gm, "").replace(/\[\d+:\d+\]/g, "");
}
