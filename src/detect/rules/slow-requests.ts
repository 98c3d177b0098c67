import type { Rule } from "../rule.ts";
import { TRAIT } from "../traits.ts";
import { counted, grown, within } from "../words.ts";

const TIMED_OUT = "timed out";
const REQUEST_TIMEOUT = 408;
/** Seconds for requests that timed out: as long as servers wait for one by default. */
const WINDOW = 60;

export const slowRequests: Rule = {
  id: "slow-requests",
  means:
    "Connections to a web port are held open without asking for anything, or requests begin and never end until the server gives them up (408): it runs out of places for others.",
  spares:
    "Browsers and WebSockets of an office keep connections open, and had asked before: it takes fewer requests ever than connections held. Connections that were there before anybody watched count only where they were never answered, or nothing comes from the address for twice the time. Browsers that connect in vain are timed out as well, but for less than half of their requests; who leaves early (499) counts for nothing.",
  score: 45,
  most: 60,
  mitre: "T1499.002",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /{n} HTTP/1.1" 408 0 "-" "-"',
    times: 20,
  },
  thresholds: ["sockets.slow", "sockets.slow_window"],
  watch({ thresholds, window, raise }) {
    const limit = thresholds["sockets.slow"];
    const timedOut = window(WINDOW);
    return {
      traits: TRAIT.abandoned,
      request(subject, { at, status }) {
        if (status !== REQUEST_TIMEOUT) return;
        const n = timedOut.add(subject.slot, at);
        if (n < limit || 2 * n <= subject.requests) return;
        raise(subject, { at, count: 1, score: grown(45, 10, n / limit), name: TIMED_OUT });
      },
      sockets(subject, { held, heldBefore, requestsRead }, at) {
        const n = subject.requests === 0 ? held + heldBefore : held;
        if (n < limit || subject.requests >= n || !requestsRead) return;
        raise(subject, { at, peak: n, score: grown(45, 10, n / limit) });
      },
      evidence(standing) {
        const { peak, names } = standing;
        const n = names?.get(TIMED_OUT) ?? 0;
        const timeouts = `${counted(n, "request")} timed out${within(standing)}`;
        if (peak === 0) return timeouts;
        const held = `${counted(peak, "connection")} held open with fewer requests`;
        return n === 0 ? held : `${held}, ${timeouts}`;
      },
    };
  },
};
