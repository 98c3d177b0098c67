import type { Rule } from "../rule.ts";
import { TRAIT } from "../traits.ts";

export const requestBurst: Rule = {
  id: "request-burst",
  means: "Sends very many requests in a minute. The finding is over five minutes after the last such minute.",
  spares:
    "Offices behind one address, sync clients, downloads, single-page applications: it is information and stays so.",
  score: 10,
  mitre: "T1498",
  thresholds: ["http.burst"],
  watch({ thresholds, raise }) {
    const limit = thresholds["http.burst"];
    return {
      traits: TRAIT.sampled,
      request(subject, { at }) {
        const rate = subject.requests60s;
        if (rate > limit) raise(subject, { at, peak: rate });
      },
      lasts: 300,
      evidence: ({ peak }) => `${peak} requests in 60 s`,
    };
  },
};
