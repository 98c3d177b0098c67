import { closeSync, constants, openSync } from "node:fs";
import { getdents } from "./libc.ts";

/** Offsets in struct linux_dirent64 (getdents64(2)). */
const RECORD_LENGTH = 16;
const NAME = 19;

/** About 170 numbers: what one step of a search may cost. */
const BUFFER = 4096;

/**
 * The entries of the directory `path` whose names are numbers, a buffer at a time: readdir would list a
 * process with 50,000 descriptors in one go. Throws the error of open(2), or SystemError.
 */
export function* numberedEntries(path: string): Generator<number, void, undefined> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const bytes = new Uint8Array(BUFFER);
    const view = new DataView(bytes.buffer);
    for (let length = getdents(fd, bytes); length > 0; length = getdents(fd, bytes)) {
      for (let at = 0; at < length; at += view.getUint16(at + RECORD_LENGTH, true)) {
        const number = numberAt(bytes, at + NAME);
        if (number >= 0) yield number;
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** The decimal name that ends with a zero byte, or -1 for another name. */
function numberAt(bytes: Uint8Array, at: number): number {
  let number = 0;
  let i = at;
  for (; bytes[i] !== 0; i++) {
    const digit = (bytes[i] as number) - 0x30;
    // Neither a pid nor a descriptor has ten digits.
    if (!(digit >= 0 && digit <= 9) || i - at === 9) return -1;
    number = number * 10 + digit;
  }
  return i === at ? -1 : number;
}
