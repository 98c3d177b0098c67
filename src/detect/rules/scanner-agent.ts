import { claim } from "../claims.ts";
import { TAG } from "../tags.ts";

export const scannerAgent = claim({
  id: "scanner-agent",
  means: "Its agent says that it is a scanner. It is remembered although it says something else later.",
  spares: "A scanner of your own: trust its address. Who only reads about scanners does not name himself so.",
  score: 35,
  mitre: "T1595.002",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET / HTTP/1.1" 200 150 "-" "Mozilla/5.0 zgrab/0.x"',
  },
  tag: TAG.scanner,
  what: "by scanners",
});
