import { resolve } from "node:path";
import { at, parseJsonText, stringOf } from "./json.ts";
import type { Search } from "./search.ts";

/** Where Docker keeps its data unless `data-root` says otherwise (dockerd(8)). */
const DATA_ROOT = "/var/lib/docker";
/** Web servers and proxies, as their images are called. */
const SERVERS =
  /nginx|httpd|apache|caddy|traefik|haproxy|openresty|lighttpd|envoy|varnish|tengine|angie|freenginx|swag/;
/** What stands beside a server and serves nobody itself. */
const HELPERS = /exporter|certbot|acme|docker-gen|companion/;

/**
 * Adds what the web servers in Docker's running containers write to their standard output, where the
 * json-file driver keeps it. Other containers' output may be anything.
 */
export function searchContainers(search: Search): void {
  const { files, logs, notes } = search;
  const daemon = parseJsonText(files.read("/etc/docker/daemon.json"));
  const root = resolve("/", stringOf(at(daemon, "data-root")) ?? DATA_ROOT);
  for (const directory of files.expand(`${root}/containers/*`)) {
    const config = parseJsonText(files.read(`${directory}/config.v2.json`));
    const image = stringOf(at(config, "Config", "Image")) ?? "";
    if (at(config, "State", "Running") !== true || !isServer(image)) continue;
    const name = stringOf(at(config, "Name"))?.replace(/^\//, "") ?? image;
    const from = `container ${name}`;
    const host = parseJsonText(files.read(`${directory}/hostconfig.json`));
    const driver = stringOf(at(host, "LogConfig", "Type")) || "json-file";
    const path = stringOf(at(config, "LogPath"));
    if (driver === "json-file" && path) logs.add({ path, format: "auto", from });
    else {
      const text = `its output goes to the log driver ${driver}, which cannot be followed`;
      notes.add({ from, text, remedy: "run it with --log-driver json-file" });
    }
  }
}

/** Whether an image's name or tag, without registry and owner, is that of a server. */
function isServer(image: string): boolean {
  const name = image.slice(image.lastIndexOf("/") + 1).replace(/@.*/, "");
  return SERVERS.test(name) && !HELPERS.test(name);
}
