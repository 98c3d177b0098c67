import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asnDatabase, cityDatabase, maxmindAsn, maxmindCity } from "../../test/geo-databases.ts";
import { type Writable, writeMmdb } from "../../test/mmdb-writer.ts";
import { describeWith } from "../../test/requires.ts";
import type { HealthEvent } from "../model/event.ts";
import { type Ip, parseIp } from "../model/ip.ts";
import { createGeo, type Geo } from "./geo.ts";
import type { GeoPlaces } from "./geo-places.ts";

const NOVEMBER = Date.UTC(2026, 10, 1);
const OCTOBER = Date.UTC(2026, 9, 1);
const ADDRESS = ip("45.77.12.9");

let directory = "";
let now = Date.UTC(2026, 10, 25);
let told: HealthEvent[] = [];
let geo: Geo | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "nethergaze-geo-"));
  now = Date.UTC(2026, 10, 25);
  told = [];
});
afterEach(() => {
  geo?.close();
  rmSync(directory, { recursive: true });
});

function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return parsed;
}

/** Puts a file into the place of the one before, as one step. */
function put(name: string, bytes: Buffer): string {
  const path = join(directory, name);
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
  return path;
}

function start(places: Partial<GeoPlaces> = {}): Geo {
  geo = createGeo(
    { city: join(directory, "GeoLite2-City.mmdb"), asn: join(directory, "GeoLite2-ASN.mmdb"), ...places },
    (event) => told.push(event),
    () => now,
  );
  return geo;
}

/** What was told since the last time: by file name, state and words. */
function news(): string[] {
  return told.splice(0).map(({ part, source, state, detail, at, via }) => {
    expect([part, at]).toEqual(["geo", now]);
    // The lamp tells the month of what is in use.
    expect(via).toBe(state === "up" ? /of (\d{4}-\d{2})-\d{2}/.exec(detail)?.[1] : undefined);
    return `${source.slice(source.lastIndexOf("/") + 1)}: ${state}: ${detail}`;
  });
}

const PACKAGED =
  "dbip-country.mmdb: up: DB-IP Country Lite of 2026-06-01, older than 90 days; no cities, no networks: nethergaze geoip update";

describe("what is known of an address", () => {
  const layouts: [maker: string, record: Writable, expected: object][] = [
    ["MaxMind and DB-IP, cities", maxmindCity("NL", "Amsterdam"), { country: "NL", city: "Amsterdam" }],
    ["MaxMind and DB-IP, networks", maxmindAsn(4134, "Chinanet"), { asn: 4134, org: "Chinanet" }],
    [
      "MaxMind Enterprise",
      {
        country: { iso_code: "NL" },
        traits: { autonomous_system_number: 1, autonomous_system_organization: "A", isp: "B" },
      },
      { country: "NL", asn: 1, org: "A" },
    ],
    ["a city without an English name", { city: { names: { ru: "Москва" } } }, { city: "Москва" }],
    [
      "IPinfo Lite",
      {
        asn: "AS15169",
        as_name: "Google LLC",
        as_domain: "google.com",
        country: "United States",
        country_code: "US",
      },
      { country: "US", asn: 15169, org: "Google LLC" },
    ],
    [
      "IPinfo, countries and networks",
      { asn: "AS15169", as_name: "Google LLC", country: "US", country_name: "United States" },
      { country: "US", asn: 15169, org: "Google LLC" },
    ],
    [
      "IPinfo, places",
      { city: "Mountain View", country: "US", lat: "37.4" },
      { country: "US", city: "Mountain View" },
    ],
    ["IPinfo, networks", { asn: "AS7018", name: "AT&T", type: "isp" }, { asn: 7018, org: "AT&T" }],
    ["ip-location-db, countries", { country_code: "jp" }, { country: "JP" }],
    [
      "ip-location-db, cities",
      { city: "Osaka", country_code: "JP", state1: "x" },
      { country: "JP", city: "Osaka" },
    ],
    ["the last network there can be", { asn: "AS4294967295", as_name: "x" }, { asn: 4294967295, org: "x" }],
    ["no text with what a terminal obeys", maxmindAsn(1, "a\x1b[31m\u202eb"), { asn: 1, org: "a [31m b" }],
    ["no text without end", maxmindAsn(1, "o".repeat(5000)), { asn: 1, org: "o".repeat(128) }],
  ];
  test.each(layouts)("by %s", async (_, record, expected) => {
    const country = put("country.mmdb", writeMmdb([["45.77.0.0/16", { country_code: "XK" }]]));
    const path = put("any.mmdb", writeMmdb([["45.77.0.0/16", record]]));
    const { lookup, refresh } = start({ city: path, asn: path, country });
    await refresh();
    // Where it tells no country, the other database does.
    expect(lookup(ADDRESS)).toEqual(
      "country" in expected ? expected : { country: expect.any(String), ...expected },
    );
  });

  const nothing: [what: string, record: Writable][] = [
    ["a text", "NL"],
    ["a list", [{ country_code: "NL" }]],
    ["other fields", { is_anonymous_proxy: true, iso_code: "NL" }],
    ["a country that is a number", { country: { iso_code: 31 }, country_code: 7 }],
    ["a country of three letters", { country_code: "NLD" }],
    ["the unknown country", { country_code: "ZZ", country: { iso_code: "zz" } }],
    ["a network of 0", { autonomous_system_number: 0, asn: "AS0" }],
    ["a network beyond 32 bits", { autonomous_system_number: 2 ** 32, asn: "AS4294967296" }],
    ["half a network", { autonomous_system_number: 1.5, asn: "AS1.5" }],
    ["a network that is a sentence", { asn: "AS1; DROP" }],
    ["empty texts", { city: " ", as_name: "-", autonomous_system_organization: "" }],
    ["names that are none", { city: { names: ["x"] }, traits: "x" }],
    ["names of nothing", { city: { names: { en: 1 } } }],
  ];
  test.each(nothing)("nothing by %s", async (_, record) => {
    const city = put(
      "c.mmdb",
      writeMmdb([
        ["45.77.0.0/16", record],
        ["1.0.0.0/24", { country_code: "AU" }],
      ]),
    );
    const { lookup, refresh } = start({ city });
    await refresh();
    expect(lookup(ip("1.0.0.1"))).toEqual({ country: "AU" });
    expect(lookup(ADDRESS)).toBeUndefined();
  });

  test("of several databases together, of both families", async () => {
    put("GeoLite2-City.mmdb", cityDatabase(NOVEMBER));
    put("GeoLite2-ASN.mmdb", asnDatabase(NOVEMBER));
    const { lookup, refresh } = start();
    expect(lookup(ADDRESS)).toBeUndefined();
    expect(await refresh()).toBe(true);
    expect(lookup(ADDRESS)).toEqual({
      country: "NL",
      city: "Amsterdam",
      asn: 20473,
      org: "The Constant Company, LLC",
    });
    expect(lookup(ip("2a00:1450:4001::1"))).toMatchObject({ country: "IE", city: "Dublin", asn: 15169 });
    expect(lookup(ip("9.9.9.9"))).toBeUndefined();
    expect(news()).toEqual([
      "GeoLite2-ASN.mmdb: up: DB-IP ASN Lite of 2026-11-01",
      "GeoLite2-City.mmdb: up: DB-IP City Lite of 2026-11-01",
    ]);
  });

  test("never of a private address, whatever a database says of it", async () => {
    const record = maxmindCity("NL", "Home");
    const prefixes = ["10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16", "fc00::/7", "fe80::/10", "45.77.0.0/16"];
    put("GeoLite2-City.mmdb", writeMmdb(prefixes.map((prefix) => [prefix, record] as const)));
    const { lookup, refresh } = start();
    await refresh();
    for (const text of ["10.1.2.3", "127.0.0.1", "192.168.1.1", "fc00::1", "fe80::1"]) {
      expect(lookup(ip(text))).toBeUndefined();
    }
    expect(lookup(ADDRESS)).toBeDefined();
  });
});

describe("which files are used", () => {
  test("the countries that come with the program, where there is nothing else", async () => {
    const { lookup, refresh } = start();
    await refresh();
    expect(lookup(ip("8.8.8.8"))).toEqual({ country: "US" });
    expect(news()[0]).toBe(PACKAGED);
  });

  test("those that were fetched, where those asked for are not there", async () => {
    const data = join(directory, "data");
    mkdirSync(data);
    put("data/dbip-city-lite.mmdb", cityDatabase(NOVEMBER));
    put("data/dbip-asn-lite.mmdb", asnDatabase(NOVEMBER));
    const missing = {
      city: "/usr/share/GeoIP/GeoLite2-City.mmdb",
      asn: "/usr/share/GeoIP/GeoLite2-ASN.mmdb",
    };
    const { lookup, refresh } = start({ ...missing, directories: [data] });
    await refresh();
    expect(lookup(ADDRESS)).toMatchObject({ city: "Amsterdam", asn: 20473 });
    expect(news()).toEqual([
      "dbip-asn-lite.mmdb: up: DB-IP ASN Lite of 2026-11-01",
      "dbip-city-lite.mmdb: up: DB-IP City Lite of 2026-11-01",
    ]);
  });

  test("others beside those asked for; that those are not there is told", async () => {
    put(
      "GeoLite2-Country.mmdb",
      writeMmdb([["45.77.0.0/16", { country: { iso_code: "NL" } }]], { type: "GeoLite2-Country" }),
    );
    put(
      "ipinfo_lite.mmdb",
      writeMmdb([["45.77.0.0/16", { asn: "AS1", as_name: "One", country_code: "BE" }]], {
        type: "ipinfo lite.mmdb",
      }),
    );
    const { lookup, refresh } = start({
      city: join(directory, "mine.mmdb"),
      asn: join(directory, "ipinfo_lite.mmdb"),
    });
    await refresh();
    expect(lookup(ADDRESS)).toEqual({ country: "NL", asn: 1, org: "One" });
    expect(news().sort()).toEqual([
      "GeoLite2-Country.mmdb: up: GeoLite2 Country of 2026-11-01; no cities: nethergaze geoip update",
      "ipinfo_lite.mmdb: up: IPinfo lite of 2026-11-01",
      "mine.mmdb: degraded: no such file: correct geoip.city_db",
    ]);
  });

  test("one file for both, read once", async () => {
    const path = put(
      "ipinfo_lite.mmdb",
      writeMmdb([["45.77.0.0/16", { asn: "AS1", as_name: "One", country_code: "BE" }]]),
    );
    const { refresh } = start({ city: path, asn: path });
    await refresh();
    expect(news()).toEqual(["ipinfo_lite.mmdb: up: Test of 2026-11-01; no cities: nethergaze geoip update"]);
  });

  test("that of the program, where the one named in its place is broken", async () => {
    const country = put("country.mmdb", Buffer.from("x"));
    const { lookup, refresh } = start({ country });
    await refresh();
    expect(lookup(ip("8.8.8.8"))).toEqual({ country: "US" });
    expect(news()).toContain(
      "country.mmdb: degraded: no MMDB file, or cut short: its description is missing: nethergaze geoip update",
    );
  });
});

describe("what happens to a file", () => {
  test("it appears, changes, goes", async () => {
    const { lookup, refresh } = start();
    await refresh();
    news();
    expect(await refresh()).toBe(false);
    expect(news()).toEqual([]);

    put("GeoLite2-City.mmdb", cityDatabase(OCTOBER));
    expect(await refresh()).toBe(true);
    expect(lookup(ADDRESS)).toEqual({ country: "NL", city: "Amsterdam" });
    expect(news()).toEqual([
      "GeoLite2-City.mmdb: up: DB-IP City Lite of 2026-10-01; no networks: nethergaze geoip update",
      `dbip-country.mmdb: up: not used; in its place: ${join(directory, "GeoLite2-City.mmdb")}`,
    ]);

    put("GeoLite2-City.mmdb", cityDatabase(NOVEMBER, "Rotterdam"));
    expect(await refresh()).toBe(true);
    expect(lookup(ADDRESS)).toEqual({ country: "NL", city: "Rotterdam" });
    expect(news()).toEqual([
      "GeoLite2-City.mmdb: up: DB-IP City Lite of 2026-11-01; no networks: nethergaze geoip update",
    ]);

    unlinkSync(join(directory, "GeoLite2-City.mmdb"));
    expect(await refresh()).toBe(true);
    expect(lookup(ip("8.8.8.8"))).toEqual({ country: "US" });
    expect(news()).toContain(PACKAGED);
  });

  test("written in place, cut short meanwhile: what was read stays, then the new one is read", async () => {
    const path = put("GeoLite2-City.mmdb", cityDatabase(OCTOBER));
    const { lookup, refresh } = start();
    await refresh();
    news();
    const next = cityDatabase(NOVEMBER, "Rotterdam");
    writeFileSync(path, next.subarray(0, next.length / 2));
    expect(await refresh()).toBe(false);
    expect(lookup(ADDRESS)).toMatchObject({ city: "Amsterdam" });
    expect(news()).toEqual([
      "GeoLite2-City.mmdb: degraded: what is used is DB-IP City Lite of 2026-10-01, in memory; the file: no MMDB file, or cut short: its description is missing: nethergaze geoip update",
    ]);
    writeFileSync(path, next);
    expect(await refresh()).toBe(true);
    expect(lookup(ADDRESS)).toMatchObject({ city: "Rotterdam" });
    expect(news()).toEqual([
      expect.stringContaining("GeoLite2-City.mmdb: up: DB-IP City Lite of 2026-11-01"),
    ]);
  });

  test("it becomes old", async () => {
    put("GeoLite2-City.mmdb", cityDatabase(NOVEMBER));
    put("GeoLite2-ASN.mmdb", asnDatabase(OCTOBER));
    const { refresh } = start();
    await refresh();
    news();
    now = OCTOBER + 90 * 86_400_000;
    await refresh();
    expect(news()).toEqual([]);
    now += 1;
    await refresh();
    expect(news()).toEqual([
      "GeoLite2-ASN.mmdb: up: DB-IP ASN Lite of 2026-10-01, older than 90 days: nethergaze geoip update",
    ]);
  });

  const foreign: [what: string, bytes: Buffer, reason: string][] = [
    ["empty", Buffer.alloc(0), "no MMDB file, or cut short: its description is missing"],
    ["a page", Buffer.from("<html>"), "no MMDB file, or cut short: its description is missing"],
    [
      "cut short in front",
      cityDatabase(NOVEMBER).subarray(-300),
      "damaged: its tree is larger than the file",
    ],
    [
      "about something else",
      writeMmdb([["45.77.0.0/16", { is_tor: true }]], { type: "GeoIP2-Anonymous-IP" }),
      "GeoIP2 Anonymous IP of 2026-11-01 tells of no countries, cities or networks",
    ],
    ["of networks", asnDatabase(NOVEMBER), "DB-IP ASN Lite of 2026-11-01 has no countries or cities"],
    ["without an entry", writeMmdb([]), "Test of 2026-11-01 tells of no countries, cities or networks"],
    [
      "of no day",
      writeMmdb([], { built: 0, type: "\x1b[2J" }),
      "2J of an unknown day tells of no countries, cities or networks",
    ],
  ];
  test.each(foreign)("it is %s: the others go on", async (_, bytes, reason) => {
    put("GeoLite2-City.mmdb", bytes);
    put("GeoLite2-ASN.mmdb", asnDatabase(NOVEMBER));
    const { lookup, refresh } = start();
    await refresh();
    expect(lookup(ADDRESS)).toMatchObject({ country: "JP", asn: 20473 });
    expect(news()).toContain(`GeoLite2-City.mmdb: degraded: ${reason}: nethergaze geoip update`);
    await refresh();
    expect(news()).toEqual([]);
  });

  test("its records are damaged: no answer, and a word of it", async () => {
    // So many that a sample does not have all of them.
    const entries = Array.from(
      { length: 4000 },
      (_, i) => [`45.${i >> 8}.${i & 255}.0/24`, maxmindCity("NL", `place ${i}`)] as const,
    );
    const bytes = writeMmdb(entries, { type: "DBIP-City-Lite", built: NOVEMBER });
    const hole = bytes.indexOf("place 1234 (de)") - 30;
    bytes.fill(0xff, hole, hole + 30);
    put("GeoLite2-City.mmdb", bytes);
    const { lookup, refresh } = start();
    await refresh();
    const first = news();
    for (let i = 0; i < 4000; i++) lookup(ip(`45.${i >> 8}.${i & 255}.1`));
    await refresh();
    const all = [...first, ...news()].join("\n");
    expect(all).toMatch(/GeoLite2-City\.mmdb: degraded: .*damaged/);
  });

  test("it is a FIFO, a directory, too large: said, and not waited for", async () => {
    const fifo = join(directory, "GeoLite2-City.mmdb");
    expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
    mkdirSync(join(directory, "GeoLite2-ASN.mmdb"));
    const country = join(directory, "country.mmdb");
    expect(Bun.spawnSync(["truncate", "-s", "1025M", country]).exitCode).toBe(0);
    const { lookup, refresh } = start({ country });
    await refresh();
    expect(lookup(ip("8.8.8.8"))).toEqual({ country: "US" });
    const all = news();
    expect(all).toContain("GeoLite2-City.mmdb: degraded: not a file: nethergaze geoip update");
    expect(all).toContain("GeoLite2-ASN.mmdb: degraded: not a file: nethergaze geoip update");
    expect(all).toContain("country.mmdb: degraded: larger than 1 GiB: nethergaze geoip update");
  });
});

test("two that refresh at once load once", async () => {
  put("GeoLite2-City.mmdb", cityDatabase(NOVEMBER));
  const { refresh } = start();
  expect(await Promise.all([refresh(), refresh()])).toEqual([true, true]);
  expect(news().filter((line) => line.startsWith("GeoLite2-City"))).toHaveLength(1);
});

test("closed, it answers and tells nothing, also where it was loading", async () => {
  put("GeoLite2-City.mmdb", cityDatabase(NOVEMBER));
  const { lookup, refresh, close } = start();
  const loading = refresh();
  close();
  expect(await loading).toBe(false);
  expect(await refresh()).toBe(false);
  expect(lookup(ADDRESS)).toBeUndefined();
  expect(news()).toEqual([]);
});

describeWith(["root", { program: "setpriv" }, { program: "unshare" }], "a program of its own", () => {
  const CUSTOMARY = "/usr/share/GeoIP/GeoLite2-City.mmdb";

  /** What is told by a program that refreshes twice, started by these words. */
  function toldBy(by: readonly string[], city: string): string[] {
    const places = { city, asn: "/usr/share/GeoIP/GeoLite2-ASN.mmdb" };
    const script = `
      import { createGeo } from ${JSON.stringify(join(import.meta.dir, "geo.ts"))};
      const tell = ({ source, state, detail }) => console.log(source + ": " + state + ": " + detail);
      const geo = createGeo(${JSON.stringify(places)}, tell, () => 0);
      await geo.refresh();
      await geo.refresh();`;
    const { stdout, stderr } = Bun.spawnSync([...by, process.execPath, "-e", script], { cwd: "/" });
    expect(stderr.toString()).toBe("");
    return stdout.toString().trim().split("\n");
  }

  test("without permission says so, and what would help", () => {
    const path = put("GeoLite2-City.mmdb", cityDatabase(NOVEMBER));
    expect(Bun.spawnSync(["chmod", "711", directory]).exitCode).toBe(0);
    expect(Bun.spawnSync(["chmod", "600", path]).exitCode).toBe(0);
    const lines = toldBy(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], path);
    expect(lines).toContain(`${path}: degraded: no permission to read it: run with sudo`);
  });

  test("without any database says so in one line, once", () => {
    const hidden = join(import.meta.dir, "../../node_modules/@ip-location-db");
    const hide =
      'for d in "$0" /usr/share/GeoIP; do [ ! -d "$d" ] || mount -t tmpfs none "$d" || exit; done; exec "$@"';
    const by = ["unshare", "-m", "sh", "-c", hide, hidden];
    expect(toldBy(by, CUSTOMARY)).toEqual([
      `${CUSTOMARY}: down: no database of countries and networks: nethergaze geoip update`,
    ]);
    const mine = join(directory, "mine.mmdb");
    expect(toldBy(by, mine)).toEqual([`${mine}: down: no such file: correct geoip.city_db`]);
  });
});
