import { appendFileSync, renameSync, statSync } from "node:fs";
import { random } from "../demo/random.ts";

export const ADDRESSES = 50_000;
export const LINES_PER_SECOND = 5_000;
const BATCHES_PER_SECOND = 50;
/** A soak of hours must not fill the disk: at most twice this is there (bytes). */
const ROTATED_AT = 100 * 2 ** 20;

/** Appends lines at the rate until told to stop; a log that is large becomes `LOG.1`, over the one before. */
export function load(log: string): () => void {
  let round = 0;
  const timer = setInterval(() => {
    appendFileSync(log, lines(LINES_PER_SECOND / BATCHES_PER_SECOND, ++round));
    if (round % BATCHES_PER_SECOND === 0 && statSync(log).size > ROTATED_AT) renameSync(log, `${log}.1`);
  }, 1000 / BATCHES_PER_SECOND);
  return () => clearInterval(timer);
}

/** One line of each address. */
export function everybody(): string {
  return Array.from({ length: ADDRESSES }, (_, i) => line(i, "/")).join("");
}

function lines(count: number, seed: number): string {
  const next = random(seed);
  return Array.from({ length: count }, () =>
    line(Math.floor(next() * ADDRESSES), `/products/${Math.floor(next() * 1e6).toString(36)}`),
  ).join("");
}

export function line(address: number, path: string): string {
  const ip = `${20 + (address >> 16)}.${(address >> 8) & 255}.${address & 255}.9`;
  const time = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (.*) GMT$/, "$1/$2/$3:$4 +0000");
  return `${ip} - - [${time}] "GET ${path} HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"\n`;
}
