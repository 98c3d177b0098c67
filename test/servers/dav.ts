import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Server, startServer } from "./process.ts";

/** Debian's number of www-data (base-passwd). */
const WWW_DATA = 33;
const MODULES = [
  "mpm_event",
  "authn_core",
  "authn_file",
  "authz_core",
  "authz_user",
  "auth_basic",
  "dav",
  "dav_fs",
  "dir",
  "mime",
];

/** Apache with a WebDAV folder at `/dav/` for `ann` (`secret`), logging `folder/dav.log` as `combined`. */
export async function startDav(folder: string, port: number, netns: string): Promise<Server> {
  const root = join(folder, "dav");
  mkdirSync(join(root, "www", "dav"), { recursive: true });
  chmodSync(folder, 0o755);
  for (const path of [root, join(root, "www"), join(root, "www", "dav")]) chownSync(path, WWW_DATA, WWW_DATA);
  writeFileSync(join(root, "users"), "ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
  const log = join(folder, "dav.log");
  const config = join(root, "apache2.conf");
  writeFileSync(
    config,
    [
      `ServerRoot ${root}`,
      `DefaultRuntimeDir ${root}`,
      `PidFile ${root}/apache2.pid`,
      `Mutex file:${root}`,
      ...MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
      "User www-data",
      "Group www-data",
      `Listen 0.0.0.0:${port}`,
      "ServerName dav.example",
      `ErrorLog ${folder}/dav-error.log`,
      "TypesConfig /dev/null",
      `DocumentRoot ${root}/www`,
      `DavLockDB ${root}/locks`,
      "<Location /dav>",
      "Dav On",
      "AuthType Basic",
      "AuthName dav",
      `AuthUserFile ${root}/users`,
      "Require valid-user",
      "</Location>",
      `CustomLog ${log} "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\""`,
      "",
    ].join("\n"),
  );
  return startServer({ argv: ["apache2", "-f", config, "-DFOREGROUND"], log, port, netns });
}
