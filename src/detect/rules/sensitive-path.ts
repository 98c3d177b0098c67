import { byServedPath, probing } from "../probing.ts";
import { TAG } from "../tags.ts";

export const sensitivePath = probing({
  id: "sensitive-path",
  means:
    "Asks for what is never meant to be served: keys, repositories, dumps, configuration. What was SERVED is a leak, unless the site answers 200 to everything.",
  spares:
    "Who types one address out of curiosity: one or two are information. A file that exists and is fetched in parts counts once.",
  score: 8,
  most: 60,
  mitre: "T1595.003",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /.env HTTP/1.1" 404 150 "-" "Mozilla/5.0"',
  },
  tag: TAG.sensitive,
  what: "for what holds secrets",
  scan: 40,
  once: byServedPath,
  served: 10,
});
