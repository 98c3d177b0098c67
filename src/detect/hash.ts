import { REQUEST_TEXTS, type RequestEvent, type RequestView } from "../model/event.ts";

const PATH = REQUEST_TEXTS.indexOf("path");
const VHOST = REQUEST_TEXTS.indexOf("vhost");
const QUESTION = 0x3f;
/** A byte that ends no text. */
const NOTHING = -1;

/**
 * 32 bits of the path without its query, and of the site asked. A view is hashed as its line spells it, an event as it
 * was sent: where the log escapes something they differ.
 */
export function hashPath(seed: number, event: RequestEvent | RequestView): number {
  if (!("starts" in event)) return hashText(hashText(seed, event.path, QUESTION), event.vhost);
  const { buffer, starts, ends } = event;
  const path = hashBytes(seed, buffer, starts[PATH] as number, ends[PATH] as number, QUESTION);
  return hashBytes(path, buffer, starts[VHOST] as number, ends[VHOST] as number, NOTHING);
}

/** 32 bits of a text up to `stop`: FNV-1a (draft-eastlake-fnv), begun at the seed. */
export function hashText(seed: number, text = "", stop = NOTHING): number {
  let h = seed | 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === stop) break;
    h = Math.imul(h ^ c, PRIME);
  }
  return h;
}

const PRIME = 0x01000193;

function hashBytes(seed: number, bytes: Uint8Array, start: number, end: number, stop: number): number {
  let h = seed | 0;
  for (let i = Math.max(0, start); start >= 0 && i < end; i++) {
    const c = bytes[i] as number;
    if (c === stop) break;
    h = Math.imul(h ^ c, PRIME);
  }
  return h;
}
