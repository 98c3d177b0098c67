import type { RequestEvent } from "../../model/event.ts";
import type { Rule } from "../rule.ts";
import { TRAIT } from "../traits.ts";
import { counted, requestSample, within } from "../words.ts";

const TUNNELLED = "a tunnel was ACCEPTED";

export const openProxy: Rule = {
  id: "open-proxy",
  means:
    "Asks this server to fetch what others have: a search for open proxies. A tunnel that was accepted says that this may be one.",
  spares:
    "Who spells the whole address of this server's own site. One or two are information. Users of a proxy of yours, which asks for a password and serves who gave it.",
  score: 10,
  most: 45,
  mitre: "T1595.002",
  sample: {
    line: '203.0.113.9 - - [24/Nov/2026:03:12:07 +0000] "CONNECT www.example.net:443 HTTP/1.1" 405 150 "-" "-"',
  },
  thresholds: ["http.probes", "http.window"],
  watch({ thresholds, window, raise }) {
    const asked = window(thresholds["http.window"]);
    return {
      traits: TRAIT.proxied,
      request(subject, event) {
        const { at, method, status = 0, user } = event;
        const isTunnel = method === "CONNECT";
        const isServed = status >= 200 && status < 300;
        // A proxy of one's own asks for a password, and serves whoever gave it.
        if (status === 407 || (isServed && user !== undefined)) return;
        if (!isTunnel && !isOthers(event)) return;
        const n = asked.add(subject.slot, at);
        const isOpen = isTunnel && isServed;
        raise(subject, {
          at,
          score: isOpen ? 45 : n < thresholds["http.probes"] ? 10 : 30,
          name: isOpen ? TUNNELLED : undefined,
          sample: () => requestSample(event),
        });
      },
      evidence(standing) {
        const all = `${counted(standing.count, "request")} for other servers${within(standing)}`;
        const tunnels = standing.names?.get(TUNNELLED);
        return tunnels === undefined ? all : `${all}, ${TUNNELLED}: this server may be an open proxy`;
      },
    };
  },
};

/** Whether it asks for an address of another server; where it is not known whose, whether it was refused. */
function isOthers({ path = "", vhost, status = 0 }: RequestEvent): boolean {
  const [, host] = /^[a-z]{1,8}:\/\/([^/?#]{0,255})/i.exec(path) ?? [];
  if (host === undefined) return false;
  return vhost === undefined ? status >= 400 : name(host) !== name(vhost);
}

/** Without user and port. */
function name(authority: string): string {
  return authority
    .slice(authority.lastIndexOf("@") + 1)
    .replace(/:\d{1,5}$/, "")
    .toLowerCase();
}
