import { probing } from "../probing.ts";
import { TAG } from "../tags.ts";

export const pathTraversal = probing({
  id: "path-traversal",
  means: "Climbs out of its directory, to no file that is known; to a known one it is an exploit.",
  spares: "Old programs that write a link with dots wrongly: one or two are information.",
  score: 8,
  most: 60,
  mitre: "T1190",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /static/%2e%2e/%2e%2e/secret HTTP/1.1" 400 150 "-" "-"',
  },
  tag: TAG.traversal,
  what: "climbing out of the root",
  scan: 40,
});
