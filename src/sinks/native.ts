import type { Event, Input, RequestEvent } from "../model/event.ts";
import { toSocketsEvent } from "../model/socket-table.ts";

/** One native JSON line: a request's keys in the documented order, absent ones omitted. */
export function toNativeLine(input: Input): string {
  return JSON.stringify(inOrder(input));
}

/** JSON leaves out what is undefined, and writes the rest in the order of the literal. */
function inOrder(input: Input): Event {
  switch (input.kind) {
    case "request":
      return requestInOrder(input);
    case "sockets":
      return "table" in input ? toSocketsEvent(input) : input;
    default:
      return input;
  }
}

function requestInOrder(event: RequestEvent): RequestEvent {
  return {
    kind: event.kind,
    at: event.at,
    ip: event.ip,
    method: event.method,
    path: event.path,
    protocol: event.protocol,
    status: event.status,
    bytes: event.bytes,
    referrer: event.referrer,
    userAgent: event.userAgent,
    user: event.user,
    vhost: event.vhost,
    malformed: event.malformed,
    timeUnknown: event.timeUnknown,
    source: event.source,
  };
}
