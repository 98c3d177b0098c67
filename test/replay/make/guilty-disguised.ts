import { CHROME, type Line, MINUTE, type Request, request, SECOND, START, sshd } from "./lines.ts";
import type { Made } from "./scenario.ts";

// Whoever knows what is spared may try to look like it.

const HASH = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
const LOST = { status: 404, bytes: 153, agent: CHROME };

function asks(ip: string, count: number, apart: number, path: (i: number) => string, known: Request): Line[] {
  return Array.from({ length: count }, (_, i) => request(START + i * apart, ip, path(i), known));
}

/** Guesses that are written as hashes, packages and repositories, which they leave again. */
function lookups(): Line[] {
  const secrets = [".env", ".git/config", ".aws/credentials", "id_rsa", "backup.sql"];
  return [
    ...asks("45.9.9.1", 60, 500, (i) => `/${HASH}/..;/word${i}`, LOST),
    ...asks("45.9.9.2", 60, 500, (i) => `/word${i}?_rsc=1abc&x=/simple/a/`, { ...LOST, agent: "pip/24.3.1" }),
    ...asks("45.9.9.3", 5, 3000, (i) => `/a/blob/main/%2e%2e/%2e%2e/%2e%2e/${secrets[i]}`, LOST),
    ...asks("45.9.9.4", 5, 3000, (i) => `/app/raw/${secrets[i]}/../../../${secrets[i]}`, LOST),
  ];
}

/** Guesses by XML-RPC, many in one call so that the answers differ; and such as claim to be signed. */
function calls(): Line[] {
  const post = { method: "POST", status: 200, agent: CHROME };
  return [
    ...Array.from({ length: 120 }, (_, i) =>
      request(START + i * 2 * SECOND, "45.9.9.5", "/xmlrpc.php", { ...post, bytes: 20_000 + 313 * i }),
    ),
    ...asks("45.9.9.6", 400, SECOND, (i) => `/xmlrpc.php?for=jetpack&token=a&nonce=${i}`, {
      ...post,
      bytes: 403,
    }),
  ];
}

const SHELLS = ["ioxi-o", "lock360", "gank", "mah", "classwithtostring", "bless", "moon", "chosen"];

/** Own logins between guesses at somebody else's password. */
function cover(): Line[] {
  const ip = "45.9.9.8";
  return Array.from({ length: 60 }, (_, i) => {
    const at = START + 5 * i * MINUTE;
    return [
      sshd(at, 100 + i, `Failed password for root from ${ip} port 4000 ssh2`),
      sshd(at + 9 * SECOND, 300 + i, `Failed password for ann from ${ip} port 4001 ssh2`),
      sshd(at + 12 * SECOND, 300 + i, `Accepted password for ann from ${ip} port 4001 ssh2`),
    ];
  }).flat();
}

function warned(rule: string, ...ips: readonly string[]): NonNullable<Made["guilty"]> {
  return Object.fromEntries(ips.map((ip) => [ip, { severity: "warning", rules: [rule] }]));
}

export const GUILTY_DISGUISED: readonly Made[] = [
  {
    name: "guilty-disguised-guesses",
    about: "Guesses written like hashes, packages and repositories, with the agents of their programs.",
    guilty: {
      ...warned("distinct-4xx", "45.9.9.2"),
      "45.9.9.1": { severity: "critical", rules: ["path-traversal", "distinct-4xx"] },

      ...warned("path-traversal", "45.9.9.3"),
      ...warned("sensitive-path", "45.9.9.4"),
    },
    logs: { "access.log": lookups() },
  },
  {
    name: "guilty-disguised-calls",
    about: "Passwords by XML-RPC, a different number in each call, and by calls that claim to be Jetpack's.",
    guilty: warned("http-brute-force", "45.9.9.5", "45.9.9.6"),
    logs: { "access.log": calls() },
  },
  {
    name: "guilty-back-doors-slow",
    about: "Names of back doors that botnets ask for, three a minute, with a browser's agent.",
    guilty: warned("web-shell", "45.9.9.7"),
    logs: {
      "access.log": asks("45.9.9.7", SHELLS.length, 20 * SECOND, (i) => `/${SHELLS[i]}.php`, LOST),
    },
  },
  {
    name: "guilty-ssh-cover",
    about: "Guesses at root's password, each followed by a login with an account of one's own.",
    guilty: { "45.9.9.8": { severity: "critical", rules: ["login-after-failures"] } },
    logs: { "auth.log": cover() },
  },
];
