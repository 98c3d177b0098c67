import type { Rule } from "./rule.ts";
import { authFailure } from "./rules/auth-failure.ts";
import { notHttp } from "./rules/not-http.ts";
import { sshBruteForce } from "./rules/ssh-brute-force.ts";

/** All rules, as docs/detection.md lists them. To add one is a file in rules/, its id in model/rules.ts, a line here. */
export const RULES: readonly Rule[] = [sshBruteForce, authFailure, notHttp];
