import type { Rule } from "../rule.ts";
import { counted, grown, loginSample, within } from "../words.ts";

/** One person mistypes his own name, and maybe that of another account of his. */
const FEW_USERS = 2;

export const sshBruteForce: Rule = {
  id: "ssh-brute-force",
  means:
    "Passwords are being guessed: failed logins in a short time. The more, the worse. From where somebody has logged in before it is information while they are fewer than twice the limit and of one or two users.",
  spares:
    "Who mistypes a few times and then gets in: a login of a user that had failed takes the finding back, as long as fewer than ssh.break_in failures a day are forgiven.",
  score: 20,
  most: 60,
  joint: true,
  mitre: "T1110.001",
  sample: {
    line: "Nov 24 03:12:07 web sshd[4{n}]: Failed password for root from 203.0.113.9 port 40022 ssh2",
    times: 5,
  },
  thresholds: ["ssh.failures", "ssh.window"],
  watch({ thresholds, raise, withdraw, stands }) {
    const limit = thresholds["ssh.failures"];
    return {
      auth(subject, event, failures, { recent, since, total, users, forgiven }) {
        const { at } = event;
        if (forgiven) withdraw(subject, ["ssh-brute-force"]);
        else if (failures > 0 && recent >= limit) {
          const mayMistype = subject.authAccepted > 0 && users <= FEW_USERS && total < 2 * limit;
          raise(subject, {
            at,
            since,
            count: stands(subject, "ssh-brute-force") ? failures : recent,
            peak: recent,
            score: mayMistype ? 20 : grown(40, 10, recent / limit),
            sample: () => loginSample(event),
          });
        }
      },
      evidence: (standing) => `${counted(standing.count, "failed login")}${within(standing)}`,
    };
  },
};
