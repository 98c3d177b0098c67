import type { Rule } from "../rule.ts";
import { TRAIT } from "../traits.ts";
import { atMostIn, counted, detailed, kinds, requestSample } from "../words.ts";

/** How others begin to talk. Of RDP and SOCKS only the version is told (MS-RDPBCGR 2.2.1.1, RFC 1928). */
const PROTOCOLS: readonly (readonly [begins: RegExp, name: string])[] = [
  [/^\x16\x03/, "TLS"],
  [/^\x03\0/, "RDP"],
  [/^[\x04\x05][\x01-\x05]/, "SOCKS"],
  [/^SSH-/, "SSH"],
  [/^\{/, "JSON"],
  [/^MGLNDD/, "MGLNDD"],
  [/^(?:EHLO|HELO) /i, "SMTP"],
  [/^.{5}SMB/s, "SMB"],
];

export const notHttp: Rule = {
  id: "not-http",
  means: "Requests that are not HTTP, such as a TLS greeting on a plain port: a scan looks for what answers.",
  spares:
    "A browser that tries TLS on a plain port, or opens a connection to have one and says nothing, which some servers log. Alone it is information.",
  score: 8,
  mitre: "T1595.001",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "\\x16\\x03\\x01\\x00" 400 150 "-" "-"',
    times: 3,
  },
  thresholds: ["http.junk", "http.window"],
  watch({ thresholds, window, raise }) {
    const limit = thresholds["http.junk"];
    const junk = window(thresholds["http.window"]);
    return {
      traits: TRAIT.malformed,
      request(subject, event, { traits }) {
        if ((traits & TRAIT.abandoned) !== 0) return;
        // Once: of a view each reading decodes all of it, and it may be long.
        const { path = "" } = event;
        if (path === "" || path === "-") return;
        const n = junk.add(subject.slot, event.at);
        if (n < limit) return;
        raise(subject, {
          at: event.at,
          since: Math.min(event.at, junk.since(subject.slot)),
          peak: n,
          name: protocolOf(path),
          sample: () => requestSample(event),
        });
      },
      evidence(standing) {
        const are = standing.peak === 1 ? "is" : "are";
        const all = `${counted(standing.peak, "request")} that ${are} not HTTP${atMostIn(thresholds["http.window"], standing)}`;
        return detailed(all, kinds(standing));
      },
    };
  },
};

function protocolOf(path: string): string | undefined {
  return PROTOCOLS.find(([begins]) => begins.test(path))?.[1];
}
