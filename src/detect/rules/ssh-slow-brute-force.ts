import type { Rule } from "../rule.ts";
import { counted, grown, loginSample, within } from "../words.ts";

/** A program with an account that is gone asks for it, and maybe for another. */
const FEW_USERS = 2;
/** So many times the limit are more than an hourly program comes to in a day. */
const HOURLY = 3;

export const sshSlowBruteForce: Rule = {
  id: "ssh-slow-brute-force",
  means:
    "Passwords are being guessed slowly, below the limits that bans go by. Silent while the same is found in a short time.",
  spares:
    "Who mistypes now and then and gets in: a login of a user that had failed lets the count begin again. A forgotten program, each hour, from where somebody has logged in before: it is information.",
  score: 32,
  most: 45,
  joint: true,
  mitre: "T1110.001",
  thresholds: ["ssh.slow_failures", "ssh.slow_window"],
  watch({ thresholds, raise, withdraw, stands }) {
    const limit = thresholds["ssh.slow_failures"];
    return {
      auth(subject, event, failures, { total, totalSince, users, forgiven }) {
        const { at } = event;
        if (forgiven || stands(subject, "ssh-brute-force")) {
          withdraw(subject, ["ssh-slow-brute-force"]);
        } else if (failures > 0 && total >= limit) {
          const mayBeForgotten = subject.authAccepted > 0 && users <= FEW_USERS && total < HOURLY * limit;
          raise(subject, {
            at,
            since: totalSince,
            count: stands(subject, "ssh-slow-brute-force") ? failures : total,
            peak: total,
            score: mayBeForgotten ? 20 : grown(32, 5, total / limit),
            sample: () => loginSample(event),
          });
        }
      },
      // Twice as long as attempts are apart that it just finds: it does not come and go between them.
      lasts: Math.max(thresholds.remember, (2 * thresholds["ssh.slow_window"]) / limit),
      evidence: (standing) => `${counted(standing.count, "failed login")}${within(standing)}`,
    };
  },
};
