import { decodeText } from "../model/escapes.ts";
import type { AuthOutcome } from "../model/event.ts";
import { epochMillis, monthNamed } from "./civil.ts";
import { aboutPeer, type ErrorLine } from "./error-line.ts";

/** An entry of Apache's ErrorLog. */
export interface ApacheEntry {
  /** Epoch milliseconds, NaN where the time is none. */
  readonly at: number;
  /** The address that it is about, as written. */
  readonly client?: string;
  readonly message: string;
}

/**
 * The default ErrorLogFormat of 2.4 and the fixed one of 2.2 (core.c, log.c): time, module and level, process, source of
 * the message, error of the system, client. All of it stands before anything that the client sent.
 */
const HEAD =
  /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))? (\d{4})\] \[(?:[a-z0-9_]{0,40}(:))?[a-z0-9]{1,8}\] (?:\[pid \d{1,10}(?::tid \d{1,20})?\] )?(?:[a-z0-9_]{1,40}\.c\(\d{1,6}\): )?(?:\(\d{1,8}\)[^:[\]]{1,120}: )?(?:\[client ([^ \]]{1,64})\] )?/;
/** The number of a message, and the client that mod_security2 writes once more. */
const NUMBER = /^(?:\[client [^ \]]{1,64}\] )?(?:AH\d{5}: )?/;

interface Message {
  readonly begin: RegExp;
  readonly outcome: AuthOutcome;
  readonly method: string;
}

/**
 * Of mod_auth_basic.c, mod_auth_digest.c, mod_authz_core.c and mod_access_compat.c (and mod_evasive, which says the
 * same), protocol.c, and mod_security2. A name of Basic authentication holds no colon. A line about a file that is not
 * there tells of visitors who followed an old link, one about TLS of those with old programs.
 */
const MESSAGES: readonly Message[] = [
  { begin: /^user ([^:]*): authentication failure for "/, outcome: "failed", method: "basic" },
  { begin: /^user `([^:]*)' in realm `[^']*' not found: /, outcome: "invalid-user", method: "digest" },
  { begin: /^user ([^:]*) not found: /, outcome: "invalid-user", method: "basic" },
  { begin: /^user ([^:]*): password mismatch: /, outcome: "failed", method: "digest" },
  { begin: /^client denied by server configuration: /, outcome: "probe", method: "forbidden" },
  { begin: /^ModSecurity: Access denied /, outcome: "probe", method: "modsecurity" },
  {
    begin: /^(?:Invalid (?:method|URI) in request |invalid URI path \()/,
    outcome: "probe",
    method: "bad-request",
  },
  {
    begin:
      /^request failed: (?:malformed request line|invalid characters in URI|invalid method|URI too long)/i,
    outcome: "probe",
    method: "bad-request",
  },
];

/** How the messages begin that should be one of those. */
const OURS =
  /^(?:client denied by server configuration|user [^:]{0,256}(?:: authentication failure|: password mismatch))/;

/** The entry that `line` is; undefined where it is none. */
export function openApacheEntry(line: string): ApacheEntry | undefined {
  const head = HEAD.exec(line);
  if (head === null) return undefined;
  const [matched, month = "", day, hour, minute, second, fraction = "", year, modular, client] = head;
  const at = epochMillis(
    Number(year),
    monthNamed(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return {
    at: at + Number(fraction.padEnd(3, "0").slice(0, 3)),
    // Since 2.4, which names the module, a port follows the address, an IPv6 one too and without brackets.
    ...(client !== undefined && {
      client: modular === undefined ? client : client.replace(/:\d{1,5}$/, ""),
    }),
    message: line.slice(matched.length).replace(NUMBER, ""),
  };
}

/**
 * Reads an entry of Apache's ErrorLog: what it tells of a client, where it is about one. The address is that in the
 * brackets of its head and no other. Apache escapes what a client sent (ap_escape_errorlog_item() of util.c), so that
 * no client can begin a line.
 */
export function readApacheEntry({ client, message }: ApacheEntry): ErrorLine {
  for (const { begin, outcome, method } of MESSAGES) {
    const found = begin.exec(message);
    if (found === null) continue;
    const [, user] = found;
    if (client === undefined) return "unparsed";
    return aboutPeer(client, { outcome, method, ...(user !== undefined && { user: unescaped(user) }) });
  }
  return OURS.test(message) ? "unparsed" : "other";
}

function unescaped(text: string): string {
  const bytes = Buffer.from(text);
  return decodeText(bytes, 0, bytes.length);
}
