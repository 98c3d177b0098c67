import type { Rule } from "../rule.ts";
import { counted, grown } from "../words.ts";

export const halfOpen: Rule = {
  id: "half-open",
  means:
    "Many connections of one address are half open, more than established ones: it sends SYN and leaves the answer alone. The sender of a SYN can be forged.",
  spares:
    "Everybody is half open for a moment; a crowd is so from many addresses. Few are never said, and it is over a minute after the last.",
  score: 30,
  most: 45,
  mitre: "T1499.001",
  thresholds: ["sockets.half_open"],
  watch({ thresholds, raise }) {
    const limit = thresholds["sockets.half_open"];
    return {
      sockets(subject, _seen, at) {
        const { halfOpen: n, established } = subject;
        if (n < limit || n <= established) return;
        raise(subject, { at, peak: n, score: grown(30, 10, n / limit) });
      },
      lasts: 60,
      evidence: ({ peak }) => `${counted(peak, "half-open connection")} at a time`,
    };
  },
};
