import { describe, expect, test } from "bun:test";
import { readDropbear } from "./dropbear.ts";

const IP = "45.148.10.7";
const V6 = "2001:db8::1";
const KEY = "SHA256:4jWshiT8DA2h8GD74I1rH28qu2yy4tuJVGO659aW1rw";

function read(message: string): string | (string | undefined)[] {
  const told = readDropbear(message);
  return typeof told === "string" ? told : [told.outcome, told.user, told.method, told.ip];
}

describe("dropbear's messages", () => {
  test.each([
    [`Bad password attempt for 'root' from ${IP}:41116`, ["failed", "root", "password", IP]],
    [`bad password attempt for 'root' from ${IP}:41116`, ["failed", "root", "password", IP]],
    [`Bad PAM password attempt for 'root' from ${IP}:41116`, ["failed", "root", "password", IP]],
    [`Bad password attempt for 'root' from ${V6}:41116`, ["failed", "root", "password", V6]],
    [`Bad password attempt for 'root' from [${V6}]:41116`, ["failed", "root", "password", V6]],
    [`Bad password attempt for 'root' from ::1:41116`, ["failed", "root", "password", "::1"]],
    [`Bad password attempt for 'root' from ::ffff:${IP}:41116`, ["failed", "root", "password", IP]],
    [`Too-long password attempt for 'root' from ${IP}:41116`, ["failed", "root", "password", IP]],
    [`Login attempt for nonexistent user from ${IP}:41116`, ["invalid-user", undefined, undefined, IP]],
    [`login attempt for nonexistent user from ${IP}:41116`, ["invalid-user", undefined, undefined, IP]],
    [`Login attempt for nonexistent user 'x y' from ${IP}:41116`, ["invalid-user", "x y", undefined, IP]],
    [
      `Login attempt for nonexistent user 'x' from 8.8.8.8:1' from ${IP}:41116`,
      ["invalid-user", "x' from 8.8.8.8:1", undefined, IP],
    ],
    [`Login attempt with wrong user bob from ${IP}:41116`, ["failed", "bob", undefined, IP]],
    [`Password auth succeeded for 'bob' from ${IP}:41116`, ["accepted", "bob", "password", IP]],
    [`password auth succeeded for 'bob' from ${IP}:41116`, ["accepted", "bob", "password", IP]],
    [`PAM password auth succeeded for 'bob' from ${IP}:41116`, ["accepted", "bob", "password", IP]],
    [`Auth succeeded with blank password for 'bob' from ${IP}:1`, ["accepted", "bob", "none", IP]],
    [
      `Pubkey auth succeeded for 'bob' with ssh-ed25519 key ${KEY} from ${IP}:41138`,
      ["accepted", "bob", "publickey", IP],
    ],
    [
      `Pubkey auth succeeded for 'bob' with key md5 d4:04:1f from ${IP}:41138`,
      ["accepted", "bob", "publickey", IP],
    ],
    [
      `Pubkey auth bad signature for 'bob' with key ${KEY} from ${IP}:41138`,
      ["probe", "bob", "publickey", IP],
    ],
    [
      `Exit before auth from <${IP}:41116>: (user 'alice', 2 fails): Exited normally`,
      ["closed", "alice", undefined, IP],
    ],
    [
      `Exit before auth from <${V6}:41116>: (user 'alice', 10 fails): Max auth tries reached - user 'alice'`,
      ["closed", "alice", undefined, V6],
    ],
    [
      `Exit before auth from <${IP}:4>: (user 'a', 1 fails): Max auth tries reached - user 'a', 2 fails): '`,
      ["closed", "a', 1 fails): Max auth tries reached - user 'a", undefined, IP],
    ],
    [
      `Exit before auth from <${IP}:41116>: Max auth tries reached - user 'is invalid'`,
      ["invalid-user", undefined, undefined, IP],
    ],
    [`Exit before auth from <${IP}:41116>: Exited normally`, ["closed", undefined, undefined, IP]],
    [`Exit before auth from <${IP}:41116>: Disconnect received`, ["closed", undefined, undefined, IP]],
    [
      `Exit before auth from <${IP}:41116>: Error reading: Connection reset by peer`,
      ["closed", undefined, undefined, IP],
    ],
    [
      `Exit before auth from <${IP}:41116>: Incompatible remote version 'SSH-1.5-x from <8.8.8.8:1>: '`,
      ["probe", undefined, undefined, IP],
    ],
    [`Exit before auth from <${IP}:41116>: No matching algo kex`, ["probe", undefined, undefined, IP]],
    [`Exit before auth from <${IP}:41116>: Timeout before auth`, ["probe", undefined, undefined, IP]],
    [
      `Exit before auth from <${IP}:41116>: Integrity error (bad packet size 3284124611)`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `pam_unix(dropbear:auth): authentication failure; logname= uid=0 euid=0 tty= ruser= rhost=${IP}  user=root`,
      ["probe", "root", undefined, IP],
    ],
  ])("%s", (message, event) => {
    expect(read(message)).toEqual(event);
  });

  test.each([
    "Not backgrounding",
    `Child connection from ${IP}:41116`,
    `Exit (alice) from <${IP}:41116>: Disconnect received`,
    // Since 2022 it says neither who nor whence.
    "Login attempt for nonexistent user",
    "root login rejected",
    "User 'bob' has invalid shell, rejected",
    "Exit before auth: Exited normally",
    "Exit before auth (user 'root', 1 fails): Max auth tries reached - user 'root'",
    `Password auth succeeded for 'bob' from ${IP}:41116, extra auth required`,
    "Bad password attempt for 'root' from fe80::1%eth0:41116",
    "",
  ])("%j tells of no address", (message) => {
    expect(read(message)).toBe("other");
  });

  test.each([
    `Bad password attempt for 'root' from ${IP}`,
    "Bad password attempt for 'root' from ",
    "Bad password attempt for ",
    `Bad password attempt for 'root' ${IP}:1`,
    "Exit before auth from <x>: Exited normally",
  ])("%j should be read and cannot", (message) => {
    expect(read(message)).toBe("unparsed");
  });
});
