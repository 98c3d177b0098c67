import type { RequestEvent, RequestView } from "../model/event.ts";
import type { Subject } from "../model/judge.ts";
import type { RuleId } from "../model/rules.ts";
import type { ThresholdKey } from "../model/thresholds.ts";
import { hashPath, hashText } from "./hash.ts";
import { LEAVES } from "./lookups.ts";
import type { Rule, Seen } from "./rule.ts";
import { searchIn } from "./searches.ts";
import { TAG } from "./tags.ts";
import { TRAIT } from "./traits.ts";
import { counted, detailed, grown, named, requestSample, within } from "./words.ts";

/** A rule about requests of one look: a few are a hint, from a limit on they are a scan. */
export interface Probing extends Omit<Rule, "thresholds" | "watch"> {
  readonly tag: number;
  /** What the requests are, in words behind that one: `for what holds secrets`. */
  readonly what: string;
  /** How many are no hint any more; `http.probes` when absent. */
  readonly limit?: ThresholdKey;
  /** What a hint is worth; the rule's `score` when absent. */
  readonly hint?: number;
  /** What a scan is worth at first; it grows by 10 with each tenfold of the limit. */
  readonly scan: number;
  /** Whether the request counts at all; each does when absent. */
  readonly counts?: (event: RequestEvent, seen: Seen) => boolean;
  /**
   * 32 bits of what must differ for a request to count: honest clients ask for the same again and again. Undefined
   * where each request counts, as they all do when absent.
   */
  readonly once?: (event: RequestEvent | RequestView, seen: Seen, seed: number) => number | undefined;
  /** Whether people search for such words. */
  readonly isSearched?: boolean;
  /** Is worth so much more where it was answered 2xx. */
  readonly served?: number;
}

/**
 * What a request that looks like several is counted as: the first of these, so that one request is held against one once.
 * Payloads come before what counts once per path, or `/index.php/.env?id=...` would hide all but the first of them.
 */
const ORDER = [
  TAG.exploit,
  TAG.traversal,
  TAG.sql,
  TAG.xss,
  TAG.sensitive,
  TAG.shell,
  TAG.probe,
  TAG.cms,
  TAG.admin,
];

/** One request of each of these kinds may be honest, one of each of many is not. */
const KINDS: readonly RuleId[] = [
  "path-traversal",
  "sql-injection",
  "cross-site-scripting",
  "sensitive-path",
  "web-shell",
  "exploit-probe",
  "cms-probe",
  "admin-probe",
];

export function probing(probe: Probing): Rule {
  const { tag, what, scan, limit: limitKey = "http.probes", hint = probe.score } = probe;
  const { counts = () => true, once, isSearched = false, served = 0, ...rule } = probe;
  const keys = new Set<ThresholdKey>([limitKey, "http.probes", "http.window"]);
  return {
    ...rule,
    joint: true,
    thresholds: [...keys],
    watch({ thresholds, window, distinct, seed, raise, stands }) {
      const seconds = thresholds["http.window"];
      const limit = thresholds[limitKey];
      const searches = thresholds["http.probes"];
      const requests = window(seconds);
      const different = once && distinct(seconds, limit);
      const searched = isSearched ? distinct(seconds, searches) : undefined;

      /** How many times the limit was reached; 0 where it is nothing new. */
      function reached({ home }: Subject, event: RequestEvent | RequestView, seen: Seen): number {
        const { at } = event;
        const words = searched && searchIn(event, seen);
        if (words !== undefined) return (searched?.add(home, at, hashText(seed, words)) ?? 0) / searches;
        const one = once?.(event, seen, seed);
        if (one !== undefined && different?.add(home, at, one) === 0) return 0;
        return requests.add(home, at) / limit;
      }

      /** How many other kinds of probing stand against it, if they are as many as make a scan. */
      function others(subject: Subject): number {
        let n = 0;
        for (const kind of KINDS) if (kind !== rule.id && stands(subject, kind)) n++;
        return n < searches ? 0 : n;
      }

      return {
        traits: tag,
        request(subject, event, seen) {
          if (ORDER.find((one) => (seen.traits & one) !== 0) !== tag || !counts(event, seen)) return;
          const ratio = reached(subject, event, seen);
          if (ratio === 0) return;
          const { at, status = 0 } = event;
          const isServed = served > 0 && status >= 200 && status < 300;
          const beside = ratio < 1 && status >= 400 && KINDS.includes(rule.id) ? others(subject) : 0;
          const score = ratio < 1 ? (beside > 0 ? scan : hint) : grown(scan, 10, ratio);
          const found = seen.name(tag);
          const name =
            beside > 0 && found !== undefined ? `${found} beside ${beside} other kinds of probing` : found;
          raise(subject, {
            at,
            score: score + (isServed ? served : 0),
            name: isServed && name !== undefined ? `${name} SERVED` : name,
            sample: () => requestSample(event),
          });
        },
        evidence: (standing) =>
          detailed(`${counted(standing.count, "request")} ${what}${within(standing)}`, named(standing)),
      };
    },
  };
}

/** A door lies near the beginning. */
const FAR = 512;

/**
 * For {@link Probing.once}: another door, by its name and where it is. `/admin/a` and `/admin/b` are one,
 * `/blog/wp-login.php` and `/wp-login.php` are two. All pages of endings such as `*.aspx` and `*.asp` are one, however
 * many endings there are: what a site was made with before.
 */
export function byDoor(tag: number): NonNullable<Probing["once"]> {
  return ({ path = "", vhost }, seen, seed) => {
    const name = seen.name(tag) ?? "";
    if (name.startsWith("*")) return hashText(hashText(seed, "*"), vhost);
    const lower = path.slice(0, FAR).toLowerCase();
    const at = lower.indexOf(name);
    return hashText(hashText(seed, at < 0 ? name : lower.slice(0, at + name.length)), vhost);
  };
}

/** For {@link Probing.once}: another path, unless the server refuses it. What exists may be fetched in parts. */
export const byServedPath: NonNullable<Probing["once"]> = (event, { traits }, seed) =>
  (traits & TRAIT.refused) === 0 ? hashPath(seed, event) : undefined;

/** The page of Git that a repository's browser shows: of Gitea, GitLab, cgit, GitHub's copies and gitweb. */
const REPOSITORY =
  /^\/(?:[\w.~-]{1,128}\/){1,8}(?:-\/)?(?:(?:src|raw|blame|commits|media)\/(?:branch|commit|tag)|(?:blob|blame|raw|edit|commits|tree|plain|log|diff))\/[\w.~-]{1,128}/;

/**
 * Whether a path shows a file of a source repository: there `.env.example` is read, not what the server keeps. Where
 * dots or encoded signs may lead out of it, it does not.
 */
export function isInRepository({ path = "" }: RequestEvent): boolean {
  const question = path.indexOf("?");
  const page = question < 0 ? path.slice(0, FAR) : path.slice(0, Math.min(question, FAR));
  return REPOSITORY.test(page) && !LEAVES.test(page);
}
