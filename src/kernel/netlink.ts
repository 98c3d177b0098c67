import { type IpWords, V4_MARK } from "../model/ip.ts";
import { close, recv, SystemError, send, socket } from "./libc.ts";

/** linux/netlink.h; every field is in the byte order of the host, little-endian on all we run on. */
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const HEADER = 16;
const NLMSG_NOOP = 1;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_DUMP = 0x300;
const NLM_F_DUMP_INTR = 0x10;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;

/** The kernel fills at most 32 KiB a datagram (netlink_recvmsg in net/netlink/af_netlink.c). */
const RECEIVE_BUFFER = 64 * 1024;

/** Linux's errno for a message that did not fit, and for a peer that broke the protocol. */
const EMSGSIZE = 90;
const EPROTO = 71;

/** One message's payload: bytes `at` to `end` of the words given to {@link walk}. */
export type OnMessage = (words: Uint32Array, at: number, end: number) => void;

/** What one datagram said about the request `seq`. */
export interface Walk {
  /** The answer ends here. */
  readonly done: boolean;
  /** NLM_F_DUMP_INTR: what is dumped changed meanwhile. */
  readonly interrupted: boolean;
  /** errno of the answer, 0 for none. */
  readonly errno: number;
}

/**
 * Hands every message of type `type` that answers `seq` in the first `length` bytes to `onMessage`.
 * Messages of other requests are passed over; one whose length cannot be true ends the walk with EPROTO.
 */
export function walk(
  words: Uint32Array,
  length: number,
  seq: number,
  type: number,
  onMessage: OnMessage,
): Walk {
  let interrupted = false;
  for (let at = 0; at < length; ) {
    const word = at >> 2;
    const size = at + HEADER <= length ? (words[word] as number) : 0;
    if (size < HEADER || size > length - at) return { done: true, interrupted, errno: EPROTO };
    if (words[word + 2] === seq) {
      const kind = words[word + 1] as number;
      if (((kind >>> 16) & NLM_F_DUMP_INTR) !== 0) interrupted = true;
      switch (kind & 0xffff) {
        case type:
          onMessage(words, at + HEADER, at + size);
          break;
        case NLMSG_ERROR:
        case NLMSG_DONE: {
          // Both may carry a negative errno.
          const code = size >= HEADER + 4 ? (words[word + 4] as number) | 0 : 0;
          return { done: true, interrupted, errno: code < 0 ? -code : 0 };
        }
      }
    }
    at += (size + 3) & ~3;
  }
  return { done: false, interrupted, errno: 0 };
}

/** linux/netlink.h: above it an attribute's type has flags. */
const NLA_TYPE_MASK = 0x3fff;

/**
 * The attributes in bytes `at` to `end`: type, and where the value lies. For the few of one object: a generator is too dear
 * for a table of sockets.
 */
export function* attributes(
  words: Uint32Array,
  at: number,
  end: number,
): Generator<[type: number, from: number, to: number]> {
  // struct nlattr: length with these four bytes, type; the next one starts at a multiple of four.
  while (at + 4 <= end) {
    const head = words[at >> 2] as number;
    const length = head & 0xffff;
    if (length < 4 || length > end - at) return;
    yield [(head >>> 16) & NLA_TYPE_MASK, at + 4, at + length];
    at += (length + 3) & ~3;
  }
}

/** Reads the address that fills bytes `from` to `to`, in network order; false where these are not 4 or 16. */
export function readAddress(words: Uint32Array, from: number, to: number, into: IpWords): boolean {
  const bytes = new DataView(words.buffer, from, to - from);
  if (bytes.byteLength === 4) into.set([0, 0, V4_MARK, bytes.getUint32(0)]);
  else if (bytes.byteLength === 16) for (let w = 0; w < 4; w++) into[w] = bytes.getUint32(4 * w);
  else return false;
  return true;
}

/** A netlink socket and its buffer. One request at a time; every call is answered before it returns. */
export class Netlink {
  readonly #fd: number;
  readonly #bytes = new Uint8Array(RECEIVE_BUFFER);
  readonly #words = new Uint32Array(this.#bytes.buffer);
  #seq = 0;

  /** Throws SystemError (EPERM, EAFNOSUPPORT, EPROTONOSUPPORT...). */
  constructor(protocol: number) {
    this.#fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  }

  /**
   * Asks for a dump and hands each message of `type` over. Returns whether the table held still meanwhile.
   * `request` is reused: its header is filled in here. Throws SystemError; after that the socket is
   * unusable, because the rest of the answer may still be under way.
   */
  dump(request: Uint8Array, type: number, onMessage: OnMessage): boolean {
    this.#send(request, NLM_F_REQUEST | NLM_F_DUMP);
    let still = true;
    for (;;) {
      const answer = this.#receive(type, onMessage);
      if (answer.interrupted) still = false;
      if (answer.errno !== 0) throw new SystemError("netlink dump", answer.errno);
      if (answer.done) return still;
    }
  }

  /** Asks for one object: errno of the answer, 0 when it came. Throws SystemError as {@link dump} does. */
  get(request: Uint8Array, type: number, onMessage: OnMessage): number {
    this.#send(request, NLM_F_REQUEST);
    return this.#receive(type, onMessage).errno;
  }

  /** Has something done: errno of the answer, 0 when it was done. Throws SystemError as {@link dump} does. */
  act(request: Uint8Array): number {
    this.#send(request, NLM_F_REQUEST | NLM_F_ACK);
    // The answer is an NLMSG_ERROR and nothing else: were that the type waited for, its errno would be passed over.
    return this.#receive(NLMSG_NOOP, () => {}).errno;
  }

  close(): void {
    close(this.#fd);
  }

  #send(request: Uint8Array, flags: number): void {
    this.#seq = (this.#seq + 1) >>> 0;
    const header = new DataView(request.buffer, request.byteOffset, HEADER);
    header.setUint32(0, request.length, true);
    header.setUint16(6, flags, true);
    header.setUint32(8, this.#seq, true);
    send(this.#fd, request);
  }

  /** The kernel answers inside send and recv, so an empty queue is a lost answer and nothing to wait for. */
  #receive(type: number, onMessage: OnMessage): Walk {
    const length = recv(this.#fd, this.#bytes, MSG_TRUNC | MSG_DONTWAIT);
    if (length > this.#bytes.length) throw new SystemError("recv", EMSGSIZE);
    return walk(this.#words, length, this.#seq, type, onMessage);
  }
}
