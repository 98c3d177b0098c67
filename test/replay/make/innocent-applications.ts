import {
  between,
  HOUR,
  type Line,
  MINUTE,
  type Request,
  random,
  request,
  SECOND,
  SITE,
  START,
  sshd,
} from "./lines.ts";
import type { Made } from "./scenario.ts";

/** Digits that nobody guesses. */
function hex(seed: number, length: number): string {
  const next = random(seed);
  return Array.from({ length }, () => Math.floor(16 * next()).toString(16)).join("");
}

function uuid(seed: number): string {
  const all = hex(seed, 32);
  return `${all.slice(0, 8)}-${all.slice(8, 12)}-4${all.slice(13, 16)}-a${all.slice(17, 20)}-${all.slice(20)}`;
}

/** `count` requests of one address, `apart` ms from each other. */
function asks(
  ip: string,
  count: number,
  apart: number,
  path: string | ((i: number) => string),
  known: Request | ((i: number) => Request) = {},
): Line[] {
  return Array.from({ length: count }, (_, i) =>
    request(
      START + i * apart,
      ip,
      typeof path === "string" ? path : path(i),
      typeof known === "function" ? known(i) : known,
    ),
  );
}

/** One after the other, again and again. */
function of(paths: readonly string[]): (i: number) => string {
  return (i) => paths[i % paths.length] ?? "/";
}

const LOST = { status: 404, bytes: 153 };

/** Programs that look by name for what this server need not have, each in its protocol's words. */
function lookups(): Line[] {
  const missing = (n: number, agent: string, path: (i: number) => string): Line[] =>
    asks(`193.0.3.${n}`, 60, 100, path, { ...LOST, agent });
  return [
    missing(
      1,
      "Apache-Maven/3.9.9 (Java 21.0.5; Linux 6.1)",
      (i) => `/repository/releases/org/apache/commons/lib${i}/3.${i}/lib${i}-3.${i}.pom`,
    ),
    missing(2, "Go-http-client/1.1", (i) => `/github.com/some/mod${i}/@v/v1.${i}.0.info`),
    missing(3, "curl/8.11.0 Nix/2.24.10", (i) => `/${hex(i, 32)}.narinfo`),
    missing(4, "bazel/7.4.0", (i) => `/ac/${hex(i, 64)}`),
    missing(5, "debuginfod/0.191,Linux/x86_64", (i) => `/buildid/${hex(i, 40)}/debuginfo`),
    missing(6, "Microsoft-Symbol-Server/10.1710.0.0", (i) => `/mod${i}.pdb/${hex(i, 33)}/mod${i}.pdb`),
    missing(7, "Composer/2.8.3 (Linux; 6.1; PHP 8.3.14)", (i) => `/p2/vendor${i}/package${i}.json`),
    missing(8, "libdnf5/5.2.6 (Fedora Linux 42)", (i) => `/updates/42/x86_64/Packages/p/pkg${i}-1.0.rpm`),
    missing(9, "containerd/1.7.22", (i) => `/v2/library/img${i}/manifests/latest`),
    missing(10, "Synapse/1.118.0", (i) => `/_matrix/federation/v1/user/devices/@u${i}:x.example`),
    missing(11, "Dart/3.5 (dart:io)", (i) => `/api/assets/${uuid(i)}/thumbnail?size=preview`),
    missing(12, "MapLibre/11.5", (i) => `/tiles/12/${2000 + i}/${1300 + (i % 7)}.pbf`),
    missing(13, "-", (i) => `/avatar/${hex(i, 32)}?s=80&d=404`),
    missing(14, "pacman/7.0", (i) => `/core/os/x86_64/pkg${i}-1.0-1-x86_64.pkg.tar.zst`),
    missing(15, "libfetch/2.0", (i) => `/alpine/v3.20/main/x86_64/pkg${i}-1.2-r${i}.apk`),
    missing(16, "cargo/1.83.0", (i) => `/index/se/rd/serde${i}`),
    missing(17, "NuGet Command Line/6.11", (i) => `/v3-flatcontainer/newtonsoft.json${i}/index.json`),
    missing(18, "bundler/2.5 rubygems/3.5", (i) => `/info/gem${i}`),
    missing(19, "VLC/3.0.21 LibVLC/3.0.21", (i) => `/live/cam1/seg-${i}.ts`),
    missing(20, "iOS/18.1 dataaccessd/1.0", (i) => `/dav/ann/cal/event-${i}.ics`),
    asks("193.0.3.21", 120, 900, (i) => `/page-data/link-${i}/page-data.json`, { ...LOST, referrer: SITE }),
  ].flat();
}

/** What every site is asked for, where most of it is not there. */
function customary(): Line[] {
  const wellKnown = [
    "assetlinks.json",
    "apple-app-site-association",
    "traffic-advice",
    "change-password",
    "resource-that-should-not-exist-whose-status-code-should-not-be-200",
    "dnt-policy.txt",
    "gpc.json",
    "openid-configuration",
    "oauth-authorization-server",
    "oauth-protected-resource",
    "passkey-endpoints",
    "webauthn",
    "nodeinfo",
    "host-meta",
    "security.txt",
  ].map((name) => `/.well-known/${name}`);
  const text = ["robots", "ads", "app-ads", "humans", "llms", "llms-full", "ai", "security"].map(
    (name) => `/${name}.txt`,
  );
  const maps = ["sitemap.xml", "sitemap_index.xml", "sitemap.xml.gz", "sitemaps.xml", "sitemap1.xml"].map(
    (name) => `/${name}`,
  );
  const feeds = [
    ...["/feed", "/feed/", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feed.json"],
    ...["/index.rdf", "/blog/feed", "/blog/rss", "/blog/atom.xml", "/news/rss", "/posts.rss", "/latest.rss"],
    ...["/index.atom", "/comments/feed/", "/feeds/", "/rss2.xml", "/.rss", "/blog/index.xml", "/atom"],
  ];
  const old = ["/shop/a.asp?id=", "/news/b.aspx?id=", "/cgi-bin/c.cgi?m=", "/page.cfm?x=", "/docs/d.jsp?y="];
  const bot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
  return [
    ...asks("193.0.4.1", wellKnown.length + maps.length, 300, of([...wellKnown, ...maps]), LOST),
    ...asks("193.0.4.2", text.length + maps.length + 9, 400, of([...text, ...maps, ...feeds]), LOST),
    ...asks("193.0.4.3", feeds.length, 200, of(feeds), { ...LOST, agent: "FreshRSS/1.27" }),
    ...asks("193.0.4.4", 100, 3 * SECOND, (i) => `${of(old)(i)}${i}`, { ...LOST, agent: bot }),
  ];
}

/** Applications whose ordinary requests resemble attacks on them, or others. */
function applications(): Line[] {
  const next = random(71);
  const post = { method: "POST", status: 200 };
  return [
    asks("193.0.5.1", 120, 5 * SECOND, (i) => `/xmlrpc.php?for=jetpack&token=a%3A1%3A1&nonce=${hex(i, 10)}`, {
      ...post,
      agent: "Jetpack by WordPress.com",
    }),
    asks("193.0.5.2", 60, 4 * SECOND, "/xmlrpc.php", () => ({
      ...post,
      bytes: between(next, 400, 9000),
      agent: "wp-android/25.5 (Android 14)",
    })),
    asks("193.0.5.3", 20, MINUTE, of(["/wp-json/litespeed/v3/ping", "/wp-json/litespeed/v1/notify_img"]), {
      ...post,
      agent: "QUIC.cloud",
    }),
    asks("193.0.5.4", 30, 4 * SECOND, "/wp-json/bricks/v1/render_element", { ...post, referrer: SITE }),
    asks(
      "193.0.5.5",
      60,
      4 * SECOND,
      "/phpmyadmin/index.php?route=/sql&sql_query=SELECT+*+FROM+%60orders%60+ORDER+BY+%60id%60+DESC",
    ),
    asks(
      "193.0.5.6",
      60,
      5 * SECOND,
      of(["dashboard.view", "problem.view", "host.list"].map((page) => `/zabbix.php?action=${page}`)),
    ),
    asks(
      "193.0.5.7",
      20,
      9 * SECOND,
      of(["/pages/viewpage.action?pageId=1", "/pages/createpage-entervariables.action?templateId=9"]),
    ),
    asks("193.0.5.8", 40, 5 * SECOND, (i) => `/index.php?s=/index/goods/detail/id/${i}.html`),
    asks("193.0.5.9", 20, 5 * SECOND, "/api/v1/validate/code", post),
    asks("193.0.5.10", 20, 5 * SECOND, (i) => `/api/gateway/routes/${i}`),
    asks("193.0.5.11", 40, 10 * SECOND, "/broadcasting/auth", { method: "POST", status: 403 }),
    asks("193.0.5.12", 40, 30 * SECOND, "/oauth/token", { method: "POST", status: 400 }),
    asks(
      "193.0.5.13",
      120,
      2500,
      of(["profile?seconds=10", "heap", "allocs", "mutex", "block"].map((page) => `/debug/pprof/${page}`)),
    ),
    asks("193.0.5.14", 120, 10 * SECOND, of(["/server-status?auto", "/nginx_status", "/fpm-status"]), {
      status: 403,
    }),
  ].flat();
}

/** Readers of source code that holds files whose names scanners look for, by what shows it. */
function repositories(): Line[] {
  const names = [
    ".gitignore",
    ".env.example",
    "docker-compose.yml",
    ".travis.yml",
    "db/schema.sql",
    "c99.php",
  ];
  const shown: readonly ((name: string) => string)[] = [
    (name) => `/ann/app/src/branch/main/${name}`,
    (name) => `/ann/app/raw/commit/${hex(3, 40)}/${name}`,
    (name) => `/group/app/-/blob/main/${name}`,
    (name) => `/cgit/app.git/tree/${name}?h=main`,
    (name) => `/app/plain/${name}`,
  ];
  return [
    ...shown.flatMap((path, i) =>
      asks(`193.0.6.${1 + i}`, 3 * names.length, 8 * SECOND, of(names.map((name) => path(name)))),
    ),
    // A mirror of releases, unpacked.
    ...asks(
      "193.0.6.9",
      40,
      SECOND / 2,
      (i) => `/pub/src/app-1.${i}/${names[i % 4 === 1 ? 0 : i % 4] ?? ""}`,
      {
        agent: "Wget/1.24.5",
      },
    ),
    ...asks("193.0.6.10", 20, 9 * SECOND, of(["/g/p/-/compare/main...dev", "/g/p/compare/v1.0..v1.1"])),
  ];
}

/** Reads a blog about attacks, and searches it as different systems call that. */
function searches(): Line[] {
  const words = ["log4j ${", "jndi:ldap://x}", "<script>alert(1)</script>", "' or 1=1"];
  return [
    ...asks("193.0.7.1", 3, 2 * MINUTE, of([`/?s=${encodeURIComponent(`${words[0]}${words[1]}`)}`])),
    ...asks("193.0.7.1", 3, 2 * MINUTE, of([`/?s=${encodeURIComponent(words[2] ?? "")}`])),
    ...asks("193.0.7.1", 3, 2 * MINUTE, of([`/?s=${encodeURIComponent(words[3] ?? "")}`])),
    ...asks(
      "193.0.7.2",
      40,
      4 * SECOND,
      of([
        "/search?q=union+jack+flag",
        "/search?q=select+committee+or+union",
        "/p/drop-table-lamp",
        "/find?search_query=drop+table+lamp%3B+/etc/passwd",
        "/shop?searchword=select+*+from+table",
        "/list?search%5Bvalue%5D=O%27Reilly+/etc/passwd",
        "/books?author=O%27Brien%27+or+%27x",
      ]),
    ),
  ];
}

/** Programs that work in parallel, one whose account is gone, and people behind one address who mistype all day. */
function parallel(): Line[] {
  const [ansible, forgotten, office] = ["193.0.8.1", "193.0.8.2", "193.0.8.3"];
  return [
    ...Array.from({ length: 40 }, (_, i) =>
      sshd(
        START + 20 * i,
        100 + i,
        `Accepted publickey for deploy from ${ansible} port ${40000 + i} ssh2: ED25519 SHA256:x`,
      ),
    ),
    ...Array.from({ length: 60 }, (_, i) =>
      sshd(
        START + 9 + 20 * i,
        90,
        `drop connection #${10 + (i % 20)} from [${ansible}]:${41000 + i} on [198.51.100.10]:22 past MaxStartups`,
      ),
    ),
    sshd(START, 50, `Accepted publickey for root from ${forgotten} port 40000 ssh2: ED25519 SHA256:y`),
    ...Array.from({ length: 13 }, (_, i) => [
      sshd(START + (i + 1) * HOUR, 200 + i, `Invalid user backup from ${forgotten} port 40000`),
      sshd(
        START + (i + 1) * HOUR + 200,
        200 + i,
        `Connection closed by invalid user backup ${forgotten} port 40000 [preauth]`,
      ),
    ]).flat(),
    ...Array.from({ length: 60 }, (_, i) => [
      sshd(START + i * MINUTE, 300 + i, `Failed password for user${i % 12} from ${office} port 4 ssh2`),
      sshd(
        START + i * MINUTE + 5 * SECOND,
        300 + i,
        `Accepted password for user${i % 12} from ${office} port 4 ssh2`,
      ),
    ]).flat(),
  ];
}

function one(name: string, about: string, file: string, lines: Line[]): Made {
  return { name: `innocent-${name}`, about, logs: { [file]: lines } };
}

export const INNOCENT_APPLICATIONS: readonly Made[] = [
  one(
    "lookups",
    "Build tools, caches, symbol servers, registries, federated servers and maps ask for what is not there.",
    "access.log",
    lookups(),
  ),
  one(
    "customary",
    "Browsers, crawlers and readers of feeds ask for what any site may have, and a crawler for what the site was made with.",
    "access.log",
    customary(),
  ),
  one(
    "applications",
    "WordPress with its plugins and apps, phpMyAdmin, Zabbix, Confluence, ThinkPHP, Laravel, profilers, monitors.",
    "access.log",
    applications(),
  ),
  one(
    "repositories",
    "Source code read in Gitea, GitLab, cgit and on a mirror.",
    "access.log",
    repositories(),
  ),
  one(
    "searches",
    "Searches for attacks on a blog about them, and for lamps in a shop.",
    "access.log",
    searches(),
  ),
  one(
    "parallel-ssh",
    "Forty connections at once, an hourly job whose account is gone, an office that mistypes sixty times.",
    "auth.log",
    parallel(),
  ),
];
