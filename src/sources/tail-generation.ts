/** Bytes kept of the head and of what lies before the position: several log lines, so two logs hardly share both. */
export const EDGE = 1024;

/**
 * What was written to a log between one creation or truncation and the next, wherever it lies now: in the
 * file of that name, in a rotated one, in a copy. It is known by its first bytes and by those before the
 * position, so any file can be asked whether it holds this generation, and read on from there.
 */
export class Generation {
  /** Counts up over all logs. */
  readonly serial: number;
  /** Whose losses its unread bytes would be. */
  owner: object;
  /** Bytes delivered: the offset where the next line begins, or the next bytes to pass over. */
  position = 0;
  /** Bytes it was seen to have. */
  known = 0;
  /** See `Splitting`. */
  skipping = false;
  /** Its file was truncated, and no copy of it was found so far. */
  truncated = false;
  readonly #head = Buffer.alloc(EDGE);
  readonly #tail = Buffer.alloc(EDGE);

  constructor(serial: number, owner: object) {
    this.serial = serial;
    this.owner = owner;
  }

  /** How many bytes of its head, and as many before the position, are known. */
  get edge(): number {
    return Math.min(EDGE, this.position);
  }

  /** Moves on over `bytes[from, to)`; the `edge` bytes before `from` are those before the position. */
  advance(bytes: Buffer, from: number, to: number): void {
    if (this.position < EDGE) bytes.copy(this.#head, this.position, from, to);
    this.position += to - from;
    bytes.copy(this.#tail, 0, to - this.edge, to);
  }

  /** Starts in the middle: `head` are its first bytes, and `bytes[0, to)` those before `position`. */
  place(position: number, head: Buffer, bytes: Buffer, to: number): void {
    this.position = position;
    this.known = position;
    head.copy(this.#head, 0, 0, this.edge);
    bytes.copy(this.#tail, 0, to - this.edge, to);
  }

  /** Bytes it had that were not delivered. */
  get unread(): number {
    return this.known - this.position;
  }

  /** Whether `head`, the first bytes of a file, may be the first ones of this: as far as both are known. */
  beginsLike(head: Buffer): boolean {
    const length = Math.min(head.length, this.edge);
    return this.#head.compare(head, 0, length, 0, length) === 0;
  }

  /** Whether `bytes` begins with the `edge` bytes before the position. */
  meets(bytes: Buffer): boolean {
    return bytes.length >= this.edge && this.#tail.compare(bytes, 0, this.edge, 0, this.edge) === 0;
  }

  /** Whether its first line comes again: then equal bytes do not prove that a file holds this generation. */
  get repetitive(): boolean {
    const head = this.#head.subarray(0, this.edge);
    const line = Buffer.concat([Buffer.from("\n"), head.subarray(0, head.indexOf(10) + 1)]);
    return line.length > 1 && (head.includes(line) || this.#tail.subarray(0, this.edge).includes(line));
  }
}
