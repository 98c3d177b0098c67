import type { Input, RequestEvent } from "../model/event.ts";
import { toSocketsEvent } from "../model/socket-table.ts";

/** One native JSON line: the event's own keys in the documented order, absent ones omitted. */
export function toNativeLine(input: Input): string {
  if (input.kind === "request") return JSON.stringify(inOrder(input));
  return JSON.stringify(input.kind === "sockets" && "table" in input ? toSocketsEvent(input) : input);
}

/** A request's keys in one order, whether it comes from a log or from a recording. JSON omits the undefined ones. */
function inOrder(request: RequestEvent): RequestEvent {
  return {
    kind: "request",
    at: request.at,
    ip: request.ip,
    method: request.method,
    path: request.path,
    protocol: request.protocol,
    status: request.status,
    bytes: request.bytes,
    referrer: request.referrer,
    userAgent: request.userAgent,
    user: request.user,
    vhost: request.vhost,
    malformed: request.malformed,
    timeUnknown: request.timeUnknown,
    source: request.source,
  };
}
