import { SystemError } from "./libc.ts";
import { attributes, Netlink, readAddress } from "./netlink.ts";
import { type Tried, tryEach } from "./try-each.ts";

/** linux/netfilter/nfnetlink.h, nfnetlink_conntrack.h. Numbers in attributes are in network order. */
const NETLINK_NETFILTER = 12;
const CTNETLINK_NEW = 0x0100;
const CTNETLINK_GET = 0x0101;
const CTNETLINK_DELETE = 0x0102;
const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_REPLY = 2;
const CTA_ZONE = 18;
const CTA_TUPLE_IP = 1;
/** Source and destination, of IPv4 and of IPv6. */
const CTA_IP = new Set([1, 2, 3, 4]);

const HEADER = 16;
/** struct nfgenmsg: family, version, resource. */
const NFGEN = 4;
const ENOENT = 2;
/** Errors of a kernel without it, and of one where no connection was ever tracked. */
const WITHOUT = new Set(["EPROTONOSUPPORT", "EAFNOSUPPORT", "EINVAL", "EOPNOTSUPP", "ENOTSUP", "ENOENT"]);
/** Entries taken out at once: as many as a table has by default on a machine of 4 GB. */
const MAX_ENTRIES = 262_144;

/**
 * Makes the kernel forget every tracked connection of which one end `matches`: those that go on are new ones to the
 * firewall then, which it may drop. `done` of the result is how many it forgot, 0 also where it tracks none. Throws
 * SystemError (EPERM).
 */
export function forgetConnections(matches: (words: Uint32Array) => boolean): Tried {
  let netlink: Netlink;
  try {
    netlink = new Netlink(NETLINK_NETFILTER);
  } catch (error) {
    if (error instanceof SystemError && WITHOUT.has(error.code)) return { done: 0 };
    throw error;
  }
  try {
    const doomed: Uint8Array[] = [];
    const dump = new Uint8Array(HEADER + NFGEN);
    new DataView(dump.buffer).setUint16(4, CTNETLINK_GET, true);
    try {
      netlink.dump(dump, CTNETLINK_NEW, (words, at, end) => {
        if (doomed.length < MAX_ENTRIES && isOf(words, at, end, matches)) {
          doomed.push(deletion(words, at, end));
        }
      });
    } catch (error) {
      if (error instanceof SystemError && WITHOUT.has(error.code)) return { done: 0 };
      throw error;
    }
    return tryEach(doomed, (request) => {
      const errno = netlink.act(request);
      if (errno !== 0 && errno !== ENOENT) throw new SystemError("conntrack delete", errno);
      return errno === 0;
    });
  } finally {
    netlink.close();
  }
}

const address = new Uint32Array(4);

/** The reply's source is the real end where an address was translated. */
function isOf(
  words: Uint32Array,
  at: number,
  end: number,
  matches: (words: Uint32Array) => boolean,
): boolean {
  for (const [type, from, to] of attributes(words, at + NFGEN, end)) {
    if (type !== CTA_TUPLE_ORIG && type !== CTA_TUPLE_REPLY) continue;
    for (const [inner, innerFrom, innerTo] of attributes(words, from, to)) {
      if (inner !== CTA_TUPLE_IP) continue;
      for (const [which, value, valueEnd] of attributes(words, innerFrom, innerTo)) {
        if (!CTA_IP.has(which) || !readAddress(words, value, valueEnd, address)) continue;
        if (matches(address)) return true;
      }
    }
  }
  return false;
}

/** The request that deletes an entry: its family, and of its attributes those that name it. */
function deletion(words: Uint32Array, at: number, end: number): Uint8Array {
  // Copied: the buffer is that of the next answer.
  const copy = (from: number, to: number) => new Uint8Array(words.buffer.slice(from, to));
  const kept = [copy(at, at + NFGEN)];
  for (const [type, from, to] of attributes(words, at + NFGEN, end)) {
    if (type !== CTA_TUPLE_ORIG && type !== CTA_ZONE) continue;
    const padded = new Uint8Array((to - from + 4 + 3) & ~3);
    padded.set(copy(from - 4, to));
    kept.push(padded);
  }
  const request = new Uint8Array(HEADER + kept.reduce((sum, { length }) => sum + length, 0));
  new DataView(request.buffer).setUint16(4, CTNETLINK_DELETE, true);
  let filled = HEADER;
  for (const bytes of kept) {
    request.set(bytes, filled);
    filled += bytes.length;
  }
  return request;
}
