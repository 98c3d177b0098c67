/** Where the splitting of one stream of bytes stands. */
export interface Splitting {
  /** Inside a line that was too long: everything up to its newline is passed over. */
  skipping: boolean;
  /** Lines that were cut. */
  overlong: number;
}

/**
 * Calls `line(start, end)` for each line that ends in `bytes[from, bytes.length)`, without its newline,
 * and returns where the first one that does not end begins. NUL bytes before a line are no part of it:
 * a writer without O_APPEND leaves a hole of them in a file truncated under it.
 * When the last line alone takes `room` bytes, its first `cut` are a line and the rest is passed over.
 */
export function splitLines(
  bytes: Buffer,
  from: number,
  room: number,
  cut: number,
  splitting: Splitting,
  line: (start: number, end: number) => void,
): number {
  let at = from;
  for (;;) {
    const newline = bytes.indexOf(10, at);
    if (newline < 0) break;
    if (splitting.skipping) splitting.skipping = false;
    else line(bytes[at] === 0 ? skipNuls(bytes, at, newline) : at, newline);
    at = newline + 1;
  }
  if (splitting.skipping) return bytes.length;
  at = skipNuls(bytes, at, bytes.length);
  if (bytes.length - at < room) return at;
  line(at, at + cut);
  splitting.skipping = true;
  splitting.overlong++;
  return bytes.length;
}

function skipNuls(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] === 0) at++;
  return at;
}
