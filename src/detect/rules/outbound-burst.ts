import { isPrivate } from "../../model/cidr.ts";
import type { Rule } from "../rule.ts";
import { counted } from "../words.ts";

const WINDOW = 60;
/** New ones at a time from which on they are counted: to have thousands of peers is a crawler's trade, and no burst. */
const SOME = 2;

export const outboundBurst: Rule = {
  id: "outbound-burst",
  means: "This host opens very many connections to one address: it may be taking part in an attack.",
  spares:
    "Databases, proxied servers and interfaces of others see that all day: it is information, and private addresses are not judged.",
  score: 4,
  mitre: "T1498",
  thresholds: ["sockets.outbound"],
  watch({ thresholds, window, raise }) {
    const opened = window(WINDOW);
    return {
      sockets(subject, { table, first, opened: fresh }, at) {
        if (fresh < SOME || isPrivate(table.remote, 4 * first)) return;
        const n = opened.add(subject.slot, at, fresh);
        if (n < thresholds["sockets.outbound"]) return;
        raise(subject, { at, count: fresh, peak: n });
      },
      evidence: ({ peak }) => `${counted(peak, "connection")} from here in ${WINDOW} s`,
    };
  },
};
