import type { NginxEntry } from "./nginx-error.ts";

/**
 * NGX_MAX_ERROR_STR of ngx_log.h, and OpenResty's: bytes of one entry with its newline. What is longer is cut there.
 */
const CUTS = [2048, 4096];
const LONGEST = Math.max(...CUTS);

/** Lines of one log in which a client may have written some, as if they were the server's. */
export interface NginxWrites<T> {
  /**
   * Takes the next line, of `length` bytes without its newline, with the entry that it begins and what that says, if
   * any; `now` is when it was read. Gives back what an earlier line says, once that can no longer turn out to be forged.
   */
  next(now: number, length: number, line: string, entry?: NginxEntry, says?: T): T | undefined;
  /** Takes note of a line of blanks. */
  blank(length: number): void;
  /** The next of what is held back, in its order, if it was read before `until`. */
  rest(until: number): T | undefined;
}

/** What a line says, held back. Places are bytes since the first line. */
interface Held<T> {
  says: T;
  readonly start: number;
  readonly stamp: string;
  readonly readAt: number;
}

/** What is remembered of a line as long as an entry that began there may go on. */
interface Recent {
  readonly start: number;
  /** Text of a client's may begin here and take up the lines that follow, and what tells so be cut off. */
  readonly opens: boolean;
  /** Text may do so of which nothing tells whose it is. */
  readonly quotes: boolean;
  /** Where it may hold the target of a request: what follows its head, with `%HH` decoded. */
  readonly decoded: string | undefined;
}

/** Messages that hold what another program wrote: one behind the server, or a script in it. */
const QUOTING = /^(?:FastCGI sent in stderr: |\[lua\] |js: )/;

/**
 * nginx writes what clients ask for into its entries without escaping newlines: `GET /x%0a2026/...` of a file that is
 * not there makes a line that looks like another entry, whole and about whomever the client likes. So a line is
 * believed only where it cannot lie inside another entry, which is never longer than some bytes and written at once.
 * Of any other `forged` is told instead of what it says:
 *
 * - An entry tells its request as the client sent it: with `%0a`, and with the stamp of each line that it forged. Nobody
 *   can do that to a true line, for its worker and connection are told to nobody.
 * - An entry cut at its end may not tell it, but has that very length. A true line between many others looks so by
 *   chance, one of ten or twenty.
 * - What another program wrote may hold anything, and what is written for debugging does not tell the request: the lines
 *   that follow either may be part of it.
 */
export function createNginxWrites<T>(forged: T): NginxWrites<T> {
  const held: Held<T>[] = [];
  let recent: Recent[] = [];
  /** Bytes so far. */
  let at = 0;
  const rest = (until: number): T | undefined => {
    const [first] = held;
    return first !== undefined && first.readAt < until ? held.shift()?.says : undefined;
  };
  return {
    rest,
    next(now, length, line, entry, says) {
      const start = at;
      at += length + 1;
      recent = recent.filter((one) => at - one.start <= LONGEST);
      const text = entry?.message ?? line;
      const decoded = text.includes("%") ? decode(text) : undefined;
      const cut = recent.find((one) => one.opens && CUTS.includes(at - one.start));
      for (const one of held) {
        if (decoded?.includes(one.stamp) || (cut !== undefined && one.start > cut.start)) one.says = forged;
      }
      const opens = entry !== undefined && says === undefined && mayOpen(entry.message);
      const quotes =
        entry !== undefined && (QUOTING.test(entry.message) || entry.stamp.includes(" [debug] "));
      if (opens || quotes || decoded !== undefined) recent.push({ start, opens, quotes, decoded });
      if (entry !== undefined && says !== undefined) {
        const { stamp } = entry;
        const isForged =
          cut !== undefined || recent.some((one) => one.quotes || one.decoded?.includes(stamp) === true);
        held.push({ says: isForged ? forged : says, start, stamp, readAt: now });
      }
      const [first] = held;
      return first !== undefined && at - first.start >= LONGEST ? rest(Number.POSITIVE_INFINITY) : undefined;
    },
    blank(length) {
      at += length + 1;
    },
  };
}

/** Whether a message has text in quotes before it tells the request: a path, as the client asked for it. */
function mayOpen(message: string): boolean {
  const quote = message.indexOf('"');
  const client = message.indexOf(", client: ");
  return quote >= 0 && (client < 0 || quote < client);
}

/** Byte by byte: in a stamp all are ASCII. */
function decode(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
