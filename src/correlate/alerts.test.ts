import { expect, test } from "bun:test";
import { parseIp } from "../model/ip.ts";
import type { Alert, Severity } from "../model/snapshot.ts";
import { createAlerts, keepAlert } from "./alerts.ts";

function alert(severity: Severity): Alert {
  const ip = parseIp("45.148.10.7");
  if (ip === undefined) throw new Error("no address");
  return { kind: "alert", at: 0, state: "raised", ip, risk: 50, severity, findings: [] };
}

test("a flood of weak hints pushes out no alert that matters, and among equals the oldest goes", () => {
  const heard: Alert[] = [];
  const alerts = createAlerts((one) => heard.push(one));
  keepAlert(alerts, alert("critical"), 0);
  for (let i = 0; i < 2_000; i++) keepAlert(alerts, alert("info"), i);
  keepAlert(alerts, alert("warning"), 2_000);
  expect(alerts.kept.length).toBe(500);
  expect(alerts.kept.filter(({ alert }) => alert.severity !== "info").map(({ seq }) => seq)).toEqual([
    1, 2_002,
  ]);
  expect([alerts.kept[1]?.seq, alerts.kept.at(-2)?.seq]).toEqual([1_504, 2_001]);
  for (let i = 0; i < 600; i++) keepAlert(alerts, alert("warning"), 2_000);
  expect([alerts.kept.length, alerts.kept[0]?.seq, alerts.kept.at(-1)?.seq]).toEqual([500, 2_103, 2_602]);
  expect(heard.length).toBe(2_602);
});
