import { decodeText } from "../model/escapes.ts";
import {
  AUTH_OUTCOMES,
  type AuthEvent,
  type AuthOutcome,
  type RequestEvent,
  toAuthEvent,
  toEvent,
} from "../model/event.ts";
import { formatIp, type Ip } from "../model/ip.ts";
import {
  ABSENT,
  ADDRESS,
  AT,
  AUTH_HEADER,
  AUTH_PLACES,
  COUNT,
  ESCAPED,
  HAS_BYTES,
  HAS_COUNT,
  HAS_SESSION,
  HAS_STATUS,
  HEADER,
  isKept,
  MALFORMED,
  PLACES,
  REQUEST,
  type Recent,
  recordAt,
  SENT,
  SESSION,
  SIMPLE,
  SOURCE,
  TIME_UNKNOWN,
} from "./recent.ts";

/** One object for all kept lines, pointed at one after the other: whoever reads it must not keep it. */
export interface LineReader {
  /** The line of that number, which is kept: its getters decode what is asked of them, and nothing else is read. */
  read(seq: number): RequestEvent | AuthEvent;
  /** The plain event, which may be kept, or undefined when the line is gone. Texts may have been cut. */
  take(seq: number): RequestEvent | AuthEvent | undefined;
}

export function createLineReader(recent: Recent): LineReader {
  const request = new KeptRequest(recent);
  const auth = new KeptAuth(recent);
  return {
    read(seq) {
      const word = recordAt(recent, seq);
      const line = ((recent.words[word] as number) & 0xff) === REQUEST ? request : auth;
      line.word = word;
      return line;
    },
    take(seq) {
      if (!isKept(recent, seq)) return undefined;
      const line = this.read(seq);
      return line.kind === "request" ? toEvent(line) : toAuthEvent(line);
    },
  };
}

/** What both kinds of records hold. */
class Kept {
  protected readonly recent: Recent;
  /** Where the record begins. */
  word = 0;

  constructor(recent: Recent) {
    this.recent = recent;
  }

  get at(): number {
    return this.wide(AT);
  }
  get ip(): Ip {
    return formatIp(this.recent.words, this.word + ADDRESS);
  }
  get timeUnknown(): true | undefined {
    return this.has(TIME_UNKNOWN) || undefined;
  }
  get source(): string {
    return this.recent.sources[this.recent.words[this.word + SOURCE] as number] ?? "";
  }

  protected has(flag: number): boolean {
    return (((this.recent.words[this.word] as number) >> 8) & flag) !== 0;
  }
  /** The number that stands beside the flags. */
  protected get number(): number {
    return (this.recent.words[this.word] as number) >>> 16;
  }
  protected wide(field: number): number {
    return this.recent.doubles[(this.word + field) >> 1] as number;
  }
  protected text(places: number, header: number, i: number): string | undefined {
    const { words, bytes } = this.recent;
    const where = words[this.word + places + i] as number;
    if (where === ABSENT) return undefined;
    const texts = 4 * this.word + header;
    const from = texts + (where & 0xffff);
    const to = texts + (where >>> 16);
    return this.has(ESCAPED) ? decodeText(bytes, from, to) : bytes.toString("utf8", from, to);
  }
}

class KeptRequest extends Kept implements RequestEvent {
  readonly kind = "request";

  get method(): string | undefined {
    return this.text(PLACES, HEADER, 0);
  }
  get path(): string | undefined {
    return this.text(PLACES, HEADER, 1);
  }
  get protocol(): string | undefined {
    return this.has(SIMPLE) ? "HTTP/0.9" : this.text(PLACES, HEADER, 2);
  }
  get referrer(): string | undefined {
    return this.text(PLACES, HEADER, 3);
  }
  get userAgent(): string | undefined {
    return this.text(PLACES, HEADER, 4);
  }
  get user(): string | undefined {
    return this.text(PLACES, HEADER, 5);
  }
  get vhost(): string | undefined {
    return this.text(PLACES, HEADER, 6);
  }
  get status(): number | undefined {
    return this.has(HAS_STATUS) ? this.number : undefined;
  }
  get bytes(): number | undefined {
    return this.has(HAS_BYTES) ? this.wide(SENT) : undefined;
  }
  get malformed(): true | undefined {
    return this.has(MALFORMED) || undefined;
  }
}

class KeptAuth extends Kept implements AuthEvent {
  readonly kind = "auth";

  get service(): string {
    return this.text(AUTH_PLACES, AUTH_HEADER, 0) ?? "";
  }
  get outcome(): AuthOutcome {
    return AUTH_OUTCOMES[this.number] ?? "probe";
  }
  get user(): string | undefined {
    return this.text(AUTH_PLACES, AUTH_HEADER, 1);
  }
  get method(): string | undefined {
    return this.text(AUTH_PLACES, AUTH_HEADER, 2);
  }
  get count(): number | undefined {
    return this.has(HAS_COUNT) ? this.wide(COUNT) : undefined;
  }
  get session(): number | undefined {
    return this.has(HAS_SESSION) ? this.wide(SESSION) : undefined;
  }
}
