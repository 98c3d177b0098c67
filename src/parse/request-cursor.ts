import { decodeText } from "../model/escapes.ts";
import type { RequestText, RequestView } from "../model/event.ts";
import { formatIp, type Ip, type IpWords } from "../model/ip.ts";
import { TextCache } from "./text-cache.ts";

/** Where the cursor keeps the place of each text field. */
export const FIELD = {
  method: 0,
  path: 1,
  protocol: 2,
  referrer: 3,
  userAgent: 4,
  user: 5,
  vhost: 6,
} as const satisfies Record<RequestText, number>;

/** Where it keeps the addresses that a proxy says it forwards for (`X-Forwarded-For`); no text of the event. */
export const FORWARDED = 7;
const PLACES = 8;

/** Agents seen at one site are a few thousand; those over 256 bytes are rare. 1 MiB in all. */
const agents = new TextCache(4096, 256);
/** Methods and protocols are a dozen words; hostile ones only push each other out. */
const tokens = new TextCache(64, 16);

/**
 * One line of an access log, read where it lies: the parsers note where each field is, the getters decode
 * when asked (again at each read). One object serves every line, so nobody may keep it, and the bytes must
 * not change until the next line.
 */
export class RequestCursor implements RequestView {
  readonly kind = "request";
  /** The file's path, set by the source. */
  source = "";
  /** When the batch was read (epoch milliseconds), set by the source: `at` of lines without a readable time. */
  readAt = 0;

  // What follows is written by the parsers.
  buffer: Buffer = Buffer.alloc(0);
  view = new DataView(this.buffer.buffer, 0, 0);
  /** Epoch milliseconds, or NaN. */
  time = Number.NaN;
  /** -1 when unknown. */
  statusCode = -1;
  /** Body bytes; -1 when unknown. */
  size = -1;
  /** Whether the request line is HTTP: a version on it, `simple` without one (HTTP/0.9), or not at all. */
  requestLine: "http" | "simple" | "malformed" = "http";

  #bytes: Uint8Array = this.buffer;
  readonly #words: IpWords = new Uint32Array(4);
  readonly #starts = new Int32Array(PLACES);
  readonly #ends = new Int32Array(PLACES);
  #poisoned = false;

  /** Forgets the line before and starts one in `bytes`. */
  begin(bytes: Uint8Array): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.time = Number.NaN;
    this.statusCode = -1;
    this.size = -1;
    this.requestLine = "http";
    for (let field = 0; field < PLACES; field++) this.#starts[field] = -1;
    this.#poisoned = false;
  }

  /** Notes that `field` is the bytes `[start, end)`, still escaped. */
  setText(field: number, start: number, end: number): void {
    this.#starts[field] = start;
    this.#ends[field] = end;
  }

  clearText(field: number): void {
    this.#starts[field] = -1;
  }

  /**
   * Makes every getter throw until the next line: tests do so after each line to find who kept the cursor.
   */
  poison(): void {
    this.#poisoned = true;
    this.#words.fill(0xffffffff);
  }

  get words(): IpWords {
    this.#check();
    return this.#words;
  }

  get ip(): Ip {
    return formatIp(this.words);
  }

  get at(): number {
    this.#check();
    return Number.isNaN(this.time) ? this.readAt : this.time;
  }

  get timeUnknown(): true | undefined {
    this.#check();
    return Number.isNaN(this.time) ? true : undefined;
  }

  get status(): number | undefined {
    this.#check();
    return this.statusCode < 0 ? undefined : this.statusCode;
  }

  get bytes(): number | undefined {
    this.#check();
    return this.size < 0 ? undefined : this.size;
  }

  get malformed(): true | undefined {
    this.#check();
    return this.requestLine === "malformed" ? true : undefined;
  }

  get method(): string | undefined {
    return this.#repeated(FIELD.method, tokens);
  }

  get path(): string | undefined {
    return this.#text(FIELD.path);
  }

  get protocol(): string | undefined {
    this.#check();
    return this.requestLine === "simple" ? "HTTP/0.9" : this.#repeated(FIELD.protocol, tokens);
  }

  get referrer(): string | undefined {
    return this.#text(FIELD.referrer);
  }

  get userAgent(): string | undefined {
    return this.#repeated(FIELD.userAgent, agents);
  }

  get user(): string | undefined {
    return this.#text(FIELD.user);
  }

  get vhost(): string | undefined {
    return this.#text(FIELD.vhost);
  }

  get starts(): Int32Array {
    this.#check();
    return this.#starts;
  }

  get ends(): Int32Array {
    this.#check();
    return this.#ends;
  }

  get simple(): boolean {
    return this.requestLine === "simple";
  }

  #check(): void {
    if (this.#poisoned) throw new Error("a request cursor was read after its line");
  }

  #text(field: number): string | undefined {
    this.#check();
    const start = this.#starts[field] as number;
    return start < 0 ? undefined : decodeText(this.buffer, start, this.#ends[field] as number);
  }

  #repeated(field: number, cache: TextCache): string | undefined {
    this.#check();
    const start = this.#starts[field] as number;
    return start < 0 ? undefined : cache.decode(this.buffer, this.view, start, this.#ends[field] as number);
  }
}
