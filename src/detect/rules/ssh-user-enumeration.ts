import type { Rule } from "../rule.ts";
import { atMostIn, counted, grown, loginSample } from "../words.ts";

export const sshUserEnumeration: Rule = {
  id: "ssh-user-enumeration",
  means: "Different user names are tried out, whatever their passwords.",
  spares:
    "A person has a few names and mistypes them; several people behind one address rarely all fail within an hour.",
  score: 30,
  most: 45,
  joint: true,
  mitre: "T1110.003",
  sample: {
    line: "Nov 24 03:12:07 web sshd[4{n}]: Invalid user user{n} from 203.0.113.9 port 40022",
    times: 5,
  },
  thresholds: ["ssh.users", "ssh.users_window"],
  watch({ thresholds, raise, withdraw }) {
    const limit = thresholds["ssh.users"];
    return {
      auth(subject, event, failures, { users, usersSince, forgiven }) {
        const { at, user } = event;
        if (forgiven) withdraw(subject, ["ssh-user-enumeration"]);
        else if (failures > 0 && user !== undefined && users >= limit) {
          raise(subject, {
            at,
            since: usersSince,
            peak: users,
            score: grown(30, 5, users / limit),
            sample: () => loginSample(event),
          });
        }
      },
      evidence: (standing) =>
        `${counted(standing.peak, "different user")}${atMostIn(thresholds["ssh.users_window"], standing)}`,
    };
  },
};
