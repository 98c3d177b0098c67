import { closeSync, constants, existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { isatty } from "node:tty";
import { printable, quote } from "../config/error.ts";
import { processInput } from "../config/process.ts";
import { ASN_LITE, CITY_LITE, type GeoPlaces } from "../enrich/geo-places.ts";
import { DBIP_LITE, geoBase, updateGeo } from "../enrich/geo-update.ts";
import { tryLock } from "../kernel/libc.ts";
import { messageOf } from "../model/message-of.ts";
import { monotonic, now } from "../sources/clock.ts";
import { complain } from "./block.ts";
import { FAILED, NO_PERMISSION, USAGE } from "./exit-codes.ts";
import { openStdout } from "./output.ts";
import { stopSignal } from "./stop.ts";

export interface GeoipUpdateOptions {
  /** What `--from` names. */
  readonly from: string | undefined;
  /** Where the databases are kept; made where it is not there. */
  readonly directory: string;
  /** The files that would be used in place of the fetched ones. */
  readonly places: Pick<GeoPlaces, "city" | "asn">;
  /** Milliseconds of silence after which a server is given up. */
  readonly stall?: number;
}

const LICENCE =
  "IP geolocation by DB-IP (https://db-ip.com), DB-IP Lite, licence CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/): who shows its data names DB-IP";
/** Two programs of ours never fetch at once. */
const TURN = "geoip.lock";
/** Milliseconds between two paintings of the bar. */
const PAINT = 100;
const BAR = 24;
/** Where nothing can be painted over, a line for each of so many parts. */
const PARTS = 4;

/** `geoip update`: fetches DB-IP Lite city and ASN. Returns the exit code. */
export async function geoipUpdate(options: GeoipUpdateOptions): Promise<number> {
  const { directory, places, stall } = options;
  const from = geoBase(options.from ?? DBIP_LITE);
  if (from === undefined) {
    return complain(
      `--from: ${quote(options.from ?? "")} is no address that begins with https:// or http://`,
      USAGE,
    );
  }
  const turn = takeTurn(directory);
  if (typeof turn !== "number") return complain(turn.problem, turn.code);
  const interrupted = new AbortController();
  void stopSignal().then(() => interrupted.abort());
  const output = openStdout();
  const painter = createPainter((words) => output.line(printable(words)));
  try {
    const whole = await updateGeo({
      from,
      directory,
      at: now(),
      ...(stall !== undefined && { stall }),
      signal: interrupted.signal,
      say: painter.say,
      complain(words) {
        painter.clear();
        complain(words, 0);
      },
      progress: painter.progress,
    });
    if (interrupted.signal.aborted) return FAILED;
    for (const [kind, name] of [
      ["city", CITY_LITE],
      ["asn", ASN_LITE],
    ] as const) {
      if (places[kind] !== join(directory, name) && existsSync(places[kind])) {
        painter.say(`note: ${places[kind]} is there and is used in place of ${name}`);
      }
    }
    if (whole) painter.say(LICENCE);
    return whole ? 0 : FAILED;
  } finally {
    painter.clear();
    closeSync(turn);
    await output.finish();
  }
}

/** Makes the directory, and sure that nobody else fetches into it: a descriptor that ends the turn when it is closed. */
function takeTurn(directory: string): number | { readonly problem: string; readonly code: number } {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    const fd = openSync(join(directory, TURN), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    if (tryLock(fd)) return fd;
    closeSync(fd);
    return { problem: `another 'geoip update' fetches into ${directory}: wait for it`, code: FAILED };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const denied = code === "EACCES" || code === "EPERM";
    return denied
      ? { problem: `no permission to write to ${directory}: run with sudo`, code: NO_PERMISSION }
      : { problem: `cannot write to ${directory}: ${messageOf(error)}`, code: FAILED };
  }
}

/** On stderr a bar where a terminal paints it, else lines; `write` takes what is said besides. */
function createPainter(write: (words: string) => void) {
  const paints = isatty(2) && processInput().env.TERM !== "dumb";
  let painted = false;
  let last = Number.NEGATIVE_INFINITY;
  let current = "";
  let begun = 0;
  let part = 0;

  function clear(): void {
    if (painted) process.stderr.write("\r\x1b[K");
    painted = false;
  }

  return {
    clear,
    say(words: string): void {
      clear();
      write(words);
    },
    progress(name: string, bytes: number, size: number | undefined): void {
      const at = monotonic();
      if (name !== current) {
        [current, begun, part, last] = [name, at, 0, Number.NEGATIVE_INFINITY];
      }
      const fraction = size === undefined || size === 0 ? undefined : Math.min(1, bytes / size);
      if (!paints) {
        const reached = Math.floor((fraction ?? 0) * PARTS);
        if (reached > part) process.stderr.write(`${name}: ${amountWords(bytes, size, fraction)}\n`);
        part = Math.max(part, reached);
        return;
      }
      if (at - last < PAINT && fraction !== 1) return;
      last = at;
      const seconds = (at - begun) / 1000;
      const speed = seconds > 0 ? `  ${(bytes / 1e6 / seconds).toFixed(1)} MB/s` : "";
      const bar =
        fraction === undefined ? "" : `[${"#".repeat(Math.round(fraction * BAR)).padEnd(BAR, ".")}]  `;
      const line = `${name}  ${bar}${amountWords(bytes, size, fraction)}${speed}`;
      process.stderr.write(`\r${line.slice(0, (process.stderr.columns || 80) - 1)}\x1b[K`);
      painted = true;
    },
  };
}

function amountWords(bytes: number, size: number | undefined, fraction: number | undefined): string {
  const megabytes = (number: number): string => (number / 1e6).toFixed(1);
  if (size === undefined || fraction === undefined) return `${megabytes(bytes)} MB`;
  return `${Math.floor(100 * fraction)} %  ${megabytes(bytes)} of ${megabytes(size)} MB`;
}
