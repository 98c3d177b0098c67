import { probing } from "../probing.ts";
import { TAG } from "../tags.ts";

export const sqlInjection = probing({
  id: "sql-injection",
  means: "Sends pieces of SQL as an injection needs them.",
  spares: "Who searches a site for SQL: one or two are information, and the same search counts once.",
  score: 8,
  most: 60,
  mitre: "T1190",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /p?id=1%27+UNION+SELECT+NULL,NULL--+ HTTP/1.1" 200 150 "-" "Mozilla/5.0"',
  },
  tag: TAG.sql,
  what: "with injected SQL",
  scan: 40,
  isSearched: true,
});
