import type { Rule } from "../rule.ts";
import { counted, loginSample } from "../words.ts";

export const authFailure: Rule = {
  id: "auth-failure",
  means: "A login failed: somebody may have mistyped.",
  spares: "It is information and stays so.",
  score: 3,
  mitre: "T1110",
  sample: {
    line: "Nov 24 03:12:07 web sshd[41]: Failed password for ann from 203.0.113.9 port 40022 ssh2",
  },
  thresholds: [],
  watch({ raise }) {
    return {
      auth(subject, event, failures) {
        if (failures === 0) return;
        raise(subject, { at: event.at, count: failures, sample: () => loginSample(event) });
      },
      evidence: ({ count }) => counted(count, "failed login"),
    };
  },
};
