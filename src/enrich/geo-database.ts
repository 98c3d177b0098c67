import type { IpWords } from "../model/ip.ts";
import { type GeoFields, geoFields } from "./geo-fields.ts";
import { openMmdb } from "./mmdb.ts";

/** Records that are looked at before a database is believed: what the first addresses would meet. */
const SAMPLE = 256;
/** Decoded records kept: a host meets few networks at a time, and a city costs a hundred times its bytes. */
const MAX_KEPT = 4096;
/** Characters of what a maker calls a database. */
const MAX_TITLE = 60;

/** A database of places or networks that was looked through and found whole. */
export interface GeoDatabase {
  /** What it is, for a person: `DB-IP City Lite of 2026-11-01`. */
  readonly title: string;
  /** As its maker calls it. */
  readonly type: string;
  /** When it was built, epoch ms; and as `2026-06`, where that is a time. */
  readonly built: number;
  readonly month: string | undefined;
  /** What its records have; by a sample of them. */
  readonly gives: ReadonlySet<keyof GeoFields>;
  /** What it knows of an address; undefined for nothing, also where it is damaged there. */
  find(words: IpWords): GeoFields | undefined;
  /** A record was met that could not be read. */
  readonly damaged: boolean;
}

/** Opens what `bytes` hold; they must not change afterwards. Throws an Error that says what is wrong with them. */
export function openGeoDatabase(bytes: Buffer, name?: string): GeoDatabase {
  const mmdb = openMmdb(bytes);
  const gives = new Set<keyof GeoFields>();
  for (const at of mmdb.sample(SAMPLE)) {
    for (const key of Object.keys(geoFields(mmdb.read(at)))) gives.add(key as keyof GeoFields);
  }
  const title = `${name ?? nameOf(mmdb.type)} of ${dayOf(mmdb.built)}`;
  if (gives.size === 0) throw new Error(`${title} tells of no countries, cities or networks`);
  // By the place of the record: null for one that tells nothing.
  const kept = new Map<number, GeoFields | null>();
  let damaged = false;

  function recordAt(at: number): GeoFields | null {
    try {
      const fields = geoFields(mmdb.read(at));
      return Object.keys(fields).length > 0 ? fields : null;
    } catch {
      damaged = true;
      return null;
    }
  }

  return {
    title,
    type: mmdb.type,
    built: mmdb.built,
    month: isTime(mmdb.built) ? dayOf(mmdb.built).slice(0, 7) : undefined,
    gives,
    get damaged() {
      return damaged;
    },
    find(words) {
      const at = mmdb.find(words);
      if (at === undefined) return undefined;
      let fields = kept.get(at);
      if (fields === undefined) {
        fields = recordAt(at);
        if (kept.size >= MAX_KEPT) kept.clear();
        kept.set(at, fields);
      }
      return fields ?? undefined;
    },
  };
}

/** `DBIP-ASN-Lite (compat=GeoLite2-ASN)` as a person would write it. */
function nameOf(type: string): string {
  const words = type
    .replace(/ *\(compat=.*/, "")
    .replace(/\.mmdb$/, "")
    .replace(/^DBIP-/, "DB\0IP ")
    .replace(/^ipinfo /, "IPinfo ")
    .replace(/[-_]/g, " ")
    .replace("DB\0IP", "DB-IP")
    .replace(/[^\p{L}\p{N} .()/+-]/gu, "")
    .slice(0, MAX_TITLE)
    .trim();
  return words === "" ? "a database without a name" : words;
}

/** The day in UTC. Far years have no four digits. */
function isTime(at: number): boolean {
  return at > 0 && at < Date.UTC(10_000, 0);
}

function dayOf(at: number): string {
  return isTime(at) ? new Date(at).toISOString().slice(0, 10) : "an unknown day";
}
