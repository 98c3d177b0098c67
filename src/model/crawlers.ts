/** A crawler whose operator says how its addresses are proved: by their name in reverse DNS, and the way back from there. */
export interface Crawler {
  readonly name: string;
  /** What its agents hold, in lower case. */
  readonly agents: readonly string[];
  /** Names of its addresses lie in these domains, by its operator's own documentation. */
  readonly domains: readonly string[];
}

/**
 * Crawlers that are proved by lists of addresses alone are left out, as are Google's fetchers that anybody may send to a page:
 * nothing could be said of them.
 */
export const CRAWLERS: readonly Crawler[] = [
  {
    name: "Googlebot",
    agents: [
      "googlebot",
      "adsbot-google",
      "mediapartners-google",
      "apis-google",
      "storebot-google",
      "google-inspectiontool",
      "googleother",
    ],
    domains: ["googlebot.com", "google.com"],
  },
  { name: "Bingbot", agents: ["bingbot", "msnbot"], domains: ["search.msn.com"] },
  { name: "Applebot", agents: ["applebot"], domains: ["applebot.apple.com"] },
  {
    name: "YandexBot",
    agents: [
      "yandexbot",
      "yandexaccessibilitybot",
      "yandexmobilebot",
      "yandexdirect",
      "yandeximages",
      "yandexvideo",
      "yandexmedia",
      "yandexnews",
      "yandexmetrika",
      "yandexwebmaster",
      "yandexrenderresourcesbot",
    ],
    domains: ["yandex.ru", "yandex.net", "yandex.com"],
  },
  { name: "Baiduspider", agents: ["baiduspider"], domains: ["baidu.com", "baidu.jp"] },
  { name: "PetalBot", agents: ["petalbot", "aspiegelbot"], domains: ["petalsearch.com", "aspiegel.com"] },
  { name: "Yahoo! Slurp", agents: ["yahoo! slurp"], domains: ["crawl.yahoo.net"] },
  { name: "SeznamBot", agents: ["seznambot"], domains: ["seznam.cz"] },
  { name: "Amazonbot", agents: ["amazonbot"], domains: ["crawl.amazonbot.amazon"] },
  { name: "CCBot", agents: ["ccbot"], domains: ["crawl.commoncrawl.org"] },
  { name: "Pinterestbot", agents: ["pinterestbot"], domains: ["pinterest.com"] },
];

/** Whether a name in DNS, which must lead back to its address, is one of the crawler's own. */
export function isCrawlersName({ domains }: Crawler, hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  return domains.some((domain) => name.endsWith(`.${domain}`));
}
