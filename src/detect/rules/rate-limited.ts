import type { Rule } from "../rule.ts";
import { counted, grown, kinds, within } from "../words.ts";

/** As the readers of error logs name it, and in words. */
const LIMITS = new Map([
  ["limit-req", "request rate"],
  ["limit-conn", "connections"],
]);
const REFUSALS = new Map([
  ["forbidden", "forbidden by rule"],
  ["modsecurity", "ModSecurity"],
]);
/** So many times the limit of refusals are more than an honest page behind a strict rule causes. */
const MANY = 3;

export const rateLimited: Rule = {
  id: "rate-limited",
  means:
    "The web server holds requests back: by its limits of rate or connections, by a rule that forbids, or by ModSecurity, as its error log tells.",
  spares:
    "An honest burst hits limits too, and rules refuse honest requests: limits alone stay information, refusals until three times http.limited.",
  score: 10,
  most: 40,
  mitre: "T1595.002",
  sample: {
    line: '2026/11/24 03:12:07 [error] 12#12: *{n} limiting requests, excess: 5.250 by zone "one", client: 203.0.113.9, server: shop.example, request: "GET / HTTP/1.1", host: "shop.example"',
    times: 5,
  },
  thresholds: ["http.limited", "http.window"],
  watch({ thresholds, window, raise, stands }) {
    const limit = thresholds["http.limited"];
    const seconds = thresholds["http.window"];
    const limited = window(seconds);
    const refused = window(seconds);
    return {
      auth(subject, { at, service, outcome, method = "", count = 1 }) {
        if (service !== "http" || outcome !== "probe") return;
        const word = LIMITS.get(method);
        const name = word ?? REFUSALS.get(method);
        if (name === undefined) return;
        const held = word === undefined ? refused : limited;
        const n = held.add(subject.slot, at, count);
        if (n < limit) return;
        const isOn = stands(subject, "rate-limited");
        const score =
          word !== undefined
            ? Math.min(20, grown(10, 5, n / limit))
            : n < MANY * limit
              ? 20
              : grown(30, 10, n / (MANY * limit));
        raise(subject, {
          at,
          since: Math.min(at, held.since(subject.slot)),
          count: isOn ? count : n,
          score,
          name,
        });
      },
      evidence: (standing) =>
        `${counted(standing.count, "request")} held back${within(standing)}: ${kinds(standing)}`,
    };
  },
};
