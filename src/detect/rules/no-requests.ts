import type { Rule } from "../rule.ts";
import { counted } from "../words.ts";

/** A browser opens six to a host (RFC 9112 section 9.4 leaves it to clients), a few people behind one address some more. */
const MANY = 50;

export const noRequests: Rule = {
  id: "no-requests",
  means: "Connections to a web port, and no request on them. Silent while slow-requests stands.",
  spares:
    "Browsers connect before they ask, monitors only look whether a port answers: it is information. Connections to other ports, from here, closing, or open since before anybody watched do not count, and nothing does where no access log is read.",
  score: 10,
  most: 20,
  mitre: "T1499",
  thresholds: ["sockets.without_requests"],
  watch({ thresholds, raise, withdraw, stands }) {
    return {
      sockets(subject, { silent, requestsRead }, at) {
        if (stands(subject, "slow-requests")) {
          withdraw(subject, ["no-requests"]);
          return;
        }
        if (silent < thresholds["sockets.without_requests"] || subject.requests > 1 || !requestsRead) return;
        raise(subject, { at, peak: silent, score: silent < MANY ? 10 : 20 });
      },
      lasts: 60,
      evidence: ({ peak }) => `${counted(peak, "connection")} to a web port without a request`,
    };
  },
};
