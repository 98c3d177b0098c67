import { between, pick, random } from "./random.ts";

/** The site: what a browser finds at https://shop.example.com/. */
export const SITE = "https://shop.example.com";

const COLLECTIONS = ["lamps", "tables", "chairs", "shelves", "rugs", "desks", "sofas", "mirrors"];
const MATERIALS = ["oak", "walnut", "ash", "linen", "wool", "brass", "steel", "rattan"];
const THINGS = ["lamp", "table", "chair", "shelf", "rug", "desk", "stool", "bench"];

/** Every product's name in its address. */
export const PRODUCTS = MATERIALS.flatMap((material) => THINGS.map((thing) => `${material}-${thing}`));

/** What every page needs, with its size; a browser that was here before asks only whether it changed. */
export const ASSETS: readonly (readonly [path: string, bytes: number])[] = [
  ["/assets/app.3f9c1b.css", 21_480],
  ["/assets/app.81d2e0.js", 74_912],
  ["/assets/inter-var.woff2", 48_256],
  ["/images/logo.svg", 2_104],
];

const sizes = random(443);
const IMAGES = new Map(PRODUCTS.map((product) => [product, between(sizes, 18_000, 96_000)]));

/** A product's picture. */
export function imageOf(product: string): readonly [path: string, bytes: number] {
  return [`/images/products/${product}.webp`, IMAGES.get(product) ?? 0];
}

/** A page, its size once compressed, and the products whose pictures are on it. */
export interface Page {
  readonly path: string;
  readonly bytes: number;
  readonly products: readonly string[];
}

export function homePage(next: () => number): Page {
  return { path: "/", bytes: 14_230, products: some(next, 3) };
}

export function collectionPage(next: () => number): Page {
  const path = `/collections/${pick(next, COLLECTIONS)}`;
  const further = next() < 0.25 ? `?page=${between(next, 2, 4)}` : "";
  return { path: path + further, bytes: between(next, 9_000, 16_000), products: some(next, 4) };
}

export function productPage(next: () => number): Page {
  const product = pick(next, PRODUCTS);
  return { path: `/products/${product}`, bytes: between(next, 7_000, 12_000), products: [product] };
}

export function searchPage(next: () => number): Page {
  const words = pick(next, ["caf%C3%A9+table", "reading+lamp", "oak", "desk+120cm", "wool+rug", "gift"]);
  return { path: `/search?q=${words}`, bytes: between(next, 4_000, 9_000), products: some(next, 2) };
}

function some(next: () => number, count: number): string[] {
  return Array.from({ length: count }, () => pick(next, PRODUCTS));
}
