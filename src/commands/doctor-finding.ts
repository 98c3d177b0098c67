/** One thing that was looked at. */
export interface Finding {
  readonly part:
    | "sockets"
    | "packets"
    | "kernel"
    | "http logs"
    | "error logs"
    | "auth"
    | "bandwidth"
    | "geo"
    | "whois"
    | "history"
    | "firewall";
  /** off: nobody asked for it, or it is not here; fail: it is wanted and does not work. */
  readonly state: "ok" | "warn" | "off" | "fail";
  readonly text: string;
  /** What would mend it. */
  readonly remedy?: string;
  /** The last lines that were not understood, in JSON only. */
  readonly strange?: readonly string[];
}

/** What a source says of itself, as a finding. */
export const STATES = { up: "ok", degraded: "warn", down: "fail" } as const;
