import { USUAL_PLACE } from "./found.ts";
import type { Search } from "./search.ts";

/** The servers whose configuration can be read. */
export type ServerName = "nginx" | "apache" | "caddy" | "haproxy";

interface UsualPlace {
  /** Not looked at where this server's own configuration says where its logs are. */
  readonly server?: ServerName;
  readonly path: string;
  readonly format: string;
}

/** Where distributions and manuals put access logs. */
const PLACES: readonly UsualPlace[] = [
  { server: "nginx", path: "/var/log/nginx/*access*.log", format: "auto" },
  { server: "apache", path: "/var/log/apache2/*access*.log", format: "auto" },
  { server: "apache", path: "/var/log/apache2/*access_log", format: "auto" },
  { server: "apache", path: "/var/log/httpd/*access_log", format: "auto" },
  { server: "caddy", path: "/var/log/caddy/*.log", format: "caddy" },
  { server: "haproxy", path: "/var/log/haproxy.log", format: "haproxy" },
  { path: "/var/log/traefik/access.log", format: "auto" },
  { path: "/var/log/lighttpd/access.log", format: "auto" },
];

/** Where they put logs of errors. */
const ERROR_PLACES: readonly Omit<Required<UsualPlace>, "format">[] = [
  { server: "nginx", path: "/var/log/nginx/*error*.log" },
  { server: "apache", path: "/var/log/apache2/*error*.log" },
  { server: "apache", path: "/var/log/apache2/*error_log" },
  { server: "apache", path: "/var/log/httpd/*error_log" },
];

/** Adds the usual places that hold something, of servers of which no configuration was read. */
export function searchUsualPlaces({ files, logs }: Search, configured: ReadonlySet<ServerName>): void {
  const isThere = (path: string): boolean => files.expand(path).some((match) => files.exists(match));
  for (const { server, path, format } of PLACES) {
    if (server !== undefined && configured.has(server)) continue;
    if (isThere(path)) logs.add({ path, format, from: USUAL_PLACE });
  }
  for (const { server, path } of ERROR_PLACES) {
    if (!configured.has(server) && isThere(path)) logs.addErrors(path, USUAL_PLACE);
  }
}
