import { dlopen } from "bun:ffi";
import { closeSync, constants, openSync, writeSync } from "node:fs";

/** ioctl_tty(2): unlocks the terminal behind a master; tells its number. */
const TIOCSPTLCK = 0x40045431;
const TIOCGPTN = 0x80045430;

/** A terminal that nobody reads and that is full: whoever writes to it waits for ever. */
export function unreadTerminal(): { fd: number; [Symbol.dispose](): void } {
  const { symbols } = dlopen("libc.so.6", { ioctl: { args: ["int", "u64", "buffer"], returns: "int" } });
  const master = openSync("/dev/ptmx", "r+");
  const number = new Int32Array(1);
  if (symbols.ioctl(master, TIOCSPTLCK, number) !== 0 || symbols.ioctl(master, TIOCGPTN, number) !== 0) {
    throw new Error("no pseudo-terminal");
  }
  const path = `/dev/pts/${number[0]}`;
  const fd = openSync(path, "r+");
  const filling = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    while (writeSync(filling, "x".repeat(1024)) > 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
  }
  closeSync(filling);
  return {
    fd,
    [Symbol.dispose]() {
      closeSync(fd);
      closeSync(master);
    },
  };
}
