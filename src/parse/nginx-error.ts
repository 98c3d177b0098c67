import type { AuthOutcome } from "../model/event.ts";
import { epochMillis } from "./civil.ts";
import { aboutPeer, type ErrorLine } from "./error-line.ts";

/** The head of an entry and what follows it (ngx_log_error_core() of ngx_log.c). */
export interface NginxEntry {
  /** Epoch milliseconds, NaN where the time is none. */
  readonly at: number;
  /** The head from the hour on: nobody outside knows the worker and the connection in it. */
  readonly stamp: string;
  readonly message: string;
}

/** The time is the host's, without a zone; the connection is missing where there is none. */
const HEAD =
  /^(\d{4})\/(\d\d)\/(\d\d) ((\d\d):(\d\d):(\d\d) \[[a-z]{1,8}\] \d{1,10}#\d{1,20}: (?:\*\d{1,20} )?)/;

interface Message {
  /** The message from its beginning, up to what ngx_http_log_error() adds of the connection. */
  readonly begin: RegExp;
  readonly outcome: AuthOutcome;
  readonly method: string;
}

/**
 * Of ngx_http_auth_basic_module, ngx_http_limit_req_module, ngx_http_limit_conn_module, ngx_http_core_module and
 * ngx_http_request.c. Only those that hold nothing of the client's before its address, or a name of Basic
 * authentication: that ends at the first colon, so a name holds no `, client: `. A line about a file that is not there
 * tells of visitors who followed an old link, one about TLS of those with old programs.
 */
const MESSAGES: readonly Message[] = [
  { begin: /^user "([^:]*)": password mismatch/, outcome: "failed", method: "basic" },
  { begin: /^user "([^:]*)" was not found in "[^":,]*"/, outcome: "invalid-user", method: "basic" },
  {
    begin: /^limiting requests, excess: \d+\.\d+,? by zone "[^":,]*"/,
    outcome: "probe",
    method: "limit-req",
  },
  {
    begin: /^delaying request, excess: \d+\.\d+,? by zone "[^":,]*"/,
    outcome: "probe",
    method: "limit-req",
  },
  { begin: /^limiting connections by zone "[^":,]*"/, outcome: "probe", method: "limit-conn" },
  { begin: /^access forbidden by rule/, outcome: "probe", method: "forbidden" },
  {
    begin:
      /^client sent (?:invalid|too long|plain HTTP|HTTP\/1\.1|duplicate|more than|unsupported)(?: [a-zA-Z0-9/.-]{1,30}| "[a-zA-Z-]{1,30}"){1,14}/,
    outcome: "probe",
    method: "bad-request",
  },
];

/** How the messages begin that should be one of those. */
const OURS = /^(?:user "|limiting |delaying |access forbidden by rule)/;
/** A limit that is only tried out. */
const DRY_RUN = /^(?:limiting|delaying) [a-z]{1,16}, dry run/;
/** What ngx_http_log_error() adds first: what was being done, and the client. */
const PEER = /^(?: while [a-z ]{1,80})?, client: ([^ ,]{1,64}), server: /;
/** ModSecurity's connector writes the client itself, before all else. */
const MODSECURITY = /^\[client ([^ \]]{1,64})\] ModSecurity: Access denied /;

/** The entry that begins with `line`; undefined where none does. */
export function openNginxEntry(line: string): NginxEntry | undefined {
  const head = HEAD.exec(line);
  if (head === null) return undefined;
  const [matched, year, month, day, stamp = "", hour, minute, second] = head;
  const at = epochMillis(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return { at, stamp, message: line.slice(matched.length) };
}

/**
 * Reads an entry of nginx's error_log: what it tells of a client, where it is about one. The address is the one right
 * after a message that is known from its beginning, since all that follows it (request, host, referrer) and much that
 * may stand before it is text of the client's.
 */
export function readNginxEntry({ message }: NginxEntry): ErrorLine {
  const [, denied] = MODSECURITY.exec(message) ?? [];
  if (denied !== undefined) return aboutPeer(denied, { outcome: "probe", method: "modsecurity" });
  for (const { begin, outcome, method } of MESSAGES) {
    const found = begin.exec(message);
    if (found === null) continue;
    const [beginning, user] = found;
    const [, peer] = PEER.exec(message.slice(beginning.length)) ?? [];
    if (peer === undefined) continue;
    return aboutPeer(peer, { outcome, method, ...(user !== undefined && { user }) });
  }
  return OURS.test(message) && !DRY_RUN.test(message) ? "unparsed" : "other";
}
