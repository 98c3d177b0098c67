import type { AuthEvent, RequestEvent, RequestView } from "../model/event.ts";
import { isV4, parseIpWords } from "../model/ip.ts";
import { type PrefixSet, prefixSet } from "../model/prefix-set.ts";
import type { IpProfile } from "../model/snapshot.ts";
import { finder, type Needle } from "./needles.ts";
import { isIn, markStatuses, type Range, readPrefixes, STATUSES } from "./values.ts";

/** A line of either kind of log. */
export type Line = RequestEvent | AuthEvent;

/**
 * One way for a term to hold, by what decides it: the line alone, the row of its address alone, the address, which
 * both have, or the texts of the line and those of the row. Checks of small `cost` are asked first.
 */
export type Check =
  | { readonly by: "line"; readonly cost: number; line(event: Line): boolean }
  | { readonly by: "row"; readonly cost: number; row(row: IpProfile): boolean }
  | {
      readonly by: "address" | "text";
      readonly cost: number;
      line(event: Line): boolean;
      row(row: IpProfile): boolean;
    };

/** Nothing to decode. */
const FREE = 1;
/** A text of few different values, which the readers keep decoded. */
const REPEATED = 2;
const COLUMN = 3;
const ADDRESS = 4;
const DECODED = 5;
/** A walk over the sockets of an address. */
const WALK = 7;
const EVERYTHING = 8;

/** The request's field is a text that holds one of the needles. */
export function lineText(
  needles: readonly Needle[],
  field: (event: Line) => string | undefined,
  repeated = false,
): Check {
  const found = finder(needles);
  return {
    by: "line",
    cost: repeated ? REPEATED : DECODED,
    line(event) {
      const text = field(event);
      return text !== undefined && found(text);
    },
  };
}

/** One of the row's texts holds one of the needles. */
export function rowText(
  needles: readonly Needle[],
  fields: (row: IpProfile) => readonly (string | undefined)[],
): Check {
  const found = finder(needles);
  return {
    by: "row",
    cost: COLUMN,
    row: (row) => fields(row).some((text) => text !== undefined && found(text)),
  };
}

/** A number of the row lies in one of the ranges; one that is not known lies in none. */
export function rowNumber(ranges: readonly Range[], field: (row: IpProfile) => number | undefined): Check {
  return {
    by: "row",
    cost: COLUMN,
    row(row) {
      const value = field(row);
      return value !== undefined && ranges.some((range) => isIn(range, value));
    },
  };
}

/** The body of the request's answer is that long. */
export function lineBytes(ranges: readonly Range[]): Check {
  return {
    by: "line",
    cost: FREE,
    line(event) {
      const bytes = event.kind === "request" ? event.bytes : undefined;
      return bytes !== undefined && ranges.some((range) => isIn(range, bytes));
    },
  };
}

/** The request was answered with one of these. Undefined where one of them is no status. */
export function lineStatus(spelled: readonly string[]): Check | undefined {
  const marked = new Uint8Array(STATUSES);
  if (!spelled.every((text) => markStatuses(marked, text))) return undefined;
  return {
    by: "line",
    cost: FREE,
    line: (event) => event.kind === "request" && event.status !== undefined && marked[event.status] === 1,
  };
}

/** The address lies in one of the prefixes. Undefined where one of them is none. */
export function inPrefixes(spelled: readonly string[]): Check | undefined {
  const prefixes = readPrefixes(spelled.join(","));
  return prefixes && addressIs(prefixSet(prefixes));
}

/** Something holds of the address. */
export function addressIs(holds: PrefixSet): Check {
  const scratch = new Uint32Array(4);
  return {
    by: "address",
    cost: ADDRESS,
    // A line in the making has its address in words; its text would first have to be written.
    line: (event) =>
      "words" in event
        ? holds((event as RequestView).words)
        : parseIpWords(event.ip, scratch) && holds(scratch),
    row: (row) => parseIpWords(row.ip, scratch) && holds(scratch),
  };
}

export const IS_V4 = addressIs((words) => isV4(words));
export const IS_V6 = addressIs((words) => !isV4(words));

/** Something holds of the row. Of its sockets it is dear to ask. */
export function rowIs(holds: (row: IpProfile) => boolean, walks = false): Check {
  return { by: "row", cost: walks ? WALK : COLUMN, row: holds };
}

/** Something holds of the line, and takes no decoding. */
export function lineIs(holds: (event: Line) => boolean): Check {
  return { by: "line", cost: FREE, line: holds };
}

/** The letters of an address; digits alone, as in 404, may stand in one too. */
const ADDRESS_PART = /^[\da-f:.]{1,45}$/;
const STATUS_PART = /^\d{1,3}$/;
/** A service's name is at most 15 letters, digits and hyphens (RFC 6335). */
const SERVICE_PART = /^[a-z\d-]{1,15}$/;

/**
 * Free text: a part of any text that a line shows, or of those that say who its address is, in any case. What cannot
 * hold it by its letters is not written out for it.
 */
export function freeText(text: string): Check {
  const needle = text.toLowerCase();
  const inAddress = ADDRESS_PART.test(needle);
  const inStatus = STATUS_PART.test(needle);
  const inService = SERVICE_PART.test(needle);
  const found = finder([{ text, exact: false }]);
  const shows = (shown: string | undefined): boolean => shown !== undefined && found(shown);
  return {
    by: "text",
    cost: EVERYTHING,
    line(event) {
      if (inAddress && shows(event.ip)) return true;
      if (event.kind === "auth") return shows(event.user) || shows(event.service) || shows(event.outcome);
      return (
        (inStatus && shows(event.status?.toString())) ||
        shows(event.path) ||
        shows(event.method) ||
        shows(event.userAgent) ||
        shows(event.vhost) ||
        shows(event.user)
      );
    },
    row(row) {
      if (inAddress && shows(row.ip)) return true;
      const { origin } = row;
      if (origin !== undefined && (shows(origin.org) || shows(origin.network) || shows(origin.hostname))) {
        return true;
      }
      return inService && row.services.some(({ name }) => shows(name));
    },
  };
}
