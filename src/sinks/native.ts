import { type Input, toEvent } from "../model/event.ts";
import type { Alert, AlertTarget } from "../model/snapshot.ts";
import { toSocketsEvent } from "../model/socket-table.ts";
import { toTrafficEvent } from "../model/traffic-table.ts";

/** One native JSON line: the event's own keys, absent ones omitted. */
export function toNativeLine(input: Input): string {
  if (input.kind === "request") return JSON.stringify(toEvent(input));
  if (input.kind === "sockets" && "table" in input) return JSON.stringify(toSocketsEvent(input));
  return JSON.stringify(input.kind === "traffic" && "columns" in input ? toTrafficEvent(input) : input);
}

/** An alert as one JSON line; its keys are always in this order, and that of its target is the only one of its kind. */
export function toAlertLine(alert: Alert): string {
  const { kind, at, state, risk, severity, class: kindOfAttack, findings } = alert;
  return JSON.stringify({
    kind,
    at,
    state,
    ...targetOf(alert),
    risk,
    severity,
    ...(kindOfAttack !== undefined && { class: kindOfAttack }),
    findings: findings.map(({ rule, score, evidence, samples }) => ({ rule, score, evidence, samples })),
  });
}

function targetOf(alert: Alert): AlertTarget {
  if ("ip" in alert) return { ip: alert.ip };
  if ("prefix" in alert) return { prefix: alert.prefix };
  if ("asn" in alert) return { asn: alert.asn };
  return "cc" in alert ? { cc: alert.cc } : { host: alert.host };
}
