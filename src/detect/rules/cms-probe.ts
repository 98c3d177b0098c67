import { hashText } from "../hash.ts";
import { byDoor, probing } from "../probing.ts";
import { isRejected } from "../refusals.ts";
import { TAG } from "../tags.ts";

/** WordPress names a user to whoever asks for his number, and sends on to his page where pages have names. */
const AUTHOR = "?author=";
const byPage = byDoor(TAG.cms);

export const cmsProbe = probing({
  id: "cms-probe",
  means:
    "Looks for a content management system that is not there, such as WordPress, or has the names of its users told by their numbers.",
  spares:
    "Authors and visitors of such a site: only what the server rejects counts, and pages of one door once, as a stale page asks again and again. One or two are information.",
  score: 3,
  most: 55,
  mitre: "T1595.002",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /blog/wp-login.php HTTP/1.1" 404 150 "-" "-"',
  },
  tag: TAG.cms,
  what: "for doors of a content management system",
  scan: 35,
  // Logins that are posted are guesses: http-brute-force counts them.
  counts(event, seen) {
    if (seen.name(TAG.cms) === AUTHOR && (event.status === 301 || event.status === 302)) return true;
    return isRejected(event) && !(event.method === "POST" && (seen.traits & TAG.login) !== 0);
  },
  once: (event, seen, seed) =>
    seen.name(TAG.cms) === AUTHOR ? hashText(seed, event.path) : byPage(event, seen, seed),
});
