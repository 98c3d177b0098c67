import { encodedAt } from "./decode.ts";

/**
 * Passes over a text before anything is looked for: the index of its first `?`, or `end`, where it can hold none of
 * the needles; -1 where it may.
 */
export type Screen = (bytes: Uint8Array, start: number, end: number) => number;

const PERCENT = 0x25;

/** Three bytes are looked at together, each as one of 32 kinds: a table that stays in the first cache. */
const BITS = 5;
const KINDS = 1 << BITS;
const TRIPLES = 1 << (3 * BITS);
const QUESTION = 29;
/** In the table: nothing to suspect, but to be noted. */
const MARK = 2;
const BLANK = 30;
/** Signs that are rare in addresses: whoever writes one is looked at. */
const RARE = 31;

const KIND_OF = new Uint8Array(256);
[..."abcdefghiklmnoprstuvwy"].forEach((letter, i) => {
  KIND_OF[letter.charCodeAt(0)] = i + 1;
  KIND_OF[letter.toUpperCase().charCodeAt(0)] = i + 1;
});
for (const c of "jqxzJQXZ") KIND_OF[c.charCodeAt(0)] = 23;
for (const c of "0123456789") KIND_OF[c.charCodeAt(0)] = 24;
KIND_OF["/".charCodeAt(0)] = 25;
KIND_OF[".".charCodeAt(0)] = 26;
for (const c of "-_~") KIND_OF[c.charCodeAt(0)] = 27;
for (const c of "=&") KIND_OF[c.charCodeAt(0)] = 28;
KIND_OF["?".charCodeAt(0)] = QUESTION;
for (const c of " +\t\n\v\f\r") KIND_OF[c.charCodeAt(0)] = BLANK;
for (const c of ":@%\\'\"`<>(){}[]$;|*#!^") KIND_OF[c.charCodeAt(0)] = RARE;

/**
 * What `%HH` is taken for. Honest are blanks, what divides a query, and characters beyond ASCII but for those that
 * {@link decode} reads as ASCII; whoever encodes a letter, a dot or a slash is looked at.
 */
const ENCODED_KIND_OF = new Uint8Array(256).fill(RARE);
ENCODED_KIND_OF[0x20] = BLANK;
for (const c of "=&") ENCODED_KIND_OF[c.charCodeAt(0)] = KIND_OF[c.charCodeAt(0)] as number;
ENCODED_KIND_OF[",".charCodeAt(0)] = 0;
for (let byte = 0x80; byte < 0x100; byte++) ENCODED_KIND_OF[byte] = 0;
for (const byte of [0xc0, 0xc1, 0xe0, 0xe2, 0xef, 0xf0]) ENCODED_KIND_OF[byte] = RARE;

/** Whether what is encoded at `at`, where a `%` is, may hide something. A half character does not come first. */
export function mayHide(bytes: Uint8Array, at: number, start: number, end: number): boolean {
  return kindAt(bytes, at, start, end) === RARE;
}

function kindAt(bytes: Uint8Array, at: number, start: number, end: number): number {
  const byte = encodedAt(bytes, at, end);
  if (byte < 0) return RARE;
  if (byte >= 0x80 && byte < 0xc0 && (at - 3 < start || bytes[at - 3] !== PERCENT)) return RARE;
  return ENCODED_KIND_OF[byte] as number;
}

/** What honest addresses are made of. Only the speed hangs on it: triples in here stand for no needle that has others. */
const ORDINARY = `
/index.html /index.php /robots.txt /favicon.ico /sitemap.xml /feed /rss /ads.txt /apple-touch-icon.png /manifest.json
/assets/css/style.min.css?v=1234 /assets/js/main.bundle.min.js?ver=6.5.2 /static/js/chunk-vendors.abc012.js
/static/media/logo.0123abcd.svg /dist/app.js /build/runtime.js /fonts/opensans-regular.woff2 /images/header-image.jpg
/img/products/photo_1200x800.webp /media/videos/intro.mp4 /uploads/files/document.pdf /thumbs/small/large/icons
/wp-content/uploads/2024/05/image-300x200.jpg /wp-content/themes/theme/style.css /wp-content/plugins/plugin/assets/js/
/wp-includes/js/jquery/jquery.min.js /wp-json/wp/v2/posts /blog/2024/05/how-to-grow-your-own-in-the-winter/
/products/category/shoes/winter/women/men/kids/sale/new /product/item-page?id=12345&color=red&size=42 /shop/cart
/checkout/order/orders/payment /account/profile/settings/users/user /customer/address /register /logout /about-us
/contact /kontakt /impressum /datenschutz /privacy-policy /terms-of-service /help /support /faq /team /careers /jobs
/news/articles/story/read-more?page=2&limit=50&offset=100&sort=price_asc&order=desc&filter=brand /article/post/posts
/tag/tags/topic/topics/forum/thread/comments/reply /search?q=red+shoes+and+more&lang=en&utm_source=google&utm_medium=cpc
/search/results&utm_campaign=spring&utm_content=text&utm_term=word&gclid=abc&fbclid=iwar&ref=home /en/de/fr/es/it/nl/
/api/v1/users/12345/orders /api/v2/items/events/messages/notifications/count/status/health /api/graphql /rest/data
/calendar/week/month/day/date/time/events /download/downloads/files/file/folder /docs/guide/getting-started/reference
/summer/autumn/spring/gallery/pictures/photos/music/movies/games/books/recipes/travel/hotel/city/country/region/map
/a-1/b-1/c-1/d-1/e-1/f-1/g-1/h-1/i-1/k-1/l-1/m-1/n-1/o-1/p-1/r-1/s-1/t-1/u-1/v-1/w-1/y-1/x-1/1-1/1-a/1-s/1-t/1-c
/a1/b1/c1/d1/e1/f1/g1/h1/i1/k1/l1/m1/n1/o1/p1/r1/s1/t1/u1/v1/w1/y1/x1/11/1a/1b/1c/1d/1e/1f/1g/1h/1i/1k/1l/1m/1n/1o/1p
/1r/1s/1t/1u/1v/1w/1x/1y/ a1a b2b c3c d4d e5e f6f 1a1 1b1 1c1 1d1 1e1 1f1
/a/b/c/d /e/f/g /0/1/2 id=1 &id= /home/main/default/page/pages/view/show/list/detail/details/edit/overview
`;
/** A triple that is in {@link ORDINARY} counts as so much more frequent. */
const PENALTY = 1e6;

/** How often each kind stands in addresses, in thousandths: letters as in English, and what divides the parts. */
const OFTEN = [
  ...[9, 70, 13, 28, 36, 95, 18, 19, 40, 60, 7, 42, 25, 58, 64, 22, 55, 58, 68, 26, 8, 15],
  ...[15, 8, 50, 90, 15, 30, 15, 9, 6, 1],
];

/**
 * Most lines are innocent, and the automaton's steps wait for each other. So each needle is stood for by the three
 * bytes of it that addresses hold least, and where no such three are found, none of the needles is. A needle of one
 * or two bytes stands with whatever is before it; one with `%` is met where what it encodes may hide something.
 */
export function compileScreen(needles: readonly Uint8Array[]): Screen {
  const suspect = new Uint8Array(TRIPLES);
  for (let before = 0; before < KINDS * KINDS; before++) suspect[(before << BITS) | RARE] = 1;
  for (const needle of needles) {
    const kinds = Array.from(needle, (byte) => KIND_OF[byte] as number);
    if (kinds.includes(RARE)) continue;
    for (const triple of rarest(kinds, suspect)) suspect[triple] = 1;
  }
  for (let before = 0; before < KINDS * KINDS; before++) {
    const triple = (before << BITS) | QUESTION;
    if (suspect[triple] === 0) suspect[triple] = MARK;
  }
  // One bit for each triple: what every byte is looked up in is small enough to stay in the nearest cache.
  const marked = new Uint32Array(TRIPLES / 32);
  suspect.forEach((mark, triple) => {
    if (mark !== 0) marked[triple >> 5] = (marked[triple >> 5] as number) | (1 << (triple & 31));
  });
  return (bytes, start, end) => {
    let query = end;
    let triple = 0;
    for (let i = start; i < end; i++) {
      const kind = KIND_OF[bytes[i] as number] as number;
      triple = ((triple << BITS) | kind) & (TRIPLES - 1);
      // One branch a byte: all that is not plain is marked.
      if ((((marked[triple >> 5] as number) >>> (triple & 31)) & 1) === 0) continue;
      if (bytes[i] === PERCENT) {
        triple = (triple & ~(KINDS - 1)) | kindAt(bytes, i, start, end);
        i += 2;
      }
      if (suspect[triple] === 1) return -1;
      if ((triple & (KINDS - 1)) === QUESTION && query === end) query = i;
    }
    return query;
  };
}

const ordinary = new Uint8Array(TRIPLES);
for (let i = 0, triple = 0; i < ORDINARY.length; i++) {
  triple = ((triple << BITS) | (KIND_OF[ORDINARY.charCodeAt(i)] as number)) & (TRIPLES - 1);
  ordinary[triple] = 1;
}

/** The triples of which each text with the needle holds one; none new where it is stood for already. */
function rarest(kinds: readonly number[], suspect: Uint8Array): readonly number[] {
  if (kinds.length < 3) {
    const own = kinds.reduce((all, kind) => (all << BITS) | kind, 0);
    const befores = Array.from({ length: 1 << (BITS * (3 - kinds.length)) }, (_, before) => before);
    return befores.map((before) => (before << (BITS * kinds.length)) | own);
  }
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 3 <= kinds.length; i++) {
    const three = kinds.slice(i, i + 3);
    const triple = three.reduce((all, kind) => (all << BITS) | kind, 0);
    if (suspect[triple] === 1) return [];
    const often = three.reduce(
      (product, kind) => product * (OFTEN[kind] as number),
      ordinary[triple] === 1 ? PENALTY : 1,
    );
    if (often >= least) continue;
    least = often;
    best = triple;
  }
  return [best];
}
