import type { AuthEvent } from "../model/event.ts";
import { formatIp, type Ip, type IpWords } from "../model/ip.ts";

/**
 * Sessions of sshd whose user does not exist, with their address: the first failure of such a session is the
 * one that was counted when the user was refused, told again.
 */
export type Refused = Map<number, Ip>;

/** More than sshd lets log in at once by far (MaxStartups of sshd_config); the oldest is forgotten. */
const MAX_REFUSED = 4_096;

/** How many failed logins an event tells of that no event before it did. */
export function failuresOf(
  refused: Refused,
  { outcome, session, count = 1 }: AuthEvent,
  address: IpWords,
): number {
  if (outcome === "invalid-user") {
    if (session !== undefined) note(refused, session, formatIp(address));
    return count;
  }
  if (outcome !== "failed") return 0;
  if (session === undefined || refused.get(session) !== formatIp(address)) return count;
  refused.delete(session);
  return Math.max(0, count - 1);
}

function note(refused: Refused, session: number, ip: Ip): void {
  refused.delete(session);
  refused.set(session, ip);
  if (refused.size <= MAX_REFUSED) return;
  const [oldest] = refused.keys();
  if (oldest !== undefined) refused.delete(oldest);
}
