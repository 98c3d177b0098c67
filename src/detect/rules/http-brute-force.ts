import type { RequestEvent } from "../../model/event.ts";
import type { Subject } from "../../model/judge.ts";
import type { Rule } from "../rule.ts";
import { TRAIT } from "../traits.ts";
import {
  atMostIn,
  counted,
  detailed,
  grown,
  kinds,
  loginSample,
  requestSample,
  WINDOW_SLACK,
} from "../words.ts";

/**
 * XML-RPC answers 200 whatever the password, and apps use it honestly: three are one refused login, unless all were
 * answered alike and came as fast as somebody guesses.
 */
const CALLS_PER_LOGIN = 3;
/** Answers of different sizes that speak for an app: many guesses in one call have as many sizes as one likes. */
const MOST_ANSWERS = 60;
/** Jetpack signs its calls, and its service makes many: so many are one refused login. */
const SIGNED_CALLS_PER_LOGIN = 30;
/** Each login that succeeds speaks for so many mistyped ones ... */
const FORGIVEN = 2;
/** ... up to so many times the limit: who has one account of his own may not guess others' for ever. */
const MOST_FORGIVEN = 3;
/** So many times the limit, and then a login: it was guessed. */
const GUESSED = 3;
/** A program with an old password asks again and again, but not as fast as somebody guesses: ms from one to the next. */
const PATIENT = 20_000;
const SUCCESS = "then a login SUCCEEDED";

/** What was refused lately. */
interface Refused {
  readonly n: number;
  readonly since: number;
  /** It may be a program with an old password. */
  readonly isPatient: boolean;
}

/** What posting to a login came to, as far as the status tells, and where it was. */
interface Posting {
  readonly attempt?: "refused" | "accepted" | "call" | "signed-call" | undefined;
  readonly name: string;
}

export const httpBruteForce: Rule = {
  id: "http-brute-force",
  means:
    "Passwords are being guessed at a site's login: refused ones in a short time, told by the access log or the error log. The more, the worse, and worse still when one succeeds at last.",
  spares:
    "A request for a password (401 without a user's name), which WebDAV clients and browsers cause all the time. Offices, where people mistype and get in: each success takes refused logins away. A program that goes on with an old password is slow: it is information. Apps that use XML-RPC, whose answers differ, and Jetpack.",
  score: 40,
  most: 70,
  joint: true,
  mitre: "T1110.001",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "POST /wp-login.php HTTP/1.1" 200 4523 "-" "Mozilla/5.0"',
    times: 10,
  },
  thresholds: ["http.logins", "http.window"],
  watch({ thresholds, window, distinct, stands, raise }) {
    const limit = thresholds["http.logins"];
    const seconds = thresholds["http.window"];
    const forms = window(seconds);
    const successes = window(seconds);
    const calls = window(seconds);
    const signed = window(seconds);
    // Refusals are all alike; what an app fetches is not.
    const answers = distinct(seconds);
    // Both tell of passwords that a server itself asked for: the same attempt may come by both logs.
    const challenged = window(seconds);
    const reported = window(seconds);

    /** What was refused in the seconds that end at a time. */
    function refused(home: number, at: number): Refused {
      const forgiven = Math.min(FORGIVEN * successes.count(home, at), MOST_FORGIVEN * limit);
      const sizes = answers.count(home, at);
      const alike = Math.max(0, calls.count(home, at) - Math.min(sizes, MOST_ANSWERS));
      const isOne = sizes === 1 && at - calls.since(home) < PATIENT * alike;
      const called =
        (isOne ? alike + 1 : Math.floor(alike / CALLS_PER_LOGIN)) +
        Math.floor(signed.count(home, at) / SIGNED_CALLS_PER_LOGIN);
      const posted = Math.max(0, forms.count(home, at) - forgiven) + called;
      const n = posted + Math.max(challenged.count(home, at), reported.count(home, at));
      const firsts = [forms, calls, signed, challenged, reported].map((one) => one.since(home));
      const since = Math.max(
        at - 1000 * WINDOW_SLACK * seconds,
        Math.min(at, ...firsts.filter((first) => !Number.isNaN(first))),
      );
      return { n, since, isPatient: posted < limit && at - since >= PATIENT * (n - 1) };
    }

    function weigh(subject: Subject, at: number, sample: () => string, name?: string): void {
      const { n, since, isPatient } = refused(subject.home, at);
      if (n < limit) return;
      raise(subject, { at, since, peak: n, score: isPatient ? 12 : grown(40, 10, n / limit), name, sample });
    }

    function succeeded(subject: Subject, event: RequestEvent): void {
      if (!stands(subject, "http-brute-force")) return;
      const { at } = event;
      const { n, isPatient } = refused(subject.home, at);
      if (isPatient || n < GUESSED * limit) return;
      raise(subject, { at, score: 65, name: SUCCESS, sample: () => requestSample(event) });
    }

    return {
      traits: TRAIT.login | TRAIT.user,
      request(subject, event, seen) {
        const { traits } = seen;
        const { home } = subject;
        const { at, status = 0 } = event;
        const sample = (): string => requestSample(event);
        if ((traits & TRAIT.login) !== 0 && event.method === "POST") {
          const { attempt, name } = posting(event, seen.name(TRAIT.cms));
          if (attempt === "accepted") {
            succeeded(subject, event);
            successes.add(home, at);
          } else if (attempt !== undefined) {
            const counted = { refused: forms, call: calls, "signed-call": signed };
            counted[attempt].add(home, at);
            if (attempt === "call" && event.bytes !== undefined) answers.add(home, at, event.bytes);
            weigh(subject, at, sample, name);
          }
        } else if ((traits & TRAIT.user) !== 0) {
          if (status === 401) {
            challenged.add(home, at);
            weigh(subject, at, sample, "basic authentication");
          } else if (status >= 200 && status < 300) succeeded(subject, event);
        }
      },
      auth(subject, event, failures) {
        const { at, service } = event;
        if (service !== "http" || failures === 0) return;
        reported.add(subject.home, at, failures);
        weigh(subject, at, () => loginSample(event));
      },
      evidence: (standing) =>
        detailed(`${counted(standing.peak, "refused login")}${atMostIn(seconds, standing)}`, kinds(standing)),
    };
  },
};

const TOKENS = /\/tokens?$/;
const JETPACK = "?for=jetpack&";
/** Of Laravel Echo, Pusher and others. */
const NO_LOGINS = /\/(?:refresh|broadcasting\/auth|pusher\/auth)$/;

/** `door`: what the table calls the place. */
function posting({ path = "", status = 0 }: RequestEvent, door: string | undefined): Posting {
  const question = path.indexOf("?");
  const page = question < 0 ? path : path.slice(0, question);
  const isAt = (name: string): boolean => door === name || page.includes(name);
  if (isAt("/xmlrpc.php")) {
    const call = path.startsWith(JETPACK, page.length) ? "signed-call" : "call";
    return {
      attempt: status === 401 || status === 403 || status === 429 ? "refused" : call,
      name: "xmlrpc.php",
    };
  }
  if (isAt("/wp-login.php")) {
    return { attempt: wordpress(status, path.includes("action=", page.length)), name: "wp-login.php" };
  }
  // A session that ran out is no password, nor is a channel that it asks to be let into.
  if (NO_LOGINS.test(page)) return { name: "" };
  return { attempt: login(status, TOKENS.test(page)), name: "login page" };
}

/**
 * WordPress shows the page again, and sends on who got in, or who asked for another action, such as a new password
 * (wp-login.php, wp_safe_redirect).
 */
function wordpress(status: number, isOtherAction: boolean): Posting["attempt"] {
  if (status === 302 || status === 303) return isOtherAction ? undefined : "accepted";
  if (status === 408 || status === 499) return undefined;
  return status === 200 || (status >= 400 && status < 500) ? "refused" : undefined;
}

/**
 * 422 is what frameworks answer to a form that is not right, 423 and 429 to who tried too often. 400 is what some answer
 * to a wrong password, but where tokens are given it tells of one that ran out (RFC 6749 section 5.2).
 */
function login(status: number, isOfTokens: boolean): Posting["attempt"] {
  if (status >= 200 && status < 400) return "accepted";
  if (status === 400) return isOfTokens ? undefined : "refused";
  return status === 401 || status === 403 || status === 422 || status === 423 || status === 429
    ? "refused"
    : undefined;
}
