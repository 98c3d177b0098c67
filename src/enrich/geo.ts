import { isPrivate } from "../model/cidr.ts";
import type { HealthEvent } from "../model/event.ts";
import { type Ip, parseIpWords } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import { mergeOrigin } from "../model/origin.ts";
import type { Origin } from "../model/snapshot.ts";
import { type GeoDatabase, openGeoDatabase } from "./geo-database.ts";
import type { GeoFields } from "./geo-fields.ts";
import { readOwn, readWhole, stateOf } from "./geo-file.ts";
import { packagedCountries } from "./geo-packaged.ts";
import { candidates, type GeoPlaces, isCustomary } from "./geo-places.ts";

/** Databases come every month: who missed two should know it. */
const OLD = 90 * 86_400_000;
const UPDATE = "nethergaze geoip update";

/** Where addresses come from, by the databases of this machine. Nothing is asked of anybody else. */
export interface Geo {
  /** Country, city, ASN and organisation; undefined for a private address and where nothing is known, or loaded yet. */
  lookup(ip: Ip): Origin | undefined;
  /**
   * Loads what is new, or changed or gone since the last time, countries first, and tells the health of each file of which it
   * changed. True where an answer may be another one now. The first one loads everything.
   */
  refresh(): Promise<boolean>;
  close(): void;
}

/** What became of a file that is there. */
interface Known {
  readonly state: string;
  readonly database?: GeoDatabase;
  /** Why it is not used, or an older state of it is, and what would help. */
  readonly trouble?: string;
}

interface File {
  readonly path: string;
  /** It is a part of the program. */
  readonly own: boolean;
}

/** What a database is looked for to give, some of it. */
interface Wanted {
  readonly fields: readonly (keyof GeoFields)[];
  readonly words: string;
}

const PLACES: Wanted = { fields: ["country", "city"], words: "countries or cities" };
const COUNTRIES: Wanted = { fields: ["country"], words: "countries" };
const NETWORKS: Wanted = { fields: ["asn", "org"], words: "networks" };

interface Words {
  readonly state: HealthEvent["state"];
  readonly detail: string;
  /** When a database was made, for its lamp: `2026-06`. */
  readonly via?: string;
}

/** A file's database, in use. */
interface Used {
  readonly path: string;
  readonly database: GeoDatabase;
}

export function createGeo(places: GeoPlaces, emit: (event: HealthEvent) => void, now: () => number): Geo {
  const known = new Map<string, Known>();
  const told = new Map<string, Words>();
  const words = new Uint32Array(4);
  let inUse: readonly Used[] = [];
  let running: Promise<boolean> | undefined;
  let closed = false;

  async function look(path: string, own: boolean): Promise<Known | undefined> {
    const before = known.get(path);
    const after = await lookAt(path, own, before);
    if (after === undefined) known.delete(path);
    else known.set(path, after);
    return after;
  }

  /** The first of the files that has a database which gives that. What is wrong with those before it goes to `troubles`. */
  async function choose(
    files: readonly File[],
    { fields, words }: Wanted,
    troubles: Map<string, string>,
  ): Promise<Used | undefined> {
    for (const { path, own } of files) {
      const found = await look(path, own);
      if (closed) return undefined;
      const database = found?.database;
      if (database === undefined) {
        if (found?.trouble !== undefined) troubles.set(path, found.trouble);
      } else if (fields.some((field) => database.gives.has(field))) {
        return { path, database };
      } else {
        troubles.set(path, `${database.title} has no ${words}: ${UPDATE}`);
      }
    }
    return undefined;
  }

  async function load(): Promise<boolean> {
    const before = inUse;
    const troubles = new Map<string, string>();
    const countries = [...filesOf(places.country), ...filesOf(await packagedCountries(), true)];
    if (!before.some(givesCountry)) {
      // The quickest to load, so that there is something to say while the others are read.
      const first = await choose(countries, COUNTRIES, new Map());
      if (first !== undefined && !closed) inUse = [...before, first];
    }
    const asn = await choose(
      candidates(places, "asn").flatMap((path) => filesOf(path)),
      NETWORKS,
      troubles,
    );
    const city = await choose(
      candidates(places, "city").flatMap((path) => filesOf(path)),
      PLACES,
      troubles,
    );
    const country =
      city !== undefined && givesCountry(city) ? undefined : await choose(countries, COUNTRIES, troubles);
    if (closed) return false;
    // The later one's word counts.
    inUse = distinct([asn, country, city]);
    for (const path of known.keys()) {
      if (!inUse.some((used) => used.path === path) && !troubles.has(path)) known.delete(path);
    }
    tell(troubles);
    return (
      before.length !== inUse.length || inUse.some(({ database }, i) => before[i]?.database !== database)
    );
  }

  function tell(troubles: ReadonlyMap<string, string>): void {
    const next = new Map<string, Words>();
    const filled = inUse.length > 0;
    for (const [path, trouble] of troubles) {
      next.set(path, { state: filled ? "degraded" : "down", detail: trouble });
    }
    const hint = lacksWords(inUse);
    for (const [i, { path, database }] of inUse.entries()) {
      next.set(path, wordsOf(database, known.get(path)?.trouble, i === inUse.length - 1 ? hint : "", now()));
    }
    for (const kind of ["city", "asn"] as const) {
      const path = places[kind];
      if (next.has(path) || isCustomary(path, kind)) continue;
      next.set(path, {
        state: filled ? "degraded" : "down",
        detail: `no such file: correct geoip.${kind}_db`,
      });
    }
    if (next.size === 0) {
      next.set(places.city, { state: "down", detail: `no database of countries and networks: ${UPDATE}` });
    }
    // What was told of a file stands until something else is told.
    const instead = inUse.map(({ path }) => path).join(" and ");
    for (const path of told.keys()) {
      if (!next.has(path))
        next.set(path, {
          state: "up",
          detail: instead === "" ? "gone" : `not used; in its place: ${instead}`,
        });
    }
    for (const [source, words] of next) {
      const last = told.get(source);
      if (last?.state === words.state && last.detail === words.detail) continue;
      told.set(source, words);
      emit({ kind: "health", at: now(), part: "geo", source, ...words });
    }
  }

  return {
    lookup(ip) {
      if (!parseIpWords(ip, words) || isPrivate(words)) return undefined;
      let fields: GeoFields | undefined;
      for (const { database } of inUse) {
        const found = database.find(words);
        if (found !== undefined) fields = fields === undefined ? found : { ...fields, ...found };
      }
      if (fields === undefined) return undefined;
      return mergeOrigin(undefined, { kind: "origin", at: 0, ip, ...fields });
    },
    refresh() {
      if (closed) return Promise.resolve(false);
      running ??= load().finally(() => {
        running = undefined;
      });
      return running;
    },
    close() {
      closed = true;
      inUse = [];
      known.clear();
    },
  };
}

function filesOf(path: string | undefined, own = false): File[] {
  return path === undefined ? [] : [{ path, own }];
}

function givesCountry({ database }: Used): boolean {
  return database.gives.has("country");
}

/** Looks again at a file of which `before` is known; undefined where it is not there. */
async function lookAt(path: string, own: boolean, before: Known | undefined): Promise<Known | undefined> {
  const old = before?.database === undefined ? {} : { database: before.database };
  let state: string | undefined;
  try {
    state = await stateOf(path);
    if (state === undefined) return undefined;
    if (before?.state === state) return before;
    const bytes = await (own ? readOwn(path) : readWhole(path));
    if ((await stateOf(path)) !== state)
      return { ...old, state: "", trouble: "somebody is writing it, it is read again soon" };
    return { state, database: openGeoDatabase(bytes, own ? "DB-IP Country Lite" : undefined) };
  } catch (error) {
    return { ...old, state: state ?? "", trouble: troubleWords(error) };
  }
}

function troubleWords(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EACCES") return "no permission to read it: run with sudo";
  return `${messageOf(error)}: ${UPDATE}`;
}

function distinct(slots: readonly (Used | undefined)[]): Used[] {
  const byPath = new Map<string, Used>();
  for (const used of slots) if (used !== undefined) byPath.set(used.path, used);
  return [...byPath.values()];
}

function wordsOf(database: GeoDatabase, trouble: string | undefined, hint: string, now: number): Words {
  const { title, built, month, damaged } = database;
  if (trouble !== undefined) {
    return { state: "degraded", detail: `what is used is ${title}, in memory; the file: ${trouble}` };
  }
  if (damaged)
    return { state: "degraded", detail: `${title}, damaged: some addresses are not found: ${UPDATE}` };
  const old = now - built > OLD ? ", older than 90 days" : "";
  const help = old === "" && hint === "" ? "" : `: ${UPDATE}`;
  return {
    state: "up",
    detail: `${title}${old}${hint}${help}`,
    ...(month !== undefined && { via: month }),
  };
}

/** What none of them tells. */
function lacksWords(inUse: readonly Used[]): string {
  const gives = (field: keyof GeoFields): boolean => inUse.some(({ database }) => database.gives.has(field));
  const lacks = [
    ...(gives("country") ? [] : ["countries"]),
    ...(gives("city") ? [] : ["cities"]),
    ...(gives("asn") ? [] : ["networks"]),
  ];
  return lacks.length === 0 ? "" : `; no ${lacks.join(", no ")}`;
}
