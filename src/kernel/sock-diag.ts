import { TCP_CLOSE, TCP_STATES, TCP_TIME_WAIT } from "../model/event.ts";
import { isV4, V4_MARK } from "../model/ip.ts";
import { SystemError } from "./libc.ts";
import { Netlink, type OnMessage } from "./netlink.ts";
import type { PeerTable } from "./peer-table.ts";

/** linux/sock_diag.h, linux/inet_diag.h; sock_diag(7). */
const NETLINK_SOCK_DIAG = 4;
const TCPDIAG_GETSOCK = 18;
const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
const IPPROTO_TCP = 6;
const AF_INET = 2;
const AF_INET6 = 10;
const INET_DIAG_INFO = 2;

const HEADER = 16;
/** struct inet_diag_msg. */
const MESSAGE = 72;

/** Offsets in struct tcp_info (linux/tcp.h), and the length that holds them: since Linux 4.1. */
const RTT = 68;
const TOTAL_RETRANS = 100;
const BYTES_ACKED = 120;
const BYTES_RECEIVED = 128;
const INFO_LENGTH = 136;

const ENOENT = 2;

const ALL_STATES = 2 ** TCP_STATES.length - 2;
/** Masks of states: those with a process behind them, and those that only wait for a timer. */
export const QUIET_STATES = (1 << TCP_TIME_WAIT) | (1 << TCP_CLOSE);
export const LIVE_STATES = ALL_STATES & ~QUIET_STATES;

/** A dump that changes under our hands or is lost is asked for again this often. */
const ATTEMPTS = 3;
const RETRIED = new Set(["ENOBUFS", "EAGAIN", "EINTR", "EBUSY"]);

const FIN_WAIT2 = TCP_STATES.indexOf("FIN_WAIT2");
/** States after the peer's FIN. */
const FIN_RECEIVED = new Set(
  (["CLOSE_WAIT", "LAST_ACK", "CLOSING"] as const).map((state) => TCP_STATES.indexOf(state)),
);

/** Asks for every TCP socket of both families whose state is in `states` (a mask, bit 1 << state). */
export function dumpRequest(states: number, withInfo: boolean): Uint8Array {
  const request = new DataView(new ArrayBuffer(HEADER + 60));
  request.setUint16(4, TCPDIAG_GETSOCK, true);
  request.setUint8(HEADER + 3, withInfo ? 1 << (INET_DIAG_INFO - 1) : 0);
  request.setUint32(HEADER + 52, states, true);
  return new Uint8Array(request.buffer);
}

/** Asks for the socket of row `i` with its TCP_INFO, or with `type` SOCK_DESTROY for its end. */
export function socketRequest(table: PeerTable, i: number, type = SOCK_DIAG_BY_FAMILY): Uint8Array {
  const v4 = isV4(table.local, 4 * i) && isV4(table.remote, 4 * i);
  const request = new DataView(new ArrayBuffer(HEADER + 56));
  request.setUint16(4, type, true);
  request.setUint8(HEADER, v4 ? AF_INET : AF_INET6);
  request.setUint8(HEADER + 1, IPPROTO_TCP);
  request.setUint8(HEADER + 2, 1 << (INET_DIAG_INFO - 1));
  request.setUint32(HEADER + 4, ALL_STATES, true);
  const id = HEADER + 8;
  request.setUint16(id, table.localPort[i] as number);
  request.setUint16(id + 2, table.remotePort[i] as number);
  for (let w = 0; w < 4; w++) {
    // An IPv4 address is the first word of its sixteen bytes.
    const from = 4 * i + (v4 ? 3 : w);
    if (v4 && w > 0) break;
    request.setUint32(id + 4 + 4 * w, table.local[from] as number);
    request.setUint32(id + 20 + 4 * w, table.remote[from] as number);
  }
  request.setUint32(id + 36, table.device[i] as number, true);
  request.setUint32(id + 40, table.cookie[2 * i] as number, true);
  request.setUint32(id + 44, table.cookie[2 * i + 1] as number, true);
  return new Uint8Array(request.buffer);
}

/** Adds the socket of the `struct inet_diag_msg` in bytes `at` to `end`; a short or foreign one is passed over. */
export function readSocket(table: PeerTable, words: Uint32Array, at: number, end: number): void {
  if (end - at < MESSAGE) return;
  const word = at >> 2;
  const head = words[word] as number;
  const i = table.length;
  const family = head & 0xff;
  if (family === AF_INET) {
    readV4(table.local, 4 * i, words[word + 2] as number);
    readV4(table.remote, 4 * i, words[word + 6] as number);
  } else if (family === AF_INET6) {
    for (let w = 0; w < 4; w++) {
      table.local[4 * i + w] = swap(words[word + 2 + w] as number);
      table.remote[4 * i + w] = swap(words[word + 6 + w] as number);
    }
  } else return;
  const ports = swap(words[word + 1] as number);
  table.localPort[i] = ports >>> 16;
  table.remotePort[i] = ports;
  table.state[i] = head >>> 8;
  table.device[i] = words[word + 10] as number;
  table.cookie[2 * i] = words[word + 11] as number;
  table.cookie[2 * i + 1] = words[word + 12] as number;
  table.inode[i] = words[word + 17] as number;
  table.hasInfo[i] = 0;
  readInfo(table, i, words, at + MESSAGE, end);
  table.commit();
}

function readV4(into: Uint32Array, offset: number, address: number): void {
  into[offset] = 0;
  into[offset + 1] = 0;
  into[offset + 2] = V4_MARK;
  into[offset + 3] = swap(address);
}

/** Fills row `i` from the TCP_INFO among the attributes in bytes `at` to `end`, if there is one. */
function readInfo(table: PeerTable, i: number, words: Uint32Array, at: number, end: number): void {
  // struct rtattr: length with these four bytes, type; the next one starts at a multiple of four.
  while (at + 4 <= end) {
    const head = words[at >> 2] as number;
    const length = head & 0xffff;
    if (length < 4 || length > end - at) return;
    if (head >>> 16 === INET_DIAG_INFO && length >= 4 + INFO_LENGTH) {
      const info = (at + 4) >> 2;
      table.hasInfo[i] = 1;
      table.rtt[i] = words[info + RTT / 4] as number;
      table.retransmits[i] = words[info + TOTAL_RETRANS / 4] as number;
      table.outBytes[i] = u64(words, info + BYTES_ACKED / 4);
      table.inBytes[i] = u64(words, info + BYTES_RECEIVED / 4);
      return;
    }
    at += (length + 3) & ~3;
  }
}

/**
 * Takes the sequence numbers of SYN and FIN, which the kernel counts, out of the bytes of row `i`, whose
 * direction must be known: the payload is left.
 */
export function countPayload(table: PeerTable, i: number): void {
  const state = table.state[i] as number;
  const acked = (table.inbound[i] === 1 ? 0 : 1) + (state === FIN_WAIT2 ? 1 : 0);
  table.outBytes[i] = Math.max(0, (table.outBytes[i] as number) - acked);
  if (FIN_RECEIVED.has(state)) table.inBytes[i] = Math.max(0, (table.inBytes[i] as number) - 1);
}

function swap(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

function u64(words: Uint32Array, word: number): number {
  return (words[word] as number) + (words[word + 1] as number) * 2 ** 32;
}

/** The kernel's socket table by netlink. Opened when first asked, and again after it failed. */
export class SockDiag {
  #netlink: Netlink | undefined;

  /**
   * Appends the sockets in `states` to `table`. Returns false where the table kept changing or its
   * answer kept being lost, so that rows may be missing or double. Throws SystemError where there is no
   * sock_diag (EPERM, EPROTONOSUPPORT, ENOENT...).
   */
  dump(table: PeerTable, states: number, withInfo: boolean): boolean {
    const start = table.length;
    const onMessage: OnMessage = (words, at, end) => readSocket(table, words, at, end);
    const request = dumpRequest(states, withInfo);
    for (let attempt = 1; ; attempt++) {
      try {
        if (this.#open().dump(request, TCPDIAG_GETSOCK, onMessage)) return true;
      } catch (error) {
        this.close();
        if (!(error instanceof SystemError) || !RETRIED.has(error.code)) throw error;
      }
      if (attempt === ATTEMPTS) return false;
      table.truncate(start);
    }
  }

  /** Fills the TCP_INFO of row `i`, unless the socket is gone. Throws SystemError as {@link dump} does. */
  query(table: PeerTable, i: number): void {
    const onMessage: OnMessage = (words, at, end) => readInfo(table, i, words, at + MESSAGE, end);
    try {
      this.#open().get(socketRequest(table, i), SOCK_DIAG_BY_FAMILY, onMessage);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Ends the connection of row `i` at once: both sides are reset (CONFIG_INET_DIAG_DESTROY). False where it had ended by
   * itself. Throws SystemError where it could not (EPERM, EOPNOTSUPP).
   */
  destroy(table: PeerTable, i: number): boolean {
    const errno = this.#open().act(socketRequest(table, i, SOCK_DESTROY));
    if (errno !== 0 && errno !== ENOENT) throw new SystemError("sock_destroy", errno);
    return errno === 0;
  }

  close(): void {
    this.#netlink?.close();
    this.#netlink = undefined;
  }

  #open(): Netlink {
    this.#netlink ??= new Netlink(NETLINK_SOCK_DIAG);
    return this.#netlink;
  }
}
