import type { Rule } from "../rule.ts";
import { counted, cut, grown, within } from "../words.ts";

export const sshSlowBruteForce: Rule = {
  id: "ssh-slow-brute-force",
  means:
    "Passwords are being guessed slowly, below the limits that bans go by. Silent while the same is found in a short time.",
  spares:
    "Who mistypes now and then and gets in: a login of a user that had failed lets the count begin again.",
  score: 32,
  most: 45,
  joint: true,
  mitre: "T1110.001",
  thresholds: ["ssh.slow_failures", "ssh.slow_window"],
  watch({ thresholds, raise, withdraw, stands }) {
    const limit = thresholds["ssh.slow_failures"];
    return {
      auth(subject, { at, user }, failures, { total, totalSince, forgiven }) {
        if (forgiven || stands(subject, "ssh-brute-force")) {
          withdraw(subject, ["ssh-slow-brute-force"]);
        } else if (failures > 0 && total >= limit) {
          raise(subject, {
            at,
            since: totalSince,
            count: stands(subject, "ssh-slow-brute-force") ? failures : total,
            peak: total,
            score: grown(32, 5, total / limit),
            sample: () => cut(`failed ${user ?? ""}`.trim()),
          });
        }
      },
      // Twice as long as attempts are apart that it just finds: it does not come and go between them.
      lasts: Math.max(thresholds.remember, (2 * thresholds["ssh.slow_window"]) / limit),
      evidence: (standing) => `${counted(standing.count, "failed login")}${within(standing)}`,
    };
  },
};
