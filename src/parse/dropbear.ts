import type { AuthOutcome } from "../model/event.ts";
import { type AuthReading, lastWord, type Peer, told } from "./auth-reading.ts";
import { readPam } from "./pam.ts";

interface Message {
  readonly begin: RegExp;
  readonly outcome: AuthOutcome;
  readonly method?: string;
}

/**
 * What dropbear says of attempts to log in, each ending with `[USER... ]from ADDRESS:PORT` (svr-auth.c, svr-authpasswd.c,
 * svr-authpam.c and svr-authpubkey.c). It names no user that the host does not have.
 */
const MESSAGES: readonly Message[] = [
  { begin: /^[Bb]ad (?:PAM )?password attempt for(?= )/, outcome: "failed", method: "password" },
  { begin: /^Too-long password attempt for(?= )/, outcome: "failed", method: "password" },
  { begin: /^[Ll]ogin attempt for nonexistent user(?= )/, outcome: "invalid-user" },
  { begin: /^[Ll]ogin attempt with wrong user(?= )/, outcome: "failed" },
  { begin: /^(?:PAM )?[Pp]assword auth succeeded for(?= )/, outcome: "accepted", method: "password" },
  { begin: /^Auth succeeded with blank password for(?= )/, outcome: "accepted", method: "none" },
  { begin: /^[Pp]ubkey auth succeeded for(?= )/, outcome: "accepted", method: "publickey" },
  { begin: /^Pubkey auth bad signature for(?= )/, outcome: "probe", method: "publickey" },
];
/** Half of what an account needs: the half that follows tells of the login. */
const HALF = ", extra auth required";

/** How a connection ends that nobody logged in on (svr_dropbear_exit of svr-session.c). */
const EXIT = /^[Ee]xit before auth from <([^>]{1,80})>: (?:\(user '(.*)', \d{1,9} fails\): )?(.*)$/s;
/** Why it ends with those that never wanted to log in, or cannot. */
const PROBE =
  /^(?:No matching algo|Timeout before auth|Incompatible remote version|Bad remote version|Failed to get remote version|Integrity error|Bad packet|Unexpected packet|Received message)/;

/** All that tells of an unknown user with an address, since "nonexistent user" comes without one: he tried too often. */
const UNKNOWN = "Max auth tries reached - user 'is invalid'";

/** Reads one message of dropbear; it has no names of hosts. */
export function readDropbear(message: string): AuthReading {
  const pam = readPam(message);
  if (pam !== undefined) return pam;
  const exit = EXIT.exec(message);
  if (exit !== null) {
    const [, host = "", user, why = ""] = exit;
    const outcome = why === UNKNOWN ? "invalid-user" : PROBE.test(why) ? "probe" : "closed";
    return told(outcome, { host: withoutPort(host), user });
  }
  for (const { begin, outcome, method } of MESSAGES) {
    const found = begin.exec(message);
    if (found === null) continue;
    if (message.endsWith(HALF)) return "other";
    return told(outcome, peerAtEnd(message.slice(found[0].length)), method);
  }
  return "other";
}

/** A user in quotes, maybe with his key, or without. */
const USER = /^ (?:'(.{1,256}?)'(?: with .*)?|(\S{1,256}))$/s;

/** `[ 'USER'...] from ADDRESS:PORT` */
function peerAtEnd(rest: string): Peer | undefined {
  const peer = lastWord(rest, " from ");
  if (peer === undefined) return undefined;
  const [, quoted, plain] = USER.exec(peer.user ?? "") ?? [];
  return { host: withoutPort(peer.host), user: quoted ?? plain };
}

/** Behind the last colon stands the port, for IPv6 too; brackets may be around that. */
function withoutPort(address: string): string {
  const host = address.slice(0, Math.max(0, address.lastIndexOf(":")));
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
