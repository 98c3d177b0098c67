import { expect, test } from "bun:test";
import { CRAWLERS, type Crawler, isCrawlersName } from "./crawlers.ts";

function crawler(agent: string): Crawler {
  const found = CRAWLERS.find(({ agents }) => agents.includes(agent));
  if (found === undefined) throw new Error(agent);
  return found;
}

test.each([
  ["googlebot", "crawl-66-249-66-1.googlebot.com", true],
  ["googlebot", "rate-limited-proxy-66-249-90-77.google.com.", true],
  ["googlebot", "CRAWL-1.GOOGLEBOT.COM", true],
  ["googlebot", "googlebot.com", false],
  ["googlebot", "crawl.googlebot.com.example.org", false],
  ["googlebot", "evilgooglebot.com", false],
  ["bingbot", "msnbot-157-55-39-1.search.msn.com", true],
  ["bingbot", "mail.msn.com", false],
  ["applebot", "17-58-101-179.applebot.apple.com", true],
  ["yandexbot", "5-255-253-1.spider.yandex.com", true],
])("%s by %s: %p", (agent, hostname, genuine) => {
  expect(isCrawlersName(crawler(agent), hostname)).toBe(genuine);
});

test("each is known by an agent of its own, in lower case", () => {
  const agents = CRAWLERS.flatMap((crawler) => crawler.agents);
  expect(new Set(agents).size).toBe(agents.length);
  for (const agent of agents) expect(agent).toBe(agent.toLowerCase());
});
