import { byDoor, probing } from "../probing.ts";
import { isRejected } from "../refusals.ts";
import { TAG } from "../tags.ts";

export const adminProbe = probing({
  id: "admin-probe",
  means: "Looks for the doors of administrators: databases, panels, consoles.",
  spares:
    "Administrators: only what the server rejects counts, a request for a password is no rejection, and pages of one door count once. One or two, as typed by a guess, are information.",
  score: 3,
  most: 55,
  mitre: "T1595.003",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /phpmyadmin/index.php HTTP/1.1" 404 150 "-" "-"',
  },
  tag: TAG.admin,
  what: "for administrators' pages",
  scan: 35,
  counts: isRejected,
  once: byDoor(TAG.admin),
});
