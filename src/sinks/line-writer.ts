import { write } from "node:fs";

/** UTF-16 units that may wait for a slow reader: several seconds of a busy server, and a bound on our memory. */
const MAX_WAITING = 8 << 20;
/** Written at once: large enough that a system call per piece costs nothing. */
const PIECE = 256 << 10;
/** A reader whose end is non-blocking answers EAGAIN: asked again this much later, in milliseconds. */
const AGAIN = 10;

/** Writes lines to a file descriptor without ever blocking the thread. */
export interface LineWriter {
  /**
   * Queues one line (without its newline). False: the queue is full and the line was dropped. Once full,
   * it takes lines again when it is half empty: so one loss is one gap, not every other line.
   */
  line(text: string): boolean;
  /** Undefined while the queue is less than half full; else a promise that resolves when it is, or nothing more can be written. */
  room(): Promise<void> | undefined;
  /** Resolves when all is written, or nothing more can be. */
  flush(): Promise<void>;
  /** Lines dropped so far. */
  readonly dropped: number;
  /** Bytes handed to the kernel so far. */
  readonly written: number;
}

/**
 * A writer on `fd`. `onEnd` is called once when the other end is gone (EPIPE) or the file cannot be
 * written, with the error's code, before what waits for room or for a flush goes on; from then on lines go nowhere.
 */
export function createLineWriter(fd: number, onEnd: (code: string) => void): LineWriter {
  let waiting: string[] = [];
  let waitingUnits = 0;
  let writing = false;
  let full = false;
  let ended = false;
  let dropped = 0;
  let written = 0;
  let wakeups: (() => void)[] = [];

  const hasRoom = (): boolean => ended || waitingUnits < MAX_WAITING / 2;
  const isEmpty = (): boolean => ended || (waiting.length === 0 && !writing);
  const wake = (): void => {
    const callbacks = wakeups;
    wakeups = [];
    for (const callback of callbacks) callback();
  };
  const end = (code: string): void => {
    ended = true;
    waiting = [];
    onEnd(code);
    wake();
  };
  const send = (piece: Uint8Array, from: number): void => {
    write(fd, piece, from, piece.length - from, null, (error, count) => {
      if (error?.code === "EAGAIN") {
        setTimeout(send, AGAIN, piece, from);
      } else if (error !== null) {
        end(error.code ?? "EIO");
      } else {
        written += count;
        if (from + count < piece.length) send(piece, from + count);
        else next();
      }
    });
  };
  const next = (): void => {
    if (waiting.length === 0) {
      writing = false;
      wake();
      return;
    }
    let size = 0;
    let lines = 0;
    while (lines < waiting.length && size < PIECE) size += (waiting[lines++] as string).length;
    waitingUnits -= size;
    const piece = Buffer.from(waiting.splice(0, lines).join(""));
    if (hasRoom()) {
      full = false;
      wake();
    }
    send(piece, 0);
  };
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => wakeups.push(resolve));
  };

  return {
    line(text) {
      if (ended) return true;
      if (full) {
        dropped++;
        return false;
      }
      waiting.push(`${text}\n`);
      waitingUnits += text.length + 1;
      full = waitingUnits > MAX_WAITING;
      // A turn's lines go out together.
      if (!writing) {
        writing = true;
        setImmediate(next);
      }
      return true;
    },
    room: () => (hasRoom() ? undefined : until(hasRoom)),
    flush: () => until(isEmpty),
    get dropped() {
      return dropped;
    },
    get written() {
      return written;
    },
  };
}
