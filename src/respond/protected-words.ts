import type { LoggedIn } from "../kernel/logged-in.ts";
import type { LoginSession } from "../kernel/login-sessions.ts";
import type { Process } from "../kernel/process-list.ts";

/** Sessions that one line names, and characters of a name in it. */
const MAX_NAMED = 4;
const MAX_NAME = 40;

/** Each as it stands behind an address and a colon. */

export const YOURS = "you are connected from it";

/** Of the sessions from one address: at least one. */
export function sessionsWords(sessions: readonly LoginSession[]): string {
  const named = sessions.slice(0, MAX_NAMED);
  const list = named.map((session) => inBrackets(session.name, session)).join(", ");
  const more = sessions.length > named.length ? ` and ${sessions.length - named.length} more` : "";
  const what = sessions.length === 1 ? "a login session comes" : `${sessions.length} login sessions come`;
  return `${what} from it ${list}${more}; ${endFirst(named.map(({ pid }) => pid))}`;
}

/** Of a login that was written down, and the process it names. */
export function loggedInWords({ user, line, mosh }: LoggedIn, process: Process): string {
  const what = mosh ? "a mosh session" : "a login session";
  const of = user === "" ? "" : ` of ${plain(user)}`;
  return `${what}${of} comes from it ${inBrackets(line, process)}; ${endFirst([process.pid])}`;
}

export function moshWords(process: Process): string {
  return `a mosh session was begun from it ${inBrackets("", process)}; ${endFirst([process.pid])}`;
}

/** Of a process that many are connected with, some of them with a terminal. */
export function perhapsWords(session: LoginSession): string {
  return `${programWords(session)} has terminals here and is connected with it: somebody may be logged in from there`;
}

/** `openvpn 812`. */
export function programWords({ comm, pid }: Pick<Process, "comm" | "pid">): string {
  return `${plain(comm)} ${pid}`;
}

function inBrackets(name: string, process: Pick<Process, "comm" | "pid">): string {
  return `(${name === "" ? "" : `${plain(name)}, `}${programWords(process)})`;
}

function endFirst(pids: readonly number[]): string {
  const [it, them] = pids.length === 1 ? ["it is", "it"] : ["they are", "them"];
  return `if ${it} not yours, end ${them} first: kill ${pids.join(" ")}`;
}

/** Names are chosen by whoever runs programs here: what is more than a name is not shown. */
function plain(name: string): string {
  return name.replace(/[^\w.@+,:/$\\-]/g, "?").slice(0, MAX_NAME);
}
