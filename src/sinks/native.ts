import { type Input, toEvent } from "../model/event.ts";
import { toSocketsEvent } from "../model/socket-table.ts";

/** One native JSON line: the event's own keys, absent ones omitted. */
export function toNativeLine(input: Input): string {
  if (input.kind === "request") return JSON.stringify(toEvent(input));
  return JSON.stringify(input.kind === "sockets" && "table" in input ? toSocketsEvent(input) : input);
}
