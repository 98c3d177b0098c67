import { TAG } from "../tags.ts";
import { INJECTION_CLUES, INJECTION_COMBINATIONS, INJECTIONS } from "./injections.ts";
import { PATHS } from "./paths.ts";
import { PAYLOADS } from "./payloads.ts";
import { CLUE, type ClueGroup, type Combination, type Group } from "./sign.ts";

/** All that is looked for in paths and referrers. What comes first names the tag. */
export const REQUEST_SIGNS: readonly Group[] = [...PAYLOADS, ...INJECTIONS, ...PATHS];

export const REQUEST_CLUES: readonly ClueGroup[] = [
  ...INJECTION_CLUES,
  {
    clue: CLUE.climb,
    signs: [
      ["..;/", "any"],
      ["..../", "any"],
    ],
  },
  {
    // What is read when a way out of the directory was found.
    clue: CLUE.systemFile,
    signs: [
      ["/passwd", "word"],
      ["/shadow", "word"],
      ["etc/passwd", "any"],
      ["etc/shadow", "any"],
      ["etc/hosts", "word"],
      ["etc/group", "word"],
      ["etc/issue", "word"],
      ["etc/hostname", "word"],
      ["etc/crontab", "word"],
      ["etc/ssh/", "any"],
      ["etc/nginx/", "any"],
      ["etc/apache2/", "any"],
      ["etc/httpd/", "any"],
      ["etc/mysql/", "any"],
      ["etc/php", "any"],
      ["proc/self/", "any"],
      ["proc/version", "word"],
      ["proc/1/", "any"],
      ["proc/net/", "any"],
      ["var/log/", "any"],
      ["var/www/", "any"],
      ["root/.", "any"],
      ["bin/sh", "word"],
      ["bin/bash", "word"],
      ["win.ini", "word"],
      ["boot.ini", "word"],
      ["system.ini", "word"],
      ["windows/system32", "any"],
      ["winnt/system32", "any"],
      ["drivers/etc/hosts", "any"],
      ["web-inf/", "any"],
      ["web.config", "word"],
      ["wp-config.php", "any"],
      [".env", "word"],
      [".git/", "any"],
      [".aws/", "any"],
      [".ssh/", "any"],
      ["id_rsa", "any"],
      [".bash_history", "any"],
      [".htpasswd", "any"],
      ["authorized_keys", "any"],
      ["settings.py", "word"],
      ["application.properties", "any"],
      ["application.yml", "any"],
      ["pearcmd", "any"],
      ["usr/local/lib/php", "any"],
    ],
  },
  {
    clue: CLUE.lookup,
    signs: [
      ["${env:", "any"],
      ["${sys:", "any"],
      ["${ctx:", "any"],
      ["${main:", "any"],
      ["${date:", "any"],
      ["${java:", "any"],
      ["${k8s:", "any"],
      ["${map:", "any"],
      ["${web:", "any"],
      ["${docker:", "any"],
      ["${spring:", "any"],
      ["${bundle:", "any"],
      ["${", "any"],
    ],
  },
  {
    clue: CLUE.fallback,
    signs: [
      [":-j}", "any"],
      [":-n}", "any"],
      [":-d}", "any"],
      [":-i}", "any"],
      [":-:}", "any"],
      [":-jn", "any"],
      [":-ld", "any"],
      [":-rmi", "any"],
      ["jndi:", "any"],
      ["ldap://", "any"],
      ["ldap:/", "any"],
      ["rmi:/", "any"],
      ["ldaps:/", "any"],
    ],
  },
  {
    clue: CLUE.pipe,
    signs: [
      ["|sh", "word"],
      ["| sh", "word"],
      ["|bash", "word"],
      ["| bash", "word"],
      ["|/bin/sh", "word"],
      ["| python", "word"],
      ["|python", "word"],
    ],
  },
  {
    clue: CLUE.fetch,
    signs: [
      ["wget ", "unsearched"],
      ["curl ", "unsearched"],
      ["base64 -d", "unsearched"],
      ["base64 --decode", "unsearched"],
      ["tftp ", "unsearched"],
    ],
  },
  {
    clue: CLUE.plugin,
    signs: [
      ["/wp-content/plugins/", "path"],
      ["/wp-content/themes/", "path"],
    ],
  },
  {
    clue: CLUE.readme,
    signs: [
      ["/readme.txt", "last"],
      ["/changelog.txt", "last"],
      ["/readme.md", "last"],
    ],
  },
];

/** Of each combination one clue at least is among these: without any of them the others need not be looked for. */
export const TELLING =
  CLUE.climb |
  CLUE.lookup |
  CLUE.pipe |
  CLUE.readme |
  CLUE.script |
  CLUE.tag |
  CLUE.javascript |
  CLUE.union |
  CLUE.schema;

/** In the order in which they name a tag that nothing has named yet. */
export const COMBINATIONS: readonly Combination[] = [
  { all: CLUE.lookup | CLUE.fallback, tag: TAG.exploit, name: "Log4j lookup" },
  { all: CLUE.climb | CLUE.systemFile, tag: TAG.exploit, name: "traversal to a system file" },
  { all: CLUE.pipe | CLUE.fetch, tag: TAG.exploit, name: "shell command" },
  { all: CLUE.plugin | CLUE.readme, tag: TAG.cms, name: "readme of a plugin" },
  ...INJECTION_COMBINATIONS,
];
