/**
 * The most text (bytes of UTF-8) that is sent to a clipboard. Terminals drop a longer sequence without a word, or paste
 * its beginning: hterm, and with it many who followed, takes 100,000 bytes in all, which are 74,994 before base64.
 */
const MAX_COPY = 74_994;

/** Whether a terminal takes so much for its clipboard; ask before offering to copy. */
export function isCopyable(text: string): boolean {
  return text.length <= MAX_COPY && Buffer.byteLength(text) <= MAX_COPY;
}

/** The last of these lines, as many as {@link isCopyable} allows together. */
export function copyableTail(lines: readonly string[]): readonly string[] {
  let from = lines.length;
  for (let bytes = -1; from > 0; from--) {
    bytes += 1 + Buffer.byteLength(lines[from - 1] ?? "");
    if (bytes > MAX_COPY) break;
  }
  return lines.slice(from);
}

/** What puts text on the clipboard of the person's machine (OSC 52). In base64 nothing of it is obeyed. */
export function clipboardSequence(text: string): string {
  return `\x1b]52;c;${Buffer.from(text).toString("base64")}\x07`;
}
