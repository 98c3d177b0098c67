import type { AuthEvent } from "../model/event.ts";
import { formatIp, type Ip, type IpWords } from "../model/ip.ts";

/** What was last told of a session that was refused: its user, what PAM said, or an attempt by its method. */
type Told = "user" | "pam" | "attempt";

interface Session {
  readonly ip: Ip;
  readonly told: Told;
}

/** The open sessions that were refused something, by the process that serves them. */
export type Refused = Map<number, Session>;

/** More than sshd lets log in at once by far (MaxStartups of sshd_config); the oldest is forgotten. */
const MAX_REFUSED = 4_096;

/**
 * How many failed logins an event tells of that no event before it did. sshd tells of one attempt up to three times in
 * one session: that the user is unknown or not allowed, then what PAM said, then that the method failed (auth.c,
 * auth-pam.c). A failure without a method tells of the whole session, as does the end of one that tried too often: it is
 * one only where nothing was told before.
 */
export function failuresOf(
  refused: Refused,
  { outcome, session, method, count = 1 }: AuthEvent,
  address: IpWords,
): number {
  if (outcome === "probe") return 0;
  const isFailure = outcome === "failed" || outcome === "invalid-user";
  if (session === undefined) return isFailure ? count : 0;
  const ip = formatIp(address);
  const known = refused.get(session);
  // A process may serve another connection once this one has ended.
  const before = known?.ip === ip ? known.told : undefined;
  if (!isFailure) {
    if (before !== undefined) refused.delete(session);
    return 0;
  }
  if (outcome === "invalid-user") {
    note(refused, session, { ip, told: "user" });
    return count;
  }
  if (method === undefined) {
    if (before !== undefined) return 0;
    note(refused, session, { ip, told: "user" });
    return count;
  }
  note(refused, session, { ip, told: method === "pam" ? "pam" : "attempt" });
  const isTold = before === "user" || (before === "pam" && method.endsWith("/pam"));
  return isTold ? Math.max(0, count - 1) : count;
}

function note(refused: Refused, session: number, what: Session): void {
  refused.delete(session);
  refused.set(session, what);
  if (refused.size <= MAX_REFUSED) return;
  const [oldest] = refused.keys();
  if (oldest !== undefined) refused.delete(oldest);
}
