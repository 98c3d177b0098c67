import { join } from "node:path";
import { isAskable } from "../enrich/askable.ts";
import { createRegistry, type Registry } from "../enrich/registry.ts";
import { createReverseDns, type ReverseDns } from "../enrich/reverse-dns.ts";
import { CRAWLERS, isCrawlersName } from "../model/crawlers.ts";
import type { HealthEvent, OriginEvent } from "../model/event.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import { now } from "../sources/clock.ts";
import { originWords } from "../tui/detail.ts";
import type { Surroundings, Teller } from "./knowledge.ts";

/** Between two looks at who is suspicious, or says it is a crawler (ms). */
const INTERVAL = 1_000;
/** Rows of a screen that are asked about: no terminal is higher. */
const ON_SCREEN = 200;
/** Addresses that were on the screen, of which is remembered that they were told of. */
const TOLD = 10_000;
/** Addresses that say they are a crawler and wait for their names, and for how long (ms). */
const CLAIMING = 1_024;
const PATIENCE = 15_000;
/** Addresses that are asked about until it is known who they are. */
const ACCUSED = 512;

/** Who answers for addresses by asking others. */
export interface Registries extends Teller {
  /** Somebody wants to know who has it: what comes of that, in words. */
  lookUp(ip: Ip): string;
  /** These are on the screen. */
  onScreen(ips: readonly Ip[]): void;
}

/**
 * The registries (RDAP, whois) and reverse DNS. By itself they are asked only about what is on the screen, who is
 * suspicious, and, for its name, who says it is a crawler. Private addresses are never asked about.
 */
export function startRegistries({ config, places, engine, emit, say }: Surroundings): Registries {
  /** Databases name who announces an address and where: whoever leases it from them does not take that place. */
  const add = (event: OriginEvent | HealthEvent): void => {
    if (event.kind === "health") {
      emit(event);
      return;
    }
    const { country, org, ...rest } = event;
    const known = engine.row(event)?.origin;
    emit({
      ...rest,
      ...(known?.country === undefined && country !== undefined && { country }),
      ...(known?.asn === undefined && org !== undefined && { org }),
    });
  };

  let registry: Registry | undefined;
  let dns: ReverseDns | undefined;
  const begun = (part: "whois" | "dns", begin: () => void): void => {
    try {
      begin();
    } catch (error) {
      emit({ kind: "health", at: now(), part, source: part, state: "down", detail: messageOf(error) });
    }
  };
  begun("whois", () => {
    registry = createRegistry({
      now,
      emit: add,
      cache: join(places.cache, "networks.json"),
      ttl: config.whoisTtl,
      workers: config.whoisWorkers,
      bootstrap: config.rdapBootstrap,
      whois: config.whoisServer,
    });
  });
  if (config.rdnsEnabled)
    begun("dns", () => {
      dns = createReverseDns({ now, emit, servers: config.rdnsServers });
    });
  const claiming = new Map<Ip, { readonly agent: string; readonly until: number }>();
  /** Of whom somebody waits to hear. */
  let awaited: Ip | undefined;
  /** Against whom something spoke, until it is known who that is. */
  const accused = new Set<Ip>();
  const told = new Set<Ip>();
  const consider = (ip: Ip): void => {
    const state = registry?.state(ip);
    if (state === "asked") return;
    if (state === "known") {
      // It is told once: each time would be news for the screen.
      if (told.has(ip)) return;
      if (told.size >= TOLD) told.clear();
      told.add(ip);
    }
    registry?.ask(ip, false);
  };
  const verify = (): void => {
    for (const [ip, agent] of engine.claimants())
      if (claiming.size < CLAIMING && !claiming.has(ip)) claiming.set(ip, { agent, until: now() + PATIENCE });
    for (const [ip, { agent, until }] of claiming) {
      const name = dns?.known(ip);
      if (name === undefined) {
        dns?.ask(ip);
        // Who has no answer takes nobody's place: with its next request it says so again.
        if (dns?.isSilent(ip) || until <= now()) claiming.delete(ip);
        continue;
      }
      claiming.delete(ip);
      const crawler = CRAWLERS.find(({ agents }) => agents.includes(agent));
      if (crawler === undefined) continue;
      const proved = name !== null && isCrawlersName(crawler, name);
      emit({
        ...{ kind: "origin", at: now(), ip },
        ...(proved ? { crawler: crawler.name } : { forged: crawler.name }),
      });
    }
  };
  /** What came of it: the answer, or why there is none. */
  const tellAwaited = (): void => {
    const state = awaited === undefined ? undefined : registry?.state(awaited);
    if (awaited === undefined || state === "asked") return;
    if (state === "known") say?.(whoWords(awaited));
    else if (state !== undefined) say?.(`${awaited}: ${state.failed}; asked again later`);
    awaited = undefined;
  };
  const whoWords = (ip: Ip): string =>
    `${ip}: ${originWords({ ...registry?.known(ip), ...engine.row({ ip })?.origin })}`;
  const timer = setInterval(() => {
    for (const ip of engine.accused()) if (accused.size < ACCUSED) accused.add(ip);
    for (const ip of accused) {
      consider(ip);
      // One that failed is due again later, as long as it is held.
      if (registry?.state(ip) === "known" || engine.row({ ip }) === undefined) accused.delete(ip);
    }
    if (dns !== undefined) verify();
    tellAwaited();
  }, INTERVAL);
  return {
    tell(ips) {
      for (const ip of ips) {
        const origin = registry?.known(ip);
        if (origin !== undefined) add({ kind: "origin", at: now(), ip, ...origin });
      }
    },
    refresh() {},
    onScreen(ips) {
      for (const ip of ips.slice(0, ON_SCREEN)) consider(ip);
    },
    lookUp(ip) {
      const words = new Uint32Array(4);
      if (!parseIpWords(ip, words) || !isAskable(words))
        return `${ip} is private or reserved: no registry has it`;
      if (registry === undefined) return "the registries cannot be asked: see ? for why";
      const state = registry.state(ip);
      registry.ask(ip, true);
      dns?.ask(ip, true);
      if (state === "known") return whoWords(ip);
      awaited = ip;
      return `asking the registry who has ${ip}`;
    },
    async close() {
      clearInterval(timer);
      dns?.close();
      await registry?.close();
      return undefined;
    },
  };
}
