import { claim } from "../claims.ts";
import { TAG } from "../tags.ts";

export const libraryAgent = claim({
  id: "library-agent",
  means: "Its agent is that of a programming library: a script.",
  spares: "Most scripts are honest: it is information and stays so.",
  score: 5,
  mitre: "T1595",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /api HTTP/1.1" 200 150 "-" "python-requests/2.32.3"',
  },
  tag: TAG.library,
  what: "by a programming library",
});
