import type { IpWords } from "../model/ip.ts";
import { COLON, DOT, isDash, isDigit, OPEN_BRACKET, QUOTE, stands } from "./ascii.ts";
import { CLF_LENGTH, parseClfTime } from "./clf-time.ts";
import type { ParseLine } from "./format.ts";
import { parseForwarded } from "./forwarded.ts";
import { parseJsonTime } from "./json-time.ts";
import { parseSize, parseStatus } from "./numbers.ts";
import { parsePeer } from "./peer.ts";
import { closingQuote } from "./quoted.ts";
import { FIELD, FORWARDED, type RequestCursor } from "./request-cursor.ts";
import { splitRequestLine } from "./request-line.ts";

/** What a field of a configured format tells: a text of the cursor by its number (below 16), or one of these. */
export const TELLS = {
  ...FIELD,
  forwarded: FORWARDED,
  /** The peer, with or without a port. */
  address: 16,
  /** The last of a list of addresses, where the format has no peer. */
  lastAddress: 17,
  /** `dd/Mon/yyyy:HH:MM:SS +zzzz` */
  clfTime: 18,
  /** Any other time: ISO, or a count since 1970. */
  time: 19,
  status: 20,
  size: 21,
  /** Method, target and protocol in one. */
  request: 22,
  /** A number that tells nothing. */
  number: 23,
  /** What nobody asks for any more, a dash: identd's name. */
  dash: 24,
  nothing: 25,
} as const;
export type Tells = (typeof TELLS)[keyof typeof TELLS];

/** One field of a format and the text behind it, up to the next field. */
export interface LayoutField {
  readonly tells: Tells;
  readonly behind: string;
}

/** A line as a server was told to write it: text, then fields with text behind each. */
export interface Layout {
  readonly before: string;
  readonly fields: readonly LayoutField[];
}

/** What a name of a format's language tells. */
export function told(table: Readonly<Record<string, Tells>>, name: string): Tells {
  return (Object.hasOwn(table, name) ? table[name] : undefined) ?? TELLS.nothing;
}

interface Step {
  readonly tells: Tells;
  readonly behind: Uint8Array;
  /** Its first byte, -1 where it is the line's end. */
  readonly first: number;
  /** Between quotes, with those inside escaped. */
  readonly quoted: boolean;
  /** Where a stranger may have written what looks like the text behind it, the next field tells the true one. */
  next: Step | undefined;
  /** The field behind it. */
  following: Step | undefined;
}

/** Fields that hold what a peer sent, blanks and brackets included. */
const FREE: ReadonlySet<Tells> = new Set([
  TELLS.path,
  TELLS.referrer,
  TELLS.userAgent,
  TELLS.user,
  TELLS.vhost,
  TELLS.forwarded,
  TELLS.request,
  TELLS.nothing,
]);
/** Fields whose shape can be checked where they begin. */
const SHAPED: ReadonlySet<Tells> = new Set([
  TELLS.address,
  TELLS.clfTime,
  TELLS.status,
  TELLS.size,
  TELLS.number,
]);

/** An IPv6 address in brackets with a port. So the search for where one may stand is linear in the line. */
const LONGEST_PEER = 64;
/** More digits than any count has. */
const LONGEST_NUMBER = 32;

const peer: IpWords = new Uint32Array(4);

/**
 * The reader of a layout whose fields may touch each other or tell the same; in words what is wrong with it. `spelling` is how its
 * language spells the peer's address.
 */
export function compileFields(layout: Layout, spelling: string): ParseLine | string {
  const fields = single(apart(layout.fields));
  const all = new Set(fields.map(({ tells }) => tells));
  if (!all.has(TELLS.address) && !all.has(TELLS.lastAddress)) {
    const touched = layout.fields.some(({ tells }) => tells === TELLS.address);
    return touched ? `nothing stands between ${spelling} and the field beside it` : `it has no ${spelling}`;
  }
  if (!all.has(TELLS.request) && !all.has(TELLS.path) && !all.has(TELLS.status)) {
    return "it has no request, path or status";
  }
  const list = fields.find(({ tells }) => tells === TELLS.lastAddress);
  if (list !== undefined && list.behind.trim() === "")
    return `without ${spelling}, nothing tells where its list of addresses ends`;
  return compileLayout({ before: layout.before, fields });
}

/** Two fields with nothing between them are one: a path and its query, or what nobody can take apart. */
function apart(fields: readonly LayoutField[]): LayoutField[] {
  const joined: LayoutField[] = [];
  for (const field of fields) {
    const before = joined.at(-1);
    if (before === undefined || before.behind !== "") {
      joined.push(field);
      continue;
    }
    const together = before.tells === TELLS.path && field.tells === TELLS.nothing;
    joined[joined.length - 1] = { ...field, tells: together ? TELLS.path : TELLS.nothing };
  }
  return joined;
}

/** Of fields that tell the same the first is believed, and without a peer a forwarded address is the address. */
function single(fields: readonly LayoutField[]): LayoutField[] {
  const lacksPeer = !fields.some(({ tells }) => tells === TELLS.address);
  const known = new Set<Tells>();
  return fields.map((field) => {
    const tells =
      lacksPeer && field.tells === TELLS.forwarded && !known.has(TELLS.lastAddress)
        ? TELLS.lastAddress
        : field.tells;
    const isKnown = known.has(tells) || (known.has(TELLS.request) && tells <= TELLS.protocol);
    if (isKnown) return { ...field, tells: TELLS.nothing };
    known.add(tells);
    return { ...field, tells };
  });
}

/**
 * The reader of a layout. A line that does not have all of its text is refused, except that a quoted field
 * may be cut off by the line's end; so is one whose address, status or size is none. Linear in the line.
 */
function compileLayout({ before, fields }: Layout): ParseLine {
  const encoder = new TextEncoder();
  const head = encoder.encode(before);
  const steps: Step[] = [];
  let text = before;
  for (const { tells, behind } of fields) {
    const bytes = encoder.encode(behind);
    const quoted = text.endsWith('"') && behind.startsWith('"');
    steps.push({
      tells,
      behind: bytes,
      first: bytes[0] ?? -1,
      quoted,
      next: undefined,
      following: undefined,
    });
    text = behind;
  }
  for (const [i, step] of steps.entries()) {
    const next = steps[i + 1];
    step.following = next;
    if (next !== undefined && FREE.has(step.tells) && SHAPED.has(next.tells)) step.next = next;
  }
  const exposed = exposedIn(steps);
  const unmistakable = (bytes: Uint8Array, from: number, end: number): boolean =>
    exposed === undefined || isAlone(exposed, bytes, from, end);
  return (bytes, start, lineEnd, cursor) => {
    let end = lineEnd;
    while (end > start && (bytes[end - 1] as number) <= 0x20) end--;
    cursor.begin(bytes);
    if (!stands(head, bytes, start, end)) return false;
    let addressed = false;
    let requested = false;
    let i = start + head.length;
    let open = i;
    for (let s = 0; s < steps.length; s++) {
      const step = steps[s] as Step;
      // From the text before it on: that is what leads to a peer too.
      if (s === exposed?.from) open = i;
      const fieldEnd = step.quoted ? quoteEnd(step, cursor, i, end) : plainEnd(step, bytes, i, end);
      if (fieldEnd < 0 || !take(cursor, bytes, step.tells, i, fieldEnd)) return false;
      if (step.tells === TELLS.address || step.tells === TELLS.lastAddress) addressed = true;
      else if (step.tells === TELLS.request || step.tells <= TELLS.path || step.tells === TELLS.status) {
        requested = true;
      }
      if (step.quoted && fieldEnd + step.behind.length > end) {
        return addressed && requested && unmistakable(bytes, open, end);
      }
      i = fieldEnd + step.behind.length;
    }
    return i === end && addressed && requested && unmistakable(bytes, open, end);
  };
}

/**
 * The place of the quote that ends the field, `end` where it was cut off: the first that no backslash escapes and
 * that has the rest behind it, or as much of that as the line has. A server told not to escape writes quotes
 * as they came: then a later one, with the next field behind it, is the true one.
 */
function quoteEnd(
  { behind, next }: Step,
  { view, buffer }: RequestCursor,
  from: number,
  end: number,
): number {
  let first = end;
  for (let i = closingQuote(view, from, end); i < end; i = closingQuote(view, i + 1, end)) {
    const after = i + behind.length;
    if (!stands(after > end ? behind.subarray(0, end - i) : behind, buffer, i, end)) continue;
    if (next === undefined || after >= end || hasShape(next, buffer, after, end))
      return first < end && after >= end ? first : i;
    if (first === end) first = i;
  }
  return first;
}

/** The place of the text behind the field, or -1. */
function plainEnd(step: Step, bytes: Uint8Array, from: number, end: number): number {
  const { first, behind, next } = step;
  if (first < 0) return end;
  for (let i = from; i < end; i++) {
    if (bytes[i] !== first || !stands(behind, bytes, i, end)) continue;
    if (next === undefined || hasShape(next, bytes, i + behind.length, end)) return i;
  }
  return -1;
}

/** The place of the address in a layout where it comes after what a stranger may have written, or is that. */
interface Exposed {
  /** The number of the step from which on a stranger may write. */
  readonly from: number;
  /** The text before the peer; undefined where the address is the last of a stranger's list. */
  readonly lead: Uint8Array | undefined;
  readonly address: Step;
}

function exposedIn(steps: readonly Step[]): Exposed | undefined {
  const at = steps.findIndex(({ tells }) => tells === TELLS.address || tells === TELLS.lastAddress);
  const address = steps[at];
  if (address === undefined) return undefined;
  if (address.tells === TELLS.lastAddress) {
    return address.quoted ? undefined : { from: at, lead: undefined, address };
  }
  const from = steps.slice(0, at).findIndex(({ tells, quoted }) => FREE.has(tells) && !quoted);
  return from < 0 ? undefined : { from, lead: steps[at - 1]?.behind, address };
}

/**
 * Whether just one address from `start` on can be the peer. Of two a stranger wrote one, and nobody can tell who
 * asked. What comes after the next quote cannot be: servers escape those that a stranger sends.
 */
function isAlone({ lead, address }: Exposed, bytes: Uint8Array, start: number, end: number): boolean {
  let count = 0;
  for (let i = start; i < end && bytes[i] !== QUOTE; i++) {
    if (lead === undefined) {
      if (bytes[i] !== address.first || !stands(address.behind, bytes, i, end)) continue;
      i += address.behind.length - 1;
    } else if (
      bytes[i] !== lead[0] ||
      !stands(lead, bytes, i, end) ||
      !mayBePeer(address, bytes, i + lead.length, end)
    ) {
      continue;
    }
    count++;
  }
  return count === 1;
}

/** As {@link hasShape} of an address, or of the `unix:` that nginx writes of a peer without one. */
function mayBePeer(address: Step, bytes: Uint8Array, at: number, end: number): boolean {
  return hasShape(address, bytes, at, end) || stands(UNIX, bytes, at, end);
}

const UNIX = new TextEncoder().encode("unix:");

/** Whether that text stands there, or the line ends there and the text is none. */
function follows(text: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  return text.length === 0 ? at === end : stands(text, bytes, at, end);
}

/** Whether a field of that kind, with its text behind it, may begin at `at`. */
function hasShape(step: Step, bytes: Uint8Array, at: number, end: number): boolean {
  const { tells, behind, following } = step;
  if (tells === TELLS.address) {
    if (!beginsPeer(bytes[at] as number)) return false;
    let stop = at;
    const farthest = Math.min(end, at + LONGEST_PEER);
    while (stop < farthest && bytes[stop] !== step.first) stop++;
    if (!parsePeer(bytes, at, stop, peer) || !follows(behind, bytes, stop, end)) return false;
    const next = stop + behind.length;
    if (following?.tells !== TELLS.dash) return true;
    return isDash(bytes, next, next + 1) && follows(following.behind, bytes, next + 1, end);
  }
  if (tells === TELLS.clfTime) return stands(behind, bytes, at + CLF_LENGTH, end);
  if (isDash(bytes, at, at + 1) && follows(behind, bytes, at + 1, end)) return true;
  let i = at;
  const farthest = Math.min(end, at + LONGEST_NUMBER);
  while (i < farthest && (isDigit(bytes[i] as number) || bytes[i] === DOT)) i++;
  return (tells === TELLS.status ? i === at + 3 : i > at) && follows(behind, bytes, i, end);
}

/** A hexadecimal digit, a colon, or the bracket before an IPv6 address. */
function beginsPeer(c: number): boolean {
  const letter = c | 0x20;
  return isDigit(c) || (letter >= 0x61 && letter <= 0x66) || c === COLON || c === OPEN_BRACKET;
}

/** Hands the field to the cursor. False where the line cannot be of this layout. */
function take(cursor: RequestCursor, buffer: Uint8Array, tells: Tells, start: number, end: number): boolean {
  switch (tells) {
    case TELLS.address:
      return parsePeer(buffer, start, end, cursor.words);
    case TELLS.lastAddress:
      return parseForwarded(buffer, start, end, cursor.words);
    case TELLS.clfTime:
      cursor.time = parseClfTime(buffer, start, end);
      return true;
    case TELLS.time:
      cursor.time = parseJsonTime(buffer, start, end);
      return true;
    case TELLS.status:
      cursor.statusCode = parseStatus(buffer, start, end);
      return !Number.isNaN(cursor.statusCode);
    case TELLS.size:
      cursor.size = start === end ? -1 : parseSize(buffer, start, end);
      return !Number.isNaN(cursor.size);
    case TELLS.request:
      splitRequestLine(buffer, start, end, cursor);
      return true;
    case TELLS.number:
    case TELLS.dash:
    case TELLS.nothing:
      return true;
    default:
      if (start < end && !isDash(buffer, start, end)) cursor.setText(tells, start, end);
      return true;
  }
}
