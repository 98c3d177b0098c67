import { dlopen } from "bun:ffi";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";

/** ioctl_tty(2): unlocks the terminal behind a master; tells its number; sets its size. */
const TIOCSPTLCK = 0x40045431;
const TIOCGPTN = 0x80045430;
const TIOCSWINSZ = 0x5414;

export interface Pty {
  /** The side of a program that runs in it. */
  readonly fd: number;
  readonly path: string;
  /** Types. */
  write(keys: string): void;
  /** At most so many bytes of what was written to it, without waiting. */
  read(most: number): string;
  /** Hangs up. */
  hangUp(): void;
  [Symbol.dispose](): void;
}

/** A terminal whose reader is the test: as slow as that, or not reading at all. */
export function openPty(width: number, height: number): Pty {
  const { symbols } = dlopen("libc.so.6", { ioctl: { args: ["int", "u64", "buffer"], returns: "int" } });
  let master: number | undefined = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NONBLOCK);
  const number = new Int32Array(1);
  const size = Uint16Array.of(height, width, 0, 0);
  for (const [request, value] of [
    [TIOCSPTLCK, number],
    [TIOCGPTN, number],
    [TIOCSWINSZ, size],
  ] as const) {
    if (symbols.ioctl(master, request, value) !== 0) throw new Error("no pseudo-terminal");
  }
  const path = `/dev/pts/${number[0]}`;
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const hangUp = (): void => {
    if (master !== undefined) closeSync(master);
    master = undefined;
  };
  return {
    fd,
    path,
    write(keys) {
      if (master !== undefined) writeSync(master, keys);
    },
    read(most) {
      const bytes = Buffer.alloc(most);
      try {
        return bytes.toString("latin1", 0, readSync(master ?? -1, bytes));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EAGAIN") return "";
        throw error;
      }
    },
    hangUp,
    [Symbol.dispose]() {
      hangUp();
      closeSync(fd);
    },
  };
}
