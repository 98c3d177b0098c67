import { expect, test } from "bun:test";
import fc from "fast-check";
import type { AuthEvent, Event, RequestEvent, Socket, SocketsEvent } from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";
import { Bench, type Judging } from "./judging.ts";
import { login, socket } from "./peers.ts";
import { START, visit } from "./visits.ts";

const PEERS = Array.from({ length: 6 }, (_, i) => `45.1.2.${i + 1}` as Ip);
const BYSTANDER = "99.9.9.9" as Ip;
/** So few that each is soon reached; beaconing remembers by address, also of those that left. */
const RULES: Judging = {
  off: ["beaconing"],
  thresholds: {
    remember: 60,
    "ssh.failures": 3,
    "ssh.users": 3,
    "http.probes": 2,
    "http.distinct_4xx": 3,
    "http.logins": 3,
    "sockets.without_requests": 2,
    "sockets.slow": 3,
    "sockets.slow_window": 6,
    "sockets.half_open": 2,
    "sockets.ports": 3,
    "sockets.outbound": 4,
  },
};

const peer = fc.constantFrom(...PEERS);
const request = fc
  .record({
    ip: peer,
    method: fc.constantFrom("GET", "POST"),
    path: fc.constantFrom("/.env", "/.git/config", "/a", "/b", "/c", "/wp-login.php", "/?a=1'%20or%201=1--"),
    status: fc.constantFrom(200, 404, 401, 408),
  })
  .map(({ path, ...known }): RequestEvent => visit(path, known));
const attempt = fc
  .record({
    ip: peer,
    outcome: fc.constantFrom("failed", "invalid-user", "accepted", "probe"),
    user: fc.constantFrom("ann", "bob", "eve"),
  })
  .map((known): AuthEvent => login(known));
/** Of at most three peers, so that no one with sockets has to leave the four places. */
const table = fc
  .record({
    first: fc.nat(3),
    rows: fc.array(
      fc.record({
        of: fc.nat(2),
        localPort: fc.constantFrom(80, 443, 25, 8080),
        remotePort: fc.constantFrom(4000, 4001, 4002),
        state: fc.constantFrom("ESTABLISHED", "ESTABLISHED", "SYN_RECV"),
        direction: fc.constantFrom("in", "in", "out"),
      }),
      { minLength: 1, maxLength: 10 },
    ),
  })
  .map(({ first, rows }): SocketsEvent => {
    const sockets = rows.map(
      ({ of, remotePort, ...known }): Socket =>
        socket(remotePort, { ...known, remote: PEERS[first + of] as Ip }),
    );
    return { kind: "sockets", at: 0, source: "proc", sockets };
  });
const deeds = fc.array(
  fc.record({ wait: fc.constantFrom(1, 1, 900, 5000, 20_000), event: fc.oneof(request, attempt, table) }),
  { minLength: 40, maxLength: 80 },
);

test("what stands against an address is of its own stay in the table, whoever had its place before", () => {
  const begin: Event[] = [{ ...visit("/"), ip: BYSTANDER }];
  fc.assert(
    fc.property(deeds, (all) => {
      let at = START;
      const events = all.map(({ wait, event }): Event => {
        at += wait;
        return { ...event, at };
      });
      const crowded = new Bench({ ...RULES, addresses: 4 }).feed(...begin, ...events);
      for (const ip of PEERS) {
        const profile = crowded.profile(ip);
        if (profile === undefined) continue;
        const own = events.map((event) => only(event, ip, profile.firstSeen));
        expect(crowded.verdict(ip)?.findings).toEqual(
          new Bench(RULES).feed(...begin, ...own).verdict(ip)?.findings,
        );
      }
    }),
    { numRuns: 15 },
  );
}, 60_000);

/** The event as far as that address did it, from `since` on; else that time went by, and that others had sockets. */
function only(event: Event, ip: Ip, since: number): Event {
  const { at } = event;
  if (event.kind !== "sockets") {
    return at >= since && "ip" in event && event.ip === ip ? event : { kind: "tick", at };
  }
  const own = at >= since ? event.sockets.filter(({ remote }) => remote === ip) : [];
  return { ...event, sockets: [...own, socket(5000, { remote: BYSTANDER })] };
}
