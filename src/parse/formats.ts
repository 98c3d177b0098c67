import { compileApache } from "./apache-format.ts";
import { caddy } from "./caddy.ts";
import { combined, common } from "./combined.ts";
import { containerOpener, type Envelope, type Message, openSyslog } from "./envelope.ts";
import type { Format, ParseLine } from "./format.ts";
import { haproxy } from "./haproxy.ts";
import { json } from "./json.ts";
import { compileNginx } from "./nginx-format.ts";
import { nginxJson } from "./nginx-json.ts";
import type { RequestCursor } from "./request-cursor.ts";
import { traefik } from "./traefik.ts";
import { vhost } from "./vhost.ts";

/** The formats by the names of `--log-format`. A new one is a file and a line here. */
export const FORMATS = {
  combined,
  common,
  vhost,
  json,
  caddy,
  "nginx-json": nginxJson,
  traefik,
  haproxy,
} as const satisfies Record<string, Format>;
export type FormatName = keyof typeof FORMATS;

/** What is tried on a line of an unknown format. `json` understands every JSON, `combined` Traefik's CLF. */
const TRIED: readonly FormatName[] = ["combined", "common", "vhost", "json", "haproxy"];

/**
 * The reader of `format`: one of {@link FORMATS}, an nginx `log_format` string (it has a `$`) or an Apache `LogFormat`
 * string (a `%`). In words what is wrong with it where it is none.
 */
export function parserOf(format: string): ParseLine | string {
  if (Object.hasOwn(FORMATS, format)) return FORMATS[format as FormatName].parse;
  if (format.includes("$")) return compileNginx(format);
  if (format.includes("%")) return compileApache(format);
  return `no such format; allowed: auto, ${Object.keys(FORMATS).join(", ")}, an nginx log_format string, an Apache LogFormat string`;
}

/** Reads the lines of one file. */
export interface Detector {
  /** The format of the last line understood, and what was around it: `combined`, `haproxy in syslog`. */
  readonly format: string | undefined;
  readonly parse: ParseLine;
}

/**
 * A reader for one file. A line is tried as what the one before it was, at first as `expected`, and on a miss as
 * every other format: a file may change its mind, and a stray line costs a few tries. Where it is `strict`, lines
 * of any other format than the expected one are refused. Either way a line may stand behind syslog's prefix or inside a
 * container's log. Throws a TypeError where the expected format cannot be read: ask {@link parserOf} before.
 */
export function createDetector(expected?: string, strict = expected !== undefined): Detector {
  let ways: Way[] = ENVELOPES.map(([around, envelope]) => {
    const lines = createLines(expected, strict);
    return { lines, around, parse: envelope === undefined ? lines.parse : within(envelope(), lines.parse) };
  });
  const [plain] = ways as [Way, ...Way[]];
  let known = plain;
  return {
    get format() {
      const { format } = known.lines;
      return format === undefined ? undefined : format + known.around;
    },
    parse(bytes, start, end, cursor) {
      if (known.parse(bytes, start, end, cursor)) {
        if (known.lines.settled && ways.length > 1) ways = [known];
        return true;
      }
      for (const way of ways) {
        if (way === known || !way.parse(bytes, start, end, cursor)) continue;
        known = way;
        if (known.lines.settled) ways = [known];
        return true;
      }
      return false;
    },
  };
}

interface Lines extends Detector {
  /** A configured format fits: nothing else is tried any more, nor anything else around the lines. */
  readonly settled: boolean;
}

interface Way {
  readonly lines: Lines;
  readonly around: string;
  readonly parse: ParseLine;
}

const ENVELOPES: readonly (readonly [around: string, (() => Envelope) | undefined])[] = [
  ["", undefined],
  [" in syslog", () => openSyslog],
  [" in a container's log", containerOpener],
];

/** Reads what is inside an envelope. */
function within(envelope: Envelope, parse: ParseLine): ParseLine {
  const message: Message = { bytes: new Uint8Array(0), start: 0, end: 0 };
  return (bytes: Uint8Array, start: number, end: number, cursor: RequestCursor) =>
    envelope(bytes, start, end, message) && parse(message.bytes, message.start, message.end, cursor);
}

interface Candidate {
  readonly name: string;
  readonly parse: ParseLine;
}

function candidate(name: string): Candidate {
  const parse = parserOf(name);
  if (typeof parse === "string") throw new TypeError(parse);
  return { name, parse };
}

/** A reader of lines with nothing around them. */
function createLines(expected: string | undefined, strict: boolean): Lines {
  const first = candidate(expected ?? "combined");
  let candidates = strict ? [] : [first, ...TRIED.map(candidate)];
  const isConfigured = !Object.hasOwn(FORMATS, first.name);
  let settled = false;
  let known = first;
  let format = strict ? expected : undefined;
  return {
    get format() {
      return format;
    },
    get settled() {
      return settled;
    },
    parse(bytes, start, end, cursor) {
      if (!known.parse(bytes, start, end, cursor)) {
        const other = candidates.find(
          ({ parse }) => parse !== known.parse && parse(bytes, start, end, cursor),
        );
        if (other === undefined) return false;
        known = other;
        format = other.name;
      }
      format ??= known.name;
      // What a configured format refuses once it fits may be a stranger's try to be read as another.
      if (isConfigured && !settled && known === first) {
        settled = true;
        candidates = [];
      }
      return true;
    },
  };
}
