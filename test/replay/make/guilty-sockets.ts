import { event, type Line, moments, SECOND, START, socket } from "./lines.ts";
import type { Made } from "./scenario.ts";

/** A table and a tick each second. */
function polls(seconds: number, sockets: (second: number) => object[]): Line[] {
  return Array.from({ length: seconds }, (_, i) => [
    event(START + i * SECOND, { kind: "tick" }),
    event(START + i * SECOND, { kind: "sockets", source: "sock_diag", sockets: sockets(i) }),
  ]).flat();
}

/** So that there is a web server whose requests are read. */
function pageViews(): Line[] {
  return moments(31, START, 60, SECOND).map((at) =>
    event(at, {
      kind: "request",
      ip: "8.8.4.4",
      method: "GET",
      path: "/",
      protocol: "HTTP/1.1",
      status: 200,
      bytes: 512,
      source: "access.log",
    }),
  );
}

const slow = polls(90, () => Array.from({ length: 120 }, (_, i) => socket("146.70.3.8", 20_000 + i)));
const halfOpen = polls(30, (second) =>
  Array.from({ length: 60 }, (_, i) => socket("61.177.172.9", 1024 + second * 60 + i, { state: "SYN_RECV" })),
);
const PORTS = [21, 22, 25, 53, 80, 110, 143, 443, 465, 587, 993, 995, 3306, 5432, 6379, 8080, 8443];
const scan = polls(20, (second) =>
  PORTS.slice(0, second + 1).map((localPort, i) =>
    socket("89.248.165.7", 40_000 + i, { localPort, state: i === second ? "ESTABLISHED" : "TIME_WAIT" }),
  ),
);

export const GUILTY_SOCKETS: readonly Made[] = [
  {
    name: "guilty-slow-requests",
    about: "A hundred and twenty connections stay open for ninety seconds and never ask for anything.",
    guilty: { "146.70.3.8": { severity: "warning", rules: ["slow-requests"] } },
    logs: { "events.jsonl": [...slow, ...pageViews()] },
  },
  {
    name: "guilty-half-open",
    about: "Sixty half-open connections at a time from one address, none of them completed.",
    guilty: { "61.177.172.9": { severity: "warning", rules: ["half-open"] } },
    logs: { "events.jsonl": [...halfOpen, ...pageViews()] },
  },
  {
    name: "guilty-port-scan",
    about: "Connections to seventeen ports of ours within twenty seconds.",
    guilty: { "89.248.165.7": { severity: "warning", rules: ["port-scan"] } },
    logs: { "events.jsonl": [...scan, ...pageViews()] },
  },
];
