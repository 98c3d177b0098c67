import { address } from "./address.ts";
import type { Host } from "./host.ts";
import { between, pick, random } from "./random.ts";
import { collectionPage, productPage } from "./shop.ts";
import type { Timeline } from "./timeline.ts";

const CRAWLER = address("198.51.100.164");

/** A search engine's robot, polite: the rules first, then a page every two to four seconds, on one connection. */
export function startCrawler(timeline: Timeline, host: Host, from: number): void {
  const next = random(5);
  timeline.at(from, () => {
    const connection = host.accept(CRAWLER, 443, 88_000);
    const fetch = (path: string, status: number, bytes: number): void =>
      host.request(connection, {
        method: "GET",
        path,
        protocol: "HTTP/1.1",
        status,
        bytes,
        userAgent: "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://search.example/bot.html)",
      });
    const crawl = (): void => {
      const page = pick(next, [collectionPage, productPage, productPage])(next);
      if (next() < 0.3) fetch(page.path, 304, 0);
      else fetch(page.path, 200, page.bytes);
      timeline.after(between(next, 2_000, 4_000), crawl);
    };
    fetch("/robots.txt", 200, 182);
    timeline.after(2_000, () => fetch("/sitemap.xml", 200, 9_377));
    timeline.after(4_600, crawl);
  });
}
