import type { Event, Input, SocketsView } from "../model/event.ts";
import { toSocketsEvent } from "../model/socket-table.ts";

/** An input as the plain event it stands for, which may be kept. */
export function toEvent(input: Input): Event {
  if (input.kind === "request" && "toEvent" in input) return input.toEvent();
  if (input.kind === "sockets" && "table" in input) return toSocketsEvent(input satisfies SocketsView);
  return input;
}

/** One native JSON line: the event's own keys, absent ones omitted. */
export function toNativeLine(input: Input): string {
  return JSON.stringify(toEvent(input));
}
