import { decodeText } from "../model/escapes.ts";

/**
 * Decoded strings of byte fields that repeat from line to line (user agents, methods). Direct-mapped,
 * compared byte for byte, and bounded: `slots` strings, each of at most `width` bytes, in one buffer. Wider
 * fields are decoded each time.
 */
export class TextCache {
  readonly #width: number;
  readonly #mask: number;
  readonly #view: DataView;
  readonly #lengths: Int32Array;
  readonly #texts: string[];

  /** `slots` must be a power of two. */
  constructor(slots: number, width: number) {
    this.#width = width;
    this.#mask = slots - 1;
    this.#view = new DataView(new ArrayBuffer(slots * width));
    this.#lengths = new Int32Array(slots).fill(-1);
    this.#texts = new Array<string>(slots).fill("");
  }

  /** As {@link decodeText}. `view` is over the same bytes as `buffer`. */
  decode(buffer: Buffer, view: DataView, start: number, end: number): string {
    const length = end - start;
    if (length > this.#width) return decodeText(buffer, start, end);
    const slot = hash(view, start, end) & this.#mask;
    const at = slot * this.#width;
    if (this.#lengths[slot] === length && equal(view, start, end, this.#view, at)) {
      return this.#texts[slot] as string;
    }
    const text = decodeText(buffer, start, end);
    for (let i = 0; i < length; i++) this.#view.setUint8(at + i, view.getUint8(start + i));
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }
}

/** Over all bytes: agents differ in a digit or two anywhere, so a sample of them collides. */
function hash(view: DataView, start: number, end: number): number {
  let h = end - start;
  let i = start;
  for (; i + 4 <= end; i += 4) h = Math.imul(h ^ view.getInt32(i, true), 0x9e3779b1);
  for (; i < end; i++) h = Math.imul(h ^ view.getUint8(i), 0x9e3779b1);
  return (h >>> 16) ^ (h & 0xffff);
}

function equal(a: DataView, start: number, end: number, b: DataView, at: number): boolean {
  let i = start;
  let j = at;
  for (; i + 4 <= end; i += 4, j += 4) if (a.getInt32(i) !== b.getInt32(j)) return false;
  for (; i < end; i++, j++) if (a.getUint8(i) !== b.getUint8(j)) return false;
  return true;
}
