import type { RequestEvent, RequestView } from "../model/event.ts";

/** Says what requests look like. */
export interface Tagger {
  /** What the request looks like: a mask of TAG. Reads the event and keeps nothing of it. */
  tag(event: RequestEvent | RequestView): number;
  /**
   * Of the last request tagged: for each tag but static, login, library and noAgent what was seen, in the words of
   * the table, such as "/.env"; at most 4.
   */
  readonly names: readonly { readonly tag: number; readonly name: string }[];
}

export interface TaggerOptions {
  /** Scanners' agents of the operator's own: parts of them, in any case. */
  readonly agents: readonly string[];
  /** The operator's own path patterns, compiled: the one that matched. */
  readonly paths: ((text: string) => string | undefined) | undefined;
}

export function createTagger(_options: TaggerOptions): Tagger {
  return { tag: () => 0, names: [] };
}
