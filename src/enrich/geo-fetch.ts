import { messageOf } from "../model/message-of.ts";

/** Redirects followed, as browsers do it. */
const MAX_REDIRECTS = 10;
/** Characters of what came in place of what was expected, in a message. */
const ECHO = 40;

/** Why there is nothing, in words that name the URL and what would help. */
export class FetchFailure extends Error {
  override readonly name = "FetchFailure";
}

/** What a server sends. */
export interface Fetched {
  /** Where it came from, after redirects. */
  readonly url: string;
  /** Bytes it is said to have; undefined where the server does not say. */
  readonly size: number | undefined;
  /** Its bytes, piece by piece; throws a {@link FetchFailure}. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface FetchLimits {
  /** Milliseconds of silence after which a server is given up. */
  readonly stall: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/**
 * Asks for a file by GET, through the proxy of HTTPS_PROXY or HTTP_PROXY unless NO_PROXY has its host (the runtime's fetch
 * goes by them). Undefined where the server says that there is none (404, 410). Throws a {@link FetchFailure}.
 */
export async function fetchFile(from: string, limits: FetchLimits): Promise<Fetched | undefined> {
  const watch = watchFor(limits);
  try {
    let url = new URL(from);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await ask(url, watch);
      const { status } = response;
      if (status === 200) {
        return { url: shownUrl(url), size: sizeOf(response), body: bodyOf(url, response, watch) };
      }
      // Nobody reads what else it says.
      await response.body?.cancel().catch(() => {});
      if (status === 404 || status === 410) {
        watch.end();
        return undefined;
      }
      if (![301, 302, 303, 307, 308].includes(status)) throw refusal(url, status);
      url = redirected(url, response.headers.get("location"));
    }
    throw new FetchFailure(
      `${shownUrl(new URL(from))}: more than ${MAX_REDIRECTS} redirects: is the base address right?`,
    );
  } catch (error) {
    watch.end();
    throw error;
  }
}

/** A URL as it may be shown: without a password. */
export function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.href;
}

/** Gives up when nothing was heard for too long. */
interface Watch {
  readonly signal: AbortSignal;
  heard(): void;
  end(): void;
  /** Why it ended. */
  why(url: URL, error: unknown): Error;
}

function watchFor({ stall, signal }: FetchLimits): Watch {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), stall);
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    heard() {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), stall);
    },
    end: () => clearTimeout(timer),
    why(url, error) {
      if (error instanceof FetchFailure || signal.aborted)
        return error instanceof Error ? error : new Error("ended");
      const words = silence.signal.aborted ? `nothing came for ${stall / 1000} s` : connectionWords(error);
      return new FetchFailure(`${shownUrl(url)}: ${words}: try again, behind a proxy with HTTPS_PROXY set`);
    },
  };
}

function connectionWords(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string") return messageOf(error);
  // Of errno(3) the runtime's own words ask more than they say.
  return /^E[A-Z]+$/.test(code) ? `no connection (${code})` : `${messageOf(error)} (${code})`;
}

async function ask(url: URL, watch: Watch): Promise<Response> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      // What comes is packed as it lies there: to unpack it is our part.
      decompress: false,
      headers: { "Accept-Encoding": "identity" },
      signal: watch.signal,
    });
    watch.heard();
    return response;
  } catch (error) {
    throw watch.why(url, error);
  }
}

async function* bodyOf(
  url: URL,
  response: Response,
  watch: Watch,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  const aborted = new Promise<never>((_, reject) => {
    const end = (): void => reject(new Error("ended"));
    if (watch.signal.aborted) end();
    else watch.signal.addEventListener("abort", end, { once: true });
  });
  aborted.catch(() => {});
  try {
    for (let first = true; reader !== undefined; ) {
      const { done, value } = await Promise.race([reader.read(), aborted]);
      if (done) return;
      watch.heard();
      if (value.length === 0) continue;
      if (first && value[0] !== 0x1f) throw notPacked(url, value);
      first = false;
      yield value;
    }
  } catch (error) {
    throw watch.why(url, error);
  } finally {
    watch.end();
    reader?.cancel().catch(() => {});
  }
}

function sizeOf(response: Response): number | undefined {
  const text = response.headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A page of a proxy or a network that wants a login, mostly. */
function notPacked(url: URL, bytes: Uint8Array): FetchFailure {
  const begin = Buffer.from(bytes.subarray(0, ECHO))
    .toString("latin1")
    .replace(/[^ -~]+/g, " ")
    .trim();
  return new FetchFailure(
    `${shownUrl(url)}: what came is not a gzip file, it begins with '${begin}': is the base address right, or a proxy in between?`,
  );
}

function refusal(url: URL, status: number): FetchFailure {
  const help =
    status === 407
      ? "the proxy wants a login: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT"
      : status === 429 || status >= 500
        ? "try again later"
        : "is the base address right?";
  return new FetchFailure(`${shownUrl(url)}: the server answered ${status}: ${help}`);
}

function redirected(from: URL, location: string | null): URL {
  const to = location === null ? null : URL.parse(location, from.href);
  if (to === null)
    throw new FetchFailure(`${shownUrl(from)}: a redirect to nowhere: is the base address right?`);
  if (to.protocol !== "https:" && to.protocol !== "http:") {
    throw new FetchFailure(`${shownUrl(from)}: a redirect to ${to.protocol} is not followed`);
  }
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw new FetchFailure(`${shownUrl(from)}: a redirect from https to http is not followed`);
  }
  return to;
}
