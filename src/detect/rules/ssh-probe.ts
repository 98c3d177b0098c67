import type { Rule } from "../rule.ts";
import { counted, grown, within } from "../words.ts";

/** What tells of a login besides: PAM before sshd itself does, and each key that an honest client offers. */
const OF_LOGINS = /^(?:pam|publickey)/;

export const sshProbe: Rule = {
  id: "ssh-probe",
  means:
    "Connections to SSH that never try to log in: no greeting or a foreign one, no common algorithms, no login in time, or dropped by sshd for what came before. Many in ssh.window are a scan, or an attempt to win a race such as CVE-2024-6387.",
  spares:
    "A monitor that looks whether the port answers, each minute or each half: a few are information. Keys that a client offers before the right one are none. From where somebody has logged in it is information: programs that work in parallel meet sshd's MaxStartups.",
  score: 5,
  most: 45,
  mitre: "T1595.001",
  sample: {
    line: "Nov 24 03:12:07 web sshd[4{n}]: Did not receive identification string from 203.0.113.9 port 40022",
  },
  thresholds: ["ssh.probes", "ssh.window"],
  watch({ thresholds, window, raise }) {
    const limit = thresholds["ssh.probes"];
    const probes = window(thresholds["ssh.window"]);
    return {
      auth(subject, { at, service, outcome, user, method = "", count = 1 }, _failures, { recent }) {
        // A user says that a login was tried.
        if (outcome !== "probe" || service !== "ssh" || user !== undefined || OF_LOGINS.test(method)) return;
        // PAM tells of each failure of an unknown user too, and names none.
        const n = probes.add(subject.slot, at, count) - recent;
        if (n <= 0) return;
        const score = n < limit ? 5 : subject.authAccepted > 0 ? 15 : grown(30, 10, n / limit);
        raise(subject, { at, count, peak: n, score });
      },
      evidence(standing) {
        const { score, count, peak } = standing;
        const all = `${counted(count, "connection")} without a login`;
        if (score < 30) return all;
        const most = peak < count ? `, up to ${peak} in ${thresholds["ssh.window"]} s` : "";
        return `${all}${within(standing)}${most}`;
      },
    };
  },
};
