import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseIp } from "../model/ip.ts";
import { readSshd } from "./sshd.ts";

const IP = "45.148.10.7";
const V6 = "2001:db8::1";

/** What a message says of its peer: outcome, user, method, address. */
function read(message: string): string | (string | undefined)[] {
  const told = readSshd(message);
  return typeof told === "string" ? told : [told.outcome, told.user, told.method, told.ip];
}

describe("attempts", () => {
  test.each([
    [`Failed password for root from ${IP} port 22 ssh2`, ["failed", "root", "password", IP]],
    [`Failed password for root from ${IP}`, ["failed", "root", "password", IP]],
    [`Failed password for invalid user admin from ${IP} port 22 ssh2`, ["failed", "admin", "password", IP]],
    [
      `Failed password for illegal user admin from ${IP} port 22 ssh2`,
      ["failed", "illegal user admin", "password", IP],
    ],
    [`Failed password for invalid user  from ${IP} port 22 ssh2`, ["failed", "", "password", IP]],
    [
      `Failed password for invalid user a b from ${IP} port 22 ssh2 [preauth]`,
      ["failed", "a b", "password", IP],
    ],
    ["Failed password for root from 2001:DB8::1 port 22 ssh2", ["failed", "root", "password", V6]],
    [`Failed password for root from ::ffff:${IP} port 22 ssh2`, ["failed", "root", "password", IP]],
    [`Failed none for root from ${IP} port 22 ssh2`, ["failed", "root", "none", IP]],
    [`Failed none for invalid user x from ${IP} port 22 ssh2`, ["failed", "x", "none", IP]],
    [`Failed unknown for root from ${IP} port 22 ssh2`, ["failed", "root", "unknown", IP]],
    [
      `Failed keyboard-interactive/pam for root from ${IP} port 22 ssh2`,
      ["failed", "root", "keyboard-interactive/pam", IP],
    ],
    [
      `Failed keyboard-interactive for invalid user x from ${IP} port 22 ssh2 [preauth]`,
      ["failed", "x", "keyboard-interactive", IP],
    ],
    [
      `Failed hostbased for root from ${IP} port 22 ssh2: RSA SHA256:a, client user "bob", client host "h"`,
      ["failed", "root", "hostbased", IP],
    ],
    [
      `Failed hostbased for invalid user x from ${IP} port 22 ssh2: RSA SHA256:a, client user "bob", client host "h"`,
      ["failed", "x", "hostbased", IP],
    ],
    [
      `Failed publickey for root from ${IP} port 22 ssh2: ED25519 SHA256:AbC+/9`,
      ["probe", "root", "publickey", IP],
    ],
    [`Failed publickey for root from ${IP} port 22 ssh2`, ["probe", "root", "publickey", IP]],
    [
      `Failed publickey for invalid user x from ${IP} port 22 ssh2: ED25519 SHA256:AbC+/9`,
      ["failed", "x", "publickey", IP],
    ],
    [
      `Failed publickey for invalid user x from ${IP} port 22 ssh2: RSA-CERT SHA256:a ID me (serial 7) CA RSA SHA256:b`,
      ["failed", "x", "publickey", IP],
    ],
    [`Failed gssapi-with-mic for root from ${IP} port 22 ssh2`, ["probe", "root", "gssapi-with-mic", IP]],
    [`Accepted password for bob from ${IP} port 22 ssh2`, ["accepted", "bob", "password", IP]],
    [
      `Accepted keyboard-interactive/pam for bob from ${IP} port 22 ssh2`,
      ["accepted", "bob", "keyboard-interactive/pam", IP],
    ],
    [
      `Accepted hostbased for bob from ${IP} port 22 ssh2: RSA SHA256:a, client user "x from 8.8.8.8 port 1 ssh2: RSA b", client host "h"`,
      ["accepted", "bob", "hostbased", IP],
    ],
    [
      `Accepted gssapi-with-mic for bob from ${IP} port 22 ssh2: bob@EXAMPLE.COM`,
      ["accepted", "bob", "gssapi-with-mic", IP],
    ],
    [
      `Accepted publickey for a b from ${IP} port 22 ssh2: ED25519 SHA256:AbC+/9`,
      ["accepted", "a b", "publickey", IP],
    ],
    [`Accepted publickey for bob from ${IP} port 22 ssh2`, ["accepted", "bob", "publickey", IP]],
    [
      `Accepted publickey for bob from ${IP} port 22 ssh2: ED25519-CERT SHA256:AbC ID x from 8.8.8.8 port 1 ssh2: RSA SHA256:x ID y (serial 7) CA ED25519 SHA256:Def`,
      ["accepted", "bob", "publickey", IP],
    ],
  ])("%s", (message, event) => {
    expect(read(message)).toEqual(event);
  });
});

describe("what is said of users", () => {
  test.each([
    [`Invalid user admin from ${IP} port 51234`, ["invalid-user", "admin", undefined, IP]],
    [`Invalid user admin from ${IP}`, ["invalid-user", "admin", undefined, IP]],
    [`Invalid user  from ${IP} port 51234`, ["invalid-user", "", undefined, IP]],
    [`Illegal user admin from ${IP}`, ["invalid-user", "admin", undefined, IP]],
    [`User bob from ${IP} not allowed because not listed in AllowUsers`, ["failed", "bob", undefined, IP]],
    [
      `User bob from ${IP} not allowed because none of user's groups are listed in AllowGroups`,
      ["failed", "bob", undefined, IP],
    ],
    [`User a b from ${V6} not allowed because listed in DenyUsers`, ["failed", "a b", undefined, V6]],
    [`ROOT LOGIN REFUSED FROM ${IP} port 22`, ["failed", undefined, undefined, IP]],
    [`ROOT LOGIN REFUSED FROM ${IP} port 22 [preauth]`, ["failed", undefined, undefined, IP]],
    [`ROOT LOGIN REFUSED FROM ${IP}`, ["failed", undefined, undefined, IP]],
    [
      `error: maximum authentication attempts exceeded for root from ${IP} port 22 ssh2 [preauth]`,
      ["failed", "root", undefined, IP],
    ],
    [
      `error: maximum authentication attempts exceeded for invalid user x y from ${IP} port 22 ssh2 [preauth]`,
      ["failed", "x y", undefined, IP],
    ],
    [`error: PAM: Authentication failure for root from ${IP}`, ["failed", "root", "pam", IP]],
    [
      `error: PAM: User not known to the underlying authentication module for illegal user x from ${IP}`,
      ["failed", "x", "pam", IP],
    ],
    [
      `error: PAM: Have exhausted maximum number of retries for service for root from ${IP}`,
      ["failed", "root", "pam", IP],
    ],
    [
      `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${IP}  user=root`,
      ["probe", "root", undefined, IP],
    ],
    [
      `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${IP} `,
      ["probe", undefined, undefined, IP],
    ],
    [
      `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${IP}`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${V6} user=a rhost=8.8.8.8`,
      ["probe", "a rhost=8.8.8.8", undefined, V6],
    ],
    [
      `PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=${IP}  user=root`,
      ["probe", "root", undefined, IP],
    ],
    [
      `PAM 1 more authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${IP}`,
      ["probe", undefined, undefined, IP],
    ],
  ])("%s", (message, event) => {
    expect(read(message)).toEqual(event);
  });
});

describe("connections", () => {
  test.each([
    [`Connection closed by ${IP} port 22`, ["closed", undefined, undefined, IP]],
    [`Connection closed by ${IP} [preauth]`, ["closed", undefined, undefined, IP]],
    [`Connection reset by ${V6} port 22 [preauth]`, ["closed", undefined, undefined, V6]],
    [`Connection closed by invalid user admin ${IP} port 22 [preauth]`, ["closed", "admin", undefined, IP]],
    [`Connection closed by invalid user  ${IP} port 22 [preauth]`, ["closed", "", undefined, IP]],
    [
      `Connection reset by authenticating user root ${IP} port 22 [preauth]`,
      ["closed", "root", undefined, IP],
    ],
    [`Connection closed by user bob ${IP} port 22`, ["closed", "bob", undefined, IP]],
    [`Disconnected from user bob ${IP} port 22`, ["closed", "bob", undefined, IP]],
    [`Disconnected from authenticating user root ${IP} port 22 [preauth]`, ["closed", "root", undefined, IP]],
    [`Disconnected from ${IP} port 22 [preauth]`, ["closed", undefined, undefined, IP]],
    [
      `Disconnecting authenticating user root ${IP} port 22: Too many authentication failures [preauth]`,
      ["closed", "root", undefined, IP],
    ],
    [
      `Disconnecting invalid user x ${IP} port 22: Change of username or service not allowed: (x,ssh-connection) -> (y,ssh-connection) [preauth]`,
      ["closed", "x", undefined, IP],
    ],
    [`Disconnecting ${IP} port 22: Too many authentication failures`, ["closed", undefined, undefined, IP]],
    [`Received disconnect from ${IP} port 22:11: Bye Bye [preauth]`, ["closed", undefined, undefined, IP]],
    [
      `Received disconnect from ${IP}: 11: from 8.8.8.8 port 22 [preauth]`,
      ["closed", undefined, undefined, IP],
    ],
    [
      `error: Received disconnect from ${V6} port 22:3: com.jcraft.jsch.JSchException: Auth fail [preauth]`,
      ["closed", undefined, undefined, V6],
    ],
    [`Received disconnect from 2001:db8::: 11: `, ["closed", undefined, undefined, "2001:db8::"]],
    [`Received disconnect from 2001:db8:: port 22:11: `, ["closed", undefined, undefined, "2001:db8::"]],
    [`Read error from remote host ${IP} port 22: Connection timed out`, ["closed", undefined, undefined, IP]],
    [`Timeout, client not responding from user bob ${IP} port 22`, ["closed", "bob", undefined, IP]],
    [`Did not receive identification string from ${IP} port 22`, ["probe", undefined, undefined, IP]],
    [`Did not receive identification string from ${IP}`, ["probe", undefined, undefined, IP]],
    [
      `Bad protocol version identification 'GET / HTTP/1.1' from ${IP} port 22`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `Bad protocol version identification 'x' from 8.8.8.8 port 1' from ${IP}`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `Protocol major versions differ for ${IP} port 22: SSH-2.0-OpenSSH_7.4 vs. SSH-1.5-x from 8.8.8.8`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `Protocol major versions differ for ${IP}: SSH-2.0-OpenSSH_6.6 vs. SSH-1.5-x`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `probed from ${IP} port 22 with SSH-1.0-SSH_Version_Mapper.  Don't panic.`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `scanned from ${IP} with SSH-1.0-SSH_Version_Mapper.  Don't panic.`,
      ["probe", undefined, undefined, IP],
    ],
    [`banner exchange: Connection from ${IP} port 22: invalid format`, ["probe", undefined, undefined, IP]],
    [
      `error: banner exchange: Connection from ${IP} port 22: could not read protocol version`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `ssh_dispatch_run_fatal: Connection from ${IP} port 22: message authentication code incorrect [preauth]`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `fatal: ssh_dispatch_run_fatal: Connection from authenticating user root ${IP} port 22: Broken pipe [preauth]`,
      ["probe", "root", undefined, IP],
    ],
    [
      `Connection from authenticating user root ${IP} port 22 timed out [preauth]`,
      ["probe", "root", undefined, IP],
    ],
    [`Connection from ${IP} port 22 timed out`, ["probe", undefined, undefined, IP]],
    [
      `fatal: ssh_packet_read: Connection from invalid user x ${IP} port 22: Connection timed out [preauth]`,
      ["probe", "x", undefined, IP],
    ],
    [
      `Unable to negotiate with ${IP} port 22: no matching key exchange method found. Their offer: a from 8.8.8.8 port 22: [preauth]`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `fatal: Unable to negotiate with ${IP}: no matching cipher found. Their offer: aes128-cbc [preauth]`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `Unable to negotiate with invalid user x ${IP} port 22: no matching MAC found. Their offer: a [preauth]`,
      ["probe", "x", undefined, IP],
    ],
    [`fatal: Timeout before authentication for ${IP} port 22`, ["probe", undefined, undefined, IP]],
    [`Timeout before authentication for ${IP}`, ["probe", undefined, undefined, IP]],
    [
      `Timeout before authentication for connection from ${V6} to 2001:db8::2, pid = 77`,
      ["probe", undefined, undefined, V6],
    ],
    [`refused connect from ${IP} (${IP})`, ["probe", undefined, undefined, IP]],
    [`refused connect from host.example (${V6})`, ["probe", undefined, undefined, V6]],
    [`refused connect from ${IP}`, ["probe", undefined, undefined, IP]],
    [
      `drop connection #10 from [${IP}]:52114 on [10.0.0.1]:22 past MaxStartups`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `drop connection #0 from [${V6}]:52114 on [2001:db8::2]:22 penalty: failed authentication`,
      ["probe", undefined, undefined, V6],
    ],
    [
      `srclimit_penalise: ipv4: new ${IP}/32 active penalty of 5.000 seconds for penalty: failed authentication`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `srclimit_penalise: ipv6: new ${V6}/128 deferred penalty of 1.000 seconds for penalty: connections without attempting authentication`,
      ["probe", undefined, undefined, V6],
    ],
    [
      `srclimit_penalise: ${IP}/32: activating ipv4 penalty of 15.7 seconds for penalty: exceeded LoginGraceTime`,
      ["probe", undefined, undefined, IP],
    ],
    [
      `srclimit_penalise: ipv4 penalty table full, cannot penalise ${IP}/32 for penalty: caused crash`,
      ["probe", undefined, undefined, IP],
    ],
  ])("%s", (message, event) => {
    expect(read(message)).toEqual(event);
  });
});

describe("what is no event", () => {
  test.each([
    "Server listening on 0.0.0.0 port 22.",
    `Connection from ${IP} port 51234 on 10.0.0.1 port 22`,
    `Connection from ${IP} port 51234 on 10.0.0.1 port 22 rdomain ""`,
    `Postponed keyboard-interactive for root from ${IP} port 22 ssh2 [preauth]`,
    `Postponed publickey for invalid user x from ${IP} port 22 ssh2 [preauth]`,
    `Partial publickey for bob from ${IP} port 22 ssh2: RSA SHA256:a`,
    `Starting session: shell on pts/0 for bob from ${IP} port 22 id 0`,
    `Close session: user bob from ${IP} port 22 id 0`,
    `Connection closed by 127.0.0.1x port 22`,
    "error: kex_exchange_identification: Connection closed by remote host",
    'error: kex_exchange_identification: client sent invalid protocol identifier "GET / HTTP/1.0"',
    "error: kex_exchange_identification: read: Connection reset by peer",
    "error: Protocol major versions differ: 2 vs. 1",
    "error: beginning MaxStartups throttling",
    "exited MaxStartups throttling after 00:00:33, 3 connections dropped",
    "Disconnecting: Too many authentication failures for root [preauth]",
    "User bob not allowed because account is locked",
    "User bob not allowed because shell /bin/x does not exist",
    "pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)",
    "pam_unix(sshd:auth): check pass; user unknown",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=host.example  user=root",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=  user=root",
    `pam_succeed_if(sshd:auth): requirement "uid >= 1000" not met by user "x rhost=${IP} "`,
    "Received signal 15; terminating.",
    "Failed password for root from UNKNOWN port 65535 ssh2",
    "Failed password for root from host.example port 22 ssh2",
    "Failed password for root from fe80::1%eth0 port 22 ssh2",
    "error: PAM: Authentication failure for root from host.example",
    "User bob from host.example not allowed because not listed in AllowUsers",
    "Connection closed by UNKNOWN port 65535 [preauth]",
    "Connection closed by invalid user x fe80::1%eth0 port 22 [preauth]",
    "refused connect from host.example (unknown)",
    "refused connect from host.example",
    "drop connection #1 from [fe80::1%eth0]:1 on [::1]:22 past MaxStartups",
    "srclimit_penalise: ipv4: new 45.148.10.0/24 active penalty of 5.000 seconds for penalty: failed authentication",
    "srclimit_penalise: ipv6: new 2001:db8::/64 active penalty of 5.000 seconds for penalty: failed authentication",
    "Invalid user x from $(reboot) port 1",
    "Accepted password for bob from 203.0.113.999 port 22 ssh2",
    "",
  ])("%j tells of no address", (message) => {
    expect(read(message)).toBe("other");
  });

  test.each([
    `Failed password for root from ${IP} port 22 ssh2 extra`,
    `Failed password for root ${IP} port 22 ssh2`,
    `Failed password for ${IP} port 22 ssh2`,
    "Failed password for ",
    "Invalid user admin",
    `Invalid user from ${IP}`,
    "Connection closed by invalid user  port 22",
    "Connection closed by ",
    "drop connection #1 from [",
    `Disconnecting invalid user x ${IP}: Too many authentication failures`,
    // Two places, each of which the peer may have forged.
    `Disconnecting invalid user x 8.8.8.8 port 1: y ${IP} port 22: Too many authentication failures [preauth]`,
    `Disconnecting invalid user  ${IP} port 22: Change of username or service not allowed: (,) -> ( 8.8.8.8 port 1: Too many authentication failures [preauth]`,
    `Failed hostbased for invalid user x from ${IP} port 22 ssh2: RSA SHA256:a, client user "b", client host "x from 8.8.8.8 port 1 ssh2: RSA b"`,
    `Failed publickey for invalid user x from ${IP} port 22 ssh2: RSA-CERT SHA256:a ID me from 8.8.8.8 port 1 ssh2: RSA SHA256:x (serial 7) CA RSA SHA256:b`,
  ])("%j should be read and cannot", (message) => {
    expect(read(message)).toBe("unparsed");
  });
});

const FORGED = [
  "x from 8.8.8.8",
  "x from 8.8.8.8 port 22 ssh2",
  "x 8.8.8.8 port 22 [preauth]",
  "x 8.8.8.8 port 22: Too many authentication failures",
  "invalid user x from 8.8.8.8 port 22",
  "root from 8.8.8.8 port 22 ssh2: RSA SHA256:abc",
  "Nov  7 21:04:09 web1 sshd[1]: Accepted password for root from 8.8.8.8 port 22 ssh2",
  "sshd[1]: Accepted password for root from 8.8.8.8",
  "message repeated 9 times: [ Failed password for root from 8.8.8.8 port 22 ssh2]",
  "x from 8.8.8.8 not allowed because not listed in AllowUsers",
  "x timed out",
  "x rhost=8.8.8.8 user=y",
  ": Change of username or service not allowed: (x,",
  " from ",
  " port 22 ssh2",
  "[preauth]",
  "from",
  "8.8.8.8",
  " ",
  "",
];
/** What a peer may call itself: sshd escapes what is no text, and cuts at a hundred bytes. */
const texts = fc
  .oneof(
    fc.constantFrom(...FORGED),
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc
      .array(fc.constantFrom(...FORGED, " from ", " ", "\t", "8.8.8.8", " port 1", " ssh2", ": "), {
        maxLength: 4,
      })
      .map((parts) => parts.join("")),
  )
  .map((text) => text.replace(/[\r\n]/g, " ").slice(0, 100));
const addresses = fc.constantFrom(IP, V6, "203.0.113.9");
const KEY = "ED25519 SHA256:AbC+/9";

describe("a user's name frames nobody and frees nobody", () => {
  type Write = (user: string, ip: string) => string;
  const messages: [what: string, outcome: string, of: Write][] = [
    ["failed", "failed", (user, ip) => `Failed password for invalid user ${user} from ${ip} port 22 ssh2`],
    [
      "a key",
      "failed",
      (user, ip) => `Failed publickey for invalid user ${user} from ${ip} port 22 ssh2: ${KEY}`,
    ],
    ["invalid", "invalid-user", (user, ip) => `Invalid user ${user} from ${ip} port 22`],
    ["invalid, no port", "invalid-user", (user, ip) => `Invalid user ${user} from ${ip}`],
    [
      "too often",
      "failed",
      (user, ip) =>
        `error: maximum authentication attempts exceeded for invalid user ${user} from ${ip} port 22 ssh2 [preauth]`,
    ],
    [
      "not allowed",
      "failed",
      (user, ip) => `User ${user} from ${ip} not allowed because listed in DenyUsers`,
    ],
    ["PAM", "failed", (user, ip) => `error: PAM: Authentication failure for illegal user ${user} from ${ip}`],
    ["closed", "closed", (user, ip) => `Connection closed by invalid user ${user} ${ip} port 22 [preauth]`],
    [
      "disconnected",
      "closed",
      (user, ip) => `Disconnected from invalid user ${user} ${ip} port 22 [preauth]`,
    ],
    [
      "timed out",
      "probe",
      (user, ip) => `Connection from invalid user ${user} ${ip} port 22 timed out [preauth]`,
    ],
    [
      "PAM's own",
      "probe",
      (user, ip) =>
        `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ip}  user=${user}`,
    ],
  ];
  test.each(messages)("%s", (_, outcome, of) => {
    fc.assert(
      fc.property(texts, addresses, (user, ip) => {
        expect(readSshd(of(user, ip))).toMatchObject({ outcome, user, ip: ip as string });
      }),
      { numRuns: 500 },
    );
  });

  // Where the peer's words stand on both sides of the address, or where a reason follows: the right one or none.
  const both: [what: string, of: (user: string, word: string, ip: string) => string][] = [
    [
      "too many",
      (user, _, ip) =>
        `Disconnecting invalid user ${user} ${ip} port 22: Too many authentication failures [preauth]`,
    ],
    [
      "another name",
      (user, word, ip) =>
        `Disconnecting invalid user ${user} ${ip} port 22: ${`Change of username or service not allowed: (${user},${word}) -> (${word},${user})`.slice(0, 100)} [preauth]`,
    ],
    [
      "a dispatch error",
      (user, _, ip) =>
        `ssh_dispatch_run_fatal: Connection from invalid user ${user} ${ip} port 22: message authentication code incorrect [preauth]`,
    ],
    [
      "no cipher",
      (user, word, ip) =>
        `Unable to negotiate with invalid user ${user} ${ip} port 22: no matching cipher found. Their offer: ${word} [preauth]`,
    ],
    [
      "a certificate",
      (user, word, ip) =>
        `Failed publickey for invalid user ${user} from ${ip} port 22 ssh2: RSA-CERT SHA256:a ID ${word} (serial 7) CA RSA SHA256:b`,
    ],
    [
      "a client's host",
      (user, word, ip) =>
        `Failed hostbased for invalid user ${user} from ${ip} port 22 ssh2: RSA SHA256:a, client user "${word}", client host "${word}"`,
    ],
  ];
  test.each(both)("%s", (_, of) => {
    fc.assert(
      fc.property(texts, texts, addresses, (user, word, ip) => {
        const told = readSshd(of(user, word, ip));
        if (typeof told === "string") expect(told).toBe("unparsed");
        else expect(told).toMatchObject({ ip, user });
      }),
      { numRuns: 1000 },
    );
    expect(readSshd(of("root", "word", IP))).toMatchObject({ ip: IP, user: "root" });
  });

  test("not where sshd cuts a message off either", () => {
    const info = [
      (word: string) => `RSA-CERT SHA256:a ID ${word}`,
      (word: string) => `RSA SHA256:a, client user "b", client host "${word}`,
    ];
    for (const [i, method] of ["publickey", "hostbased"].entries()) {
      for (const forged of [" from 8.8.8.8 port 1 ssh2", " from 8.8.8.8 port 1 ssh2: RSA SHA256:b"]) {
        const message = `Failed ${method} for invalid user x from ${IP} port 22 ssh2: ${info[i]?.("")}`;
        const filler = "y".repeat(1_023 - message.length - forged.length);
        const told = readSshd(message + filler + forged);
        if (typeof told === "string") expect(told).toBe("unparsed");
        else expect<string>(told.ip).toBe(IP);
      }
    }
  });

  // Here the peer's words stand behind the address only.
  const behind: [what: string, of: (word: string, ip: string) => string][] = [
    ["a reason", (word, ip) => `Received disconnect from ${ip} port 22:11: ${word} [preauth]`],
    [
      "an offer",
      (word, ip) =>
        `Unable to negotiate with ${ip} port 22: no matching cipher found. Their offer: ${word} [preauth]`,
    ],
    [
      "a version",
      (word, ip) => `Protocol major versions differ for ${ip} port 22: SSH-2.0-OpenSSH_7.4 vs. ${word}`,
    ],
    ["a bad version", (word, ip) => `Bad protocol version identification '${word}' from ${ip} port 22`],
    [
      "a certificate that is accepted",
      (word, ip) =>
        `Accepted publickey for bob from ${ip} port 22 ssh2: RSA-CERT SHA256:a ID ${word} (serial 7) CA RSA SHA256:b`,
    ],
  ];
  test.each(behind)("%s", (_, of) => {
    fc.assert(
      fc.property(texts, addresses, (word, ip) => {
        expect(readSshd(of(word, ip))).toMatchObject({ ip: ip as string });
      }),
      { numRuns: 500 },
    );
  });
});

test("nothing throws, and every event has an address", () => {
  const words = fc.constantFrom(
    ...["error: ", "Failed password for ", "Failed publickey for invalid user ", "Accepted publickey for "],
    ...["Disconnected from ", "Disconnecting ", "invalid user ", "user ", "Connection from ", "PAM: a for "],
    ...[" from ", IP, " port 22", " ssh2", " ssh2: ", ": ", "RSA SHA256:a", " ID ", " [preauth]", "] ("],
    ...["refused connect from ", "drop connection #1 from [", "srclimit_penalise: ", "/32 ", " timed out"],
  );
  const message = fc
    .array(fc.oneof({ weight: 4, arbitrary: words }, fc.string({ unit: "binary", maxLength: 6 })), {
      maxLength: 12,
    })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(message, (text) => {
      const told = readSshd(text);
      if (typeof told !== "string") expect(parseIp(told.ip)).toBe(told.ip);
    }),
    { numRuns: 5000 },
  );
});
