/** `from` of a log that no configuration names. */
export const USUAL_PLACE = "usual place";

/** A log that some configuration names. */
export interface FoundLog {
  /** A file or a glob. */
  readonly path: string;
  /**
   * In the language of `--log-format`: `auto`, `combined`, `common`, `vhost`, `json`, `caddy`, `nginx-json`,
   * `traefik`, `haproxy`, the text of an nginx log_format (holds `$`), or of an Apache LogFormat (holds `%`).
   */
  readonly format: string;
  /** Where it was named: `/etc/nginx/sites-enabled/shop:12`, `container web`, `usual place`. */
  readonly from: string;
}

/** What could not be followed and what would help, one sentence each. */
export interface Note {
  readonly from: string;
  readonly text: string;
  readonly remedy?: string;
}

export interface Discovery {
  readonly logs: readonly FoundLog[];
  /** Logs of errors. */
  readonly errors: readonly Omit<FoundLog, "format">[];
  readonly notes: readonly Note[];
}
