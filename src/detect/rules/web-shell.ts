import { byServedPath, isInRepository, probing } from "../probing.ts";
import { TAG } from "../tags.ts";

export const webShell = probing({
  id: "web-shell",
  means: "Looks for back doors that others may have left. One that was SERVED may be there.",
  spares:
    "Pages that happen to have such a name: one or two are information, and what exists counts once. Source files that a repository's browser shows.",
  score: 10,
  most: 60,
  mitre: "T1505.003",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /c99.php HTTP/1.1" 404 150 "-" "-"',
  },
  tag: TAG.shell,
  what: "for back doors",
  scan: 40,
  counts: (event) => !isInRepository(event),
  once: byServedPath,
  served: 10,
});
