import { type MmdbOptions, type Writable, writeMmdb } from "./mmdb-writer.ts";

/** Databases as DB-IP and others make them, of a few prefixes. `45.77.12.9` is in all of them. */
export function cityDatabase(
  built: number,
  city = "Amsterdam",
  options: MmdbOptions = {},
): Buffer<ArrayBuffer> {
  return writeMmdb(
    [
      ["45.77.0.0/16", maxmindCity("NL", city)],
      ["2a00:1450::/32", maxmindCity("IE", "Dublin")],
    ],
    { type: "DBIP-City-Lite", built, ...options },
  );
}

export function asnDatabase(built: number, options: MmdbOptions = {}): Buffer<ArrayBuffer> {
  return writeMmdb(
    [
      ["45.77.0.0/16", maxmindAsn(20473, "The Constant Company, LLC")],
      ["2a00:1450::/32", maxmindAsn(15169, "Google LLC")],
    ],
    { type: "DBIP-ASN-Lite (compat=GeoLite2-ASN)", built, ...options },
  );
}

export function maxmindCity(code: string, city: string): Writable {
  return {
    city: { names: { en: city, de: `${city} (de)` } },
    continent: { code: "EU", names: { en: "Europe" } },
    country: { iso_code: code, names: { en: "A country" }, is_in_european_union: true },
    location: { latitude: 52.37, longitude: -4.89 },
    subdivisions: [{ names: { en: "Somewhere" } }],
  };
}

export function maxmindAsn(asn: number, org: string): Writable {
  return { autonomous_system_number: asn, autonomous_system_organization: org };
}
