import { hashPath } from "../hash.ts";
import { isGuess, isRejected } from "../refusals.ts";
import type { Kit, Rule } from "../rule.ts";
import { TRAIT } from "../traits.ts";
import { counted, grown, requestSample, withinWindow } from "../words.ts";

/** Of all that it asks for meanwhile at least so much is rejected. */
const MOST = 2 / 3;

export const distinct4xx: Rule = {
  id: "distinct-4xx",
  means:
    "Tries out paths: many different ones that the server rejects, and little else, in a minute or, slowly, in an hour.",
  spares:
    "Crawlers on old links and recursive downloads, of which most is there. Pages with missing pictures: what belongs to a page does not count, and what a page links to only in the longer time. WebDAV and sync clients, which ask by other methods. Requests for a password, and limits.",
  score: 35,
  most: 55,
  mitre: "T1595.003",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /dir-{n}/ HTTP/1.1" 404 150 "-" "Mozilla/5.0"',
    times: 20,
  },
  thresholds: [
    "http.distinct_4xx",
    "http.distinct_window",
    "http.slow_distinct_4xx",
    "http.slow_distinct_window",
  ],
  watch(kit) {
    const { thresholds, seed, raise } = kit;
    const fast = paths(kit, thresholds["http.distinct_window"], thresholds["http.distinct_4xx"]);
    const slow = paths(kit, thresholds["http.slow_distinct_window"], thresholds["http.slow_distinct_4xx"]);
    const longest = Math.max(thresholds["http.distinct_window"], thresholds["http.slow_distinct_window"]);
    return {
      traits: TRAIT.refused,
      request(subject, event, { traits }) {
        if (!isRejected(event)) return;
        const { slot, requests } = subject;
        const { at, referrer } = event;
        const isPath = (traits & TRAIT.static) === 0 && isGuess(event);
        const hash = isPath ? hashPath(seed, event) : undefined;
        for (const each of [fast, slow]) {
          const counts = each === slow || !referrer;
          const found = each.add(slot, at, requests, counts ? hash : undefined);
          if (found === undefined) continue;
          const { since, n, limit } = found;
          raise(subject, {
            at,
            since,
            peak: n,
            score: grown(35, 15, n / limit),
            sample: () => requestSample(event),
          });
        }
      },
      evidence: (standing) =>
        `${counted(standing.peak, "different path")}${withinWindow(standing, longest)} that the server rejects`,
    };
  },
};

/** What was rejected in the last seconds, beside all that was asked for. */
function paths({ window, distinct, growth }: Kit, seconds: number, limit: number) {
  const rejected = window(seconds);
  const asked = growth(seconds);
  const different = distinct(seconds, limit);
  return {
    /** One more is rejected, `hash` of a path that counts. Answers where it is a scan. */
    add(
      slot: number,
      at: number,
      requests: number,
      hash: number | undefined,
    ): { n: number; since: number; limit: number } | undefined {
      const no = rejected.add(slot, at);
      const all = asked.add(slot, at, requests);
      const n = hash === undefined ? 0 : different.add(slot, at, hash);
      if (n < limit || no < MOST * all) return undefined;
      const since = rejected.since(slot);
      return { n, since: Number.isNaN(since) ? at : since, limit };
    },
  };
}
