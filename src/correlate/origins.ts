import type { OriginEvent } from "../model/event.ts";
import { mergeOrigin, networkOf } from "../model/origin.ts";
import type { Origin } from "../model/snapshot.ts";

/** Different texts kept once: there are 250 countries and 80,000 networks, of which a host meets a part. */
const MAX_TEXTS = 65_536;

/** Where each address comes from, as far as somebody told. At the slot's place. */
export interface Origins {
  /** Never changed: a new one takes the place of the old. */
  readonly of: (Origin | undefined)[];
  /** What rows are sorted and grouped by, "" for unknown: made once, not for every row at every question. */
  readonly countries: string[];
  readonly networks: string[];
  /** Each text of these once, so that equal ones lie at one place in memory. */
  readonly texts: Map<string, string>;
}

export function createOrigins(slots: number): Origins {
  const none = () => new Array<string>(slots).fill("");
  return { of: new Array(slots).fill(undefined), countries: none(), networks: none(), texts: new Map() };
}

/** Adds to what is known of a slot. */
export function learnOrigin(origins: Origins, slot: number, event: OriginEvent): void {
  const origin = mergeOrigin(origins.of[slot], event);
  origins.of[slot] = origin;
  origins.countries[slot] = once(origins.texts, origin.country ?? "");
  origins.networks[slot] = once(origins.texts, networkOf(origin));
}

export function forgetOrigin(origins: Origins, slot: number): void {
  // Of most nothing was told, and a write costs a flood more than a look.
  if (origins.of[slot] === undefined) return;
  origins.of[slot] = undefined;
  origins.countries[slot] = "";
  origins.networks[slot] = "";
}

/** When there are too many, from anew: what is in use stays where it is. */
function once(texts: Map<string, string>, text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= MAX_TEXTS) texts.clear();
  texts.set(text, text);
  return text;
}
