/** A blank, a tab or an end of line, or the plus that forms write for a blank. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x2b || (byte >= 0x09 && byte <= 0x0d);
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

export function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}
