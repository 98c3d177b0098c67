import { HOUR, type Line, MINUTE, moments, pick, random, SECOND, START, sshd } from "./lines.ts";
import type { Made } from "./scenario.ts";

const USERS = ["root", "admin", "ubuntu", "test", "oracle", "postgres", "git", "user", "pi", "deploy", "www"];

/** One try of a password for an account that exists: what sshd writes of it with PAM. */
function wrongPassword(at: number, pid: number, user: string, ip: string, port: number): Line[] {
  return [
    sshd(
      at,
      pid,
      `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ip}  user=${user}`,
    ),
    sshd(at + 2 * SECOND, pid, `Failed password for ${user} from ${ip} port ${port} ssh2`),
    sshd(at + 2100, pid, `Connection closed by authenticating user ${user} ${ip} port ${port} [preauth]`),
  ];
}

/** One for an account that does not. */
function unknownUser(at: number, pid: number, user: string, ip: string, port: number): Line[] {
  return [
    sshd(at, pid, `Invalid user ${user} from ${ip} port ${port}`),
    sshd(at + SECOND, pid, `Failed password for invalid user ${user} from ${ip} port ${port} ssh2`),
    sshd(at + 1100, pid, `Connection closed by invalid user ${user} ${ip} port ${port} [preauth]`),
  ];
}

function brute(): Line[] {
  return moments(1, START, 40, 4 * SECOND).flatMap((at, i) =>
    wrongPassword(at, 4000 + i, "root", "141.98.11.20", 40_000 + i),
  );
}

function slow(): Line[] {
  return Array.from({ length: 14 }, (_, i) =>
    wrongPassword(START + i * 20 * MINUTE, 5000 + i, "root", "45.148.10.7", 50_000 + i),
  ).flat();
}

function enumeration(): Line[] {
  const next = random(3);
  return Array.from({ length: 12 }, (_, i) =>
    unknownUser(START + i * 3 * MINUTE, 6000 + i, `${pick(next, USERS)}${i}`, "92.118.39.5", 33_000 + i),
  ).flat();
}

function guessed(): Line[] {
  const tries = moments(4, START, 60, 3 * SECOND).flatMap((at, i) =>
    wrongPassword(at, 7000 + i, "deploy", "80.94.95.112", 21_000 + i),
  );
  const last = tries.at(-1)?.at ?? START;
  return [
    ...tries,
    sshd(last + 4 * SECOND, 7100, "Accepted password for deploy from 80.94.95.112 port 21999 ssh2"),
  ];
}

/** User names that hold what another line would: an address, a success, a tag. */
function forged(): Line[] {
  const names = [
    "x from 8.8.8.8 port 22 ssh2",
    "root from 8.8.8.8",
    "a sshd[1]: Accepted password for root from 8.8.8.8 port 1 ssh2",
    "",
    "from 8.8.8.8",
    "user=root rhost=8.8.8.8",
  ];
  return names.flatMap((name, i) =>
    unknownUser(START + i * 10 * SECOND, 8000 + i, name, "77.90.185.3", 9000 + i),
  );
}

export const GUILTY_SSH: readonly Made[] = [
  {
    name: "guilty-ssh-brute-force",
    about: "Forty passwords for root in three minutes.",
    guilty: { "141.98.11.20": { severity: "warning", rules: ["ssh-brute-force"] } },
    logs: { "auth.log": brute() },
  },
  {
    name: "guilty-ssh-slow",
    about: "A password each twenty minutes for five hours, below every short window.",
    guilty: { "45.148.10.7": { severity: "warning", rules: ["ssh-slow-brute-force"] } },
    logs: { "auth.log": slow() },
  },
  {
    name: "guilty-ssh-users",
    about: "Twelve names that do not exist, one each three minutes.",
    guilty: { "92.118.39.5": { severity: "warning", rules: ["ssh-user-enumeration"] } },
    logs: { "auth.log": enumeration() },
  },
  {
    name: "guilty-ssh-guessed",
    about: "Sixty wrong passwords for one account, then the right one.",
    guilty: { "80.94.95.112": { severity: "critical", rules: ["ssh-brute-force", "login-after-failures"] } },
    logs: { "auth.log": guessed() },
  },
  {
    name: "guilty-ssh-forged",
    about: "User names that hold forged messages and somebody else's address: he is guilty who sent them.",
    guilty: { "77.90.185.3": { severity: "critical", rules: ["ssh-brute-force", "ssh-user-enumeration"] } },
    logs: { "auth.log": forged() },
  },
  {
    name: "guilty-ssh-forgotten",
    about: "A burst of guesses, then silence for two hours: the finding is over, and told so.",
    guilty: { "141.98.11.20": { severity: "warning", rules: ["ssh-brute-force"] } },
    logs: {
      "auth.log": [...brute(), sshd(START + 3 * HOUR, 9999, "Server listening on 0.0.0.0 port 22.")],
      "access.log": [],
    },
  },
];
