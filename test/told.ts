/** What `stream alerts` told of an address until now: the worst severity, or `none`, and every rule. */
export function told(
  lines: readonly Record<string, unknown>[],
  ip: string,
): { severity: string; rules: string[] } {
  const alerts = lines.filter((line) => line.ip === ip && line.state === "raised");
  const severity = ["critical", "warning", "info"].find((one) =>
    alerts.some((alert) => alert.severity === one),
  );
  const rules = alerts.flatMap(({ findings }) => (findings as { rule: string }[]).map(({ rule }) => rule));
  return { severity: severity ?? "none", rules: [...new Set(rules)] };
}
