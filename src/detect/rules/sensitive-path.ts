import type { RequestEvent } from "../../model/event.ts";
import { hashText } from "../hash.ts";
import { byServedPath, isInRepository, probing } from "../probing.ts";
import type { Seen } from "../rule.ts";
import { TAG } from "../tags.ts";

/** What servers and programs say of themselves, which monitoring fetches all the time. */
const STATUS: ReadonlySet<string> = new Set([
  "/server-status",
  "/server-info",
  "/nginx_status",
  "/fpm-status",
  "/debug/pprof",
]);
/** What lies in a source tree and holds no secrets. */
const LITTER: ReadonlySet<string> = new Set([
  "/.gitignore",
  "/.gitlab-ci.yml",
  "/.travis.yml",
  "/.circleci/",
  "/.dockerignore",
  "/.vscode/",
  "/.idea/",
  "/docker-compose.yml",
]);
/** Directories above what is taken for a source tree that is published. */
const DEEP = 3;

function isPublished({ path = "", status = 0 }: RequestEvent, seen: Seen): boolean {
  if (!LITTER.has(seen.name(TAG.sensitive) ?? "") || status < 200 || status >= 300) return false;
  return path.split("/", DEEP + 2).length === DEEP + 2;
}

export const sensitivePath = probing({
  id: "sensitive-path",
  means:
    "Asks for what is never meant to be served: keys, repositories, dumps, configuration. What was SERVED is a leak, unless the site answers 200 to everything.",
  spares:
    "Who types one address out of curiosity: one or two are information. A file that exists and is fetched in parts counts once. Source files that a repository's browser shows, or that are published as they are. Pages of status that monitoring fetches count once.",
  score: 8,
  most: 60,
  mitre: "T1595.003",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "GET /.env HTTP/1.1" 404 150 "-" "Mozilla/5.0"',
  },
  tag: TAG.sensitive,
  what: "for what holds secrets",
  scan: 40,
  counts: (event, seen) => !isInRepository(event) && !isPublished(event, seen),
  once: (event, seen, seed) =>
    STATUS.has(seen.name(TAG.sensitive) ?? "")
      ? hashText(seed, event.vhost)
      : byServedPath(event, seen, seed),
  served: 10,
});
