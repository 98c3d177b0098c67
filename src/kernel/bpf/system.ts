import { bpf, close, type Descriptor, owned, type Pointing } from "../libc.ts";

/** linux/bpf.h, enum bpf_cmd. */
const MAP_CREATE = 0;
const MAP_LOOKUP_ELEM = 1;
const MAP_UPDATE_ELEM = 2;
const MAP_DELETE_ELEM = 3;
const MAP_GET_NEXT_KEY = 4;
const PROG_LOAD = 5;
const PROG_TEST_RUN = 10;
const MAP_LOOKUP_AND_DELETE_BATCH = 25;
const MAP_UPDATE_BATCH = 26;
const LINK_CREATE = 28;
const LINK_UPDATE = 29;

/** enum bpf_map_type */
const MAP_TYPES = { array: 2, lruHash: 9 } as const;
/** enum bpf_prog_type; a program for tcx must say so when it is loaded. */
const PROGRAM_TYPES = { socketFilter: 1, classifier: 3 } as const;
/** enum bpf_attach_type */
export const TCX_EGRESS = 47;

/** Names of objects as bpftool(8) lists them: fifteen characters at most. */
const NAME = "nethergaze";
/** What the kernel's verifier says is cut after so many bytes; its last lines say why. */
const LOG_BYTES = 64 * 1024;
/** The helpers that are called are open to all, those of time only where the licence is compatible with the GPL. */
const LICENCE = "Dual MIT/GPL\0";

/** A descriptor of a map or a program: it lives until the last of its descriptors is closed. */
export type BpfObject = Descriptor;

export interface BpfMap extends BpfObject {
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly entries: number;
}

export interface MapShape {
  readonly type: keyof typeof MAP_TYPES;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly entries: number;
}

/** Throws SystemError: EPERM without CAP_BPF (or CAP_SYS_ADMIN), ENOMEM, ENOSYS where there is no bpf(2). */
export function createMap({ type, keyBytes, valueBytes, entries }: MapShape): BpfMap {
  const attributes = new DataView(new ArrayBuffer(48));
  attributes.setUint32(0, MAP_TYPES[type], true);
  attributes.setUint32(4, keyBytes, true);
  attributes.setUint32(8, valueBytes, true);
  attributes.setUint32(12, entries, true);
  writeName(attributes, 28);
  const fd = bpf(MAP_CREATE, bytesOf(attributes));
  return { ...owned(fd), keyBytes, valueBytes, entries };
}

/**
 * Loads a program. Throws SystemError (EPERM; EINVAL or EACCES where the verifier refuses it, with what it said in
 * the message).
 */
export function loadProgram(kind: keyof typeof PROGRAM_TYPES, instructions: Uint8Array): BpfObject {
  const attributes = new DataView(new ArrayBuffer(72));
  const licence = Buffer.from(LICENCE, "latin1");
  attributes.setUint32(0, PROGRAM_TYPES[kind], true);
  attributes.setUint32(4, instructions.length / 8, true);
  writeName(attributes, 48);
  if (kind === "classifier") attributes.setUint32(68, TCX_EGRESS, true);
  const pointers: Pointing[] = [
    [8, instructions],
    [16, licence],
  ];
  try {
    return owned(bpf(PROG_LOAD, bytesOf(attributes), pointers));
  } catch (error) {
    throw explained(error, attributes, pointers);
  }
}

/** Loads it again for the verifier's own words: they are made only where they are asked for. */
function explained(error: unknown, attributes: DataView, pointers: readonly Pointing[]): unknown {
  if (!(error instanceof Error) || !("code" in error) || error.code === "EPERM") return error;
  const log = Buffer.alloc(LOG_BYTES);
  attributes.setUint32(24, 1, true);
  attributes.setUint32(28, log.length, true);
  try {
    close(bpf(PROG_LOAD, bytesOf(attributes), [...pointers, [32, log]]));
  } catch {
    const words = log.toString("latin1", 0, log.indexOf(0)).trim().split("\n").slice(-3).join("; ");
    if (words !== "") error.message += `: ${words}`;
  }
  return error;
}

/** Reads the value of `key` into `value`; false where there is none. Throws SystemError. */
export function lookup(map: BpfMap, key: Uint8Array, value: Uint8Array): boolean {
  return found(() => element(MAP_LOOKUP_ELEM, map, key, value));
}

/** Throws SystemError. */
export function update(map: BpfMap, key: Uint8Array, value: Uint8Array): void {
  element(MAP_UPDATE_ELEM, map, key, value);
}

function element(command: number, map: BpfMap, key: Uint8Array, value?: Uint8Array): void {
  const attributes = new DataView(new ArrayBuffer(32));
  attributes.setUint32(0, map.fd, true);
  bpf(
    command,
    bytesOf(attributes),
    value === undefined
      ? [[8, key]]
      : [
          [8, key],
          [16, value],
        ],
  );
}

function found(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Takes entries out of a map, a part at a time, from its beginning to its end. */
export interface Drain {
  /**
   * Takes the next entries, at most as many as `keys` and `values` hold: how many. `done` is true after the last. Throws
   * SystemError: ENOSPC where they are too few for what shares one hash, and nothing was taken.
   */
  next(keys: Uint8Array, values: Uint8Array): number;
  readonly done: boolean;
}

/** What is added meanwhile may come or not. */
export function drain(map: BpfMap): Drain {
  const attributes = new DataView(new ArrayBuffer(56));
  const cursor = new Uint8Array(16);
  let started = false;
  let done = false;
  let batches = true;

  function nextBatch(keys: Uint8Array, values: Uint8Array): number {
    attributes.setUint32(32, keys.length / map.keyBytes, true);
    attributes.setUint32(36, map.fd, true);
    if (!started) attributes.setBigUint64(0, 0n, true);
    try {
      bpf(MAP_LOOKUP_AND_DELETE_BATCH, bytesOf(attributes), [
        ...(started ? ([[0, cursor]] satisfies Pointing[]) : []),
        [8, cursor],
        [16, keys],
        [24, values],
      ]);
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error)) throw error;
      // The end: what came with it is valid.
      if (error.code !== "ENOENT") throw error;
      done = true;
    }
    started = true;
    return attributes.getUint32(32, true);
  }

  /** Before Linux 5.6: one after the other, always the first. */
  function nextSingle(keys: Uint8Array, values: Uint8Array): number {
    const most = keys.length / map.keyBytes;
    for (let i = 0; i < most; i++) {
      const key = keys.subarray(i * map.keyBytes, (i + 1) * map.keyBytes);
      const value = values.subarray(i * map.valueBytes, (i + 1) * map.valueBytes);
      if (!firstKey(map, key)) {
        done = true;
        return i;
      }
      if (!lookup(map, key, value)) value.fill(0);
      found(() => element(MAP_DELETE_ELEM, map, key));
    }
    return most;
  }

  return {
    next(keys, values) {
      if (!batches) return nextSingle(keys, values);
      try {
        return nextBatch(keys, values);
      } catch (error) {
        if (started || !isMissing(error)) throw error;
        batches = false;
        return nextSingle(keys, values);
      }
    },
    get done() {
      return done;
    },
  };
}

/** Puts several keys with their values into a map: at once, or before Linux 5.6 one after the other. Throws SystemError. */
export function updateBatch(map: BpfMap, keys: Uint8Array, values: Uint8Array): void {
  const count = keys.length / map.keyBytes;
  const attributes = new DataView(new ArrayBuffer(56));
  attributes.setUint32(32, count, true);
  attributes.setUint32(36, map.fd, true);
  try {
    bpf(MAP_UPDATE_BATCH, bytesOf(attributes), [
      [16, keys],
      [24, values],
    ]);
  } catch (error) {
    if (!isMissing(error)) throw error;
    for (let i = 0; i < count; i++) {
      const key = keys.subarray(i * map.keyBytes, (i + 1) * map.keyBytes);
      update(map, key, values.subarray(i * map.valueBytes, (i + 1) * map.valueBytes));
    }
  }
}

/** Whether a kernel does not know of batches. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EINVAL" || error.code === "ENOTSUP");
}

function firstKey(map: BpfMap, key: Uint8Array): boolean {
  const attributes = new DataView(new ArrayBuffer(32));
  attributes.setUint32(0, map.fd, true);
  return found(() => bpf(MAP_GET_NEXT_KEY, bytesOf(attributes), [[16, key]]));
}

/** Offset of gso_segs in struct __sk_buff, and where it ends. */
const SKB_SEGMENTS = 164;
const SKB_BYTES = 168;

/**
 * Runs a program once on `packet`, which begins with its Ethernet header and is of so many `segments`, 0 where it is none of
 * such: what it returned. A socket filter sees it without that header. Throws SystemError: EINVAL where the packet is shorter
 * than that header, or (since Linux 6.18 at the latest) than the IP header that its type announces.
 */
export function testRun(program: BpfObject, packet: Uint8Array, segments = 0): number {
  const attributes = new DataView(new ArrayBuffer(80));
  const context = new DataView(new ArrayBuffer(SKB_BYTES));
  context.setUint32(SKB_SEGMENTS, segments, true);
  attributes.setUint32(0, program.fd, true);
  attributes.setUint32(8, packet.length, true);
  attributes.setUint32(40, SKB_BYTES, true);
  bpf(PROG_TEST_RUN, bytesOf(attributes), [
    [16, packet],
    [48, bytesOf(context)],
  ]);
  return attributes.getUint32(4, true);
}

/**
 * Hangs a classifier into an interface's way out, behind those that are there; taken out when the link is closed, also by
 * the end of the process. Throws SystemError: EINVAL before Linux 6.6, EPERM without CAP_NET_ADMIN.
 */
export function attachTcxEgress(program: BpfObject, interfaceIndex: number): BpfObject {
  const attributes = new DataView(new ArrayBuffer(64));
  attributes.setUint32(0, program.fd, true);
  attributes.setUint32(4, interfaceIndex, true);
  attributes.setUint32(8, TCX_EGRESS, true);
  return owned(bpf(LINK_CREATE, bytesOf(attributes)));
}

/** Puts a program in the place of the one that hangs on `link`. Throws SystemError. */
export function replaceProgram(link: BpfObject, program: BpfObject): void {
  const attributes = new DataView(new ArrayBuffer(16));
  attributes.setUint32(0, link.fd, true);
  attributes.setUint32(4, program.fd, true);
  bpf(LINK_UPDATE, bytesOf(attributes));
}

function writeName(attributes: DataView, offset: number): void {
  for (let i = 0; i < NAME.length; i++) attributes.setUint8(offset + i, NAME.charCodeAt(i));
}

function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
