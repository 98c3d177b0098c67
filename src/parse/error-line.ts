import type { AuthEvent } from "../model/event.ts";
import { parseIp } from "../model/ip.ts";

/** What an entry of a server's error log tells of a client. */
export type ErrorClaim = Pick<AuthEvent, "ip" | "outcome" | "method" | "user">;

/**
 * What an entry is: about a client; `other`, about something else, or about nobody that has an address; or `unparsed`,
 * one that should be about a client but cannot be read.
 */
export type ErrorLine = ErrorClaim | "other" | "unparsed";

/** What is claimed of the address `peer`. Behind a Unix socket nobody has one. */
export function aboutPeer(peer: string, claim: Omit<ErrorClaim, "ip">): ErrorLine {
  if (peer.startsWith("unix:")) return "other";
  const ip = parseIp(peer);
  return ip === undefined ? "unparsed" : { ip, ...claim };
}
