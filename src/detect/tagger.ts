import { decodeEscapes } from "../model/escapes.ts";
import { REQUEST_TEXTS, type RequestEvent, type RequestView } from "../model/event.ts";
import { createAgentCache } from "./agent-cache.ts";
import { decode, encodedAt, isEncoded, withoutComments, written } from "./decode.ts";
import { isStatic } from "./endings.ts";
import { compileMatcher, type Matcher } from "./matcher.ts";
import { compileScreen, mayHide, type Screen } from "./screen.ts";
import { SHAPES, type Text } from "./shapes.ts";
import { AGENTS } from "./signatures/agents.ts";
import { COMBINATIONS, REQUEST_CLUES, REQUEST_SIGNS, TELLING } from "./signatures/requests.ts";
import { CLUE, type Sign } from "./signatures/sign.ts";
import { TAG } from "./tags.ts";

/** Says what requests look like. */
export interface Tagger {
  /**
   * What the request looks like: a mask of TAG. Reads the event and keeps nothing of it but a copy of short agents, a
   * bounded number of them.
   *
   * A path is read as sent, and with one and two layers of percent-encoding taken off; of the referrer and the
   * agent only payloads count. Of each text 8,192 bytes are looked at: servers refuse longer lines (nginx
   * large_client_header_buffers, Apache LimitRequestLine and LimitRequestFieldSize, 8 KiB each by default).
   *
   * What a request looks like is no proof of who wanted it: any page can make its visitors ask for an address.
   */
  tag(event: RequestEvent | RequestView): number;
  /**
   * Of the last request tagged: for each tag but static, login, library, noAgent and referred what was seen, in the
   * words of the tables, such as "/.env"; at most 4.
   */
  readonly names: readonly { readonly tag: number; readonly name: string }[];
  /** Of the last request tagged, what was seen of one tag. */
  nameOf(tag: number): string | undefined;
}

export interface TaggerOptions {
  /** Scanners' agents of the operator's own: parts of them, in any case. */
  readonly agents: readonly string[];
  /** The operator's own path patterns, compiled: the one that matched. Asked with the path as sent, then decoded. */
  readonly paths: ((text: string) => string | undefined) | undefined;
}

const MOST = 8192;
/** An escape takes at most six bytes of the log (`\u00HH`) for one of the text. */
const MOST_ESCAPED = 6 * MOST;
const MOST_NAMES = 4;

const PERCENT = 0x25;
const DOT = 0x2e;

const PATH = REQUEST_TEXTS.indexOf("path");
const REFERRER = REQUEST_TEXTS.indexOf("referrer");
const AGENT = REQUEST_TEXTS.indexOf("userAgent");

/** All that a referrer or an agent can be tagged with from its text. */
const PAYLOADS = TAG.exploit | TAG.sql | TAG.xss;
const NAMELESS = TAG.static | TAG.login | TAG.library | TAG.noAgent;

/** What else the one pass over a text finds: that another pass is needed. */
const AGAIN = { layer: 1, comment: 2, escape: 4 } as const;
const SIGNALS = ["?", "%", "\\", "../", "//", "/./", "  ", "/*", "%0a", "%0d"] as const;
const SIGNAL = { question: 0, percent: 1, backslash: 2, climb: 3, slashes: 4, here: 5, blanks: 6 } as const;

/** A needle as it is looked up when found. */
interface Needle {
  readonly length: number;
  readonly fits: (text: Text, from: number, to: number) => boolean;
  readonly tag: number;
  readonly clue: number;
  readonly name: string;
}

/** What an agent was found to be, with the name of each tag. */
interface Seen {
  readonly tags: number;
  readonly names: readonly (string | undefined)[];
}

/** Of nearly all agents. */
const PLAIN: Seen = { tags: 0, names: [] };

const FOLDED = Uint8Array.from({ length: 256 }, (_, c) => (c >= 0x41 && c <= 0x5a ? c | 0x20 : c));
/** White space, and the plus that forms write for a blank, are one. */
const FOLDED_BLANKS = FOLDED.map((c) => (c === 0x2b || (c >= 0x09 && c <= 0x0d) ? 0x20 : c));

/** What may begin a payload; a text without one of these holds none that counts. Of dots it takes two. */
const RARE = new Uint8Array(256);
for (const c of ".%$({<\\;|`'\"") RARE[c.charCodeAt(0)] = 1;

export function createTagger({ agents, paths }: TaggerOptions): Tagger {
  const scratch = Buffer.alloc(MOST_ESCAPED);
  const layers = [Buffer.alloc(MOST), Buffer.alloc(MOST)] as const;
  const uncommented = Buffer.alloc(MOST);
  compiled ??= { ...compileRequests(), screen: compileRequestScreen() };
  const requests = compiled;
  const { screen } = compiled;
  const scanners = compileAgents(agents);
  const known = createAgentCache<Seen>(PLAIN);
  const agentScratch = Buffer.alloc(MOST);
  const agentView = new DataView(agentScratch.buffer, agentScratch.byteOffset, MOST);
  let viewed: Buffer = agentScratch;
  let view: DataView = agentView;

  const text: Text = { bytes: scratch, start: 0, end: 0, query: 0 };
  let tags = 0;
  let names: (string | undefined)[] = [];
  let clues = 0;
  let again = 0;
  let layered = false;
  let climbs = 0;
  let queryClimbs = 0;
  let decodedIn: Buffer = layers[0];
  let decodedLength = 0;

  /** The longest time is spent where nothing is found, so this may be slow. */
  function found(number: number, to: number): void {
    if (number < SIGNALS.length) signal(number, to);
    else meet(requests.needles[number - SIGNALS.length] as Needle, to);
  }

  function foundInAgent(number: number, to: number): void {
    meet(scanners.needles[number] as Needle, to);
  }

  function meet(needle: Needle, to: number): void {
    if (!needle.fits(text, to - needle.length, to)) return;
    clues |= needle.clue;
    if (needle.tag !== 0) add(needle.tag, needle.name);
  }

  function signal(number: number, to: number): void {
    switch (number) {
      case SIGNAL.question:
        if (!layered && text.query === text.end) text.query = to - 1;
        break;
      case SIGNAL.percent:
        if ((again & AGAIN.layer) === 0 && isEncoded(text.bytes, to - 1, text.end)) again |= AGAIN.layer;
        break;
      case SIGNAL.backslash:
        again |= AGAIN.escape | AGAIN.layer;
        break;
      case SIGNAL.slashes:
        // That of `https://` is everywhere.
        if (to - 3 < text.start || text.bytes[to - 3] !== 0x3a) again |= AGAIN.layer;
        break;
      case SIGNAL.here:
      case SIGNAL.blanks:
        again |= AGAIN.layer;
        break;
      case SIGNAL.climb:
        climb(to - 3);
        break;
      default:
        again |= AGAIN.comment;
    }
  }

  /** Three dots are no climb; a name before the dots is one in `/static../`, where nginx lacks a slash. */
  function climb(from: number): void {
    const before = from > text.start ? (text.bytes[from - 1] as number) : 0;
    if (before === 0x2e) return;
    if (from >= text.query) queryClimbs++;
    else climbs++;
  }

  function add(mask: number, name: string): void {
    tags |= mask;
    for (let rest = mask & ~NAMELESS; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      names[bit] ??= name;
    }
  }

  function look(bytes: Uint8Array, start: number, end: number, query: number): void {
    text.bytes = bytes;
    text.start = start;
    text.end = end;
    text.query = query;
    again = 0;
    climbs = 0;
    queryClimbs = 0;
    requests.matcher.scan(bytes, start, end, found);
    // One in a query may be a page's own, and one in a path that stays below its root a browser takes away.
    const leaves = climbs > 0 && leavesRoot(text);
    if (leaves || queryClimbs > 1) add(TAG.traversal, "../");
    if (leaves || queryClimbs > 0) clues |= CLUE.climb;
  }

  /** Looks at a path in all its readings. `escaped` is as a log writes it. */
  function readPath(bytes: Uint8Array, start: number, end: number, escaped: boolean): void {
    decodedLength = 0;
    const last = Math.min(end, start + MOST);
    const query = screen(bytes, start, last);
    if (query < 0) read(bytes, start, end, false, escaped);
    else if (isStatic(bytes, start, query)) tags |= TAG.static;
  }

  /** Looks at `bytes[start, end)` in all its readings. */
  function read(bytes: Uint8Array, start: number, end: number, inQuery: boolean, escaped: boolean): void {
    clues = 0;
    layered = false;
    const last = Math.min(end, start + MOST);
    look(bytes, start, last, inQuery ? start : last);
    if (escaped && (again & AGAIN.escape) !== 0) {
      // It was read as the log writes it: again, as it was sent. A text is read with nothing said of another.
      tags = 0;
      names = [];
      clues = 0;
      const length = copyUnescaped(bytes, start, end);
      look(scratch, 0, length, inQuery ? 0 : length);
    }
    // `/.env%3f.css` is no style sheet: only what is sent is an ending.
    if (!inQuery && isStatic(text.bytes, text.start, text.query)) tags |= TAG.static;
    if (again !== 0) readOn();
    if (clues !== 0) combine();
  }

  function readOn(): void {
    let commented = again;
    for (const into of layers) {
      if ((again & AGAIN.layer) === 0) break;
      layered = true;
      decodedIn = into;
      decode(text.bytes, text.start, text.end, text.query, into);
      decodedLength = written.length;
      look(into, 0, written.length, written.query);
      commented |= again;
    }
    if ((commented & AGAIN.comment) === 0) return;
    layered = true;
    withoutComments(text.bytes, text.start, text.end, uncommented);
    look(uncommented, 0, written.length, 0);
  }

  function combine(): void {
    for (const { all, tag, name } of COMBINATIONS) if ((clues & all) === all) add(tag, name);
  }

  /** As {@link read}, of the first bytes of what was copied, but only payloads count. */
  function readPayloads(length: number): void {
    const before = tags;
    const namesBefore = names;
    tags = 0;
    names = [];
    read(scratch, 0, length, true, false);
    const seen = tags & PAYLOADS;
    const namesSeen = names;
    tags = before;
    names = namesBefore;
    for (let rest = seen; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      add(1 << bit, namesSeen[bit] ?? "");
    }
  }

  function tagPath(event: RequestEvent | RequestView): void {
    if ("starts" in event) {
      const start = event.starts[PATH] as number;
      if (start >= 0) readPath(event.buffer, start, event.ends[PATH] as number, true);
    } else if (event.path !== undefined) readPath(scratch, 0, scratch.write(event.path, 0, MOST), false);
    if (paths !== undefined) tagOwnPath(paths, event.path);
  }

  function tagOwnPath(match: (text: string) => string | undefined, path: string | undefined): void {
    if (path === undefined) return;
    const shown = path.length > MOST ? path.slice(0, MOST) : path;
    let pattern = match(shown);
    if (pattern === undefined && shown.includes("%")) {
      // What the screen let through was not decoded yet.
      if (decodedLength === 0) {
        const length = scratch.write(shown, 0, MOST);
        decode(scratch, 0, length, length, decodedIn);
        decodedLength = written.length;
      }
      pattern = match(decodedIn.toString("utf8", 0, decodedLength));
    }
    if (pattern !== undefined) add(TAG.custom, pattern);
  }

  function tagReferrer(event: RequestEvent | RequestView): void {
    if ("starts" in event) {
      const start = event.starts[REFERRER] as number;
      if (start < 0) return;
      const end = event.ends[REFERRER] as number;
      if (mayHoldPayload(event.buffer, start, end)) readReferrer(copyUnescaped(event.buffer, start, end));
    } else if (event.referrer !== undefined) readReferrer(scratch.write(event.referrer, 0, MOST));
  }

  /** The backslashes of the log may have been all that was rare. */
  function readReferrer(length: number): void {
    if (mayHoldPayload(scratch, 0, length)) readPayloads(length);
  }

  /** Copies what a log wrote, as it was sent. The number of bytes. */
  function copyUnescaped(bytes: Uint8Array, start: number, end: number): number {
    return Math.min(MOST, decodeEscapes(bytes, start, Math.min(end, start + MOST_ESCAPED), scratch));
  }

  function tagAgent(event: RequestEvent | RequestView): void {
    if ("starts" in event) {
      const start = event.starts[AGENT] as number;
      if (start < 0) tags |= TAG.noAgent;
      else {
        if (event.buffer !== viewed) {
          viewed = event.buffer;
          view = new DataView(viewed.buffer, viewed.byteOffset, viewed.byteLength);
        }
        tagAgentBytes(viewed, view, start, event.ends[AGENT] as number, true);
      }
    } else if (event.userAgent === undefined) tags |= TAG.noAgent;
    else tagAgentBytes(agentScratch, agentView, 0, agentScratch.write(event.userAgent, 0, MOST), false);
  }

  function tagAgentBytes(bytes: Buffer, view: DataView, start: number, end: number, escaped: boolean): void {
    let seen = known.get(view, start, end, escaped);
    if (seen === undefined) {
      seen = readAgent(bytes, start, end, escaped);
      known.keep(view, start, end, escaped, seen);
    }
    if (seen === PLAIN) return;
    tags |= seen.tags;
    seen.names.forEach((name, bit) => {
      names[bit] ??= name;
    });
  }

  function readAgent(bytes: Uint8Array, start: number, end: number, escaped: boolean): Seen {
    const before = tags;
    const namesBefore = names;
    tags = 0;
    names = [];
    text.bytes = scratch;
    text.start = 0;
    const length = escaped ? copyUnescaped(bytes, start, end) : end - start;
    if (!escaped) scratch.set(bytes.subarray(start, end));
    text.end = length;
    text.query = 0;
    scanners.matcher.scan(scratch, 0, length, foundInAgent);
    if (length === 0 || (length === 1 && scratch[0] === 0x2d)) tags |= TAG.noAgent;
    readPayloads(length);
    const seen = tags === 0 ? PLAIN : { tags, names };
    tags = before;
    names = namesBefore;
    return seen;
  }

  return {
    tag(event) {
      tags = 0;
      if (names.length > 0) names = [];
      tagPath(event);
      tagAgent(event);
      const own = tags & PAYLOADS;
      tagReferrer(event);
      if (own === 0 && (tags & PAYLOADS) !== 0) tags |= TAG.referred;
      return tags;
    },
    nameOf: (tag) => names[31 - Math.clz32(tag)],
    get names() {
      return names
        .flatMap((name, bit) => (name === undefined ? [] : [{ tag: 1 << bit, name }]))
        .slice(0, MOST_NAMES);
    },
  };
}

interface Needles {
  readonly matcher: Matcher;
  readonly needles: readonly Needle[];
}

/** The same for all taggers, and tens of milliseconds of work: made when the first one is. */
let compiled: (Needles & { readonly screen: Screen }) | undefined;

function compileRequests(): Needles {
  const needles = [
    ...REQUEST_SIGNS.flatMap(({ tag, signs }) => signs.map((sign) => needle(sign, tag, 0))),
    ...REQUEST_CLUES.flatMap(({ clue, signs }) => signs.map((sign) => needle(sign, 0, clue))),
  ];
  const signs = [...REQUEST_SIGNS, ...REQUEST_CLUES].flatMap((group) => group.signs);
  const texts = [...SIGNALS, ...signs.map(([sign]) => sign)];
  return { matcher: compileMatcher(texts.map(bytesOf), FOLDED_BLANKS), needles };
}

/** The `?` is no reason to look closer. */
function compileRequestScreen(): Screen {
  const clues = REQUEST_CLUES.filter(({ clue }) => (clue & TELLING) !== 0);
  const signs = [...REQUEST_SIGNS, ...clues].flatMap((group) => group.signs);
  const signals = SIGNALS.filter((signal) => signal !== "?");
  return compileScreen([...signals, ...signs.map(([sign]) => sign)].map(bytesOf));
}

function compileAgents(own: readonly string[]): Needles {
  const groups = [...AGENTS, { tag: TAG.scanner, signs: own.flatMap(cases) }];
  const needles = groups.flatMap(({ tag, signs }) => signs.map((sign) => needle(sign, tag, 0)));
  const texts = groups.flatMap(({ signs }) => signs.map(([sign]) => sign));
  return { matcher: compileMatcher(texts.map(bytesOf), FOLDED), needles };
}

/** Beyond ASCII only the text as given, and all of it in upper or lower case, are found. */
function cases(agent: string): Sign[] {
  const texts = new Set([agent, agent.toLowerCase(), agent.toUpperCase()]);
  return [...texts].filter((text) => text !== "").map((text) => [text, "any", agent]);
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

function needle([text, shape, name]: Sign, tag: number, clue: number): Needle {
  return { length: bytesOf(text).length, fits: SHAPES[shape], tag, clue, name: name ?? text };
}

function mayHoldPayload(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    if (RARE[c] === 0) continue;
    if (
      c === DOT ? i + 1 < end && bytes[i + 1] === DOT : c !== PERCENT || mayHidePayload(bytes, i, start, end)
    )
      return true;
  }
  return false;
}

/** Encoded slashes and colons are those of addresses that the referrer's own address holds. */
function mayHidePayload(bytes: Uint8Array, at: number, start: number, end: number): boolean {
  const byte = encodedAt(bytes, at, end);
  return byte >= 0 && byte < 0x80 ? RARE[byte] === 1 : mayHide(bytes, at, start, end);
}

/** Whether the path's `..` climb out of where it begins, or a name runs into them in its first segment. */
function leavesRoot({ bytes, start, query }: Text): boolean {
  // Scheme and host are no directories.
  const top = bytes[start] === 0x68 ? 2 : 0;
  let depth = 0;
  let from = start;
  for (let i = start; i <= query; i++) {
    if (i < query && bytes[i] !== 0x2f) continue;
    const length = i - from;
    const dots = length >= 2 && bytes[i - 1] === 0x2e && bytes[i - 2] === 0x2e;
    if (dots && length === 2) {
      if (depth <= top) return true;
      depth--;
    } else if (dots && depth === top && i < query && bytes[i - 3] !== 0x2e) return true;
    else if (length > 0) depth++;
    from = i + 1;
  }
  return false;
}
