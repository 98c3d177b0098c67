import { dlopen, FFIType, type Pointer, ptr, read, toArrayBuffer } from "bun:ffi";
import { getSystemErrorMessage, getSystemErrorName } from "node:util";
import { messageOf } from "../model/message-of.ts";

/** glibc, then musl, whose file carries the machine's name. */
const FILES = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

/** Numbers of system calls that older libcs do not wrap (asm/unistd_64.h, asm-generic/unistd.h). */
const SYS_getdents64 = process.arch === "arm64" ? 61 : 217;
const SYS_bpf = process.arch === "arm64" ? 280 : 321;

/** sys/mman.h */
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** prctl(2): the signal this process gets when its parent dies. */
const PR_SET_PDEATHSIG = 1;

/** A failed system call: `code` is the errno's name (`EPERM`), `message` says it in words. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = getSystemErrorName(-errno);
    super(`${call}: ${getSystemErrorMessage(-errno)} (${code})`);
    this.code = code;
  }
}

/** socket(2): the new descriptor. Throws {@link SystemError}, or an Error where no libc can be opened. */
export function socket(domain: number, type: number, protocol: number): number {
  return checked("socket", libc().socket(domain, type, protocol));
}

/** send(2) of all `bytes`: how many went. Throws {@link SystemError}. */
export function send(fd: number, bytes: Uint8Array, flags = 0): number {
  return checked("send", libc().send(fd, bytes, bytes.length, flags));
}

/** recv(2) into `bytes`: the bytes received, with MSG_TRUNC the datagram's real length. Throws {@link SystemError}. */
export function recv(fd: number, bytes: Uint8Array, flags = 0): number {
  return checked("recv", libc().recv(fd, bytes, bytes.length, flags));
}

const CLOCK_MONOTONIC = 1;
const timespec = new BigInt64Array(2);

/** clock_gettime(2) of CLOCK_MONOTONIC, nanoseconds: the clock of ktime_get_ns() in eBPF. */
export function monotonicNanoseconds(): number {
  checked("clock_gettime", libc().clock_gettime(CLOCK_MONOTONIC, timespec));
  return Number(timespec[0]) * 1e9 + Number(timespec[1]);
}

/** sys/file.h */
const LOCK_EX = 2;
const LOCK_NB = 4;
const EWOULDBLOCK = 11;

/**
 * flock(2), exclusive: false where somebody else has it. It ends with the last descriptor of this opening, also when the
 * process is killed. Throws {@link SystemError}.
 */
export function tryLock(fd: number): boolean {
  if (libc().flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const errno = read.i32(libc().__errno_location() as Pointer, 0);
  if (errno === EWOULDBLOCK) return false;
  throw new SystemError("flock", errno);
}

/** termios.h */
const TCIFLUSH = 0;

/** tcflush(3): what was typed on a terminal and nobody has read yet is forgotten. Of what is no terminal nothing is. */
export function forgetTyped(fd: number): void {
  libc().tcflush(fd, TCIFLUSH);
}

/** close(2). The descriptor is gone whatever it answers, so its error is not looked at. */
export function close(fd: number): void {
  libc().close(fd);
}

/** A descriptor of ours. Closing it again does nothing. */
export interface Descriptor {
  readonly fd: number;
  close(): void;
}

export function owned(fd: number): Descriptor {
  let open = true;
  return {
    fd,
    close() {
      if (open) close(fd);
      open = false;
    },
  };
}

/**
 * getdents64(2): the next entries of the open directory `fd` into `bytes`, as `struct linux_dirent64`.
 * Returns the bytes filled, 0 at the end. Throws {@link SystemError}.
 */
export function getdents(fd: number, bytes: Uint8Array): number {
  return checked("getdents64", libc().syscall(SYS_getdents64, fd, bytes, bytes.length));
}

/** bind(2) to the socket address in `address`. Throws {@link SystemError}. */
export function bind(fd: number, address: Uint8Array): void {
  checked("bind", libc().bind(fd, address, address.length));
}

/** setsockopt(2). Throws {@link SystemError}. */
export function setsockopt(fd: number, level: number, name: number, value: Uint8Array): void {
  checked("setsockopt", libc().setsockopt(fd, level, name, value, value.length));
}

/** getsockopt(2) into `value`: how many bytes it has. Throws {@link SystemError}. */
export function getsockopt(fd: number, level: number, name: number, value: Uint8Array): number {
  const length = new Uint32Array([value.length]);
  checked("getsockopt", libc().getsockopt(fd, level, name, value, length));
  return length[0] as number;
}

/** Where in a structure for the kernel the address of some other bytes belongs. */
export type Pointing = readonly [offset: number, bytes: Uint8Array | Uint32Array];

/** A structure that holds addresses of other bytes is at its own address nowhere else than in this call. */
function withPointers(structure: Uint8Array, pointers: readonly Pointing[]): void {
  const view = new DataView(structure.buffer, structure.byteOffset, structure.length);
  for (const [offset, bytes] of pointers) view.setBigUint64(offset, BigInt(ptr(bytes)), true);
}

/**
 * bpf(2) with the attributes in `attributes`, into which the addresses of `pointers` are written first. What it answers, a
 * descriptor or 0. Throws {@link SystemError}.
 */
export function bpf(command: number, attributes: Uint8Array, pointers: readonly Pointing[] = []): number {
  withPointers(attributes, pointers);
  return checked("bpf", libc().syscall(SYS_bpf, command, attributes, attributes.length));
}

/** As {@link setsockopt}, of an option that is a structure with addresses in it. */
export function setsockoptPointing(
  fd: number,
  level: number,
  name: number,
  value: Uint8Array,
  pointers: readonly Pointing[],
): void {
  withPointers(value, pointers);
  setsockopt(fd, level, name, value);
}

/** Memory shared with the kernel. */
export interface Mapping {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** After it nothing may touch `bytes` any more. */
  unmap(): void;
}

/** mmap(2) of the first `length` bytes of `fd`, shared, to read and write. Throws {@link SystemError}. */
export function mmap(fd: number, length: number): Mapping {
  const address = libc().mmap(null, length, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  // MAP_FAILED is (void *) -1: no address of user space.
  if (BigInt.asIntN(64, BigInt(address ?? -1)) < 0n) checked("mmap", -1);
  const at = Number(address) as Pointer;
  return {
    bytes: new Uint8Array(toArrayBuffer(at, 0, length)),
    unmap: () => void libc().munmap(at, length),
  };
}

/**
 * Has the kernel send `signal` (its number) to this process when its parent dies, prctl(2). A parent that
 * died before the call is not noticed: compare `process.ppid` afterwards. Throws {@link SystemError}.
 */
export function diesWithParent(signal: number): void {
  checked("prctl", libc().prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0));
}

/** The result, or the thread's errno thrown. It must be the next thing after the call. */
function checked(call: string, result: number | bigint): number {
  if (result >= 0) return Number(result);
  throw new SystemError(call, read.i32(libc().__errno_location() as Pointer, 0));
}

type Libc = ReturnType<typeof load>;
let opened: Libc | undefined;

function libc(): Libc {
  opened ??= open();
  return opened;
}

function open(): Libc {
  const reasons: string[] = [];
  for (const file of FILES) {
    try {
      return load(file);
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new Error(`no C library: ${reasons.join("; ")}`);
}

function load(file: string) {
  return dlopen(file, {
    __errno_location: { args: [], returns: "ptr" },
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    send: { args: ["i32", "ptr", "u64", "i32"], returns: FFIType.i64_fast },
    recv: { args: ["i32", "ptr", "u64", "i32"], returns: FFIType.i64_fast },
    close: { args: ["i32"], returns: "i32" },
    flock: { args: ["i32", "i32"], returns: "i32" },
    tcflush: { args: ["i32", "i32"], returns: "i32" },
    bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
    setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
    getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
    mmap: { args: ["ptr", "u64", "i32", "i32", "i32", "i64"], returns: FFIType.i64_fast },
    clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
    munmap: { args: ["u64", "u64"], returns: "i32" },
    prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    // Variadic: on x86-64 and arm64 Linux integers travel in the same registers either way.
    syscall: { args: ["i64", "i32", "ptr", "u64"], returns: FFIType.i64_fast },
  }).symbols;
}
