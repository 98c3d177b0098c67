import { probing } from "../probing.ts";
import { TAG } from "../tags.ts";

export const crossSiteScripting = probing({
  id: "cross-site-scripting",
  means: "Sends script as an injection needs it: cross-site scripting.",
  spares: "Who searches a site for HTML: one or two are information, and the same search counts once.",
  score: 8,
  most: 55,
  mitre: "T1190",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /p?id=%22><script>alert(1)</script> HTTP/1.1" 200 150 "-" "Mozilla/5.0"',
  },
  tag: TAG.xss,
  what: "with injected script",
  scan: 35,
  isSearched: true,
});
