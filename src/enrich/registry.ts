import { isLoopback } from "../model/cidr.ts";
import type { HealthEvent, OriginEvent } from "../model/event.ts";
import { formatIp, type Ip, type IpWords, parseIpWords } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import type { Origin } from "../model/snapshot.ts";
import { isAskable } from "./askable.ts";
import { type Bootstrap, createBootstrap } from "./bootstrap.ts";
import { createFailedLookups } from "./failed-lookups.ts";
import { keepAnswers } from "./kept-answers.ts";
import { type FailureKind, LookupFailure } from "./lookup-failure.ts";
import { Closed, createLookupPool } from "./lookup-pool.ts";
import { within } from "./patience.ts";
import { createPoliteness } from "./politeness.ts";
import { readRdap } from "./rdap.ts";
import type { RegistryAnswer } from "./registry-answer.ts";
import { createRegistryCache } from "./registry-cache.ts";
import { type Asking, registryFetch } from "./registry-fetch.ts";
import { type Health, toldHealth } from "./told-health.ts";
import { parseWhoisServer, type WhoisServer } from "./whois.ts";
import { lookUpByWhois } from "./whois-lookup.ts";

/** Addresses that wait at most: at three a second they are asked for within minutes, later ones are seen again. */
const MAX_WAITING = 1_000;
/** One look-up takes no longer (ms); RDAP has the first part of it, so that whois has some, too. */
const PATIENCE = 10_000;
const RDAP_PART = 0.6;
/** Between two questions to the same registry (ms): none asks for more. */
const GAP = 250;
/** Between two writes of the file (ms). */
const WRITE_INTERVAL = 30_000;
/** Characters of what went wrong, for a line of the screen. */
const MAX_WORDS = 160;
const REMEDY = "the ports 443 and 43 must be open to the outside; --no-whois asks nobody";

export interface RegistryOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly emit: (event: OriginEvent | HealthEvent) => void;
  /** The file that keeps answers; none where undefined. */
  readonly cache: string | undefined;
  /** Seconds that an answer counts. */
  readonly ttl: number;
  /** Look-ups at once. */
  readonly workers: number;
  /** Base URL of IANA's lists of registries. */
  readonly bootstrap: string;
  /** The whois server that is asked first: `host` or `host:port`. */
  readonly whois: string;
  /** Milliseconds that one look-up may take, and between two questions to the same registry. */
  readonly patience?: number;
  readonly gap?: number;
}

/** Where it stands with an address. */
export type RegistryState = "known" | "asked" | { readonly failed: string } | undefined;

/** Who has an address, by the registries: RDAP (RFC 9082, 9083), where that fails whois (RFC 3912). */
export interface Registry {
  /**
   * Has an address looked up; what is known of it then is told by `emit`, at once where its network is known. `asked`: a person
   * did, so it goes before others and one that failed is tried again now. Others that failed are tried when their time is over
   * and somebody asks for them. Never for addresses that are private or reserved.
   */
  ask(ip: Ip, asked: boolean): void;
  /** What is known of its network. */
  known(ip: Ip): Origin | undefined;
  state(ip: Ip): RegistryState;
  /** Resolves when the answers of earlier runs are there. */
  readonly ready: Promise<void>;
  /** Ends all questions, and resolves when answers are written. */
  close(): Promise<void>;
}

/** Throws an Error where `bootstrap` or `whois` is none. */
export function createRegistry(options: RegistryOptions): Registry {
  const { now, emit, ttl, workers, patience = PATIENCE, gap = GAP } = options;
  const start = whoisServer(options.whois);
  const base = baseUrl(options.bootstrap);
  const cache = createRegistryCache(1000 * ttl, now);
  const failures = createFailedLookups(now);
  const politeness = createPoliteness(now, gap);
  const fetchJson = registryFetch({
    politeness,
    trusts: (host) => (host === base.host ? "operator" : bootstrap.lists(host) ? "list" : undefined),
    inside: isLoopbackHost(base),
  });
  const bootstrap: Bootstrap = createBootstrap(base, fetchJson, now);
  const scratch = new Uint32Array(4);
  const counts = { answered: 0, failed: 0 };
  /** What went wrong last, while nothing has been answered since. */
  let silence: string | undefined;
  let fileTrouble = "";
  let closed = false;

  const health = toldHealth("whois", "registries", { now, emit, health: healthNow });
  const fileHealth = toldHealth("whois", options.cache ?? "", {
    now,
    emit,
    health: () => ({
      state: fileTrouble === "" ? "up" : "degraded",
      detail: fileTrouble === "" ? "answers of registries" : fileTrouble,
    }),
  });
  const pool = createLookupPool({ workers, limit: MAX_WAITING, lane: laneOf, rest: politeness.rest, run });
  const kept =
    options.cache === undefined
      ? undefined
      : keepAnswers({ cache, path: options.cache, interval: WRITE_INTERVAL, tell: tellFile });
  const ready = (kept?.loaded ?? Promise.resolve()).then(() => {
    if (closed) return;
    pool.settle(answered);
    pool.open();
  });

  function tellFile(trouble: string): void {
    if (trouble === fileTrouble) return;
    fileTrouble = trouble;
    fileHealth.tell();
  }

  function healthNow(): Health {
    const { answered, failed } = counts;
    const gaveWay = pool.dropped === 0 ? "" : `, ${pool.dropped} gave way`;
    const words = `${cache.size} networks known, ${answered} answers, ${failed} failures${gaveWay}`;
    if (silence !== undefined) return { state: "degraded", detail: `no answer: ${silence}: ${REMEDY}` };
    const refusing = politeness.refusing();
    if (refusing.length === 0) return { state: "up", detail: words };
    const who = refusing.slice(0, 3).join(", ");
    return { state: "degraded", detail: `refused for now by ${who}, asked again later; ${words}` };
  }

  /** The words of an address that may be looked up. */
  function publicWords(ip: Ip): IpWords | undefined {
    return parseIpWords(ip, scratch) && isAskable(scratch) ? scratch : undefined;
  }

  function knownOf(ip: Ip): Origin | undefined {
    const words = publicWords(ip);
    return words === undefined ? undefined : cache.find(words);
  }

  /** Tells what is known of it; false where nothing is. */
  function answered(ip: Ip): boolean {
    const origin = knownOf(ip);
    if (origin === undefined) return false;
    emit({ kind: "origin", at: now(), ip, ...origin });
    return true;
  }

  /** The registry that is asked for it first. */
  function laneOf(ip: Ip): string {
    const words = publicWords(ip);
    return words === undefined || !bootstrap.isLoaded(words) ? "" : (bootstrap.baseOf(words)?.host ?? "");
  }

  async function run(ip: Ip, urgent: boolean, ending: AbortSignal): Promise<void> {
    // One that was before it may have had the answer for it.
    if (answered(ip)) return;
    const words = new Uint32Array(4);
    parseIpWords(ip, words);
    try {
      const answer = await lookUp(words, urgent, ending);
      if (closed) return;
      counts.answered++;
      silence = undefined;
      failures.delete(ip);
      cache.add(answer, now());
      kept?.changed();
      emit({ kind: "origin", at: now(), ip, ...answer.origin });
      pool.settle(answered);
    } catch (error) {
      if (closed) return;
      counts.failed++;
      const kind = error instanceof LookupFailure ? error.kind : "wrong";
      const message = plain(messageOf(error));
      failures.add(ip, message);
      silence = kind === "unreachable" ? message : undefined;
    }
    health.tell();
  }

  async function lookUp(words: IpWords, urgent: boolean, ending: AbortSignal): Promise<RegistryAnswer> {
    const whole = within(patience, ending, () => silentFailure(patience));
    try {
      const first = await byRdap(words, urgent, whole.signal).catch((error: unknown) => failureOf(error));
      if (!(first instanceof LookupFailure)) return first;
      whole.signal.throwIfAborted();
      const second = await lookUpByWhois(start, words, politeness, {
        signal: whole.signal,
        urgent,
      }).catch((error: unknown) => failureOf(error));
      if (!(second instanceof LookupFailure)) return second;
      throw new LookupFailure(worst(first.kind, second.kind), `${first.message}; ${second.message}`);
    } finally {
      whole.end();
    }
  }

  async function byRdap(words: IpWords, urgent: boolean, outer: AbortSignal): Promise<RegistryAnswer> {
    const milliseconds = RDAP_PART * patience;
    const { signal, end } = within(milliseconds, outer, () => silentFailure(milliseconds));
    const asking: Asking = { signal, urgent };
    try {
      await bootstrap.load(words, asking);
      const registry = bootstrap.baseOf(words);
      if (registry === undefined) throw new LookupFailure("nothing", "IANA's list names no registry for it");
      const url = new URL(`ip/${formatIp(words)}`, registry);
      return readRdap(await fetchJson(url, asking), words, registry.host);
    } finally {
      end();
    }
  }

  return {
    ask(ip, asked) {
      if (closed || publicWords(ip) === undefined || answered(ip)) return;
      if (!asked && !failures.isDue(ip)) return;
      pool.add(ip, asked);
    },
    known: knownOf,
    state(ip) {
      if (knownOf(ip) !== undefined) return "known";
      if (pool.has(ip)) return "asked";
      const failed = failures.wordsOf(ip);
      return failed === undefined ? undefined : { failed };
    },
    ready,
    async close() {
      if (closed) return;
      closed = true;
      pool.close();
      health.close();
      await kept?.close();
      fileHealth.close();
    },
  };
}

/** Somebody who knows the registry's whole answer says more than somebody who says nothing. */
function worst(first: FailureKind, second: FailureKind): FailureKind {
  const order: readonly FailureKind[] = ["nothing", "wrong", "refused", "unreachable"];
  return order.find((kind) => kind === first || kind === second) ?? second;
}

/** What went wrong, unless it is that all of it ends. */
function failureOf(error: unknown): LookupFailure {
  if (error instanceof LookupFailure) return error;
  if (error instanceof Closed) throw error;
  return new LookupFailure("wrong", messageOf(error));
}

function silentFailure(milliseconds: number): LookupFailure {
  return new LookupFailure("unreachable", `no answer within ${milliseconds / 1000} s`);
}

function plain(words: string): string {
  return words
    .slice(0, MAX_WORDS)
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, " ")
    .trim();
}

function whoisServer(text: string): WhoisServer {
  const server = parseWhoisServer(text);
  if (server === undefined) throw new Error(`'${text}' is no whois server: HOST or HOST:PORT`);
  return server;
}

function baseUrl(text: string): URL {
  const url = URL.parse(text.endsWith("/") ? text : `${text}/`);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw new Error(`'${text}' is no http or https URL`);
  return url;
}

function isLoopbackHost({ hostname }: URL): boolean {
  const words = new Uint32Array(4);
  if (hostname === "localhost") return true;
  return parseIpWords(hostname.replace(/^\[|\]$/g, ""), words) && isLoopback(words);
}
