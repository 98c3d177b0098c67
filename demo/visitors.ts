import type { Ip } from "../src/model/ip.ts";
import { address } from "./address.ts";
import { browser } from "./browsers.ts";
import type { Connection } from "./connection.ts";
import type { Asked, Host } from "./host.ts";
import { between, pick, random } from "./random.ts";
import {
  ASSETS,
  collectionPage,
  homePage,
  imageOf,
  type Page,
  productPage,
  SITE,
  searchPage,
} from "./shop.ts";
import type { Timeline } from "./timeline.ts";

/** nginx's keepalive_timeout. */
const KEEP_ALIVE = 65_000;
/** Where people come from. */
const REFERRERS = [
  "https://search.example/",
  "https://search.example/",
  "https://www.example.org/2026/10/small-rooms",
  "https://news.example.net/",
];

/** Somebody with a browser. */
export interface Visitor {
  readonly ip: Ip;
  readonly userAgent: string;
  /** Was here before: the browser still holds what every page needs. */
  readonly returning: boolean;
  /** Round trip, microseconds. */
  readonly distance: number;
  /** Pages still to look at. */
  readonly pages: number;
  /** Longest look at one, milliseconds. */
  readonly patience: number;
}

/** Sends one request of a visit, a GET unless it says otherwise. */
type Ask = (asked: Pick<Asked, "method" | "path" | "status" | "bytes">) => void;

/** Strangers, one every few seconds until `end`; a fifth over IPv6. */
export function startVisitors(timeline: Timeline, host: Host, end: number): void {
  const next = random(1);
  const known = new Set<Ip>();
  const arrive = (): void => {
    const ip = somebody(next);
    if (!known.has(ip)) {
      known.add(ip);
      visit(timeline, host, next, {
        ip,
        userAgent: browser(next),
        returning: next() < 0.4,
        distance: between(next, 8_000, next() < 0.2 ? 190_000 : 55_000),
        pages: between(next, 2, 9),
        patience: 18_000,
      });
    }
    if (timeline.now < end) timeline.after(between(next, 500, 6_500), arrive);
  };
  timeline.after(0, arrive);
}

function somebody(next: () => number): Ip {
  const word = (): string => between(next, 1, 0xffff).toString(16);
  return next() < 0.2
    ? address(`2001:db8:${word()}:${word()}:${word()}:${word()}:${word()}:${word()}`)
    : address(`198.18.${between(next, 0, 255)}.${between(next, 1, 254)}`);
}

/** One visit: pages with what they need, links followed after a look, now and then a purchase. */
export function visit(timeline: Timeline, host: Host, next: () => number, visitor: Visitor): void {
  const { ip, userAgent, distance } = visitor;
  // Old proxies and a few phones still speak HTTP/1.1, over more than one connection.
  const protocol = next() < 0.85 ? "HTTP/2.0" : "HTTP/1.1";
  const width = protocol === "HTTP/2.0" ? 1 : between(next, 2, 3);
  let connections: Connection[] = [];
  let lastUsed = 0;
  let cached = visitor.returning;
  let referrer = next() < 0.6 ? pick(next, REFERRERS) : undefined;
  let left = visitor.pages;

  const close = (by: "us" | "peer"): void => {
    for (const connection of connections) host.close(connection, by);
    connections = [];
  };
  const ask: Ask = (asked) => {
    while (connections.length < width) connections.push(host.accept(ip, 443, distance));
    lastUsed = timeline.now;
    timeline.after(KEEP_ALIVE, () => {
      if (timeline.now - lastUsed >= KEEP_ALIVE) close("us");
    });
    host.request(pick(next, connections), { method: "GET", protocol, referrer, userAgent, ...asked });
  };
  const fetch = ([path, bytes]: readonly [string, number], fresh: boolean): void =>
    timeline.after(between(next, 60, 900), () =>
      ask(fresh ? { path, status: 200, bytes } : { path, status: 304, bytes: 0 }),
    );
  const open = (page: Page): void => {
    ask({ path: page.path, status: 200, bytes: page.bytes });
    referrer = SITE + page.path;
    if (!cached || next() < 0.15) for (const asset of ASSETS) fetch(asset, !cached);
    if (!cached && next() < 0.2)
      timeline.after(950, () => ask({ path: "/favicon.ico", status: 404, bytes: 3_812 }));
    cached = true;
    for (const product of page.products) fetch(imageOf(product), next() < 0.8);
  };
  const step = (): void => {
    if (left-- === 0) {
      if (next() < 0.4) close("peer");
      return;
    }
    const wish = next();
    if (wish < 0.06) buy(ask, next);
    else if (wish < 0.08) ask({ path: "/products/pine-lamp", status: 404, bytes: 3_812 });
    else open(pick(next, [homePage, collectionPage, productPage, productPage, searchPage])(next));
    timeline.after(between(next, 3_000, visitor.patience), step);
  };
  open(next() < 0.6 ? homePage(next) : productPage(next));
  timeline.after(between(next, 3_000, visitor.patience), step);
}

/** Something into the cart; the answer sends the browser there. */
function buy(ask: Ask, next: () => number): void {
  ask({ method: "POST", path: "/cart", status: 302, bytes: 0 });
  ask({ path: "/cart", status: 200, bytes: between(next, 4_100, 5_900) });
  if (next() < 0.4) ask({ method: "POST", path: "/checkout", status: 302, bytes: 0 });
}
