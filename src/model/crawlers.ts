/** A search engine's crawler whose operator documents that its names in DNS prove it. */
export interface Crawler {
  readonly name: string;
  /** How its agent is known, in lower case. */
  readonly agent: string;
  /** Its names in reverse DNS end so, and lead back to it. */
  readonly domains: readonly string[];
}

/**
 * As their operators document: Google (developers.google.com/search/docs/crawling-indexing/verifying-googlebot), Bing
 * (bing.com/webmasters/help/how-to-verify-bingbot-3905dc26), Apple (support.apple.com/en-us/119829), Yandex
 * (yandex.com/support/webmaster/robot-workings/check-yandex-robots.html), Baidu, Petal, Yahoo, Seznam, Amazon
 * (developer.amazon.com/amazonbot), Common Crawl, Pinterest. Those that publish lists of addresses instead are not here.
 */
export const CRAWLERS: readonly Crawler[] = [
  { name: "Googlebot", agent: "googlebot", domains: ["googlebot.com", "google.com"] },
  { name: "Google", agent: "google-inspectiontool", domains: ["googlebot.com", "google.com"] },
  { name: "Google", agent: "adsbot-google", domains: ["google.com"] },
  { name: "Bingbot", agent: "bingbot", domains: ["search.msn.com"] },
  { name: "Bingbot", agent: "adidxbot", domains: ["search.msn.com"] },
  { name: "Applebot", agent: "applebot", domains: ["applebot.apple.com"] },
  { name: "Yandex", agent: "yandexbot", domains: ["yandex.ru", "yandex.net", "yandex.com"] },
  { name: "Yandex", agent: "yandeximages", domains: ["yandex.ru", "yandex.net", "yandex.com"] },
  { name: "Baiduspider", agent: "baiduspider", domains: ["crawl.baidu.com", "crawl.baidu.jp"] },
  { name: "PetalBot", agent: "petalbot", domains: ["petalsearch.com"] },
  { name: "Yahoo", agent: "yahoo! slurp", domains: ["crawl.yahoo.net"] },
  { name: "SeznamBot", agent: "seznambot", domains: ["seznam.cz"] },
  { name: "Amazonbot", agent: "amazonbot", domains: ["crawl.amazonbot.amazon"] },
  { name: "CCBot", agent: "ccbot", domains: ["crawl.commoncrawl.org"] },
  { name: "Pinterestbot", agent: "pinterestbot", domains: ["pinterest.com"] },
];

/** Whether a name in DNS, which must have led back to the address, is one of that crawler's. */
export function isCrawlersName({ domains }: Crawler, hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  return domains.some((domain) => name.endsWith(`.${domain}`));
}
