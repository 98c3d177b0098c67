import { address } from "./address.ts";
import type { Host } from "./host.ts";
import { between, random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

const MONITOR = address("198.51.100.12");
const READER = address("2001:db8:feed::7");
const DATABASE = address("192.0.2.30");

/** A probe that asks each half minute whether the shop is well, on a connection of its own. */
export function startMonitor(timeline: Timeline, host: Host): void {
  const probe = (): void => {
    const connection = host.accept(MONITOR, 443, 31_000);
    host.request(connection, {
      method: "HEAD",
      path: "/health",
      protocol: "HTTP/1.1",
      status: 200,
      bytes: 0,
      userAgent: "ExampleUptime/3.2 (+https://uptime.example/about)",
    });
    // It asks for `Connection: close`.
    timeline.after(40, () => host.close(connection, "us"));
    timeline.after(30_000, probe);
  };
  timeline.after(4_300, probe);
}

/** A feed reader, every two minutes, mostly told that nothing is new. */
export function startFeedReader(timeline: Timeline, host: Host): void {
  const next = random(3);
  const read = (): void => {
    const connection = host.accept(READER, 443, 22_000);
    const changed = next() < 0.3;
    host.request(connection, {
      method: "GET",
      path: "/feed.xml",
      protocol: "HTTP/1.1",
      status: changed ? 200 : 304,
      bytes: changed ? 18_344 : 0,
      userAgent: "ExampleFeeds/1.24 (Linux; https://feeds.example.org)",
    });
    timeline.after(1_500, () => host.close(connection, "peer"));
    timeline.after(120_000, read);
  };
  timeline.after(37_000, read);
}

/** The application's own connections to its database, on another machine. */
export function startDatabase(timeline: Timeline, host: Host): void {
  const next = random(4);
  for (let i = 0; i < 2; i++) {
    const connection = host.dial(DATABASE, 5432, 420);
    host.carry(connection, 81_903_113, 9_204_551);
    const query = (): void => {
      host.carry(connection, between(next, 300, 9_000), between(next, 90, 700));
      timeline.after(between(next, 100, 900), query);
    };
    query();
  }
}
