import type { TailFs } from "./tail-fs.ts";
import { EDGE, Generation } from "./tail-generation.ts";
import type { Inode } from "./tail-inode.ts";
import { type Splitting, splitLines } from "./tail-lines.ts";

/** Generations remembered that no known file holds: a copy of one may still turn up. */
const REMEMBERED = 64;

export interface Reading {
  readonly fs: TailFs;
  /** Read at once, at most. A longer line is cut. */
  readonly chunk: number;
  /** Bytes kept of a line that was cut. */
  readonly cut: number;
  /** `EDGE + chunk` bytes, shared by all. */
  readonly buffer: Buffer;
  /** Bytes that may still be read in this turn. */
  budget: number;
  /** The time of this turn. */
  at: number;
  /** Generations begun so far, in all logs. */
  serial: number;
}

interface Losses {
  lostBytes: number;
  truncations: number;
}

/**
 * The content of one log: all generations known, and how far each was delivered. A line is delivered when
 * its generation's position moves over it, so it cannot be twice, whichever file it is read from.
 */
export class History {
  readonly #reading: Reading;
  readonly #line: (start: number, end: number) => void;
  readonly #splitting: Splitting = { skipping: false, overlong: 0 };
  #generations: Generation[] = [];
  /** What was lost of generations no longer remembered. */
  readonly #forgotten: Losses = { lostBytes: 0, truncations: 0 };

  constructor(reading: Reading, line: (start: number, end: number) => void) {
    this.#reading = reading;
    this.#line = line;
  }

  get overlong(): number {
    return this.#splitting.overlong;
  }

  /**
   * Delivers the next chunk of an open file. "more": there may be more; "end": that was all; "diverged": it holds
   * something else than it did: look for a copy of what was there, then drain again.
   */
  drain(inode: Inode<unknown>): "more" | "end" | "diverged" {
    const { fs, buffer, chunk, cut, at } = this.#reading;
    if (inode.settle > 0) return this.#settle(inode);
    const known = inode.generation;
    inode.generation ??= this.#identify(inode);
    const edge = inode.generation?.edge ?? 0;
    const offset = (inode.generation?.position ?? 0) - edge;
    // The bytes before the position come in the same read: they prove that those after it follow on them.
    const count = fs.pread(inode.fd, buffer, edge + chunk, offset);
    this.#reading.budget -= count;
    const bytes = buffer.subarray(0, count);
    if (inode.generation?.meets(bytes) === false) return this.#diverged(inode, inode.generation);
    this.#splitting.skipping = inode.generation?.skipping ?? false;
    const end = splitLines(bytes, edge, chunk, cut, this.#splitting, this.#line);
    if (end > edge) {
      inode.generation ??= this.#begin();
      inode.generation.advance(buffer, edge, end);
      inode.generation.skipping = this.#splitting.skipping;
      inode.activeAt = at;
    }
    inode.since = this.#reading.serial;
    if (inode.generation !== undefined) {
      inode.seen = inode.generation.position;
      const size = known === inode.generation ? Number(inode.stat.size) : 0;
      inode.generation.known = Math.max(inode.generation.known, offset + count, size);
    }
    return count === edge + chunk ? "more" : "end";
  }

  /** Hears that a generation, told by its head, was compressed with this length: what is unread of it is lost. */
  compressed(head: Buffer, length: number): void {
    let best: Generation | undefined;
    for (const generation of this.#generations) {
      if (generation.beginsLike(head) && generation.position > (best?.position ?? 0)) best = generation;
    }
    if (best === undefined) this.#forgotten.lostBytes += length;
    else best.known = Math.max(best.known, length);
  }

  /** Shares what a file holds that was another log's: a copy of it may still be found beside either name. */
  adopt(generation: Generation): void {
    generation.owner = this;
    if (!this.#generations.includes(generation)) this.#generations.push(generation);
  }

  /** Bytes seen that can no longer be read, and truncations of which no copy was found. */
  losses(inodes: Iterable<Inode<unknown>>): Losses {
    const kept = new Set<Generation | undefined>();
    for (const inode of inodes) kept.add(inode.generation);
    const gone = this.#generations.filter((generation) => !kept.has(generation));
    for (const generation of kept) if (generation !== undefined) generation.truncated = false;
    const forgotten = gone.splice(0, gone.length - REMEMBERED);
    if (forgotten.length > 0)
      this.#generations = this.#generations.filter((other) => !forgotten.includes(other));
    for (const { owner, unread, truncated } of forgotten) {
      if (owner !== this) continue;
      this.#forgotten.lostBytes += unread;
      this.#forgotten.truncations += Number(truncated);
    }
    const losses = { ...this.#forgotten };
    for (const { owner, unread, truncated } of gone) {
      if (owner !== this) continue;
      losses.lostBytes += unread;
      losses.truncations += Number(truncated);
    }
    return losses;
  }

  #begin(): Generation {
    const generation = new Generation(++this.#reading.serial, this);
    this.#generations.push(generation);
    return generation;
  }

  /** Which known generation a file holds, all that was delivered of it or only its beginning. */
  #identify(inode: Inode<unknown>): Generation | undefined {
    const since = inode.current ? inode.since : 0;
    const { fs, buffer } = this.#reading;
    const size = Number(fs.fstat(inode.fd).size);
    const head = Buffer.from(buffer.subarray(0, fs.pread(inode.fd, buffer, EDGE, 0)));
    if (head.length === 0) return undefined;
    let best: Generation | undefined;
    let behind: Generation | undefined;
    for (const generation of this.#generations) {
      if (generation.serial <= since || !generation.beginsLike(head)) continue;
      if (size < generation.position) behind = generation;
      else if (generation.position > (best?.position ?? 0) && this.#holds(inode, generation))
        best = generation;
    }
    if (best === undefined && behind !== undefined) inode.seen = size;
    return best ?? behind;
  }

  #holds(inode: Inode<unknown>, generation: Generation): boolean {
    const { fs, buffer } = this.#reading;
    const { edge, position } = generation;
    return generation.meets(buffer.subarray(0, fs.pread(inode.fd, buffer, edge, position - edge)));
  }

  /** The file does not hold what it did up to the position. */
  #diverged(inode: Inode<unknown>, generation: Generation): "end" | "diverged" {
    const { fs, buffer } = this.#reading;
    const size = Number(fs.fstat(inode.fd).size);
    const head = buffer.subarray(0, fs.pread(inode.fd, buffer, EDGE, 0));
    if (size < generation.position && size >= inode.seen && generation.beginsLike(head)) {
      // A copy that ends before the position, of a generation that went on elsewhere.
      inode.seen = size;
      return "end";
    }
    if (inode.current) generation.truncated = true;
    // Cut back, but not to nothing, or a copy that somebody wrote to: of what is left, this much was delivered.
    const common = Math.min(size, inode.seen);
    const alike = generation.beginsLike(head.subarray(0, common)) && !generation.repetitive;
    inode.settle = alike && common < generation.position ? common : 0;
    inode.generation = undefined;
    inode.seen = 0;
    return "diverged";
  }

  /** Goes to the beginning of the line that `inode.settle` lies in. */
  #settle(inode: Inode<unknown>): "more" {
    const { fs, buffer, chunk } = this.#reading;
    const known = this.#identify(inode);
    const size = Math.min(Number(fs.fstat(inode.fd).size), inode.settle);
    inode.settle = 0;
    if (known !== undefined && (size <= known.position || !known.repetitive)) {
      inode.generation = known;
      return "more";
    }
    const head = Buffer.from(buffer.subarray(0, fs.pread(inode.fd, buffer, EDGE, 0)));
    const offset = Math.max(0, size - EDGE - chunk);
    const count = fs.pread(inode.fd, buffer, size - offset, offset);
    let end = buffer.subarray(0, count).lastIndexOf(10) + 1;
    if (offset + end === 0) return "more";
    // The last line is longer than what was read: it is one to be cut.
    const skipping = end < Math.min(EDGE, offset + end);
    if (skipping) end = count;
    inode.generation = this.#begin();
    inode.generation.place(offset + end, head, buffer, end);
    inode.generation.skipping = skipping;
    inode.seen = offset + end;
    return "more";
  }
}
