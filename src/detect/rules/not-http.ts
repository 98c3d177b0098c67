import type { Rule } from "../rule.ts";
import { TRAIT } from "../traits.ts";
import { counted, requestSample, within } from "../words.ts";

export const notHttp: Rule = {
  id: "not-http",
  means: "Requests that are not HTTP, such as a TLS greeting on a plain port: a scan looks for what answers.",
  spares: "A browser that tries TLS on a plain port does so once or twice: alone it is information.",
  score: 20,
  mitre: "T1595.001",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "\\x16\\x03\\x01\\x00" 400 150 "-" "-"',
    times: 3,
  },
  thresholds: ["http.junk", "http.window"],
  watch({ thresholds, window, raise }) {
    const junk = window(thresholds["http.window"]);
    return {
      traits: TRAIT.malformed,
      request(subject, event) {
        const n = junk.add(subject.slot, event.at);
        if (n < thresholds["http.junk"]) return;
        raise(subject, { at: event.at, peak: n, sample: () => requestSample(event) });
      },
      evidence: (standing) => `${counted(standing.peak, "request")} that are not HTTP ${within(standing)}`,
    };
  },
};
