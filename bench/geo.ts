import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagedCountries } from "../src/enrich/geo-packaged.ts";
import { maxmindAsn } from "../test/geo-databases.ts";
import { type Writable, writeMmdb } from "../test/mmdb-writer.ts";
import { printTable, spread } from "./measure.ts";

const ROUNDS = 5;
const BUN = join(import.meta.dir, "../bin/bun");
const LOOK_UP = join(import.meta.dir, "look-up.ts");
/** As many as the databases of DB-IP Lite have, about. */
const CITY_PREFIXES = 3_000_000;
const CITIES = 150_000;
const ASN_PREFIXES = 450_000;
const NETWORKS = 75_000;

/** What `look-up.ts` measures. */
export interface LookUps {
  readonly loadMilliseconds: number;
  /** Until the first country can be told. */
  readonly firstMilliseconds: number;
  /** The longest time that nobody else had the thread while it loaded. */
  readonly pauseMilliseconds: number;
  readonly megabytes: number;
  /** Of addresses met for the first time, each of its own network, and of few that come again. */
  readonly freshPerSecond: number;
  readonly againPerSecond: number;
}

/** Loading and asking geo databases: the one that comes with the program, then also city and ASN as large as DB-IP's. */
export async function geo(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-bench-"));
  try {
    const [city, asn] = [join(folder, "city.mmdb"), join(folder, "asn.mmdb")];
    writeFileSync(city, writeMmdb(prefixes(CITY_PREFIXES, cityRecord), { type: "DBIP-City-Lite" }));
    writeFileSync(
      asn,
      writeMmdb(prefixes(ASN_PREFIXES, asnRecord), { type: "DBIP-ASN-Lite", recordSize: 24 }),
    );
    const megabytes = (path: string): string => `${Math.round(statSync(path).size / 1e6)} MB`;
    const packaged = await packagedCountries();
    process.stdout.write(
      `\ngeo: countries as packaged (${packaged === undefined ? "not installed" : megabytes(packaged)}); city ${megabytes(city)}, ASN ${megabytes(asn)}, made here\n`,
    );
    const rows: string[][] = [];
    for (const [name, paths] of [
      ["countries", ["/nonexistent", "/nonexistent"]],
      ["city and ASN", [city, asn]],
    ] as const) {
      const runs: LookUps[] = [];
      for (let round = 0; round < ROUNDS; round++) runs.push(lookUps(paths));
      const of = (key: keyof LookUps, digits = 0): string =>
        spread(
          runs.map((run) => run[key]),
          digits,
        );
      const thousands = (key: keyof LookUps): string => spread(runs.map((run) => run[key] / 1000));
      rows.push([
        name,
        thousands("freshPerSecond"),
        thousands("againPerSecond"),
        of("firstMilliseconds"),
        of("loadMilliseconds"),
        of("pauseMilliseconds", 1),
        of("megabytes"),
      ]);
    }
    printTable(
      ["", "k new/s", "k again/s", "ms to first", "ms to all", "longest pause ms", "private MB more"],
      rows,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lookUps(paths: readonly string[]): LookUps {
  const { stdout, stderr, exitCode } = Bun.spawnSync([BUN, LOOK_UP, ...paths]);
  if (exitCode !== 0) throw new Error(stderr.toString().slice(-500));
  return JSON.parse(stdout.toString());
}

function* prefixes(
  count: number,
  record: (i: number) => Writable,
): Generator<[prefix: string, record: Writable], void, undefined> {
  // Nine of ten IPv4, from 1.0.0.0 up to 223.255.255.0, next to each other and without gaps larger than a prefix.
  const v4 = Math.floor(count * 0.9);
  const step = Math.max(1, Math.floor((222 * 65_536) / v4));
  for (let i = 0; i < v4; i++) {
    const block = 65_536 + i * step;
    yield [`${(block >> 16) & 255}.${(block >> 8) & 255}.${block & 255}.0/24`, record(i)];
  }
  for (let i = 0; i < count - v4; i++) {
    yield [`${(0x2400 + (i >> 16)).toString(16)}:${(i & 0xffff).toString(16)}::/32`, record(i)];
  }
}

/** Some thing of a hundred thousand, the same for the same `i`. */
function pick(i: number, of: number): number {
  return (Math.imul(i, 2_654_435_761) % of) >>> 0;
}

function cityRecord(i: number): Writable {
  const city = Math.abs(pick(i, CITIES));
  return {
    city: { names: { en: `The city of number ${city}` } },
    continent: { code: "EU", geoname_id: 6255148, names: { de: "Europa", en: "Europe" } },
    country: {
      geoname_id: city % 240,
      iso_code: "NL",
      is_in_european_union: true,
      names: { en: "The Netherlands" },
    },
    location: { latitude: city / 7, longitude: city / 13 },
    subdivisions: [{ names: { en: `Subdivision ${city % 4000}` } }],
  };
}

function asnRecord(i: number): Writable {
  const network = Math.abs(pick(i, NETWORKS));
  return maxmindAsn(network + 1, `The network of number ${network}`);
}
