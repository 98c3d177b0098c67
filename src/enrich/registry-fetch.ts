import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { parseIpWords } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import { parseJson } from "../model/untrusted-json.ts";
import { isAskable } from "./askable.ts";
import { LookupFailure } from "./lookup-failure.ts";
import { orAborted } from "./patience.ts";
import type { Politeness } from "./politeness.ts";

/** Redirects followed: from the registry that had a network first to the one that has it, and to a member's. */
const MAX_REDIRECTS = 5;
/** The largest answers have a few hundred KiB, the bootstrap file of IPv4 some 20. */
const MAX_BYTES = 2 ** 20;

export interface Asking {
  readonly signal: AbortSignal;
  /** A person waits for it. */
  readonly urgent: boolean;
}

/** Asks registries for JSON, by GET. Throws a {@link LookupFailure}, or what the signal is aborted for. */
export type RegistryFetch = (url: URL, asking: Asking) => Promise<unknown>;

export interface RegistryFetchOptions {
  readonly politeness: Politeness;
  /**
   * Hosts that the operator named, or the list of registries. The operator's may lie anywhere; the list's names are asked as they
   * are, so that a proxy may look them up.
   */
  readonly trusts: (host: string) => "operator" | "list" | undefined;
  /** Answers may lead to addresses of this network: all of it is a rehearsal on one machine. */
  readonly inside: boolean;
}

/**
 * As the runtime's fetch does it, so by the proxy of HTTPS_PROXY. A redirect is a registry's word: it leads to http or https,
 * never to an address that is not public, whatever its name resolves to meanwhile.
 */
export function registryFetch({ politeness, trusts, inside }: RegistryFetchOptions): RegistryFetch {
  /** The URL to ask for, and the name that must be proved there, where that is an address. */
  async function checked(
    url: URL,
    signal: AbortSignal,
  ): Promise<{ readonly url: URL; readonly name?: string }> {
    if (url.protocol !== "https:" && url.protocol !== "http:")
      throw new LookupFailure("wrong", `a redirect to ${url.protocol} is not followed`);
    const trust = trusts(url.host);
    if (inside || trust === "operator") return { url };
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0) {
      if (isInside(host)) throw insideFailure(url);
      return { url };
    }
    const addresses = await orAborted(
      lookup(host, { all: true }).catch((error: unknown) => {
        if (trust === "list") return [];
        throw new LookupFailure("unreachable", `${host}: ${messageOf(error)}`);
      }),
      signal,
    );
    if (addresses.some(({ address }) => isInside(address))) throw insideFailure(url);
    const [first] = addresses;
    if (trust === "list" || first === undefined) return { url };
    const pinned = new URL(url);
    pinned.hostname = first.family === 6 ? `[${first.address}]` : first.address;
    return { url: pinned, name: host };
  }

  async function ask(
    url: URL,
    { signal }: Asking,
  ): Promise<{ readonly next: URL } | { readonly json: unknown }> {
    const target = await checked(url, signal);
    const response = await send(url, target, signal);
    if (response.status === 200) return { json: await readJson(url, response, signal) };
    // Nobody reads what else it says.
    await response.body?.cancel().catch(() => {});
    if (![301, 302, 303, 307, 308].includes(response.status)) throw refusal(url, response);
    const location = response.headers.get("location");
    const next = location === null ? null : URL.parse(location, url.href);
    if (next === null) throw new LookupFailure("wrong", `${url.host} redirects to nowhere`);
    // What stands before an @ would be sent as a login.
    next.username = "";
    next.password = "";
    return { next };
  }

  return async (from, asking) => {
    let url = from;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const here = url;
      const answer = await politeness.ask(here.host, asking, () => ask(here, asking));
      if ("json" in answer) return answer.json;
      url = answer.next;
    }
    throw new LookupFailure("wrong", `${from.host}: more than ${MAX_REDIRECTS} redirects`);
  };
}

async function send(
  url: URL,
  target: { readonly url: URL; readonly name?: string },
  signal: AbortSignal,
): Promise<Response> {
  const { name } = target;
  try {
    return await orAborted(
      fetch(target.url, {
        redirect: "manual",
        // Packed bytes could unpack to more than memory holds.
        decompress: false,
        headers: {
          Accept: "application/rdap+json, application/json;q=0.9",
          "Accept-Encoding": "identity",
          "User-Agent": "nethergaze",
          ...(name !== undefined && { Host: url.host }),
        },
        ...(name !== undefined && { tls: { serverName: name } }),
        signal,
      }),
      signal,
    );
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new LookupFailure("unreachable", `${url.host}: ${connectionWords(error)}`);
  }
}

async function readJson(url: URL, response: Response, signal: AbortSignal): Promise<unknown> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (; reader !== undefined; ) {
      const { done, value } = await orAborted(reader.read(), signal);
      if (done) break;
      size += value.length;
      if (size > MAX_BYTES)
        throw new LookupFailure("wrong", `${url.host} sent more than ${MAX_BYTES / 1024} KiB`);
      pieces.push(value);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof LookupFailure) throw error;
    throw new LookupFailure("unreachable", `${url.host}: ${connectionWords(error)}`);
  } finally {
    reader?.cancel().catch(() => {});
  }
  const json = parseJson(Buffer.concat(pieces).toString("utf8"));
  if (json === undefined) throw new LookupFailure("wrong", `${url.host} did not send JSON`);
  return json;
}

function refusal({ host }: URL, response: Response): LookupFailure {
  const { status } = response;
  if (status === 404) return new LookupFailure("nothing", `${host} knows no such network`);
  if (status === 429 || status === 403 || status === 503) {
    return new LookupFailure(
      "refused",
      `${host} refuses (${status})`,
      waitOf(response.headers.get("retry-after")),
    );
  }
  return new LookupFailure(status >= 500 ? "unreachable" : "wrong", `${host} answered ${status}`);
}

/** Milliseconds of a Retry-After in seconds (RFC 9110, section 10.2.3). One with a date counts as none. */
function waitOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? 1000 * Number(text) : undefined;
}

function isInside(address: string): boolean {
  const words = new Uint32Array(4);
  return !parseIpWords(address, words) || !isAskable(words);
}

function insideFailure({ host }: URL): LookupFailure {
  return new LookupFailure("wrong", `${host} lies within this network and is not asked`);
}

function connectionWords(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return code === "" ? messageOf(error) : code;
}
