import type { Rule } from "../rule.ts";
import { atMostIn, counted, grown } from "../words.ts";

export const synFlood: Rule = {
  id: "syn-flood",
  means:
    "One address sends very many SYNs and never an ACK, where packets are counted: it floods, or it looks for ports that a firewall keeps shut. The sender of a SYN can be forged. Silent while half-open stands.",
  spares:
    "Whoever connects sends an ACK with the second packet, and one is enough. Who tries a port that does not answer comes again a few times. Forged sources of a flood send a SYN or two each: of them nothing is said, only of the host.",
  score: 30,
  most: 45,
  mitre: "T1499.001",
  thresholds: ["wire.syns", "wire.window"],
  watch({ thresholds, window, raise, withdraw, stands }) {
    const limit = thresholds["wire.syns"];
    const syns = window(thresholds["wire.window"]);
    return {
      syns(subject, count, at) {
        if (stands(subject, "half-open")) {
          withdraw(subject, ["syn-flood"]);
          return;
        }
        const n = syns.add(subject.slot, at, count);
        if (n < limit) return;
        raise(subject, { at, since: syns.since(subject.slot), peak: n, score: grown(30, 10, n / limit) });
      },
      lasts: 60,
      evidence: (standing) =>
        `${counted(standing.peak, "SYN")} and no ACK${atMostIn(thresholds["wire.window"], standing)}`,
    };
  },
};
