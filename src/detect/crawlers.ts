/** A crawler whose operator says how its addresses are proved: by their name in reverse DNS, and the way back from there. */
export interface Crawler {
  readonly name: string;
  /** Names of its addresses end so, by its operator's own documentation. */
  readonly domains: readonly string[];
}

interface Known extends Crawler {
  /** What its user agents hold. */
  readonly agents: readonly string[];
}

/**
 * Crawlers that are proved by lists of addresses alone are left out, as are Google's fetchers that anybody may send to a page:
 * nothing could be said of them.
 */
const CRAWLERS: readonly Known[] = [
  {
    name: "Googlebot",
    agents: [
      "Googlebot",
      "AdsBot-Google",
      "Mediapartners-Google",
      "APIs-Google",
      "Storebot-Google",
      "Google-InspectionTool",
      "GoogleOther",
    ],
    domains: [".googlebot.com", ".google.com"],
  },
  { name: "Bingbot", agents: ["bingbot", "msnbot", "adidxbot"], domains: [".search.msn.com"] },
  { name: "Applebot", agents: ["Applebot"], domains: [".applebot.apple.com"] },
  {
    name: "YandexBot",
    agents: [
      "YandexBot",
      "YandexAccessibilityBot",
      "YandexMobileBot",
      "YandexDirect",
      "YandexImages",
      "YandexVideo",
      "YandexMedia",
      "YandexNews",
      "YandexMetrika",
      "YandexWebmaster",
      "YandexRenderResourcesBot",
    ],
    domains: [".yandex.ru", ".yandex.net", ".yandex.com"],
  },
  { name: "Baiduspider", agents: ["Baiduspider"], domains: [".baidu.com", ".baidu.jp"] },
  { name: "PetalBot", agents: ["PetalBot", "AspiegelBot"], domains: [".petalsearch.com", ".aspiegel.com"] },
  { name: "Yahoo! Slurp", agents: ["Yahoo! Slurp"], domains: [".crawl.yahoo.net"] },
  { name: "SeznamBot", agents: ["SeznamBot"], domains: [".seznam.cz"] },
  { name: "Amazonbot", agents: ["Amazonbot"], domains: [".crawl.amazonbot.amazon"] },
  { name: "CCBot", agents: ["CCBot"], domains: [".crawl.commoncrawl.org"] },
  { name: "Pinterestbot", agents: ["Pinterestbot"], domains: [".pinterest.com"] },
];

const BY_AGENT: ReadonlyMap<string, Crawler> = new Map(
  CRAWLERS.flatMap((crawler) => crawler.agents.map((agent) => [agent.toLowerCase(), crawler])),
);
/** Any of them, where no letter or digit stands before it: `NotGooglebot` is somebody else. */
const ANY = new RegExp(
  `(?<![a-z0-9])(?:${[...BY_AGENT.keys()].map((agent) => agent.replace(/[^a-z0-9]/g, "\\$&")).join("|")})`,
  "i",
);

/** The crawler that a user agent says it is; undefined where it is none that can be proved. */
export function crawlerOf(userAgent: string): Crawler | undefined {
  const found = ANY.exec(userAgent)?.[0];
  return found === undefined ? undefined : BY_AGENT.get(found.toLowerCase());
}

/** Whether a name that leads back to its address is one of the crawler's own. */
export function isGenuine(crawler: Crawler, hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  return crawler.domains.some((domain) => name.endsWith(domain));
}
