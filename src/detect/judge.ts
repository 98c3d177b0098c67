import { REQUEST_TEXTS, type RequestEvent, type RequestView } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import type { Judge, Subject } from "../model/judge.ts";
import type { RuleId } from "../model/rules.ts";
import type { Thresholds } from "../model/thresholds.ts";
import { Cases } from "./cases.ts";
import { HostWatch } from "./host.ts";
import { createLogins } from "./logins.ts";
import type { Kit, Rule, Seen, Watch } from "./rule.ts";
import { RULES } from "./rules.ts";
import { createSocketsLook } from "./sockets.ts";
import { createTagger, type Tagger, type TaggerOptions } from "./tagger.ts";
import { createTracks } from "./tracks.ts";
import { TRAIT } from "./traits.ts";

export interface JudgeOptions extends TaggerOptions {
  readonly thresholds: Thresholds;
  /** Rules that are switched off. */
  readonly off: readonly RuleId[];
  /** Agents, or parts of them, whose requests are never judged. Anybody may claim one. */
  readonly trustedAgents: readonly string[];
  /** Addresses held at most: slots are below it. */
  readonly slots: number;
  /** 32 bits that nobody knows. */
  readonly seed: number;
  /** Hears of each request of an address that says it is this crawler, as its agent is known, until that is proved or disproved. */
  readonly onCrawler?: ((ip: Ip, agent: string) => void) | undefined;
}

/** A rate is looked at with every so many-th request of an address. */
const SAMPLED = 32;
const PATH = REQUEST_TEXTS.indexOf("path");
const USER = REQUEST_TEXTS.indexOf("user");
const SLASH = 0x2f;
const STAR = 0x2a;

/** The judge by all rules that are on. */
export function createJudge(options: JudgeOptions): Judge {
  const { thresholds, off } = options;
  // Made with the first request: its tables take a tenth of a second, and who has no web server needs none.
  let tagger: Tagger | undefined;
  const tracks = createTracks(options.slots);
  const host = new HostWatch(thresholds);
  const logins = createLogins(thresholds, tracks, options.seed);
  const look = createSocketsLook(thresholds);
  const cases = new Cases(thresholds.hold_down * 1000, options.slots);
  const rules = RULES.filter(({ id }) => !off.includes(id));
  const watches = rules.map((rule) => {
    const watch: Watch = rule.watch(kitOf(rule, () => watch));
    return watch;
  });
  const ofRequests = watches.filter((watch) => watch.request !== undefined);
  const ofLogins = watches.filter((watch) => watch.auth !== undefined);
  const ofSockets = watches.filter((watch) => watch.sockets !== undefined);
  const ofSyns = watches.filter((watch) => watch.syns !== undefined);
  /** The rules that go by requests. */
  const ofCrawlers = rules.filter((_, i) => watches[i]?.request !== undefined).map(({ id }) => id);
  const asked = ofRequests.reduce((mask, { traits = 0 }) => mask | traits, 0);
  const seen: Seen & { traits: number } = {
    traits: 0,
    name: (trait) => tagger?.nameOf(trait),
  };
  const trustsAgent = claims(options.trustedAgents);

  /** Who is proved to be what it says is not judged by its requests. */
  function isCrawler({ ip, origin }: Subject): boolean {
    if (origin?.crawler !== undefined) return true;
    if (origin?.forged === undefined) options.onCrawler?.(ip, tagger?.nameOf(TRAIT.crawler) ?? "");
    return false;
  }

  function kitOf(rule: Rule, watch: () => Watch): Kit {
    return {
      thresholds,
      window: tracks.window,
      distinct: tracks.distinct,
      growth: tracks.growth,
      seed: options.seed,
      raise(subject, hit) {
        if (subject.trusted) return;
        const { lasts = thresholds.remember } = watch();
        cases.raise(subject, rule, watch(), hit, lasts * 1000);
      },
      withdraw: ({ slot }, ids) => cases.withdraw(slot, ids),
      stands: ({ slot }, id) => cases.stands(slot, id),
    };
  }

  return {
    request(subject, event) {
      look.requestsRead = true;
      tagger ??= createTagger(options);
      const traits = tagger.tag(event) | answered(event) | shape(event, subject);
      if ((traits & TRAIT.crawler) !== 0 && isCrawler(subject)) return;
      if ((traits & asked) === 0 || trustsAgent(event)) return;
      seen.traits = traits;
      for (const watch of ofRequests) {
        if (((watch.traits ?? 0) & traits) !== 0) watch.request?.(subject, event, seen);
      }
    },
    auth(subject, event, failures) {
      const told = logins.note(subject, event, failures);
      for (const watch of ofLogins) watch.auth?.(subject, event, failures, told);
    },
    sockets(subject, sockets, at) {
      const found = look.at(subject, sockets, at);
      if (found === undefined) return;
      for (const watch of ofSockets) watch.sockets?.(subject, found, at);
    },
    kernel: (event) => host.kernel(event),
    pressed(halfOpen) {
      look.read(halfOpen.at);
      host.pressed(halfOpen);
    },
    wire: (rates, at, loudest) => host.wire(rates, at, loudest),
    syns(subject, count, at) {
      for (const watch of ofSyns) watch.syns?.(subject, count, at);
    },
    proved({ slot }) {
      cases.withdraw(slot, ofCrawlers);
    },
    tick(now, subject, tell, hearsInfo) {
      host.tick(now, tell);
      cases.tick(now, subject, tell, hearsInfo);
    },
    forget(subject) {
      cases.forget(subject);
      tracks.release(subject.slot);
      look.forget(subject.slot);
    },
    ...answers(cases, () => host.verdict()),
  };
}

/** What may be asked of a judge, and of one that stays as it was. */
function answers(cases: Cases, host: Judge["host"]): Pick<Judge, "risk" | "verdict" | "host" | "frozen"> {
  return {
    risk: ({ slot }) => cases.risk(slot),
    verdict: ({ slot }) => cases.verdict(slot),
    host,
    frozen() {
      const ignore = (): void => {};
      const then = host();
      return {
        request: ignore,
        auth: ignore,
        sockets: ignore,
        kernel: ignore,
        pressed: ignore,
        wire: ignore,
        syns: ignore,
        proved: ignore,
        tick: ignore,
        forget: ignore,
        ...answers(cases.frozen(), () => then),
      };
    },
  };
}

function answered({ status }: RequestEvent): number {
  if (status === undefined || status < 400) return 0;
  if (status >= 500) return status < 600 ? TRAIT.overloaded : 0;
  switch (status) {
    case 408:
    case 444:
    case 499:
      return TRAIT.refused | TRAIT.abandoned;
    case 429:
      return TRAIT.refused | TRAIT.overloaded;
    default:
      return TRAIT.refused;
  }
}

function shape(event: RequestEvent | RequestView, { requests }: Subject): number {
  return (
    (event.malformed ? TRAIT.malformed : isOwnPath(event) ? 0 : TRAIT.proxied) |
    (requests % SAMPLED === 0 ? TRAIT.sampled : 0) |
    (hasUser(event) ? TRAIT.user : 0)
  );
}

/** Whether it asks for a path of this server, or for the server itself, and not for another's (RFC 9112 section 3.2). */
function isOwnPath(event: RequestEvent | RequestView): boolean {
  let first: number | undefined;
  if ("starts" in event) {
    const start = event.starts[PATH] as number;
    first = start < 0 ? undefined : event.buffer[start];
  } else first = event.path === "" ? undefined : event.path?.charCodeAt(0);
  return first === undefined || first === SLASH || first === STAR;
}

function hasUser(event: RequestEvent | RequestView): boolean {
  return "starts" in event ? (event.starts[USER] as number) >= 0 : event.user !== undefined;
}

function claims(agents: readonly string[]): (event: RequestEvent) => boolean {
  if (agents.length === 0) return () => false;
  const parts = agents.map((agent) => agent.toLowerCase());
  return ({ userAgent }) => {
    const claimed = userAgent?.toLowerCase();
    return claimed !== undefined && parts.some((part) => claimed.includes(part));
  };
}
