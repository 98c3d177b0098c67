import { isPrivate } from "../../model/cidr.ts";
import type { Rule } from "../rule.ts";
import { atMostIn, counted, grown } from "../words.ts";

/** Ports of one address at a time from which on it is looked at, or one after the other: a browser uses two, a mail program three or four. */
const SOME = 3;
/** Below it nothing is an FTP server's choice for data. */
const USER_PORTS = 1024;
/** Seconds for which closed data connections wait on (TCP_TIMEWAIT_LEN of the kernel), and the FTP connection may be gone. */
const LINGER = 60;

export const portScan: Rule = {
  id: "port-scan",
  means: "Connections to many different ports of ours: somebody looks for what is open.",
  spares:
    "An FTP client uses a new port for each file: beside an FTP connection only well-known ports count. From private addresses, where load balancers and monitors look at every port, it is information.",
  score: 40,
  most: 50,
  mitre: "T1595.001",
  thresholds: ["sockets.ports", "sockets.ports_window"],
  watch({ thresholds, distinct, window, raise }) {
    const limit = thresholds["sockets.ports"];
    const ports = distinct(thresholds["sockets.ports_window"]);
    const ftp = window(LINGER + thresholds["sockets.ports_window"]);
    return {
      sockets(subject, { table, first, next, ports: some, isOtherPort, portBefore, ftp: hasFtp }, at) {
        if (some < SOME && !isOtherPort) return;
        const { slot } = subject;
        if (hasFtp) ftp.add(slot, at);
        const least = hasFtp || ftp.count(slot, at) > 0 ? USER_PORTS : Number.POSITIVE_INFINITY;
        // A scanner that closes what it opened may never be at more than one of them.
        let n = isOtherPort && portBefore < least ? ports.add(slot, at, portBefore) : 0;
        for (let i = first; i !== -1; i = next[i] as number) {
          const port = table.localPort[i] as number;
          if (table.inbound[i] === 1 && port < least) n = Math.max(n, ports.add(slot, at, port));
        }
        if (n < limit) return;
        const score = isPrivate(table.remote, 4 * first) ? 15 : grown(40, 10, n / limit);
        raise(subject, { at, since: ports.since(slot), peak: n, score });
      },
      evidence: (standing) =>
        `${counted(standing.peak, "different port")}${atMostIn(thresholds["sockets.ports_window"], standing)}`,
    };
  },
};
