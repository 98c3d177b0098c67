import type { HealthEvent } from "../model/event.ts";
import type { Setup } from "./live.ts";

/** Whether somebody named logs, and none of them may be read. */
export function allDenied({ origins }: Pick<Setup, "origins">, health: readonly HealthEvent[]): boolean {
  const named = health.filter(
    ({ part }) =>
      (part === "http" && origins.accessLog !== "default") ||
      (part === "auth" && origins.authLog !== "default"),
  );
  // The words are those of every reader of files (EACCES).
  return (
    named.length > 0 &&
    named.every(({ state, detail }) => state === "down" && detail.startsWith("no permission"))
  );
}
