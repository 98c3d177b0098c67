import { join } from "node:path";
import { messageOf } from "../model/message-of.ts";
import { type GeoDatabase, openGeoDatabase } from "./geo-database.ts";
import { type Fetched, fetchFile, shownUrl } from "./geo-fetch.ts";
import type { GeoFields } from "./geo-fields.ts";
import { readWhole, stateOf } from "./geo-file.ts";
import { ASN_LITE, CITY_LITE } from "./geo-places.ts";
import { swapIn } from "./geo-swap.ts";

/** Where DB-IP gives its Lite databases away (https://db-ip.com/db/lite.php). */
export const DBIP_LITE = "https://download.db-ip.com/free/";

/** Milliseconds without a byte after which a server is given up. The whole may take as long as the line needs. */
const STALL = 30_000;

export interface GeoUpdate {
  /** The address under which the files are, http or https; {@link geoBase} has read it. */
  readonly from: URL;
  /** Where they are kept. It must be there, and nobody else may do the same. */
  readonly directory: string;
  /** Epoch ms: its month, in UTC, is asked for first. */
  readonly at: number;
  /** Milliseconds of silence after which a server is given up; 30 s when absent. */
  readonly stall?: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Takes a sentence of what was done. */
  say(words: string): void;
  /** Takes one of what went wrong. */
  complain(words: string): void;
  /** Told between pieces: packed bytes so far, and of how many, where that is known. */
  progress(name: string, bytes: number, size: number | undefined): void;
}

const FILES: readonly {
  readonly name: string;
  readonly type: RegExp;
  readonly has: readonly (keyof GeoFields)[];
}[] = [
  { name: CITY_LITE, type: /city/i, has: ["country", "city"] },
  { name: ASN_LITE, type: /asn/i, has: ["asn", "org"] },
];

/** The base address of `--from`; undefined for what is none. */
export function geoBase(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** Fetches city and ASN; one that fails does not keep the other. True where both are as new as they can be. */
export async function updateGeo(update: GeoUpdate): Promise<boolean> {
  let whole = true;
  for (const file of FILES) {
    try {
      await updateFile(update, file);
    } catch (error) {
      whole = false;
      const kept = (await stateOf(join(update.directory, file.name)).catch(() => undefined)) !== undefined;
      const words = update.signal.aborted ? "interrupted" : messageOf(error);
      update.complain(`${file.name}: ${words}${kept ? "; what was there before is kept" : ""}`);
    }
    if (update.signal.aborted) return false;
  }
  return whole;
}

async function updateFile(update: GeoUpdate, { name, type, has }: (typeof FILES)[number]): Promise<void> {
  const path = join(update.directory, name);
  const { url, size, body } = await newest(update, name);
  const old = await oldAt(path);

  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0;
    for await (const piece of body) {
      bytes += piece.length;
      update.progress(name, bytes, size);
      yield piece;
    }
  }

  const result = await swapIn(
    path,
    { url, body: counted() },
    async (next) => {
      const database = await opened(next, url);
      if (!type.test(database.type) || !has.every((field) => database.gives.has(field))) {
        throw new Error(
          `${url}: it holds ${database.title}, which is something else: is the base address right?`,
        );
      }
      return { database, better: typeof old !== "object" || database.built > old.built };
    },
    update.signal,
  );
  const { title } = result.database;
  if (result.kind === "swapped") {
    const before = old === undefined ? "" : `; before: ${typeof old === "string" ? old : old.title}`;
    update.say(`${path}: ${title}, ${megabytes(result.bytes)}${before}`);
  } else if (typeof old === "object") {
    const words =
      result.database.built === old.built
        ? "the newest there is"
        : `newer than ${title}, which the server has`;
    update.say(`${path}: kept, ${old.title} is ${words}`);
  }
}

/** This month's file, or that of the month before: a new one may come some days late. */
async function newest(update: GeoUpdate, name: string): Promise<Fetched> {
  const { from, at, signal, stall = STALL } = update;
  const asked: string[] = [];
  for (const month of months(at)) {
    const url = new URL(from);
    url.pathname += name.replace(/\.mmdb$/, `-${month}.mmdb.gz`);
    update.say(`fetching ${shownUrl(url)}`);
    const fetched = await fetchFile(url.href, { stall, signal });
    if (fetched !== undefined) return fetched;
    asked.push(shownUrl(url));
  }
  throw new Error(
    `not found (404): ${asked.join(", ")}: is the base address right, and this machine's date?`,
  );
}

/** The month of a time and the one before, in UTC: `2026-11`. */
function months(at: number): string[] {
  const time = new Date(at);
  return [0, -1].map((by) =>
    new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + by)).toISOString().slice(0, 7),
  );
}

/** The database that is there, or why it cannot be used; undefined where there is none. */
async function oldAt(path: string): Promise<GeoDatabase | string | undefined> {
  try {
    if ((await stateOf(path)) === undefined) return undefined;
    return openGeoDatabase(await readWhole(path));
  } catch (error) {
    return `a file that could not be used (${messageOf(error)})`;
  }
}

async function opened(next: string, url: string): Promise<GeoDatabase> {
  try {
    return openGeoDatabase(await readWhole(next));
  } catch (error) {
    throw new Error(`${url}: what came cannot be used: ${messageOf(error)}`);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
