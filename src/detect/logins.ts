import type { AuthEvent } from "../model/event.ts";
import type { Subject } from "../model/judge.ts";
import type { Thresholds } from "../model/thresholds.ts";
import { hashText } from "./hash.ts";
import type { Distinct, Tracks, Window } from "./tracks.ts";

/** What an address did to log in by SSH lately, as it is after what was just told. */
export interface SeenLogins {
  /** Failed logins in `ssh.window`, and when they began (epoch ms): now where there are none. */
  recent: number;
  since: number;
  /** Failed logins in `ssh.slow_window`, and when they began. */
  total: number;
  totalSince: number;
  /** Different users that were refused in `ssh.users_window`, and when that began. */
  users: number;
  usersSince: number;
  /**
   * A user that was refused here before has now got in: it was somebody who mistyped. The numbers are still those of
   * before; they begin again at none.
   */
  forgiven: boolean;
}

/** Different users that are told apart where it only matters whether there is more than one. */
const FEW = 2;

const NONE: Readonly<SeenLogins> = {
  recent: 0,
  since: 0,
  total: 0,
  totalSince: 0,
  users: 0,
  usersSince: 0,
  forgiven: false,
};

export interface Logins {
  /** `failures`: how many failed logins the event tells of that were not told before. The answer is valid until the next. */
  note(subject: Subject, event: AuthEvent, failures: number): Readonly<SeenLogins>;
}

/** Counts logins by SSH for all rules that judge by them, so that they forget together what is forgiven. */
export function createLogins(
  thresholds: Thresholds,
  { window, distinct }: Pick<Tracks, "window" | "distinct">,
  seed: number,
): Logins {
  const recent = window(thresholds["ssh.window"]);
  const total = window(thresholds["ssh.slow_window"]);
  // Who has an account could clear himself by it and go on guessing others' passwords: so many a day and no more.
  const forgiven = window(thresholds["ssh.slow_window"]);
  const users = distinct(thresholds["ssh.users_window"]);
  // Those of the failures that would be forgiven: it only matters whether it is one.
  const names = distinct(thresholds["ssh.slow_window"], FEW);
  const seen: SeenLogins = { ...NONE };

  function look(home: number, at: number): void {
    const began = (count: Window | Distinct): number => {
      const since = count.since(home);
      return Number.isNaN(since) ? at : since;
    };
    seen.recent = recent.count(home, at);
    seen.since = began(recent);
    seen.total = total.count(home, at);
    seen.totalSince = began(total);
    seen.users = users.count(home, at);
    seen.usersSince = began(users);
    seen.forgiven = false;
  }

  /** Few failures, of few users, one of whom it is that got in. */
  function isMistyped(home: number, at: number, user: string): boolean {
    const failed = seen.total + forgiven.count(home, at);
    return (
      failed < thresholds["ssh.break_in"] &&
      seen.users < thresholds["ssh.users"] &&
      users.has(home, hashText(seed, user))
    );
  }

  /** All failures are of the user who got in: nobody else's password was tried, however often that comes. */
  function isOwn(home: number, at: number, user: string): boolean {
    return (
      seen.total < thresholds["ssh.failures"] &&
      names.count(home, at) === 1 &&
      names.has(home, hashText(seed, user))
    );
  }

  return {
    note({ home }, { at, service, outcome, user }, failures) {
      if (service !== "ssh") return NONE;
      if (failures > 0) {
        recent.add(home, at, failures);
        total.add(home, at, failures);
        names.add(home, at, hashText(seed, user));
        if (user !== undefined) users.add(home, at, hashText(seed, user));
      }
      look(home, at);
      if (outcome !== "accepted" || user === undefined || seen.total === 0) return seen;
      const own = isOwn(home, at, user);
      if (own || isMistyped(home, at, user)) {
        seen.forgiven = true;
        if (!own) forgiven.add(home, at, seen.total);
        names.clear(home);
        recent.clear(home);
        total.clear(home);
        users.clear(home);
      }
      return seen;
    },
  };
}
