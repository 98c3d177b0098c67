import { parseJson } from "../model/untrusted-json.ts";

/** Longest texts that are kept (UTF-16 units): strangers choose how long a path is. */
export const MAX_PATH = 256;
export const MAX_ORG = 128;
export const MAX_RULE = 64;
export const MAX_COUNTRY = 2;

/** At most `max` units of a text, no half of a surrogate pair at its end. */
export function cutText(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, max).toWellFormed();
}

/** The first `count` different texts as the database keeps them, each cut. */
export function pack(texts: readonly string[], count: number, max: number): string {
  const kept = new Set<string>();
  for (const text of texts) {
    if (kept.size >= count) break;
    kept.add(cutText(text, max));
  }
  return kept.size === 0 ? "" : JSON.stringify([...kept]);
}

/** Texts that {@link pack} put there; none where something else stands. */
export function unpack(packed: unknown): readonly string[] {
  const read = typeof packed === "string" && packed !== "" ? parseJson(packed) : undefined;
  return Array.isArray(read) ? read.filter((text) => typeof text === "string") : [];
}
