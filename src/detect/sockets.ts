import { type SocketTable, TCP_ESTABLISHED, TCP_SYN_RECV } from "../model/event.ts";
import type { Subject, SubjectSockets } from "../model/judge.ts";
import { toSocketsView } from "../model/socket-table.ts";
import type { Thresholds } from "../model/thresholds.ts";
import { createConnections } from "./connections.ts";

/** What the sockets of one address look like, by one walk over them for all rules. */
export interface SeenSockets {
  table: SocketTable;
  first: number;
  next: Int32Array;
  /** Requests are told of: only then does it mean something that an address makes none. */
  requestsRead: boolean;
  /** Milliseconds since the table was read before; NaN at the first time. */
  apart: number;
  /** Connections from here, in any state, that were not there the time before. */
  opened: number;
  /**
   * Of an address with fewer requests than connections, those to a web port that are open, or half open, for some seconds
   * and that nothing says were answered: either somebody watched when they were opened, or the kernel says that nothing
   * was sent on them.
   */
  silent: number;
  /** Of those the open ones that are older than `sockets.slow_window`. */
  held: number;
  /** Open for twice that time at least, and nobody knows whether they were answered: they were there before anybody watched. */
  heldBefore: number;
  /** Payload bytes since the time before: of connections to us, from the peer ... */
  received: number;
  /** ... and to it: on connections from here, and on such to no usual port. */
  sent: number;
  /** Different local ports of connections to us, at least so many: some look alike. */
  ports: number;
  /** One of them is another than that of the connection to us that was looked at before; it was to `portBefore`. */
  isOtherPort: boolean;
  portBefore: number;
  /** Has an FTP connection: data connections to ports of our choice belong to it. */
  ftp: boolean;
}

export interface SocketsLook {
  requestsRead: boolean;
  /** The table was read at `at` (epoch ms), also where nobody is in it: whoever comes after that was seen to come. */
  read(at: number): void;
  /** The address in `slot` left. */
  forget(slot: number): void;
  /** Undefined where nothing is worth a look. Valid until the next. */
  at(subject: Subject, sockets: SubjectSockets, at: number): Readonly<SeenSockets> | undefined;
}

const SSH = 22;
const FTP = 21;
const FTPS = 990;
const HTTP = 80;
const HTTPS = 443;
const HTTP_ALT = 8080;
const HTTPS_ALT = 8443;
/** A server's part of a TLS handshake is smaller: a chain of certificates is four to six thousand bytes. */
const HANDSHAKE = 8192;
/** Of connections that moved less nothing is remembered: most visitors. */
const MUCH = 1 << 20;
/** A log tells of a request when it is answered: until then nobody is called silent. */
const ANSWERED = 5000;
/** After such a silence of the source what is there may be of any age. */
const LONGEST = 90_000;
/** The core holds no more addresses than that. */
const SLOTS = 65_536;
/** So many connections of an address are looked at. Well below what a rule wants, so that it saw most of them open. */
const FEW = 3;

export function createSocketsLook(thresholds: Thresholds): SocketsLook {
  const slow = thresholds["sockets.slow_window"] * 1000;
  const known = createConnections();
  let readAt = Number.NaN;
  const found = nothing();
  /** The port of ours that each address was seen at last; 0 where it was at none. */
  const lastPorts = new Uint16Array(SLOTS);
  let portBits = 0;
  /** Sent on connections to no usual port. */
  let elsewhere = 0;

  function begin(at: number): void {
    const apart = at - readAt;
    readAt = at;
    known.begin(at, !(apart <= LONGEST));
    found.apart = apart;
  }

  return {
    requestsRead: false,
    read(at) {
      if (at !== readAt) begin(at);
    },
    forget(slot) {
      lastPorts[slot] = 0;
      known.forget(slot);
    },
    at(subject, { table, first, next }, at) {
      if (at !== readAt) begin(at);
      found.table = table;
      found.first = first;
      found.next = next;
      found.requestsRead = this.requestsRead;
      found.opened = 0;
      found.silent = 0;
      found.held = 0;
      found.heldBefore = 0;
      found.received = 0;
      found.sent = 0;
      found.ftp = false;
      found.isOtherPort = false;
      portBits = 0;
      elsewhere = 0;
      const { connections } = subject;
      const isMany = connections >= FEW;
      const mayBeSilent = isMany && subject.requests < connections;
      for (let i = first; i !== -1; i = next[i] as number) {
        if (table.inbound[i] === 1) inbound(subject, i, at, mayBeSilent);
        else outbound(subject, i);
      }
      found.ports = bitsIn(portBits);
      if (!found.ftp) found.sent += elsewhere;
      const isWorth = isMany || found.isOtherPort || found.opened > 0 || found.received > 0 || found.sent > 0;
      return isWorth ? found : undefined;
    },
  };

  function outbound({ slot }: Subject, i: number): void {
    const { table } = found;
    const place = known.place(slot, table, i);
    if (place < 0) return;
    if (known.isFresh(place) && !known.isOld(place)) found.opened++;
    if (sentMuch(i)) found.sent += known.sent(place, table.outBytes[i] as number);
  }

  function inbound({ slot }: Subject, i: number, at: number, mayBeSilent: boolean): void {
    const { table } = found;
    const port = table.localPort[i] as number;
    portBits |= 1 << (Math.imul(port, 0x9e3779b1) >>> 27);
    const before = lastPorts[slot] as number;
    if (port !== before) {
      lastPorts[slot] = port;
      if (before !== 0 && !found.isOtherPort) {
        found.isOtherPort = true;
        found.portBefore = before;
      }
    }
    if (port === FTP || port === FTPS) found.ftp = true;
    const isWeb = isWebPort(port);
    const watched = isWeb && mayBeSilent;
    const receivedMuch = table.hasInfo[i] === 1 && (table.inBytes[i] as number) >= MUCH;
    const sent = !isWeb && port !== SSH && sentMuch(i);
    if (!watched && !receivedMuch && !sent) return;
    const place = known.place(slot, table, i);
    if (place < 0) return;
    if (watched) silence(i, place, at);
    if (receivedMuch) found.received += known.received(place, table.inBytes[i] as number);
    if (sent) elsewhere += known.sent(place, table.outBytes[i] as number);
  }

  function sentMuch(i: number): boolean {
    return found.table.hasInfo[i] === 1 && (found.table.outBytes[i] as number) >= MUCH;
  }

  function silence(i: number, place: number, at: number): void {
    const { table } = found;
    const state = table.state[i];
    const isOpen = state === TCP_ESTABLISHED;
    if (!isOpen && state !== TCP_SYN_RECV) return;
    const age = at - known.first(place);
    if (age < ANSWERED) return;
    const sent = table.hasInfo[i] === 1 ? (table.outBytes[i] as number) : undefined;
    if (!known.isOld(place) ? !isAnswer(sent, table.localPort[i] as number) : sent === 0) {
      found.silent++;
      if (isOpen && age >= slow) found.held++;
    } else if (isOpen && sent === undefined && age >= 2 * slow) found.heldBefore++;
  }
}

/** Whether so much was sent that a request must have been answered, though no log that is read tells of it. */
function isAnswer(sent: number | undefined, port: number): boolean {
  return sent !== undefined && sent > (port === HTTPS || port === HTTPS_ALT ? HANDSHAKE : 0);
}

function isWebPort(port: number): boolean {
  return port === HTTP || port === HTTPS || port === HTTP_ALT || port === HTTPS_ALT;
}

function bitsIn(mask: number): number {
  let count = 0;
  for (let bits = mask; bits !== 0; bits &= bits - 1) count++;
  return count;
}

function nothing(): SeenSockets {
  const { table } = toSocketsView({ kind: "sockets", at: 0, source: "proc", sockets: [] });
  return {
    table,
    first: -1,
    next: new Int32Array(0),
    requestsRead: false,
    apart: Number.NaN,
    opened: 0,
    silent: 0,
    held: 0,
    heldBefore: 0,
    received: 0,
    sent: 0,
    ports: 0,
    isOtherPort: false,
    portBefore: 0,
    ftp: false,
  };
}
