import { describe, expect, test } from "bun:test";
import { crawlerOf, isGenuine } from "./crawlers.ts";

describe("who says it is a crawler", () => {
  test.each([
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"],
    ["Googlebot-Image/1.0", "Googlebot"],
    ["AdsBot-Google (+http://www.google.com/adsbot.html)", "Googlebot"],
    ["Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "Bingbot"],
    [
      "Mozilla/5.0 (Macintosh) AppleWebKit/600.2.5 (Applebot/0.1; +http://www.apple.com/go/applebot)",
      "Applebot",
    ],
    ["Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "YandexBot"],
    ["Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "Baiduspider"],
    ["Mozilla/5.0 (compatible;PetalBot;+https://webmaster.petalsearch.com/site/petalbot)", "PetalBot"],
    ["Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)", "Yahoo! Slurp"],
    ["Mozilla/5.0 (compatible; SeznamBot/4.0; +http://napoveda.seznam.cz/seznambot-intro/)", "SeznamBot"],
    ["Mozilla/5.0 (compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot)", "Amazonbot"],
    ["CCBot/2.0 (https://commoncrawl.org/faq/)", "CCBot"],
    ["Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)", "Pinterestbot"],
    ["GOOGLEBOT", "Googlebot"],
  ])("%s", (agent, name) => {
    expect(crawlerOf(agent)?.name).toBe(name);
  });

  test.each([
    "",
    "-",
    "curl/8.5.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "NotGooglebot/1.0",
    "Mozilla/5.0 (compatible; YandexBrowser/24.1)",
    "Mozilla/5.0 (compatible; Google-Read-Aloud)",
  ])("%j does not", (agent) => {
    expect(crawlerOf(agent)).toBeUndefined();
  });
});

describe("whether it is one", () => {
  test.each([
    ["Googlebot", "crawl-66-249-66-1.googlebot.com", true],
    ["Googlebot", "geo-crawl-66-249-66-1.geo.googlebot.com.", true],
    ["Googlebot", "Rate-Limited-Proxy-66-249-90-77.Google.com", true],
    ["Googlebot", "googlebot.com", false],
    ["Googlebot", "evilgooglebot.com", false],
    ["Googlebot", "crawl.googlebot.com.evil.example", false],
    ["Googlebot", "1.2.3.4.bc.googleusercontent.com", false],
    ["Googlebot", "msnbot-157-55-39-1.search.msn.com", false],
    ["bingbot", "msnbot-157-55-39-1.search.msn.com", true],
    ["bingbot", "host.msn.com", false],
    ["Applebot", "17-58-101-179.applebot.apple.com", true],
    ["YandexBot", "5-255-253-1.spider.yandex.com", true],
    ["YandexBot", "spider.yandex.com.tr", false],
    ["Baiduspider", "baiduspider-123-125-66-120.crawl.baidu.com", true],
    ["PetalBot", "petalbot-114-119-130-1.petalsearch.com", true],
    ["Yahoo! Slurp", "b115504.crawl.yahoo.net", true],
    ["SeznamBot", "fulltextrobot-77-75-79-11.fulltext.seznam.cz", true],
    ["Amazonbot", "23-20-0-1.crawl.amazonbot.amazon", true],
    ["Amazonbot", "ec2-23-20-0-1.compute-1.amazonaws.com", false],
    ["", "crawl-66-249-66-1.googlebot.com", undefined],
  ])("%s at %s: %p", (agent, hostname, genuine) => {
    const crawler = crawlerOf(agent);
    expect(crawler && isGenuine(crawler, hostname)).toBe(genuine as boolean);
  });
});
