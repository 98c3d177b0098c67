import type { Rule } from "./rule.ts";
import { adminProbe } from "./rules/admin-probe.ts";
import { authFailure } from "./rules/auth-failure.ts";
import { badAgent } from "./rules/bad-agent.ts";
import { beaconing } from "./rules/beaconing.ts";
import { cmsProbe } from "./rules/cms-probe.ts";
import { crossSiteScripting } from "./rules/cross-site-scripting.ts";
import { customPattern } from "./rules/custom-pattern.ts";
import { distinct4xx } from "./rules/distinct-4xx.ts";
import { exfiltration } from "./rules/exfiltration.ts";
import { exploit } from "./rules/exploit.ts";
import { exploitProbe } from "./rules/exploit-probe.ts";
import { fakeCrawler } from "./rules/fake-crawler.ts";
import { halfOpen } from "./rules/half-open.ts";
import { httpBruteForce } from "./rules/http-brute-force.ts";
import { libraryAgent } from "./rules/library-agent.ts";
import { loginAfterFailures } from "./rules/login-after-failures.ts";
import { noRequests } from "./rules/no-requests.ts";
import { notHttp } from "./rules/not-http.ts";
import { openProxy } from "./rules/open-proxy.ts";
import { outboundBurst } from "./rules/outbound-burst.ts";
import { pathTraversal } from "./rules/path-traversal.ts";
import { portScan } from "./rules/port-scan.ts";
import { rateLimited } from "./rules/rate-limited.ts";
import { requestBurst } from "./rules/request-burst.ts";
import { requestFlood } from "./rules/request-flood.ts";
import { scannerAgent } from "./rules/scanner-agent.ts";
import { sensitivePath } from "./rules/sensitive-path.ts";
import { slowRequests } from "./rules/slow-requests.ts";
import { sqlInjection } from "./rules/sql-injection.ts";
import { sshBruteForce } from "./rules/ssh-brute-force.ts";
import { sshProbe } from "./rules/ssh-probe.ts";
import { sshSlowBruteForce } from "./rules/ssh-slow-brute-force.ts";
import { sshUserEnumeration } from "./rules/ssh-user-enumeration.ts";
import { synFlood } from "./rules/syn-flood.ts";
import { uploadVolume } from "./rules/upload-volume.ts";
import { webShell } from "./rules/web-shell.ts";

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
  fakeCrawler,
  distinct4xx,
  openProxy,
  notHttp,
  requestBurst,
  requestFlood,

  slowRequests,
  // After the worse one, while which stands it is silent.
  noRequests,
  halfOpen,
  // After it, while which stands it is silent.
  synFlood,
  portScan,
  outboundBurst,
  beaconing,
  uploadVolume,
  exfiltration,
];
