import { claim } from "../claims.ts";
import { TAG } from "../tags.ts";

export const badAgent = claim({
  id: "bad-agent",
  means: "Its agent is that of malware, or of a program that only attackers use.",
  spares: "No browser, and no program that people use, has such an agent.",
  score: 35,
  mitre: "T1595",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET / HTTP/1.1" 200 150 "-" "Hello, World"',
  },
  tag: TAG.badAgent,
  what: "by malware",
});
