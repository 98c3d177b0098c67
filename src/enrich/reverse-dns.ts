import { Resolver } from "node:dns/promises";
import type { HealthEvent, OriginEvent } from "../model/event.ts";
import { type Ip, type IpWords, isV4, parseIp, parseIpWords } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import { isAskable } from "./askable.ts";
import { hostNameOf } from "./host-name.ts";
import { Closed, createLookupPool } from "./lookup-pool.ts";
import { orAborted, remaining, within } from "./patience.ts";
import { toldHealth } from "./told-health.ts";

const WORKERS = 4;
/** Addresses that wait at most: crawlers are dozens, and a person asks for one at a time. */
const MAX_WAITING = 1_000;
/** One address takes no longer (ms), names and the way back together. */
const PATIENCE = 5_000;
/** Of one question, which is asked twice. */
const TIMEOUT = 1_500;
const TRIES = 2;
/** Answers kept at most, and for how long (ms): names, that there is none, and that nobody answered. */
const MAX_KEPT = 10_000;
const NAMED = 3_600_000;
const NAMELESS = 600_000;
const SILENT = 60_000;
/** Names of one address that are looked at: who has more of them means none. */
const MAX_NAMES = 8;

export interface ReverseDnsOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly emit: (event: OriginEvent | HealthEvent) => void;
  /** Name servers to ask, `address` or `address:port`; the machine's own where there are none. */
  readonly servers?: readonly string[];
  /** Private addresses are looked up, too. */
  readonly privateToo?: boolean;
  /** Milliseconds that one address may take. */
  readonly patience?: number;
}

/** Names of addresses. Only one that leads back to the address is told: what stands at an address, its owner writes. */
export interface ReverseDns {
  /** Has an address looked up; its name is told by `emit`, at once where it is known. `asked`: a person waits, so it goes first. */
  ask(ip: Ip, asked?: boolean): void;
  /** Whether it was looked up lately, and is not just being looked up: its name, or null where it has none that leads back. */
  known(ip: Ip): string | null | undefined;
  /** Whether nobody answered lately. */
  isSilent(ip: Ip): boolean;
  close(): void;
}

interface Kept {
  readonly hostname: string | undefined;
  /** Nobody answered. */
  readonly silent: boolean;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** Throws an Error where one of `servers` is none. */
export function createReverseDns(options: ReverseDnsOptions): ReverseDns {
  const { now, emit, servers = [], privateToo = false, patience = PATIENCE } = options;
  const answers = new Map<Ip, Kept>();
  const counts = { named: 0, nameless: 0 };
  let resolver = newResolver(servers);
  /** What went wrong last, while nothing was answered since. */
  let silence: string | undefined;

  const health = toldHealth("dns", "reverse DNS", {
    now,
    emit,
    health: () =>
      silence === undefined
        ? { state: "up", detail: `${counts.named} names, ${counts.nameless} addresses without one` }
        : {
            state: "degraded",
            detail: `no answer: ${silence}: see /etc/resolv.conf, or name servers with --set rdns.servers`,
          },
  });
  const pool = createLookupPool({ workers: WORKERS, limit: MAX_WAITING, run });
  pool.open();

  function fresh(ip: Ip): Kept | undefined {
    const kept = answers.get(ip);
    return kept !== undefined && remaining(kept.until, now(), NAMED) > 0 ? kept : undefined;
  }

  function keep(ip: Ip, hostname: string | undefined, silent = false): void {
    const time = hostname !== undefined ? NAMED : silent ? SILENT : NAMELESS;
    answers.delete(ip);
    answers.set(ip, { hostname, silent, until: now() + time });
    if (answers.size <= MAX_KEPT) return;
    for (const oldest of answers.keys()) {
      answers.delete(oldest);
      return;
    }
  }

  function tell(ip: Ip, hostname: string): void {
    emit({ kind: "origin", at: now(), ip, hostname });
  }

  async function run(ip: Ip, _urgent: boolean, ending: AbortSignal): Promise<void> {
    const words = new Uint32Array(4);
    parseIpWords(ip, words);
    const { signal, end } = within(patience, ending, () => new Error(`within ${patience / 1000} s`));
    const asked = resolver;
    const cancel = (): void => asked.cancel();
    ending.addEventListener("abort", cancel, { once: true });
    try {
      const hostname = await confirmedName(asked, ip, words, signal);
      if (ending.aborted) return;
      keep(ip, hostname);
      silence = undefined;
      if (hostname === undefined) counts.nameless++;
      else counts.named++;
      if (hostname !== undefined) tell(ip, hostname);
    } catch (error) {
      if (error instanceof Closed || ending.aborted) return;
      keep(ip, undefined, true);
      silence = messageOf(error).slice(0, 80);
      // The machine may have got other name servers meanwhile.
      resolver = newResolver(servers);
    } finally {
      ending.removeEventListener("abort", cancel);
      end();
    }
    health.tell();
  }

  return {
    ask(ip, asked = false) {
      const words = new Uint32Array(4);
      if (!parseIpWords(ip, words) || (!isAskable(words) && !privateToo)) return;
      const kept = fresh(ip);
      if (kept === undefined) pool.add(ip, asked);
      else if (kept.hostname !== undefined) tell(ip, kept.hostname);
    },
    isSilent: (ip) => fresh(ip)?.silent === true,
    known(ip) {
      const kept = fresh(ip);
      return kept === undefined || kept.silent ? undefined : (kept.hostname ?? null);
    },
    close() {
      pool.close();
      health.close();
    },
  };
}

function newResolver(servers: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: TRIES });
  if (servers.length > 0) resolver.setServers([...servers]);
  return resolver;
}

/** The first name of the address (PTR, RFC 1035, section 3.5) whose own addresses hold it. Throws where nobody answers. */
async function confirmedName(
  resolver: Resolver,
  ip: Ip,
  words: IpWords,
  signal: AbortSignal,
): Promise<string | undefined> {
  const names = await orAborted(found(resolver.resolvePtr(reverseName(words))), signal);
  for (const text of names.slice(0, MAX_NAMES)) {
    const name = hostNameOf(text);
    if (name === undefined) continue;
    // The dot of the root: no search list is gone through.
    const addresses = await orAborted(
      found(isV4(words) ? resolver.resolve4(`${name}.`) : resolver.resolve6(`${name}.`)),
      signal,
    );
    if (addresses.some((address) => parseIp(address) === ip)) return name;
  }
  return undefined;
}

/** No records where there is no such name, or it has none of them. */
async function found(question: Promise<string[]>): Promise<string[]> {
  try {
    return await question;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOTFOUND" || code === "ENODATA") return [];
    throw error;
  }
}

/** `1.2.0.192.in-addr.arpa` (RFC 1035, section 3.5), or the 32 nibbles of RFC 3596, section 2.5. */
function reverseName(words: IpWords): string {
  if (isV4(words)) {
    const word = words[3] as number;
    return `${word & 255}.${(word >>> 8) & 255}.${(word >>> 16) & 255}.${word >>> 24}.in-addr.arpa`;
  }
  const nibbles = [...words].map((word) => word.toString(16).padStart(8, "0")).join("");
  return `${[...nibbles].reverse().join(".")}.ip6.arpa`;
}
