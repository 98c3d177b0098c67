import { findAddress } from "../model/address-index.ts";
import { parseIpWords } from "../model/ip.ts";
import type { Alert, NumberedAlert, Query } from "../model/snapshot.ts";
import { Row } from "./row.ts";
import { passes } from "./search.ts";
import type { State } from "./state.ts";

/** The newest alerts, for whoever asks later, and who hears of each at once. */
export interface Alerts {
  /** Oldest first. */
  readonly kept: NumberedAlert[];
  readonly hear: (alert: Alert) => void;
  /** A panel shows no weak hints: they are told where somebody hears of each. */
  readonly hearsInfo: boolean;
  seq: number;
}

/** A panel shows no more, and a flood of alerts is no reason to hold them all. */
const KEPT = 500;

export function createAlerts(hear?: (alert: Alert) => void): Alerts {
  return { kept: [], hear: hear ?? (() => {}), hearsInfo: hear !== undefined, seq: 0 };
}

/** Keeps an alert that was raised after the line of that number, and passes it on. */
export function keepAlert(alerts: Alerts, alert: Alert, after: number): void {
  const { kept } = alerts;
  kept.push({ seq: ++alerts.seq, after, alert });
  // Every new client may be a weak hint: no flood of them pushes out what matters.
  if (kept.length > KEPT) kept.splice(Math.max(0, kept.findIndex(isInfo)), 1);
  alerts.hear(alert);
}

function isInfo({ alert }: NumberedAlert): boolean {
  return alert.severity === "info";
}

/** The alerts after `query.alertsAfter` about listed addresses that the filter lets through. */
export function alertsOf(state: State, { alertsAfter, filter }: Query): NumberedAlert[] {
  if (alertsAfter === undefined) return [];
  const row = new Row(state);
  const words = new Uint32Array(4);
  return state.alerts.kept.filter(({ seq, alert }) => {
    if (seq <= alertsAfter) return false;
    if (!("ip" in alert)) return true;
    if (!parseIpWords(alert.ip, words) || !state.isListed(words)) return false;
    if (filter === undefined) return true;
    row.slot = findAddress(state.addresses, words, 0);
    if (row.slot < 0) return false;
    return filter.asksLines ? passes(state, filter, row) : filter.address(row);
  });
}
