import { closeSync, openSync, writeSync } from "node:fs";
import { pick, random } from "../demo/random.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SECTIONS = ["products", "docs", "blog", "images", "api/v2", "static/js", "users", "search", "cart"];
const PROBES = [
  "/.env",
  "/wp-login.php",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/.git/config",
  "/phpmyadmin/",
  "/shell.php",
];
const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%.0.0.0 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:%.0) Gecko/20100101 Firefox/%.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_% like Mac OS X) AppleWebKit/605.1.15 Version/18.% Mobile/15E148 Safari/604.1",
];

interface LogShape {
  readonly lines: number;
  readonly addresses: number;
  /** Requests per second of the log's own time. */
  readonly rate: number;
}

/**
 * Writes a combined log: half the lines from all addresses alike, half from a busy tenth; 12 % IPv6, about
 * 900 agents, escapes, UTF-8, malformed requests and 3 % probes. Some 220 bytes a line.
 */
function writeAccessLog(path: string, shape: LogShape): void {
  const next = random(42);
  const addresses = Array.from({ length: shape.addresses }, () => address(next));
  const agents = Array.from({ length: 900 }, () =>
    pick(next, BROWSERS).replaceAll("%", String(60 + Math.floor(next() * 300))),
  );
  const start = Date.UTC(2026, 9, 1);
  const fd = openSync(path, "w");
  let chunk: string[] = [];
  for (let i = 0; i < shape.lines; i++) {
    const pool = next() < 0.5 ? addresses.length : Math.ceil(addresses.length / 10);
    const ip = addresses[Math.floor(next() * pool)];
    const time = stamp(new Date(start + Math.floor(i / shape.rate) * 1000));
    const kind = next();
    const probe = kind < 0.03;
    const request =
      kind > 0.995
        ? "\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xFC\\x03\\x03"
        : `${next() < 0.9 ? "GET" : "POST"} ${probe ? pick(next, PROBES) : target(next)} HTTP/1.1`;
    const status = probe ? 404 : kind > 0.995 ? 400 : next() < 0.93 ? 200 : 304;
    const referrer =
      next() < 0.6 ? `https://shop.example.com/${pick(next, SECTIONS)}/${Math.floor(next() * 500)}` : "-";
    const agent = next() < 0.01 ? 'probe \\"quoted\\" \\xE2\\x9C\\x93' : pick(next, agents);
    chunk.push(
      `${ip} - - [${time}] "${request}" ${status} ${Math.floor(next() * 60000)} "${referrer}" "${agent}"\n`,
    );
    if (chunk.length === 5000) {
      writeSync(fd, chunk.join(""));
      chunk = [];
    }
  }
  writeSync(fd, chunk.join(""));
  closeSync(fd);
}

function address(next: () => number): string {
  const word = (): number => Math.floor(next() * 0x10000);
  if (next() < 0.12)
    return `2a04:${word().toString(16)}:${word().toString(16)}::${(1 + Math.floor(next() * 0xffff)).toString(16)}`;
  return `${11 + Math.floor(next() * 88)}.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}`;
}

function target(next: () => number): string {
  const query = next() < 0.16 ? `?q=caf%C3%A9&page=${Math.floor(next() * 90)}` : "";
  return `/${pick(next, SECTIONS)}/${Math.floor(next() * 100000).toString(36)}/item-${Math.floor(next() * 1000)}${query}`;
}

function stamp(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return (
    `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:` +
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
  );
}

// In a process of its own, so that what it needs is not counted as a contender's peak of memory.
if (import.meta.main) {
  const [path = "", lines, addresses, rate] = process.argv.slice(2);
  writeAccessLog(path, { lines: Number(lines), addresses: Number(addresses), rate: Number(rate) });
}
