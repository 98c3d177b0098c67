import type { Rule } from "../rule.ts";
import { TRAIT } from "../traits.ts";
import { grown, requestSample } from "../words.ts";

const SECONDS = 60;

export const requestFlood: Rule = {
  id: "request-flood",
  means: "Sends so many requests in a minute that the server fails, or limits, at least half of them.",
  spares:
    "Whoever is as fast but is served: downloads, sync clients, a crowd behind one address. And who meets a broken server at an honest pace.",
  score: 45,
  most: 65,
  mitre: "T1499.002",
  thresholds: ["http.flood"],
  watch({ thresholds, window, growth, raise }) {
    const limit = thresholds["http.flood"];
    const failed = window(SECONDS);
    const asked = growth(SECONDS);
    return {
      traits: TRAIT.overloaded | TRAIT.abandoned,
      request(subject, event) {
        const { at } = event;
        const n = failed.add(subject.slot, at);
        const all = asked.add(subject.slot, at, subject.requests);
        if (all <= limit || 2 * n < all) return;
        raise(subject, {
          at,
          since: Math.min(at, failed.since(subject.slot)),
          peak: all,
          score: grown(45, 15, all / limit),
          sample: () => requestSample(event),
        });
      },
      evidence: ({ peak }) =>
        `${peak} requests in ${SECONDS} s, of which the server failed or limited at least half`,
    };
  },
};
