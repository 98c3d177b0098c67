import type { AuthOutcome } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";

/** What one message of a login service tells of a peer. */
export interface Told {
  readonly ip: Ip;
  readonly outcome: AuthOutcome;
  readonly user?: string;
  readonly method?: string;
}

/**
 * What a message is: something told of a peer; `other`, where it tells of none, or of one whose address it does not
 * say; or `unparsed`, where it should tell of one and cannot be read.
 */
export type AuthReading = Told | "other" | "unparsed";

/** Whom a message names, before it is known whether `host` is an address. */
export interface Peer {
  readonly host: string;
  readonly user?: string | undefined;
}

/**
 * The reading of a message that names `peer`. A host's name is understood and no event: anybody may give his address
 * a name, so a name is nobody. So is an address with a zone, which one link knows.
 */
export function told(outcome: AuthOutcome, peer: Peer | undefined, method?: string): AuthReading {
  if (peer === undefined || peer.host === "") return "unparsed";
  const ip = parseIp(peer.host);
  if (ip === undefined) return "other";
  return {
    ip,
    outcome,
    ...(peer.user !== undefined && { user: peer.user }),
    ...(method !== undefined && { method }),
  };
}

/** The last word of `text` and, as the user, what stands before it and `joint`; undefined where `joint` is not there. */
export function lastWord(text: string, joint: string): Peer | undefined {
  const start = text.lastIndexOf(" ") + 1;
  const before = text.slice(0, start);
  return before.endsWith(joint)
    ? { host: text.slice(start), user: before.slice(0, -joint.length) }
    : undefined;
}
