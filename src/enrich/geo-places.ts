import { dirname, join } from "node:path";

/** Where databases are. */
export interface GeoPlaces {
  /** The files that were asked for. */
  readonly city: string;
  readonly asn: string;
  /** A database of countries in place of the one that comes with the program. */
  readonly country?: string;
  /** Where others are looked for when those are not there: first what `geoip update` fills, then {@link GEOIP_DIRECTORIES}. */
  readonly directories?: readonly string[];
}

/** Where packages and geoipupdate(1) put databases. */
export const GEOIP_DIRECTORIES = ["/usr/share/GeoIP", "/var/lib/GeoIP", "/usr/local/share/GeoIP"] as const;

/** What `geoip update` fetches. */
export const CITY_LITE = "dbip-city-lite.mmdb";
export const ASN_LITE = "dbip-asn-lite.mmdb";

/** Names under which makers give their databases away, the one that tells most first. */
const NAMES = {
  city: [
    CITY_LITE,
    "GeoIP2-City.mmdb",
    "GeoLite2-City.mmdb",
    "ipinfo_location.mmdb",
    "GeoIP2-Country.mmdb",
    "GeoLite2-Country.mmdb",
    "dbip-country-lite.mmdb",
    "ipinfo_lite.mmdb",
    "country_asn.mmdb",
  ],
  asn: [
    ASN_LITE,
    "GeoIP2-ISP.mmdb",
    "GeoLite2-ASN.mmdb",
    "ipinfo_lite.mmdb",
    "ipinfo_asn.mmdb",
    "country_asn.mmdb",
  ],
} as const;

/** The files a database is looked for in, in this order: the one asked for first. */
export function candidates(places: GeoPlaces, kind: "city" | "asn"): readonly string[] {
  const directories = new Set([...(places.directories ?? []), dirname(places[kind])]);
  const others = [...directories].flatMap((directory) => NAMES[kind].map((name) => join(directory, name)));
  return [...new Set([places[kind], ...others])];
}

/** Whether it stands where packages put it, so that nobody has to have asked for it. */
export function isCustomary(path: string, kind: "city" | "asn"): boolean {
  return GEOIP_DIRECTORIES.some((directory) => NAMES[kind].some((name) => join(directory, name) === path));
}
