import { REQUEST_TEXTS, type RequestEvent, type RequestView } from "../src/model/event.ts";
import { type Ip, type IpWords, parseIpWords } from "../src/model/ip.ts";

/** With a few texts they still lie close together, with seven they are further apart than they are long. */
const BETWEEN = Buffer.alloc(300, "x");

/**
 * A request view as a parser hands it out: one object and one array of words for all lines. After
 * `poison()` whatever is asked of it throws, and its words are those of nobody.
 */
export class PoisonedRequest implements RequestView {
  readonly kind = "request";
  readonly #words: IpWords = new Uint32Array(4);
  #event: RequestEvent | undefined;

  load(event: RequestEvent): this {
    this.#event = event;
    if (!parseIpWords(event.ip, this.#words)) throw new Error(`no address: ${event.ip}`);
    return this;
  }

  poison(): void {
    this.#event = undefined;
    this.#words.fill(0xffffffff);
  }

  get words(): IpWords {
    this.#read();
    return this.#words;
  }
  get at(): number {
    return this.#read().at;
  }
  get ip(): Ip {
    return this.#read().ip;
  }
  get method(): string | undefined {
    return this.#read().method;
  }
  get path(): string | undefined {
    return this.#read().path;
  }
  get protocol(): string | undefined {
    return this.#read().protocol;
  }
  get status(): number | undefined {
    return this.#read().status;
  }
  get bytes(): number | undefined {
    return this.#read().bytes;
  }
  get referrer(): string | undefined {
    return this.#read().referrer;
  }
  get userAgent(): string | undefined {
    return this.#read().userAgent;
  }
  get user(): string | undefined {
    return this.#read().user;
  }
  get vhost(): string | undefined {
    return this.#read().vhost;
  }
  get malformed(): true | undefined {
    return this.#read().malformed;
  }
  get timeUnknown(): true | undefined {
    return this.#read().timeUnknown;
  }
  get source(): string {
    return this.#read().source;
  }

  get buffer(): Buffer {
    return this.#line().bytes;
  }
  get starts(): Int32Array {
    return this.#line().starts;
  }
  get ends(): Int32Array {
    return this.#line().ends;
  }
  get simple(): boolean {
    this.#read();
    return false;
  }

  /** The texts as a log would escape them, with what else a line holds between them. */
  #line(): { bytes: Buffer; starts: Int32Array; ends: Int32Array } {
    const event = this.#read();
    const starts = new Int32Array(REQUEST_TEXTS.length).fill(-1);
    const ends = new Int32Array(REQUEST_TEXTS.length);
    let bytes = Buffer.alloc(0);
    REQUEST_TEXTS.forEach((field, i) => {
      const text = event[field];
      if (text === undefined) return;
      bytes = Buffer.concat([bytes, BETWEEN]);
      starts[i] = bytes.length;
      bytes = Buffer.concat([bytes, Buffer.from(text.replaceAll("\\", "\\\\"))]);
      ends[i] = bytes.length;
    });
    return { bytes, starts, ends };
  }

  #read(): RequestEvent {
    if (this.#event === undefined) throw new Error("a request was read after its line");
    return this.#event;
  }
}
