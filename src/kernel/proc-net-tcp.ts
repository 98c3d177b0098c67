import { closeSync, openSync, readSync } from "node:fs";
import { V4_MARK } from "../model/ip.ts";
import type { PeerTable } from "./peer-table.ts";
import { codeOf } from "./proc.ts";

const BLANK = 0x20;
const NEWLINE = 0x0a;
const COLON = 0x3a;

/** Fields of a row, counted from 0; the inode is the last one needed (Documentation/networking/proc_net_tcp.rst). */
const LOCAL = 1;
const REMOTE = 2;
const STATE = 3;
const INODE = 9;

/** The kernel hands out a page a read; a row has about 150 bytes. */
const chunk = new Uint8Array(64 * 1024);
/**
 * A read is shorter than this only when no row is left: the kernel fills a page of at least 4096 bytes as long
 * as a row fits (seq_read_iter in fs/seq_file.c). Asking again would make it walk its whole table once more.
 */
const FULL_READ = 4096 - 256;
const starts = new Uint32Array(INODE + 1);
const ends = new Uint32Array(INODE + 1);

/**
 * Appends the sockets of `procRoot`/net/tcp and tcp6 to `table`. Returns how many rows could not be
 * understood. Throws the error of open(2) or read(2) on the first; a host without IPv6 has no second.
 */
export function readProcNetTcp(procRoot: string, table: PeerTable): number {
  return readTcp(procRoot, table) + readTcp6(procRoot, table);
}

/** The first of {@link readProcNetTcp} alone. */
export function readTcp(procRoot: string, table: PeerTable): number {
  return readTable(`${procRoot}/net/tcp`, table);
}

/** The second of {@link readProcNetTcp} alone. */
export function readTcp6(procRoot: string, table: PeerTable): number {
  return readTable6(`${procRoot}/net/tcp6`, table);
}

/** As {@link readProcNetTcp} of `procRoot`/net/udp and udp6, whose connected sockets are ESTABLISHED. */
export function readProcNetUdp(procRoot: string, table: PeerTable): number {
  return readTable(`${procRoot}/net/udp`, table) + readTable6(`${procRoot}/net/udp6`, table);
}

function readTable6(path: string, table: PeerTable): number {
  try {
    return readTable(path, table);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}

function readTable(path: string, table: PeerTable): number {
  const fd = openSync(path, "r");
  try {
    let malformed = 0;
    let held = 0;
    // The first line names the columns; so does whatever is left of a row too long to be one.
    let skip = true;
    for (;;) {
      const room = chunk.length - held;
      const read = readSync(fd, chunk, held, room, null);
      const length = held + read;
      let start = 0;
      for (
        let end = chunk.indexOf(NEWLINE, held);
        end >= 0 && end < length;
        end = chunk.indexOf(NEWLINE, start)
      ) {
        if (!skip && !readRow(chunk, start, end, table)) malformed++;
        skip = false;
        start = end + 1;
      }
      if (read < Math.min(FULL_READ, room)) {
        return malformed + (start < length && !skip && !readRow(chunk, start, length, table) ? 1 : 0);
      }
      held = length - start;
      if (held === chunk.length) {
        if (!skip) malformed++;
        skip = true;
        held = 0;
      } else if (start > 0) chunk.copyWithin(0, start, length);
    }
  } finally {
    closeSync(fd);
  }
}

/** Adds the row in `bytes[start, end)`, without its newline, to `table`; false when it is none. */
export function readRow(bytes: Uint8Array, start: number, end: number, table: PeerTable): boolean {
  let field = 0;
  for (let i = start; field <= INODE; field++) {
    while (i < end && bytes[i] === BLANK) i++;
    if (i >= end) return false;
    starts[field] = i;
    while (i < end && bytes[i] !== BLANK) i++;
    ends[field] = i;
  }
  const row = table.length;
  const local = starts[LOCAL] as number;
  const remote = starts[REMOTE] as number;
  const localPort = readEndpoint(bytes, local, ends[LOCAL] as number, table.local, 4 * row);
  const remotePort = readEndpoint(bytes, remote, ends[REMOTE] as number, table.remote, 4 * row);
  const state = hex(bytes, starts[STATE] as number, ends[STATE] as number, 2);
  const inode = decimal(bytes, starts[INODE] as number, ends[INODE] as number);
  if (localPort < 0 || remotePort < 0 || state < 0 || inode < 0) return false;
  table.localPort[row] = localPort;
  table.remotePort[row] = remotePort;
  table.state[row] = state;
  table.inode[row] = inode;
  table.hasInfo[row] = 0;
  table.commit();
  return true;
}

/**
 * Reads `address:port` into `words`: the port, or -1. The address is one word of hex for IPv4 and four
 * for IPv6, each in the byte order of the host (little-endian); the port is a plain number.
 */
function readEndpoint(
  bytes: Uint8Array,
  start: number,
  end: number,
  words: Uint32Array,
  offset: number,
): number {
  const colon = end - 5;
  const v4 = colon - start === 8;
  if ((!v4 && colon - start !== 32) || bytes[colon] !== COLON) return -1;
  if (v4) {
    words[offset] = 0;
    words[offset + 1] = 0;
    words[offset + 2] = V4_MARK;
  }
  for (let at = start, w = v4 ? 3 : 0; at < colon; at += 8, w++) {
    let word = 0;
    for (let byte = 6; byte >= 0; byte -= 2) {
      const value = hex(bytes, at + byte, at + byte + 2, 2);
      if (value < 0) return -1;
      word = word * 256 + value;
    }
    words[offset + w] = word;
  }
  return hex(bytes, colon + 1, end, 4);
}

/** The number that exactly `digits` hex digits in `bytes[start, end)` make, or -1. */
function hex(bytes: Uint8Array, start: number, end: number, digits: number): number {
  if (end - start !== digits) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    const lower = c | 0x20;
    if (c >= 0x30 && c <= 0x39) value = value * 16 + c - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}

/** The number that the decimal digits in `bytes[start, end)` make, or -1; no inode has more than ten. */
function decimal(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 10) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    if (c < 0x30 || c > 0x39) return -1;
    value = value * 10 + c - 0x30;
  }
  return value;
}
