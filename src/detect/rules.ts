import type { Rule } from "./rule.ts";
import { authFailure } from "./rules/auth-failure.ts";
import { loginAfterFailures } from "./rules/login-after-failures.ts";
import { notHttp } from "./rules/not-http.ts";
import { rateLimited } from "./rules/rate-limited.ts";
import { sshBruteForce } from "./rules/ssh-brute-force.ts";
import { sshProbe } from "./rules/ssh-probe.ts";
import { sshSlowBruteForce } from "./rules/ssh-slow-brute-force.ts";
import { sshUserEnumeration } from "./rules/ssh-user-enumeration.ts";

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
];
