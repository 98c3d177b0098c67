import type { AuthEvent, RequestEvent } from "../model/event.ts";
import type { Filter, IpProfile } from "../model/snapshot.ts";

/** Longer than anybody types; bounds what is searched for at each row. */
const MAX_TEXT = 256;

/**
 * Words that all must occur, in any order and case, in what a row or a line shows; `-word` must not.
 * A row shows its address, services and last act; a line its address, method, path, status, user and
 * agent. No text: everything passes.
 */
export function compileFilter(text: string): Filter {
  const cut = text.slice(0, MAX_TEXT).trim();
  const words = cut.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.filter((word) => !isNegated(word));
  const unwanted = words.filter(isNegated).map((word) => word.slice(1));
  const passes = (texts: readonly string[]): boolean =>
    wanted.every((word) => texts.some((shown) => shown.includes(word))) &&
    !unwanted.some((word) => texts.some((shown) => shown.includes(word)));
  return {
    text: cut,
    asksLines: false,
    asksRows: false,
    address: (row) => words.length === 0 || passes(rowTexts(row)),
    line: (event) => words.length === 0 || passes(lineTexts(event)),
  };
}

/** A lone dash is text, not a negation of nothing. */
function isNegated(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}

function rowTexts(row: IpProfile): string[] {
  const texts: string[] = [row.ip];
  for (const service of row.services) texts.push(service.name);
  if (row.last !== undefined) texts.push(row.last.toLowerCase());
  return texts;
}

function lineTexts(event: RequestEvent | AuthEvent): string[] {
  const texts =
    event.kind === "auth"
      ? [event.ip, event.service, event.outcome, event.user]
      : [
          event.ip,
          event.method,
          event.path,
          event.status?.toString(),
          event.userAgent,
          event.vhost,
          event.user,
        ];
  return texts.filter((text) => text !== undefined).map((text) => text.toLowerCase());
}
