import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SITE } from "./nginx.ts";
import { type Server, startServer } from "./process.ts";

/** A log of Apache: the name of its file, and the string of its `LogFormat`. */
export interface ApacheLog {
  readonly name: string;
  readonly format: string;
}

const COMMON = '%h %l %u %t "%r" %>s';
const AGENTS = '"%{Referer}i" "%{User-Agent}i"';

/** As in Apache's manual and in Debian's apache2.conf, and some that sites make of them. */
export const APACHE_LOGS: readonly ApacheLog[] = [
  { name: "common", format: `${COMMON} %b` },
  { name: "combined", format: `${COMMON} %b ${AGENTS}` },
  { name: "debian", format: `${COMMON} %O ${AGENTS}` },
  { name: "vhost", format: `%v:%p ${COMMON} %O ${AGENTS}` },
  { name: "combinedio", format: `${COMMON} %b ${AGENTS} %I %O` },
  { name: "forwarded", format: `%{X-Forwarded-For}i ${COMMON} %b ${AGENTS} %D` },
  {
    name: "parts",
    format: `%{%Y-%m-%dT%H:%M:%S%z}t %a %V "%m" "%U%q" "%H" %>s %B ${AGENTS}`,
  },
];

/** Debian builds log_config, logio and unixd in. */
const MODULES = [
  "mpm_event",
  "authn_core",
  "authn_file",
  "authz_core",
  "authz_user",
  "auth_basic",
  "dir",
  "mime",
];

/** Who may see what is private, with the password `secret`; as nginx reads it too. */
export const USERS = "alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n";

/** What every configuration of Apache here begins with: one below `root` that serves `root/www` at `port`. */
export function apacheConfig(
  root: string,
  port: number,
  modules: readonly string[],
  errorLog: string,
): string[] {
  return [
    `ServerRoot ${root}`,
    `DefaultRuntimeDir ${root}`,
    `PidFile ${root}/apache2.pid`,
    `Mutex file:${root}`,
    ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    "User www-data",
    "Group www-data",
    `Listen 0.0.0.0:${port}`,
    `Listen [::]:${port}`,
    "StartServers 1",
    `ServerName ${SITE}`,
    `ErrorLog ${errorLog}`,
    "TypesConfig /dev/null",
    `DocumentRoot ${root}/www`,
    `<Directory ${root}/www>`,
    "Require all granted",
    "</Directory>",
    "<Location /private>",
    "AuthType Basic",
    "AuthName private",
    `AuthUserFile ${root}/users`,
    "Require valid-user",
    "</Location>",
  ];
}

/** Apache at `port`, logging each of APACHE_LOGS as `folder/apache-NAME.log`. `log` is the one written last. */
export async function startApache(folder: string, port: number, netns: string): Promise<Server> {
  const root = join(folder, "apache");
  const config = join(root, "apache2.conf");
  mkdirSync(join(root, "www", "dir"), { recursive: true });
  mkdirSync(join(root, "www", "private"));
  // It serves as another user, who must get this far.
  chmodSync(folder, 0o755);
  writeFileSync(join(root, "www", "index.html"), "hello\n");
  writeFileSync(join(root, "www", "private", "index.html"), "for alice\n");
  writeFileSync(join(root, "users"), USERS);
  const file = (name: string) => join(folder, `apache-${name}.log`);
  writeFileSync(
    config,
    [
      ...apacheConfig(root, port, MODULES, `${root}/error.log`),
      "ThreadsPerChild 4",
      "MinSpareThreads 1",
      "MaxSpareThreads 4",
      "MaxRequestWorkers 4",
      "Timeout 3",
      "DirectoryIndex index.html",
      ...APACHE_LOGS.map(({ name, format }) => `CustomLog ${file(name)} "${format.replaceAll('"', '\\"')}"`),
      "",
    ].join("\n"),
  );
  const log = file(APACHE_LOGS.at(-1)?.name ?? "combined");
  return startServer({ argv: ["apache2", "-f", config, "-DFOREGROUND"], log, port, netns });
}
