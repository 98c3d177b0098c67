import {
  between,
  CHROME,
  event,
  FIREFOX,
  HOUR,
  type Line,
  MINUTE,
  moments,
  pick,
  random,
  request,
  SECOND,
  SITE,
  START,
  socket,
  sshd,
} from "./lines.ts";
import type { Made } from "./scenario.ts";

const ASSETS = [
  "/a.css",
  "/b.css",
  "/app.js",
  "/vendor.js",
  "/logo.svg",
  "/hero.webp",
  "/font.woff2",
  "/favicon.ico",
];
const PAGES = ["/", "/cart", "/p/12", "/p/77", "/about", "/search?q=red+shoes", "/checkout", "/news/2026/11"];

/** A page with all that belongs to it. */
function page(at: number, ip: string, path: string, agent = CHROME): Line[] {
  return [
    request(at, ip, path, { referrer: SITE, agent }),
    ...ASSETS.map((asset, i) =>
      request(at + 40 * (i + 1), ip, asset, { referrer: SITE + path.slice(1), agent }),
    ),
  ];
}

function flashCrowd(): Line[] {
  const next = random(41);
  return moments(42, START, 900, 70).flatMap((at) =>
    page(at, `24.${between(next, 1, 200)}.${between(next, 1, 250)}.${between(next, 1, 250)}`, "/p/77"),
  );
}

function crawler(): Line[] {
  const next = random(43);
  const agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
  return [
    request(START, "66.249.66.1", "/robots.txt", { agent, bytes: 120 }),
    ...moments(44, START + SECOND, 500, 2500).map((at, i) => {
      const stale = next() < 0.15;
      return request(at, "66.249.66.1", stale ? `/old/article-${i}` : `/p/${i}`, {
        agent,
        status: stale ? 404 : 200,
      });
    }),
  ];
}

/** Forty people behind one address: pages, a shop's API, some of them mistype a password in the morning. */
function office(): Line[] {
  const next = random(45);
  const ip = "193.0.14.129";
  return Array.from({ length: 40 }, (_, person) => {
    const begins = START + between(next, 0, 8 * MINUTE);
    const agent = person % 3 === 0 ? FIREFOX : CHROME;
    const mistypes = person % 8 === 0 ? 2 : person % 5 === 0 ? 1 : 0;
    const logins = Array.from({ length: mistypes + 1 }, (_, i) =>
      request(begins + (i + 1) * 6 * SECOND, ip, "/login", {
        method: "POST",
        status: i === mistypes ? 302 : 401,
        bytes: 300,
        agent,
      }),
    );
    const views = moments(100 + person, begins + 30 * SECOND, 12, 25 * SECOND).flatMap((at) =>
      page(at, ip, pick(next, PAGES), agent),
    );
    return [...page(begins, ip, "/login", agent), ...logins, ...views];
  }).flat();
}

/** Files are looked for before they are put; each directory is asked first without the password. */
function webdav(): Line[] {
  const ip = "81.2.69.160";
  const agent = "Microsoft-WebDAV-MiniRedir/10.0.19045";
  return Array.from({ length: 80 }, (_, i) => {
    const at = START + i * 700;
    const path = `/dav/2026/photo-${i}.raw`;
    return [
      request(at, ip, path, { method: "PROPFIND", status: 401, bytes: 381, agent }),
      request(at + 50, ip, path, { method: "PROPFIND", status: 404, bytes: 196, agent, user: "ann" }),
      request(at + 150, ip, path, { method: "LOCK", status: 201, bytes: 440, agent, user: "ann" }),
      request(at + 250, ip, path, { method: "PUT", status: 201, bytes: 0, agent, user: "ann" }),
      request(at + 350, ip, path, { method: "UNLOCK", status: 204, bytes: 0, agent, user: "ann" }),
    ];
  }).flat();
}

/** An app that saves a holiday: what is there is asked by HEAD, what is not is put. */
function photoSync(): Line[] {
  const agent = "Immich_Android_1.144.0";
  return Array.from({ length: 1200 }, (_, i) => [
    request(START + i * 120, "86.49.3.7", `/remote.php/dav/files/ann/Photos/IMG_${4000 + i}.jpg`, {
      method: "HEAD",
      status: 404,
      bytes: 0,
      agent,
      user: "ann",
    }),
    request(START + i * 120 + 60, "86.49.3.7", "/api/assets", {
      method: "POST",
      status: 201,
      bytes: 88,
      agent,
    }),
  ]).flat();
}

/** A page that asks its API for everything, lets its token run out, and loads sixty tiles that are not there. */
function singlePageApp(): Line[] {
  const ip = "90.187.3.4";
  return [
    ...page(START, ip, "/app"),
    ...Array.from({ length: 300 }, (_, i) =>
      request(START + SECOND + i * 40, ip, `/api/items/${i}`, {
        status: i % 60 === 59 ? 401 : 200,
        bytes: 900,
        referrer: `${SITE}app`,
      }),
    ),
    ...Array.from({ length: 5 }, (_, i) =>
      request(START + SECOND + i * 2400 + 20, ip, "/api/auth/refresh", {
        method: "POST",
        status: 200,
        bytes: 400,
      }),
    ),
    ...Array.from({ length: 60 }, (_, i) =>
      request(START + 20 * SECOND + i * 30, ip, `/tiles/9/${i}/212.png`, {
        status: 404,
        bytes: 153,
        referrer: `${SITE}app`,
      }),
    ),
  ];
}

function monitoring(): Line[] {
  const agent = "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)";
  return [
    ...Array.from({ length: 180 }, (_, i) =>
      request(START + i * 10 * SECOND, "216.144.248.19", "/health", { method: "HEAD", bytes: 0, agent }),
    ),
    ...Array.from({ length: 30 }, (_, i) =>
      request(START + i * MINUTE, "216.144.248.19", "/missing-since-the-move", { status: 404, agent }),
    ),
  ];
}

/** Looks whether the ports answer, and says nothing there. */
function portMonitor(): Line[] {
  return Array.from({ length: 60 }, (_, i) => {
    const at = START + i * MINUTE;
    return [
      event(at, { kind: "tick" }),
      event(at, {
        kind: "sockets",
        source: "sock_diag",
        sockets: [
          socket("216.144.248.20", 30_000 + i, { localPort: 22 }),
          socket("216.144.248.20", 31_000 + i, { localPort: 443 }),
          socket("216.144.248.20", 32_000 + i, { localPort: 25, state: "TIME_WAIT" }),
        ],
      }),
      event(at + 100, {
        kind: "auth",
        ip: "216.144.248.20",
        service: "ssh",
        outcome: "probe",
        session: 900 + i,
        source: "auth.log",
      }),
      event(at + 200, {
        kind: "request",
        ip: "8.8.4.4",
        method: "GET",
        path: "/",
        status: 200,
        source: "access.log",
      }),
    ];
  }).flat();
}

/** Half an hour of a busy address, in two files that are read at once. */
function backlog(): Record<string, Line[]> {
  const ip = "88.198.50.103";
  return {
    "access.log": moments(51, START, 600, 3 * SECOND).map((at) =>
      request(at, ip, "/feed", { agent: "FreshRSS/1.27" }),
    ),
    "access.log.1": moments(52, START - HOUR, 600, 3 * SECOND).map((at) =>
      request(at, ip, "/feed", { agent: "FreshRSS/1.27" }),
    ),
  };
}

/** Paths that hold what others look for. */
function namesakes(): Line[] {
  const paths = [
    "/.github/workflows/test.yml",
    "/.github/",
    "/shell-scripting-guide",
    "/blog/what-is-etc-passwd",
    "/docs/environment-variables",
    "/wp-content/uploads/2026/11/red-shoes.jpg",
    "/admin-guide.pdf",
    "/.well-known/acme-challenge/3f9a",
    "/.well-known/security.txt",
    "/search?q=select+a+shoe+from+the+union",
    "/search?q=o%27reilly+or+hale",
    "/gitlab-ci",
    "/login-help",
    "/cgi-binder",
    "/products/nmap-pro-boots",
    "/a/b/../c/index.html",
  ];
  return moments(53, START, 3 * paths.length, 4 * SECOND).map((at, i) =>
    request(at, "62.210.1.9", paths[i % paths.length] ?? "/", { referrer: SITE }),
  );
}

/** Writes posts all evening. */
function author(): Line[] {
  const ip = "77.12.4.5";
  const next = random(54);
  return [
    request(START, ip, "/wp-login.php", { bytes: 4200 }),
    request(START + 9 * SECOND, ip, "/wp-login.php", { method: "POST", status: 200, bytes: 4523 }),
    request(START + 20 * SECOND, ip, "/wp-login.php", { method: "POST", status: 302, bytes: 0 }),
    ...moments(55, START + 22 * SECOND, 400, 8 * SECOND).map((at) =>
      request(
        at,
        ip,
        pick(next, [
          "/wp-admin/post.php?post=7&action=edit",
          "/wp-admin/admin-ajax.php",
          "/wp-json/wp/v2/posts/7",
          "/wp-admin/load-styles.php?c=1",
        ]),
        {
          method: pick(next, ["GET", "POST"]),
          referrer: SITE,
        },
      ),
    ),
    ...moments(56, START + 5 * MINUTE, 8, MINUTE).map((at) =>
      request(at, ip, "/wp-content/uploads/lost.jpg", { status: 404 }),
    ),
  ];
}

function login(at: number, pid: number, ip: string, user: string, wrong: number): Line[] {
  return [
    ...Array.from({ length: wrong }, (_, i) =>
      sshd(at + i * 5 * SECOND, pid, `Failed password for ${user} from ${ip} port 51000 ssh2`),
    ),
    sshd(at + wrong * 5 * SECOND, pid, `Accepted password for ${user} from ${ip} port 51000 ssh2`),
  ];
}

/** People who mistype and get in, all day; keys that are tried one after the other; a deployment each minute. */
function logins(): Line[] {
  return [
    ...Array.from({ length: 12 }, (_, i) =>
      login(START + i * 30 * MINUTE, 3000 + i, "87.123.4.5", "ann", i % 3),
    ).flat(),
    ...login(START, 3099, "87.123.4.6", "bob", 1),
    ...login(START + 17 * MINUTE, 3100, "87.123.4.6", "bob", 6),
    ...Array.from({ length: 60 }, (_, i) => [
      sshd(
        START + i * MINUTE,
        3200 + i,
        "Failed publickey for deploy from 140.82.112.9 port 40100 ssh2: RSA SHA256:abc",
      ),
      sshd(
        START + i * MINUTE + 50,
        3200 + i,
        "Accepted publickey for deploy from 140.82.112.9 port 40100 ssh2: ED25519 SHA256:def",
      ),
      sshd(START + i * MINUTE + 900, 3200 + i, "Disconnected from user deploy 140.82.112.9 port 40100"),
    ]).flat(),
  ];
}

const scan = ["/.env", "/.git/config", "/.aws/credentials", "/backup.sql", "/.env.bak", "/id_rsa"];

function trusted(): Line[] {
  return ["203.0.113.77", "198.18.5.5"].flatMap((ip) =>
    scan.map((path, i) =>
      request(START + i * SECOND, ip, path, { status: 404, agent: "Mozilla/5.0 Nikto/2.5.0" }),
    ),
  );
}

function trustedAgent(): Line[] {
  return scan.map((path, i) =>
    request(START + i * SECOND, "18.1.2.3", path, { status: 404, agent: "AcmeScan/1.0 (our own)" }),
  );
}

/** What this host asks itself for, and what comes through a proxy that is trusted. */
function own(): Record<string, Line[]> {
  const paths = scan.map((path, i) =>
    event(START + (i + 1) * SECOND, {
      kind: "request",
      ip: i % 2 === 0 ? "198.51.100.10" : "10.0.0.2",
      method: "GET",
      path,
      status: 404,
      userAgent: "Nikto",
      source: "access.log",
    }),
  );
  return {
    "events.jsonl": [
      event(START, { kind: "host", addresses: ["198.51.100.10", "127.0.0.1"] }),
      ...paths,
      ...paths.map(({ at }) => event(at, { kind: "tick" })),
    ],
  };
}

/** A page with forty pictures that were never moved, and their thumbnails. */
function brokenImages(): Line[] {
  return [
    ...page(START, "93.104.2.2", "/gallery"),
    ...Array.from({ length: 80 }, (_, i) =>
      request(START + SECOND + i * 30, "93.104.2.2", `/img/${i}${i % 2 === 0 ? "-small" : ""}.jpg`, {
        status: 404,
        bytes: 153,
        referrer: `${SITE}gallery`,
      }),
    ),
  ];
}

/** Scripts of customers, with their libraries' own agents. */
function apiClients(): Line[] {
  return [
    ...moments(61, START, 400, 1500).map((at) =>
      request(at, "52.28.1.1", "/api/orders?since=1", { agent: "python-requests/2.32.3" }),
    ),
    ...moments(62, START, 300, 2000).map((at, i) =>
      request(at, "52.28.1.2", "/api/stock", {
        agent: "Go-http-client/2.0",
        status: i % 50 === 7 ? 404 : 200,
      }),
    ),
    ...moments(63, START, 200, 2000).map((at) =>
      request(at, "52.28.1.3", "/api/webhook", { method: "POST", agent: "-", status: 204 }),
    ),
  ];
}

/** Sockets of a busy, honest evening: people who keep connections open, mail that we send, a database we use. */
function sockets(): Line[] {
  const tables = Array.from({ length: 120 }, (_, second) => {
    const at = START + second * SECOND;
    return [
      event(at, { kind: "tick" }),
      event(at, {
        kind: "sockets",
        source: "sock_diag",
        sockets: [
          ...Array.from({ length: 30 }, (_, i) => socket("193.0.14.129", 20_000 + i)),
          ...Array.from({ length: 6 }, (_, i) =>
            socket("90.187.3.4", 30_000 + 6 * second + i, {
              state: second % 3 === 0 ? "SYN_RECV" : "ESTABLISHED",
            }),
          ),
          ...Array.from({ length: 8 }, (_, i) =>
            socket("104.16.1.1", 443, { localPort: 40_000 + i, direction: "out" }),
          ),
          ...Array.from({ length: 5 }, (_, i) =>
            socket("142.250.1.27", 25, {
              localPort: 45_000 + second + i,
              direction: "out",
              state: "TIME_WAIT",
            }),
          ),
          ...Array.from({ length: 6 }, (_, i) => socket("77.5.5.5", 50_000 + i, { localPort: 993 })),
        ],
      }),
      ...["193.0.14.129", "193.0.14.129", "90.187.3.4"].map((ip, i) =>
        event(at + 10 * i, {
          kind: "request",
          ip,
          method: "GET",
          path: "/app",
          status: 200,
          bytes: 900,
          source: "access.log",
        }),
      ),
    ];
  });
  return tables.flat();
}

function one(name: string, about: string, logs: Record<string, Line[]>, set?: object): Made {
  return { name: `innocent-${name}`, about, logs, ...(set !== undefined && { set }) };
}

export const INNOCENT: readonly Made[] = [
  one("flash-crowd", "Nine hundred people in a minute, each with one page.", { "access.log": flashCrowd() }),
  one("search-crawler", "A crawler follows old links: every seventh is gone.", { "access.log": crawler() }),
  one("office", "Forty people behind one address; eleven of them mistype once or twice.", {
    "access.log": office(),
  }),
  one("webdav", "A WebDAV client is challenged, looks for files that are not there, and puts them.", {
    "access.log": webdav(),
  }),
  one("photo-sync", "Twelve hundred photos at eight a second.", { "access.log": photoSync() }),
  one(
    "single-page-app",
    "An API asked three hundred times in twelve seconds, a token that runs out, sixty missing tiles.",
    { "access.log": singlePageApp() },
  ),
  one("monitoring", "An uptime monitor, each ten seconds, and a page that is gone.", {
    "access.log": monitoring(),
  }),
  one("port-monitor", "A monitor opens three ports each minute and says nothing.", {
    "events.jsonl": portMonitor(),
  }),
  one("backlog", "Two files of half an hour read at once.", backlog()),
  one("namesakes", "Paths that resemble what scanners look for.", { "access.log": namesakes() }),
  one("wordpress-author", "An author mistypes once, then writes all evening.", { "access.log": author() }),
  one("logins", "People who mistype and get in, and keys tried one after the other.", {
    "auth.log": logins(),
  }),
  one(
    "trusted",
    "A scan from a trusted address and a trusted prefix.",
    { "access.log": trusted() },
    {
      trustAddresses: ["203.0.113.77"],
      trustPrefixes: ["198.18.0.0/15"],
    },
  ),
  one(
    "trusted-agent",
    "A scan by an agent that is trusted.",
    { "access.log": trustedAgent() },
    { trustAgents: ["AcmeScan/"] },
  ),
  one("own", "What this host asks itself, and a trusted proxy whose client is not known.", own(), {
    trustProxies: ["10.0.0.2"],
  }),
  one("broken-images", "A page whose eighty pictures are gone.", { "access.log": brokenImages() }),
  one("api-clients", "Customers' scripts with their libraries' own agents, or none.", {
    "access.log": apiClients(),
  }),
  one("sockets", "Kept connections, mail going out, a backend, mailboxes.", { "events.jsonl": sockets() }),
];
