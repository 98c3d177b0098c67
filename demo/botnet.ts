import type { Ip } from "../src/model/ip.ts";
import { address } from "./address.ts";
import type { Host } from "./host.ts";
import { between, random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

const BOTS = 420;
/** Half-open connections of one bot at most. */
const EACH = 2;
/** SYNs a second at the height of it. */
const HEIGHT = 9_000;
const STEP = 100;
/** SYNs of each step that get a try at the queue; the rest stand for forged senders and always come too late. */
const TRIES = 12;
/** Time to the height, and to fall to a third once it ebbs. */
const RISE = 45_000;
const FALL = 2_500;

/** A SYN flood on :443 from `from`, ebbing from `ebb` on. */
export function startBotnet(timeline: Timeline, host: Host, from: number, ebb: number): void {
  const next = random(8);
  const bots = new Set<Ip>();
  while (bots.size < BOTS) {
    bots.add(address(`198.19.${between(next, 0, 255)}.${between(next, 1, 254)}`));
  }
  const idle = Array.from({ length: EACH }, () => [...bots]).flat();

  const knock = (): void => {
    const i = between(next, 0, idle.length - 1);
    const bot = idle[i] as Ip;
    const patience = between(next, 3_000, 14_000);
    if (!host.syn(bot, patience)) return;
    idle.splice(i, 1);
    timeline.after(patience, () => idle.push(bot));
  };
  const flood = (): void => {
    const { now } = timeline;
    const strength = Math.min(1, ((now - from) / RISE) ** 2) * Math.min(1, Math.exp((ebb - now) / FALL));
    const count = Math.round((HEIGHT * strength * STEP * (0.9 + 0.2 * next())) / 1000);
    for (let i = 0; i < Math.min(count, TRIES); i++) knock();
    if (count > TRIES) host.cookies(count - TRIES);
    timeline.after(STEP, flood);
  };
  timeline.at(from, flood);
}
