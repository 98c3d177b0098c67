/** A number that decides when a rule fires. */
export interface Threshold {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it is in, and what it decides. */
  readonly help: string;
  /** What NetherGaze 0.2 called it. */
  readonly formerly?: string;
}

const DAY = 86_400;

/** A number of things. */
function count(standard: number, help: string, formerly?: string): Threshold {
  return {
    default: standard,
    min: 1,
    max: 1_000_000,
    help,
    ...(formerly !== undefined && { formerly }),
  };
}

/** Seconds in which they must come. */
function span(standard: number, help: string): Threshold {
  return { default: standard, min: 1, max: 7 * DAY, help };
}

/** Every threshold of every rule, by what follows `detect.` in its key. */
export const THRESHOLDS = {
  remember: span(3600, "seconds a finding stands after the last thing that speaks for it"),
  hold_down: span(60, "seconds in which the same address is not told again, unless it got worse"),

  "ssh.failures": count(5, "failed logins in ssh.window that are guessing"),
  "ssh.window": span(300, "seconds for ssh.failures and ssh.probes"),
  "ssh.slow_failures": count(10, "failed logins in ssh.slow_window that are slow guessing"),
  "ssh.slow_window": span(DAY, "seconds for ssh.slow_failures"),
  "ssh.users": count(5, "different users in ssh.users_window that are tried out"),
  "ssh.users_window": span(3600, "seconds for ssh.users"),
  "ssh.probes": count(20, "connections without a login in ssh.window that are a scan"),
  "ssh.break_in": count(
    20,
    "failed logins in ssh.slow_window before a success that make it suspicious; who has fewer is forgiven",
  ),

  "http.exploits": count(1, "unmistakable attacks in http.window that are an attack"),
  "http.probes": count(3, "requests that look like probing in http.window, per kind, that are a scan"),
  "http.window": span(600, "seconds for the numbers of requests that look like attacks"),
  "http.distinct_4xx": count(20, "different paths answered 4xx in http.distinct_window that are a scan"),
  "http.distinct_window": span(60, "seconds for http.distinct_4xx"),
  "http.slow_distinct_4xx": count(
    80,
    "different paths answered 4xx in http.slow_distinct_window that are a slow scan",
  ),
  "http.slow_distinct_window": span(3600, "seconds for http.slow_distinct_4xx"),
  "http.logins": count(10, "refused logins in http.window that are guessing"),
  "http.junk": count(3, "requests that are not HTTP in http.window that are a scan"),
  "http.limited": count(5, "requests held back by the server's limits in http.window"),
  "http.burst": count(120, "requests in 60 s that are worth saying", "filters.suspicious_burst_rpm"),
  "http.flood": count(
    1200,
    "requests in 60 s that are a flood where the server refuses or fails half of them",
  ),

  "sockets.without_requests": count(
    5,
    "connections to a web port with at most one request that are worth saying",
    "filters.suspicious_min_conns",
  ),
  "sockets.slow": count(
    20,
    "open connections to a web port, longer than sockets.slow_window, with fewer requests",
  ),
  "sockets.slow_window": span(30, "seconds for sockets.slow"),
  "sockets.half_open": count(10, "half-open connections, and more of them than established ones"),
  "sockets.ports": count(10, "different local ports in sockets.ports_window that are a scan"),
  "sockets.ports_window": span(60, "seconds for sockets.ports"),
  "sockets.outbound": count(100, "connections from here to one address in 60 s that are worth saying"),
  "sockets.beacons": count(
    8,
    "connections from here to one address at equal distances that are worth saying",
  ),

  "wire.syns": count(200, "SYNs of an address that never sent an ACK in wire.window"),
  "wire.window": span(10, "seconds for wire.syns"),

  "volume.upload": count(1024, "MiB received from one address in volume.window"),
  "volume.exfiltration": count(1024, "MiB sent to one address, without its asking by HTTP, in volume.window"),
  "volume.window": span(3600, "seconds for the volumes"),

  "host.cookies": count(
    10,
    "SYN cookies sent, or SYNs dropped by a full queue, per second that are a flood or a burst",
  ),
  "host.half_open": count(200, "half-open connections of all addresses together that are a flood"),
  "host.overflows": count(1, "connections per second refused by a full listen queue"),
} as const satisfies Record<string, Threshold>;

export type ThresholdKey = keyof typeof THRESHOLDS;
/** The value of each. */
export type Thresholds = Readonly<Record<ThresholdKey, number>>;

/** What they are where nobody said otherwise. */
export const DEFAULT_THRESHOLDS: Thresholds = Object.fromEntries(
  Object.entries(THRESHOLDS).map(([key, { default: standard }]) => [key, standard]),
) as Record<ThresholdKey, number>;
