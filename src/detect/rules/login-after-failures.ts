import type { Rule } from "../rule.ts";
import { counted, loginSample } from "../words.ts";

/** Methods by which one gets in who guessed: as sshd and dropbear name them. */
const BY_PASSWORD = /^(?:password|keyboard-interactive)/;

export const loginAfterFailures: Rule = {
  id: "login-after-failures",
  means:
    "Somebody got in by a password after very many failures, or after trying many users: it was probably guessed. Look at that account now.",
  spares:
    "A login by a key is no guessed password, and who fails fewer times than ssh.break_in with fewer users than ssh.users has mistyped.",
  score: 60,
  joint: true,
  mitre: "T1110.001",
  thresholds: ["ssh.break_in", "ssh.slow_window", "ssh.users"],
  watch({ thresholds, raise }) {
    return {
      auth(subject, event, _failures, { total, totalSince, users, forgiven }) {
        const { at, outcome, method = "" } = event;
        if (outcome !== "accepted" || forgiven || !BY_PASSWORD.test(method)) return;
        if (total < thresholds["ssh.break_in"] && users < thresholds["ssh.users"]) return;
        raise(subject, {
          at,
          since: totalSince,
          peak: total,
          sample: () => loginSample(event),
        });
      },
      evidence: ({ peak, count }) =>
        `${counted(count, "login")} by password after ${counted(peak, "failed login")}`,
    };
  },
};
