import type { AuthEvent, AuthOutcome } from "../model/event.ts";
import type { Alert } from "../model/snapshot.ts";
import { grouped } from "./format.ts";
import { PALETTE, type Style } from "./palette.ts";
import { SEVERITIES } from "./severity.ts";
import type { Span } from "./surface.ts";

/** An HTTP status in four cells; the colour says no more than its first digit. */
export function statusSpan(status: number | undefined): Span {
  if (status === undefined) return ["-   ", PALETTE.dim];
  const text = String(status).padEnd(4);
  if (status >= 500) return [text, PALETTE.bad];
  if (status >= 400) return [text, PALETTE.warning];
  return [text, status >= 300 ? PALETTE.notice : PALETTE.good];
}

const OUTCOMES: Readonly<Record<AuthOutcome, Span>> = {
  failed: ["failed", PALETTE.bad],
  "invalid-user": ["invalid", PALETTE.bad],
  accepted: ["accepted", { ...PALETTE.good, bold: true } satisfies Style],
  closed: ["closed", PALETTE.dim],
  probe: ["probe", PALETTE.warning],
};

/** What a login service said: `SSH failed user=root ×5`. */
export function authSpans({ service, outcome, user, method, count }: AuthEvent): Span[] {
  const [word, style] = OUTCOMES[outcome];
  return [
    [`${service.toUpperCase()} ${word}`, style],
    [user === undefined ? "" : ` user=${user}`, PALETTE.plain],
    [method === undefined ? "" : ` ${method}`, PALETTE.dim],
    [count === undefined ? "" : ` ×${grouped(count)}`, PALETTE.plain],
  ];
}

/** A verdict raised, with its rules, the weightiest first: `▲ ALERT critical 92: exploit-probe, scanner-agent`. */
export function alertSpans({ state, severity, risk, findings }: Alert): Span[] {
  if (state === "cleared") return [[`✓ ALERT cleared, was ${severity}`, PALETTE.dim]];
  const { sign, style } = SEVERITIES[severity];
  return [
    [`${sign} ALERT ${severity} ${risk}: `, style],
    [findings.map(({ rule }) => rule).join(", "), PALETTE.plain],
  ];
}

/** What an alert is about, in words. */
export function targetOf(alert: Alert): string {
  if ("ip" in alert) return alert.ip;
  if ("prefix" in alert) return alert.prefix;
  if ("asn" in alert) return `AS${alert.asn}`;
  return "cc" in alert ? alert.cc : alert.host;
}
