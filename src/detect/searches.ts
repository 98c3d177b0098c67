import type { RequestEvent } from "../model/event.ts";
import type { Seen } from "./rule.ts";
import { SEARCHES } from "./shapes.ts";
import { TAG } from "./tags.ts";

/** Each payload has one of these, as it is or encoded. */
const SPECIAL = /[$%({<\\;|`'"]|\.\./;
/** What people type is short. */
const LONGEST = 512;

/**
 * The query of an answered request of which only what was searched for can look like an attack: somebody reads about
 * it. Of what such a page asks for, the page's.
 */
export function searchIn(
  { status = 0, path = "", referrer = "" }: RequestEvent,
  { traits }: Seen,
): string | undefined {
  if (status < 200 || status >= 400) return undefined;
  const text = (traits & TAG.referred) === 0 ? path : referrer;
  const question = text.indexOf("?");
  if (question < 0 || text.length > LONGEST || SPECIAL.test(text.slice(0, question))) return undefined;
  const query = text.slice(question + 1);
  let isSearch = false;
  for (const part of query.split("&")) {
    const [name = ""] = part.split("=", 1);
    if (SEARCHES.has(name.toLowerCase())) isSearch = true;
    else if (SPECIAL.test(part)) return undefined;
  }
  return isSearch ? query : undefined;
}
