import type { Rule } from "./rule.ts";
import { authFailure } from "./rules/auth-failure.ts";
import { beaconing } from "./rules/beaconing.ts";
import { exfiltration } from "./rules/exfiltration.ts";
import { halfOpen } from "./rules/half-open.ts";
import { loginAfterFailures } from "./rules/login-after-failures.ts";
import { noRequests } from "./rules/no-requests.ts";
import { notHttp } from "./rules/not-http.ts";
import { outboundBurst } from "./rules/outbound-burst.ts";
import { portScan } from "./rules/port-scan.ts";
import { rateLimited } from "./rules/rate-limited.ts";
import { slowRequests } from "./rules/slow-requests.ts";
import { sshBruteForce } from "./rules/ssh-brute-force.ts";
import { sshProbe } from "./rules/ssh-probe.ts";
import { sshSlowBruteForce } from "./rules/ssh-slow-brute-force.ts";
import { sshUserEnumeration } from "./rules/ssh-user-enumeration.ts";
import { uploadVolume } from "./rules/upload-volume.ts";

/** All rules, as docs/detection.md lists them. To add one is a file in rules/, its id in model/rules.ts, a line here. */
export const RULES: readonly Rule[] = [
  sshBruteForce,
  // After the fast one, of which it asks whether it stands.
  sshSlowBruteForce,
  sshUserEnumeration,
  sshProbe,
  loginAfterFailures,
  authFailure,
  rateLimited,

  notHttp,

  slowRequests,
  // After the worse one, while which stands it is silent.
  noRequests,
  halfOpen,
  portScan,
  outboundBurst,
  beaconing,
  uploadVolume,
  exfiltration,
];
