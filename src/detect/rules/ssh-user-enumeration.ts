import type { Rule } from "../rule.ts";
import { counted, cut, grown, withinWindow } from "../words.ts";

export const sshUserEnumeration: Rule = {
  id: "ssh-user-enumeration",
  means: "Different user names are tried out, whatever their passwords.",
  spares:
    "A person has a few names and mistypes them; several people behind one address rarely all fail within an hour.",
  score: 30,
  most: 45,
  mitre: "T1110.003",
  sample: {
    line: "Nov 24 03:12:07 web sshd[4{n}]: Invalid user user{n} from 203.0.113.9 port 40022",
    times: 5,
  },
  thresholds: ["ssh.users", "ssh.users_window"],
  watch({ thresholds, raise, withdraw }) {
    const limit = thresholds["ssh.users"];
    return {
      auth(subject, { at, user }, failures, { users, usersSince, forgiven }) {
        if (forgiven) withdraw(subject, ["ssh-user-enumeration"]);
        else if (failures > 0 && user !== undefined && users >= limit) {
          raise(subject, {
            at,
            since: usersSince,
            peak: users,
            score: grown(30, 5, users / limit),
            sample: () => cut(`failed ${user}`.trim()),
          });
        }
      },
      evidence: (standing) =>
        `${counted(standing.peak, "different user")}${withinWindow(standing, thresholds["ssh.users_window"])}`,
    };
  },
};
