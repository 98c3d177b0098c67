/** Run by geo.ts: loads the databases of places and networks that it is given, looks addresses up, prints {@link LookUps}. */
import { readFileSync } from "node:fs";
import { createGeo } from "../src/enrich/geo.ts";
import { formatIp, type Ip } from "../src/model/ip.ts";
import type { LookUps } from "./geo.ts";

const LOOKUPS = 200_000;
const FEW = 1000;

const [city = "", asn = ""] = process.argv.slice(2);

function privateMegabytes(): number {
  Bun.gc(true);
  const text = readFileSync("/proc/self/smaps_rollup", "utf8");
  return (
    [...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    ) / 1024
  );
}

/** Addresses all over IPv4, the same in each run. */
const addresses: Ip[] = Array.from({ length: LOOKUPS }, (_, i) =>
  formatIp(Uint32Array.of(0, 0, 0xffff, 0x01000000 + ((Math.imul(i, 2_654_435_761) >>> 0) % 0xde000000))),
);

function perSecond(many: readonly Ip[], times: number): { readonly rate: number; readonly found: number } {
  const from = performance.now();
  let found = 0;
  for (let round = 0; round < times; round++) {
    for (const ip of many) if (geo.lookup(ip) !== undefined) found++;
  }
  return { rate: (1000 * many.length * times) / (performance.now() - from), found };
}

const before = privateMegabytes();
const geo = createGeo({ city, asn }, () => {}, Date.now);
const from = performance.now();
let [first, pause, last] = [0, 0, from];
const probe = addresses.find((ip) => ip.startsWith("8.")) ?? addresses[0];
const beat = setInterval(() => {
  const now = performance.now();
  pause = Math.max(pause, now - last);
  last = now;
  if (first === 0 && probe !== undefined && geo.lookup(probe) !== undefined) first = now - from;
}, 0);
await geo.refresh();
const loadMilliseconds = performance.now() - from;
await Bun.sleep(5);
clearInterval(beat);
const megabytes = privateMegabytes() - before;
// What is compiled on the way is not measured.
perSecond(addresses.slice(0, 20_000), 1);
const fresh = perSecond(addresses, 1);
const again = perSecond(addresses.slice(0, FEW), LOOKUPS / FEW);
if (fresh.found === 0) throw new Error("nothing was found");
const result: LookUps = {
  loadMilliseconds,
  firstMilliseconds: first,
  pauseMilliseconds: pause,
  megabytes,
  freshPerSecond: fresh.rate,
  againPerSecond: again.rate,
};
process.stdout.write(JSON.stringify(result));
