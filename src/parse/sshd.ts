import type { AuthOutcome } from "../model/event.ts";
import { type AuthReading, lastWord, type Peer, told } from "./auth-reading.ts";
import { readPam } from "./pam.ts";

/** How a message goes on behind its beginning; undefined where it does not. */
type Form = (rest: string) => Peer | undefined;

/** The outcome and the form of messages that begin in one way. */
interface Message {
  readonly begin: RegExp;
  readonly outcome: AuthOutcome;
  readonly form: Form;
  readonly method?: string;
}

/** The peer of a message that is understood and says no address. */
const NOBODY: Peer = { host: "-" };

/** How log.c marks its levels, and the monitor what the unprivileged child says. */
const LEVEL = /^(?:error|fatal): /;
const PREAUTH = " [preauth]";

/**
 * What sshd 7 to 10 says of a peer, but for attempts to log in. Sources: auth.c, auth-pam.c, auth2.c, kex.c, packet.c,
 * serverloop.c, srclimit.c, sshd.c and sshd-session.c of OpenSSH, refuse.c of libwrap. What is not here tells of no
 * peer, or again of what another message tells.
 */
const MESSAGES: readonly Message[] = [
  { begin: /^(?:Invalid|Illegal) user /, outcome: "invalid-user", form: userFrom },
  {
    begin: /^maximum authentication attempts exceeded for (?:invalid user )?/,
    outcome: "failed",
    form: userFrom,
  },
  // One of PAM's own texts has a "for".
  {
    begin: /^PAM: (?:Have exhausted maximum number of retries for service|.{1,80}?) for (?:illegal user )?/,
    outcome: "failed",
    form: userFrom,
    method: "pam",
  },
  { begin: /^User (?=.{1,300} not allowed because )/, outcome: "failed", form: userNotAllowed },
  { begin: /^ROOT LOGIN REFUSED FROM /, outcome: "failed", form: first },
  { begin: /^(?:Connection (?:closed|reset) by|Disconnected from) /, outcome: "closed", form: connection },
  {
    begin: /^(?:Timeout, client not responding|terminating inactive connection) from /,
    outcome: "closed",
    form: connection,
  },
  { begin: /^Disconnecting /, outcome: "closed", form: connectionAndReason },
  { begin: /^(?:Received disconnect from|Read error from remote host) /, outcome: "closed", form: first },
  { begin: /^Did not receive identification string from /, outcome: "probe", form: first },
  { begin: /^Bad protocol version identification '/, outcome: "probe", form: hostAtEnd },
  { begin: /^Protocol major versions differ for /, outcome: "probe", form: first },
  { begin: /^(?:probed|scanned) from /, outcome: "probe", form: first },
  { begin: /^Unable to negotiate with /, outcome: "probe", form: connectionAndReason },
  { begin: /^Timeout before authentication for (?:connection from )?/, outcome: "probe", form: first },
  { begin: /^refused connect from /, outcome: "probe", form: wrapped },
  { begin: /^drop connection #\d{1,9} from \[/, outcome: "probe", form: bracketed },
  { begin: /^srclimit_penalise: /, outcome: "probe", form: penalised },
  // Before it may stand the function that gave up.
  { begin: /^(?:[\w ]{1,60}: )?Connection from /, outcome: "probe", form: fatal },
];

/** An attempt to log in, as auth_log of auth.c tells of it. */
const ATTEMPT = /^(Failed|Accepted) (\S{1,60}) for (invalid user )?/;
/** Methods whose failure for a user that exists is a guess; the others are tried by every honest client. */
const GUESSES = /^(?:password|unknown|none|hostbased|keyboard-interactive)(?:\/|$)/;
/** Methods of which something may stand behind the address that the peer chose. */
const WITH_INFO = /^(?:publickey|hostbased|gssapi)/;

/**
 * Reads one message of sshd. A user's name is whatever the peer sent, blanks and forged messages included, and so are the
 * name of a certificate, a client's host and its reason to leave. So the message counts only from its beginning; the
 * address is the first word where sshd writes it first, else the last but for what sshd puts after it; and where the
 * peer has a say on both sides of it, there must be but one. So a peer can make nobody else the offender.
 */
export function readSshd(message: string): AuthReading {
  const pam = readPam(message);
  if (pam !== undefined) return pam;
  const leveled = message.replace(LEVEL, "");
  const text = leveled.endsWith(PREAUTH) ? leveled.slice(0, -PREAUTH.length) : leveled;
  const attempt = ATTEMPT.exec(text);
  if (attempt !== null) return readAttempt(text, attempt);
  for (const { begin, outcome, form, method } of MESSAGES) {
    const found = begin.exec(text);
    if (found !== null) return told(outcome, form(text.slice(found[0].length)), method);
  }
  return "other";
}

function readAttempt(text: string, [begin, result, method = "", invalid]: RegExpExecArray): AuthReading {
  const rest = text.slice(begin.length);
  const isGuess = invalid !== undefined || GUESSES.test(method);
  const outcome = result === "Accepted" ? "accepted" : isGuess ? "failed" : "probe";
  if (!WITH_INFO.test(method)) return told(outcome, userFrom(rest), method);
  // A user that exists has a name that the host gave him.
  const peer = invalid === undefined ? knownUserFrom(rest) : strangerFrom(rest, method);
  return told(outcome, peer, method);
}

/** What follows the address at the end of a message, and how long it can be. */
const PORT = /(?: port \d{1,5})?(?: ssh2)?$/;
const LONGEST_PORT = " port 65535 ssh2".length;

/** `USER from ADDRESS[ port N][ ssh2]` */
function userFrom(rest: string): Peer | undefined {
  return lastWord(without(PORT, LONGEST_PORT, rest), " from ");
}

/** `rest` without an end that matches `pattern` and has at most `longest` characters: a long text is not searched. */
function without(pattern: RegExp, longest: number, rest: string): string {
  const from = Math.max(0, rest.length - longest);
  const found = rest.slice(from).search(pattern);
  return found < 0 ? rest : rest.slice(0, from + found);
}

/** `...' from ADDRESS[ port N]` */
function hostAtEnd(rest: string): Peer | undefined {
  const peer = userFrom(rest);
  return peer && { host: peer.host };
}

/** `USER from ADDRESS port N ssh2[: INFO]`, where the user's name can be trusted. */
function knownUserFrom(rest: string): Peer | undefined {
  const end = rest.indexOf(" ssh2: ");
  return userFrom(end < 0 ? rest : rest.slice(0, end));
}

/** Type and fingerprint of a key that is no certificate: before a certificate's last two words stands no colon. */
const PLAIN_KEY = /: \S{1,60} \S{1,200}$/;
const LONGEST_KEY = 263;

/** log.c cuts at 1,024 bytes what information makes so long: then the end is what the peer made it. */
const MAYBE_CUT = 900;

/** The same, where the peer chose the name, and maybe the information too. */
function strangerFrom(rest: string, method: string): Peer | undefined {
  if (rest.length > MAYBE_CUT) return onlyPeer(rest, " from ", " ssh2: ");
  const plain = method === "publickey" ? without(PLAIN_KEY, LONGEST_KEY, rest) : rest;
  return plain.endsWith(" ssh2") ? userFrom(plain) : onlyPeer(rest, " from ", " ssh2: ");
}

/** `[authenticating |invalid ]user USER ` before an address (sshpkt_fmt_connection_id of packet.c). */
const USER = /^(?:authenticating |invalid )?user /;

/** `[... user USER ]ADDRESS[ port N]` */
function connection(rest: string): Peer | undefined {
  const user = USER.exec(rest);
  if (user === null) return first(rest);
  return lastWord(without(PORT, LONGEST_PORT, rest.slice(user[0].length)), " ");
}

/** `[... user USER ]ADDRESS[ port N]: REASON` */
function connectionAndReason(rest: string): Peer | undefined {
  const user = USER.exec(rest);
  return user === null ? first(rest) : onlyPeer(rest.slice(user[0].length), " ", ": ");
}

/** The same, or with ` timed out` for the reason. Without either it is a connection that begins, and nothing yet. */
function fatal(rest: string): Peer | undefined {
  const connected = without(TIMED_OUT, LONGEST_TIMED_OUT, rest);
  if (connected !== rest) return connection(connected);
  return rest.includes(": ") ? connectionAndReason(rest) : NOBODY;
}

/** With the port, as a reason may end so too. */
const TIMED_OUT = / port \d{1,5} timed out$/;
const LONGEST_TIMED_OUT = " port 65535 timed out".length;

/** The first word, but for a colon or comma behind it: an address may end with two colons, never with one. */
function first(rest: string): Peer {
  const blank = rest.indexOf(" ");
  return { host: (blank < 0 ? rest : rest.slice(0, blank)).replace(/(?<=[^:]|::)[:,]$/, "") };
}

/** `USER from ADDRESS not allowed because ...`: an account of this host. Where it is locked, no address is told. */
function userNotAllowed(rest: string): Peer | undefined {
  // The last one: the name comes before it, and may say the same.
  const said = rest.slice(0, Math.max(0, rest.lastIndexOf(" not allowed because ")));
  return said.includes(" from ") ? lastWord(said, " from ") : NOBODY;
}

/** `NAME (ADDRESS)` of Debian's libwrap, or `ADDRESS` alone. */
function wrapped(rest: string): Peer {
  const open = rest.endsWith(")") ? rest.lastIndexOf(" (") : -1;
  return { host: open < 0 ? rest : rest.slice(open + 2, -1) };
}

/** `ADDRESS]:PORT on ...`, behind the bracket. */
function bracketed(rest: string): Peer {
  return { host: rest.slice(0, Math.max(0, rest.indexOf("]"))) };
}

/** The whole of an address: of a wider prefix nobody knows who it was. */
const PENALISED =
  /^(?:ipv[46]: new |ipv[46] penalty table full, cannot penalise )?([\d.]{7,15}(?=\/32[ :])|[\da-f:.]{2,45}(?=\/128[ :]))/;

function penalised(rest: string): Peer {
  const [, host] = PENALISED.exec(rest) ?? [];
  return host === undefined ? NOBODY : { host };
}

/** Of `text` the one place where `before`, an address, ` port N` and `after` stand; undefined where there are more. */
function onlyPeer(text: string, before: string, after: string): Peer | undefined {
  let only: Peer | undefined;
  for (let at = text.indexOf(JOINT); at >= 0; at = text.indexOf(JOINT, at + 1)) {
    const behind = at + JOINT.length;
    const [port] = DIGITS.exec(text.slice(behind, behind + MOST_DIGITS)) ?? [];
    if (port === undefined || !text.startsWith(after, behind + port.length)) continue;
    const from = Math.max(0, at - LONGEST_BEFORE);
    const peer = lastWord(text.slice(from, at), before);
    if (peer === undefined) continue;
    if (only !== undefined) return undefined;
    only = { host: peer.host, user: text.slice(0, at - peer.host.length - before.length) };
  }
  return only;
}

const JOINT = " port ";
const DIGITS = /^\d+/;
const MOST_DIGITS = 5;
/** More than an address, an interface's name as its zone, and what stands before it. */
const LONGEST_BEFORE = 80;
