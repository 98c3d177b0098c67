import type { RequestEvent } from "../model/event.ts";
import type { RequestCursor } from "./request-cursor.ts";

/**
 * Reads the line in `bytes[start, end)`, without its newline, into `cursor`. False, with the cursor
 * unspecified, where it is not one of the format. Never throws.
 */
export type ParseLine = (bytes: Uint8Array, start: number, end: number, cursor: RequestCursor) => boolean;

/** What a line of the format must give, whatever its `source`. */
export interface Sample {
  readonly line: string;
  readonly event: Omit<RequestEvent, "kind" | "source" | "ip"> & { readonly ip: string };
}

/** A format of access logs. Its samples are its tests. */
export interface Format {
  readonly parse: ParseLine;
  readonly samples: readonly Sample[];
}
