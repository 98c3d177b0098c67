import { address } from "./address.ts";
import type { Asked, Host } from "./host.ts";
import type { Timeline } from "./timeline.ts";

const PRANKSTER = address("203.0.113.13");

/** Aimed at whoever reads the log: markup for a web page, escape sequences for a terminal, bidi marks for the eye. */
const PRANKS: readonly Omit<Asked, "protocol">[] = [
  {
    method: "GET",
    path: "/search?q=<script>alert(document.cookie)</script>",
    status: 200,
    bytes: 4_410,
    userAgent: "<img src=x onerror=alert(1)>",
  },
  {
    method: "GET",
    path: "/\u001b]52;c;cm0gLXJmIH4=\u0007\u001b[2J\u001b[1;31mSERVER DOWN\u001b[0m",
    status: 400,
    bytes: 150,
    userAgent: "\u001b]0;pwned\u0007curl/8.5.0",
  },
  {
    method: "GET",
    path: "/products/\u202egnp.eliforp\u202c?\u2066a=1\u2069",
    status: 404,
    bytes: 3_812,
    userAgent: "Mozilla/5.0 (\u202e0.5/allizoM\u202c)",
  },
];

/** Three requests from `from` on, some seconds apart, each on a connection of its own. */
export function startPrankster(timeline: Timeline, host: Host, from: number): void {
  PRANKS.forEach((prank, i) => {
    timeline.at(from + 7_000 * i, () => {
      const connection = host.accept(PRANKSTER, 443, 64_000);
      host.request(connection, { ...prank, protocol: "HTTP/1.1" });
      timeline.after(200, () => host.close(connection, "us"));
    });
  });
}
