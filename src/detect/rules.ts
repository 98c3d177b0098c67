import type { Rule } from "./rule.ts";
import { adminProbe } from "./rules/admin-probe.ts";
import { authFailure } from "./rules/auth-failure.ts";
import { badAgent } from "./rules/bad-agent.ts";
import { cmsProbe } from "./rules/cms-probe.ts";
import { crossSiteScripting } from "./rules/cross-site-scripting.ts";
import { customPattern } from "./rules/custom-pattern.ts";
import { distinct4xx } from "./rules/distinct-4xx.ts";
import { exploit } from "./rules/exploit.ts";
import { exploitProbe } from "./rules/exploit-probe.ts";
import { httpBruteForce } from "./rules/http-brute-force.ts";
import { libraryAgent } from "./rules/library-agent.ts";
import { notHttp } from "./rules/not-http.ts";
import { openProxy } from "./rules/open-proxy.ts";
import { pathTraversal } from "./rules/path-traversal.ts";
import { requestBurst } from "./rules/request-burst.ts";
import { requestFlood } from "./rules/request-flood.ts";
import { scannerAgent } from "./rules/scanner-agent.ts";
import { sensitivePath } from "./rules/sensitive-path.ts";
import { sqlInjection } from "./rules/sql-injection.ts";
import { sshBruteForce } from "./rules/ssh-brute-force.ts";
import { webShell } from "./rules/web-shell.ts";

/** All rules, as docs/detection.md lists them. To add one is a file in rules/, its id in model/rules.ts, a line here. */
export const RULES: readonly Rule[] = [
  sshBruteForce,
  authFailure,
  httpBruteForce,
  exploit,
  exploitProbe,
  sensitivePath,
  adminProbe,
  cmsProbe,
  webShell,
  pathTraversal,
  sqlInjection,
  crossSiteScripting,
  customPattern,
  scannerAgent,
  badAgent,
  libraryAgent,
  distinct4xx,
  openProxy,
  notHttp,
  requestBurst,
  requestFlood,
];
