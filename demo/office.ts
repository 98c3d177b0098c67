import { address } from "./address.ts";
import { browser } from "./browsers.ts";
import type { Host } from "./host.ts";
import { between, random } from "./random.ts";
import type { Timeline } from "./timeline.ts";
import { visit } from "./visitors.ts";

const OFFICE = address("203.0.113.40");
const COLLEAGUES = 9;
/** Twelve milliseconds away. */
const DISTANCE = 12_000;

/**
 * The shop's own people, all behind one address: more requests than any visitor, from many agents, and innocent. One
 * of them logs in at `login` to see what is wrong, and stays.
 */
export function startOffice(timeline: Timeline, host: Host, login: number): void {
  const next = random(2);
  for (let i = 0; i < COLLEAGUES; i++) {
    const visitor = { ip: OFFICE, userAgent: browser(next), returning: true, distance: DISTANCE };
    timeline.after(between(next, 0, 120_000), () =>
      visit(timeline, host, next, { ...visitor, pages: 60, patience: 14_000 }),
    );
  }
  timeline.at(login, () => {
    const connection = host.accept(OFFICE, 22, DISTANCE);
    host.carry(connection, 2_310, 2_874);
    timeline.after(410, () => {
      host.login(connection, { outcome: "accepted", user: "deploy", method: "publickey" });
      const work = (): void => {
        host.carry(connection, 36 * between(next, 1, 9), between(next, 100, 6_000));
        timeline.after(between(next, 300, 2_600), work);
      };
      work();
    });
  });
}
