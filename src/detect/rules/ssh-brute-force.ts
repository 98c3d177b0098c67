import type { Rule } from "../rule.ts";
import { counted, grown, within } from "../words.ts";

export const sshBruteForce: Rule = {
  id: "ssh-brute-force",
  means: "Passwords are being guessed: failed logins in a short time. The more, the worse.",
  spares:
    "Who mistypes a few times and then gets in: a successful login takes the finding back while the failures are few.",
  score: 40,
  most: 60,
  mitre: "T1110.001",
  sample: {
    line: "Nov 24 03:12:07 web sshd[4{n}]: Failed password for root from 203.0.113.9 port 40022 ssh2",
    times: 5,
  },
  thresholds: ["ssh.failures", "ssh.window"],
  watch({ thresholds, window, raise }) {
    const limit = thresholds["ssh.failures"];
    const failed = window(thresholds["ssh.window"]);
    return {
      auth(subject, { at, service, user }, failures) {
        if (failures === 0 || service === "http") return;
        const since = failed.since(subject.slot);
        const n = failed.add(subject.slot, at, failures);
        if (n < limit) return;
        raise(subject, {
          at,
          since: Number.isNaN(since) ? at : since,
          peak: n,
          score: grown(40, 10, n / limit),
          sample: () => `failed ${user ?? ""}`,
        });
      },
      evidence: (standing) => `${counted(standing.peak, "failed login")} ${within(standing)}`,
    };
  },
};
