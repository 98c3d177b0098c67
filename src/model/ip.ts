declare const canonical: unique symbol;

/**
 * An address in its one canonical spelling: dotted quad for IPv4, RFC 5952 for IPv6, and IPv4-mapped
 * IPv6 (`::ffff:a.b.c.d`) folded to IPv4. Only this file makes one.
 */
export type Ip = string & { readonly [canonical]: true };

/**
 * An address as four 32-bit words, most significant first; IPv4 is held as `::ffff:a.b.c.d`
 * (0, 0, 0xffff, a.b.c.d). The join compares these, so a line costs no string.
 */
export type IpWords = Uint32Array;

/** Third word of every IPv4 address: the `::ffff:0:0/96` prefix of RFC 4291 section 2.5.5.2. */
export const V4_MARK = 0xffff;

/** The longest text of an address: eight groups, the last two as a dotted quad. */
const MAX_TEXT = 45;

const scratchText = new Uint8Array(MAX_TEXT);
const scratchWords = new Uint32Array(4);
const groups = new Uint16Array(8);
const quad = new Uint32Array(1);

/**
 * The door for text: the canonical address, or undefined for anything that is not exactly one IPv4
 * (four decimal parts without leading zeros) or IPv6 address. Ports, brackets, zones, prefixes and
 * surrounding blanks are refused.
 */
export function parseIp(text: string): Ip | undefined {
  return parseIpWords(text, scratchWords) ? formatIp(scratchWords) : undefined;
}

/** As {@link parseIp}, but the address goes into `words` at `offset`; false when `text` is none. */
export function parseIpWords(text: string, words: IpWords, offset = 0): boolean {
  if (text.length > MAX_TEXT) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    scratchText[i] = code;
  }
  return parseIpBytes(scratchText, 0, text.length, words, offset);
}

/**
 * The same door for bytes: reads the address that fills `bytes[start, end)` into `words` at `offset`.
 * Returns false, with `words` unspecified, when those bytes are not exactly one address.
 */
export function parseIpBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  words: IpWords,
  offset = 0,
): boolean {
  if (parseV4(bytes, start, end, words, offset + 3)) {
    words[offset] = 0;
    words[offset + 1] = 0;
    words[offset + 2] = V4_MARK;
    return true;
  }
  return parseV6(bytes, start, end, words, offset);
}

/**
 * Reads the IPv4 address that fills `bytes[start, end)` into `words[at]`. Part by part and in 32 bits: this
 * runs for every line, and a double or one more branch a byte doubles its time.
 */
function parseV4(bytes: Uint8Array, start: number, end: number, words: Uint32Array, at: number): boolean {
  let address = 0;
  let i = start;
  for (let parts = 1; ; parts++) {
    let part = digitAt(bytes, i++, end);
    if (part < 0) return false;
    const second = digitAt(bytes, i, end);
    if (second >= 0) {
      if (part === 0) return false;
      part = part * 10 + second;
      const third = digitAt(bytes, ++i, end);
      if (third >= 0) {
        part = part * 10 + third;
        if (part > 255) return false;
        i++;
      }
    }
    address = (address << 8) | part;
    if (parts === 4) break;
    if (i >= end || bytes[i] !== 0x2e) return false;
    i++;
  }
  words[at] = address;
  return i === end;
}

/** The decimal digit at `i`, or a negative number. */
function digitAt(bytes: Uint8Array, i: number, end: number): number {
  if (i >= end) return -1;
  const digit = (bytes[i] as number) - 0x30;
  return digit > 9 ? -1 : digit;
}

function parseV6(bytes: Uint8Array, start: number, end: number, words: IpWords, offset: number): boolean {
  if (end - start < 2 || end - start > MAX_TEXT) return false;
  let count = 0;
  let gap = -1;
  let i = start;
  if (bytes[i] === 0x3a) {
    if (bytes[i + 1] !== 0x3a) return false;
    gap = 0;
    i += 2;
  }
  while (i < end) {
    if (count === 8) return false;
    const from = i;
    let value = 0;
    let digit = hexDigit(bytes[i] as number);
    while (digit >= 0 && i - from < 4) {
      value = value * 16 + digit;
      i++;
      digit = i < end ? hexDigit(bytes[i] as number) : -1;
    }
    if (i < end && bytes[i] === 0x2e) {
      if (count > 6 || !parseV4(bytes, from, end, quad, 0)) return false;
      groups[count++] = (quad[0] as number) >>> 16;
      groups[count++] = (quad[0] as number) & 0xffff;
      i = end;
      break;
    }
    if (i === from) return false;
    groups[count++] = value;
    if (i === end) break;
    if (bytes[i] !== 0x3a) return false;
    i++;
    if (i === end) return false;
    if (bytes[i] === 0x3a) {
      if (gap >= 0) return false;
      gap = count;
      i++;
    }
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  const zeros = 8 - count;
  for (let g = 0; g < 4; g++) {
    words[offset + g] = ((groupAt(2 * g, gap, zeros) << 16) | groupAt(2 * g + 1, gap, zeros)) >>> 0;
  }
  return true;
}

/** The group at `index` of eight once `zeros` zero groups stand in at `gap`. */
function groupAt(index: number, gap: number, zeros: number): number {
  if (gap < 0 || index < gap) return groups[index] as number;
  return index < gap + zeros ? 0 : (groups[index - zeros] as number);
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The canonical text of the address at `offset` of `words`: dotted quad, or RFC 5952 section 4. */
export function formatIp(words: IpWords, offset = 0): Ip {
  const d = words[offset + 3] as number;
  if (isV4(words, offset)) return `${d >>> 24}.${(d >>> 16) & 255}.${(d >>> 8) & 255}.${d & 255}` as Ip;
  for (let g = 0; g < 4; g++) {
    const word = words[offset + g] as number;
    groups[2 * g] = word >>> 16;
    groups[2 * g + 1] = word & 0xffff;
  }
  let best = -1;
  let bestLength = 1;
  for (let g = 0; g < 8; g++) {
    let length = 0;
    while (g + length < 8 && groups[g + length] === 0) length++;
    if (length > bestLength) {
      best = g;
      bestLength = length;
    }
    if (length > 0) g += length - 1;
  }
  let text = "";
  for (let g = 0; g < 8; g++) {
    if (g === best) {
      text += "::";
      g += bestLength - 1;
      continue;
    }
    if (text !== "" && !text.endsWith(":")) text += ":";
    text += (groups[g] as number).toString(16);
  }
  return text as Ip;
}

/** Whether the address at `offset` of `words` is IPv4. */
export function isV4(words: IpWords, offset = 0): boolean {
  return words[offset + 2] === V4_MARK && words[offset] === 0 && words[offset + 1] === 0;
}

/** The numeric order of two addresses, IPv4 before IPv6: negative where the first comes first. */
export function compareAddresses(a: IpWords, offsetA: number, b: IpWords, offsetB: number): number {
  const v4 = Number(isV4(b, offsetB)) - Number(isV4(a, offsetA));
  if (v4 !== 0) return v4;
  for (let i = 0; i < 4; i++) {
    const difference = (a[offsetA + i] as number) - (b[offsetB + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
