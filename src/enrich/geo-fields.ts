import type { Origin } from "../model/snapshot.ts";
import type { MmdbMap, MmdbValue } from "./mmdb-values.ts";

/** What databases know of an address. Texts are as the database has them: outside data. */
export type GeoFields = Pick<Origin, "country" | "city" | "asn" | "org">;

/**
 * The fields of a record, whoever made its database: MaxMind and DB-IP (nested, names in languages), IPinfo (flat, all is
 * text) and ip-location-db (flat). What is not known gives nothing. Makers' own descriptions:
 * https://dev.maxmind.com/geoip/docs/databases, https://db-ip.com/db/format, https://ipinfo.io/developers/data-types.
 */
export function geoFields(record: MmdbValue): GeoFields {
  if (!(record instanceof Map)) return {};
  const country = countryOf(record);
  const city = nameOf(record.get("city"));
  const traits = record.get("traits");
  const network = networkOf(record) ?? (traits instanceof Map ? networkOf(traits) : undefined);
  return { ...(country !== undefined && { country }), ...(city !== undefined && { city }), ...network };
}

function countryOf(record: MmdbMap): string | undefined {
  const country = record.get("country");
  const told = country instanceof Map ? country.get("iso_code") : undefined;
  // IPinfo calls it `country`, but where that is the name, the code is `country_code`.
  return codeOf(told) ?? codeOf(record.get("country_code")) ?? codeOf(country);
}

/** ZZ stands for "unknown" (ISO 3166-1 leaves it to users). */
function codeOf(value: MmdbValue | undefined): string | undefined {
  return typeof value === "string" && /^[A-Za-z]{2}$/.test(value) && !/^zz$/i.test(value)
    ? value.toUpperCase()
    : undefined;
}

/** A name as it is, or the English one of several, or whichever there is. */
function nameOf(value: MmdbValue | undefined): string | undefined {
  if (!(value instanceof Map)) return textOf(value);
  const names = value.get("names");
  if (!(names instanceof Map)) return undefined;
  return textOf(names.get("en")) ?? [...names.values()].map(textOf).find((name) => name !== undefined);
}

function networkOf(record: MmdbMap): GeoFields | undefined {
  const flat = record.get("asn");
  const asn = asnOf(record.get("autonomous_system_number")) ?? asnOf(flat);
  const org =
    textOf(record.get("autonomous_system_organization")) ??
    textOf(record.get("as_name")) ??
    // In other records `name` is that of a place.
    (flat === undefined ? undefined : textOf(record.get("name")));
  if (asn === undefined && org === undefined) return undefined;
  return { ...(asn !== undefined && { asn }), ...(org !== undefined && { org }) };
}

/** 32 bits without 0, which is reserved (RFC 6793, RFC 7607); IPinfo writes `AS123`. */
function asnOf(value: MmdbValue | undefined): number | undefined {
  const number =
    typeof value === "string" && /^(?:AS)?\d{1,10}$/i.test(value) ? Number(value.replace(/^AS/i, "")) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 1 && number < 2 ** 32
    ? number
    : undefined;
}

/** A dash stands for nothing in some. */
function textOf(value: MmdbValue | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return text === "" || text === "-" ? undefined : text;
}
