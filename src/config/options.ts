import { FIREWALLS } from "../model/block.ts";
import { PROXY_NAMES } from "../model/proxies.ts";
import { RULE_IDS } from "../model/rules.ts";
import { GROUPS as GROUPINGS, SORTS, type Sort } from "../model/snapshot.ts";
import { THRESHOLDS, type Threshold, type ThresholdKey, type Thresholds } from "../model/thresholds.ts";
import { alertHooks, hooks } from "./hooks.ts";
import {
  choice,
  choiceOr,
  choiceOrOpposite,
  choices,
  integer,
  nameServers,
  number,
  onOff,
  path,
  paths,
  patterns,
  prefixes,
  server,
  type Type,
  text,
  texts,
  url,
  type ValueOf,
} from "./value.ts";

/** The headings under which help and the example file list the options. */
export const GROUPS = [
  "Logs",
  "Display",
  "Polling",
  "Behaviour",
  "Actions",
  "Knowledge",
  "Detection",
] as const;

/** One setting: everything that the flag, the variable, the file, help and completion need to know of it. */
export interface Option<T = unknown> {
  readonly group: (typeof GROUPS)[number];
  /** Dotted TOML paths, the documented one first; where several are given, the first of these wins. */
  readonly keys: readonly [string, ...string[]];
  /** Long flags, the documented one first. A switch spelled `--no-x` turns the setting off. */
  readonly flags: readonly string[];
  readonly type: Type<T>;
  readonly default: T;
  readonly help: string;
}

/** Polling faster than ten times a second costs and shows nothing; more than an hour is not live. */
const SECONDS = number("SECS", 0.1, 3600);

const ANY_COLUMNS = choices("COLUMN", SORTS);

/** Columns of the table; a row without its address would name nobody. */
const COLUMNS: Type<readonly Sort[]> = {
  ...ANY_COLUMNS,
  check(value) {
    const columns = ANY_COLUMNS.check(value);
    if (columns === undefined || columns.length === 0 || columns.includes("ip")) return columns;
    return ["ip", ...columns];
  },
};

/** The name of a threshold's setting. */
export type ThresholdOption = `detect.${ThresholdKey}`;

const THRESHOLD_OPTIONS = Object.fromEntries(
  Object.entries<Threshold>(THRESHOLDS).map(([key, { default: standard, min, max, help, formerly }]) => {
    const keys: readonly [string, ...string[]] = [
      `detect.${key}`,
      ...(formerly === undefined ? [] : [formerly]),
    ];
    return [
      `detect.${key}`,
      { group: "Detection", keys, flags: [], type: number("N", min, max), default: standard, help },
    ];
  }),
) as unknown as Record<ThresholdOption, Option<number>>;

/** Every setting there is. The name is the field of {@link Config}; the rest is derived from the entry. */
export const OPTIONS = {
  accessLog: {
    group: "Logs",
    keys: ["log.path", "log_path"],
    flags: ["--access-log", "--log-path"],
    type: paths("PATH|GLOB"),
    default: [],
    help: "HTTP access logs to follow instead of those that the web servers' configurations name; '' for none",
  },
  logFormat: {
    group: "Logs",
    keys: ["log.format", "log_format"],
    flags: ["--log-format"],
    type: choiceOr(
      "FORMAT",
      ["auto", "combined", "common", "vhost", "json", "caddy", "nginx-json", "traefik", "haproxy"],
      ["$", "%"],
      "or the string, not the name, of an nginx log_format or Apache LogFormat",
    ),
    default: "auto",
    help: "format of the access logs: a name or the server's own format string; auto decides for each file, any other refuses lines of another",
  },
  errorLog: {
    group: "Logs",
    keys: ["log.error_path"],
    flags: ["--error-log"],
    type: paths("PATH|GLOB"),
    default: [],
    help: "error logs of nginx and Apache to follow instead of those that their configurations name; '' for none",
  },
  authLog: {
    group: "Logs",
    keys: ["auth.log_path", "auth.path"],
    flags: ["--auth-log", "--auth-log-path"],
    type: paths("PATH"),
    default: ["/var/log/auth.log", "/var/log/secure"],
    help: "logs of the login services (SSH); '' for none",
  },
  authEnabled: {
    group: "Logs",
    keys: ["auth.log_enabled", "auth.enabled"],
    flags: ["--no-auth-log"],
    type: onOff,
    default: true,
    help: "read the logs of the login services",
  },
  authJournal: {
    group: "Logs",
    keys: ["auth.journal"],
    flags: ["--auth-journal"],
    type: choiceOr("WHERE", ["auto", "on", "off"], ["/"], "or a directory of journal files"),
    default: "auto",
    help: "read what the login services tell the systemd journal; auto does where no such log is named or there",
  },
  fromStart: {
    group: "Logs",
    keys: ["log.from_start"],
    flags: ["--from-start"],
    type: onOff,
    default: false,
    help: "read the logs from their beginning, not only what is written from now on",
  },
  follow: {
    group: "Logs",
    keys: ["log.follow"],
    flags: ["--no-follow"],
    type: onOff,
    default: true,
    help: "follow the logs as they grow; off: only the files named on the command line, to their end",
  },
  trustProxies: {
    group: "Logs",
    keys: ["trust.proxies"],
    flags: [],
    type: prefixes("PROXY", PROXY_NAMES),
    default: [],
    help: "proxies that are believed when they name the client they ask for (X-Forwarded-For)",
  },
  showPrivateIps: {
    group: "Display",
    keys: ["show_private_ips"],
    flags: ["--show-private-ips"],
    type: onOff,
    default: false,
    help: "show private and reserved addresses too",
  },
  cidrAllow: {
    group: "Display",
    keys: ["filters.cidr_allow"],
    flags: [],
    type: prefixes("PREFIX"),
    default: [],
    help: "show only addresses inside these prefixes; totals and 'stream events' have all",
  },
  cidrDeny: {
    group: "Display",
    keys: ["filters.cidr_deny"],
    flags: [],
    type: prefixes("PREFIX"),
    default: [],
    help: "hide addresses inside these prefixes; totals and 'stream events' have all",
  },
  sort: {
    group: "Display",
    keys: ["display.sort"],
    flags: ["--sort"],
    type: choiceOrOpposite("COLUMN", SORTS),
    default: "risk",
    help: "column that orders the addresses, here and in 'top' and 'stream snapshots'; with - before it the other way round",
  },
  columns: {
    group: "Display",
    keys: ["display.columns"],
    flags: [],
    type: COLUMNS,
    default: [],
    help: "columns of the console's table from left to right, as far as they fit; none: those that the width allows",
  },
  group: {
    group: "Display",
    keys: ["display.group"],
    flags: ["--group"],
    type: choice("BY", GROUPINGS),
    default: "address",
    help: "what a row of the console's table is at first",
  },
  theme: {
    group: "Display",
    keys: ["display.theme"],
    flags: ["--theme"],
    type: choice("THEME", ["auto", "dark", "light", "basic"]),
    default: "auto",
    help: "colours for a dark or a light background, or the terminal's own 16; auto asks the terminal",
  },
  color: {
    group: "Display",
    keys: ["color"],
    flags: ["--color"],
    type: choice("WHEN", ["auto", "always", "never"]),
    default: "auto",
    help: "colours; auto turns them off for NO_COLOR, TERM=dumb, and what is not a terminal",
  },
  utc: {
    group: "Display",
    keys: ["utc"],
    flags: ["--utc"],
    type: onOff,
    default: false,
    help: "times in UTC instead of the host's zone",
  },
  fast: {
    group: "Display",
    keys: ["fast"],
    flags: ["--fast"],
    type: onOff,
    default: false,
    help: "repaint more often, where bytes to the terminal do not matter",
  },
  maxLogLines: {
    group: "Display",
    keys: ["log.max_log_lines"],
    flags: [],
    type: integer("LINES", 10, 10_000),
    default: 500,
    help: "lines the live panel keeps to scroll back",
  },
  maxLogEntriesPerIp: {
    group: "Display",
    keys: ["log.max_log_entries_per_ip"],
    flags: [],
    type: integer("ENTRIES", 1, 1_000),
    default: 200,
    help: "requests, and logins, shown of one address",
  },
  connectionsInterval: {
    group: "Polling",
    keys: ["refresh.connections_interval"],
    flags: ["--connections-interval"],
    type: SECONDS,
    default: 1,
    help: "seconds between two looks at the socket table",
  },
  logInterval: {
    group: "Polling",
    keys: ["refresh.log_interval"],
    flags: [],
    type: SECONDS,
    default: 0.5,
    help: "seconds between two looks at the access logs, where the kernel does not report a change",
  },
  authLogInterval: {
    group: "Polling",
    keys: ["refresh.auth_log_interval", "auth.log_interval", "auth.interval"],
    flags: [],
    type: SECONDS,
    default: 2,
    help: "seconds between two looks at the logs of the login services",
  },
  bandwidthInterval: {
    group: "Polling",
    keys: ["refresh.bandwidth_interval"],
    flags: [],
    type: SECONDS,
    default: 30,
    help: "seconds between two questions to vnstat for the month's totals, where it is installed",
  },
  interface: {
    group: "Behaviour",
    keys: ["interface"],
    flags: ["--interface"],
    // IFNAMSIZ of linux/if.h, less the final NUL.
    type: text("IFACE", 15),
    default: "",
    help: "network interface whose packets, rate and month are shown; '' for those of the default routes",
  },
  capture: {
    group: "Behaviour",
    keys: ["packets.capture"],
    flags: ["--capture"],
    type: choice("HOW", ["auto", "ebpf", "ring", "off"]),
    default: "auto",
    help: "how packets are counted: in the kernel by eBPF, else from a ring of their headers; off: not at all",
  },
  geoipEnabled: {
    group: "Knowledge",
    keys: ["geoip.enabled"],
    flags: ["--no-geoip"],
    type: onOff,
    default: true,
    help: "look countries and networks up in the databases of this machine",
  },
  geoipCity: {
    group: "Knowledge",
    keys: ["geoip.city_db"],
    flags: [],
    type: path("FILE"),
    default: "/usr/share/GeoIP/GeoLite2-City.mmdb",
    help: "MMDB file of countries and cities; where it is not there: what 'geoip update' fetched, then the countries that come with the program",
  },
  geoipAsn: {
    group: "Knowledge",
    keys: ["geoip.asn_db"],
    flags: [],
    type: path("FILE"),
    default: "/usr/share/GeoIP/GeoLite2-ASN.mmdb",
    help: "MMDB file of networks (ASN); where it is not there: what 'geoip update' fetched",
  },
  whoisEnabled: {
    group: "Knowledge",
    keys: ["whois.enabled"],
    flags: ["--no-whois"],
    type: onOff,
    default: true,
    help: "ask the registries (RDAP, else whois) who has an address that is on the screen, suspicious or asked for; off: no reverse DNS either",
  },
  whoisTtl: {
    group: "Knowledge",
    keys: ["whois.cache_ttl"],
    flags: [],
    type: integer("SECS", 1, 31_536_000),
    default: 86_400,
    help: "seconds for which an answer of a registry is kept, also on disk",
  },
  whoisWorkers: {
    group: "Knowledge",
    keys: ["whois.max_workers"],
    flags: [],
    type: integer("N", 1, 32),
    default: 3,
    help: "questions to registries at once",
  },
  rdapBootstrap: {
    group: "Knowledge",
    keys: ["whois.bootstrap"],
    flags: [],
    type: url("URL", ["https://data.iana.org/rdap/"]),
    default: "https://data.iana.org/rdap/",
    help: "where the list is that says which registry has which addresses (RFC 9224)",
  },
  whoisServer: {
    group: "Knowledge",
    keys: ["whois.server"],
    flags: [],
    type: server("HOST[:PORT]"),
    default: "whois.iana.org",
    help: "the whois server that is asked first where RDAP does not answer",
  },
  rdnsEnabled: {
    group: "Knowledge",
    keys: ["rdns.enabled"],
    flags: ["--no-rdns"],
    type: onOff,
    default: true,
    help: "look the names of addresses up, of those asked for and of whoever says it is a search engine's crawler",
  },
  rdnsServers: {
    group: "Knowledge",
    keys: ["rdns.servers"],
    flags: [],
    type: nameServers("SERVER", 4),
    default: [],
    help: "name servers to ask, with or without a port, instead of the machine's own",
  },
  historyEnabled: {
    group: "Knowledge",
    keys: ["history.enabled"],
    flags: ["--no-history"],
    type: onOff,
    default: true,
    help: "keep what addresses did, and show it in the console: the console and 'watch' write it down",
  },
  historyDays: {
    group: "Knowledge",
    keys: ["history.days"],
    flags: [],
    type: integer("DAYS", 1, 3_650),
    default: 365,
    help: "days after which an address that did not come back is forgotten",
  },
  historyMegabytes: {
    group: "Knowledge",
    keys: ["history.megabytes"],
    flags: [],
    type: integer("MB", 1, 1_048_576),
    default: 512,
    help: "size of the history's file from which on those are forgotten who came last longest ago",
  },
  cacheDir: {
    group: "Knowledge",
    keys: ["cache.dir", "cache.cache_dir"],
    flags: [],
    type: path("DIR"),
    default: "",
    help: "directory of what may be fetched again; '' for /var/cache/nethergaze, for others than root ~/.cache/nethergaze",
  },
  readonly: {
    group: "Behaviour",
    keys: ["readonly"],
    flags: ["--readonly"],
    type: onOff,
    default: false,
    help: "disable every action that changes something",
  },
  firewall: {
    group: "Actions",
    keys: ["actions.firewall"],
    flags: ["--firewall"],
    type: choice("NAME", ["auto", ...FIREWALLS, "none"]),
    default: "auto",
    help: "the firewall that blocks are put into; auto takes the one that is active, none only shows the commands",
  },
  blockExecution: {
    group: "Actions",
    keys: ["actions.enable_block_execution"],
    flags: [],
    type: onOff,
    default: false,
    help: "let the console block and unblock; without it the console shows the commands to copy",
  },
  widestIpv4: {
    group: "Actions",
    keys: ["actions.widest_ipv4"],
    flags: [],
    type: integer("BITS", 1, 32),
    default: 16,
    help: "length of the widest IPv4 prefix that may be blocked without --force",
  },
  widestIpv6: {
    group: "Actions",
    keys: ["actions.widest_ipv6"],
    flags: [],
    type: integer("BITS", 1, 128),
    default: 48,
    help: "length of the widest IPv6 prefix that may be blocked without --force",
  },
  hooks: {
    group: "Actions",
    keys: ["actions.hooks"],
    flags: [],
    type: hooks,
    default: [],
    help: "programs that a key of the console runs on the selected address, without a shell",
  },
  alertHooks: {
    group: "Actions",
    keys: ["actions.alert_hooks"],
    flags: [],
    type: alertHooks,
    default: [],
    help: "programs that 'watch' runs on alerts, each with one as a line of JSON on its standard input",
  },
  trustAddresses: {
    group: "Detection",
    keys: ["trust.addresses"],
    flags: [],
    type: prefixes("ADDRESS"),
    default: [],
    help: "addresses that are never judged and never blocked",
  },
  trustPrefixes: {
    group: "Detection",
    keys: ["trust.prefixes"],
    flags: [],
    type: prefixes("PREFIX"),
    default: [],
    help: "prefixes whose addresses are never judged and never blocked",
  },
  trustAgents: {
    group: "Detection",
    keys: ["trust.agents"],
    flags: [],
    type: texts("AGENT", 64, 256),
    default: [],
    help: "parts of user agents whose requests are not judged; anybody can claim one, so prefer addresses",
  },
  rulesOff: {
    group: "Detection",
    keys: ["detect.off"],
    flags: [],
    type: choices("RULE", RULE_IDS),
    default: [],
    help: "rules that are switched off; docs/detection.md tells of each",
  },
  scannerAgents: {
    group: "Detection",
    keys: ["detect.scanner_agents", "filters.scanner_user_agents"],
    flags: [],
    type: texts("AGENT", 256, 256),
    default: [],
    help: "parts of user agents that are scanners, besides those known",
  },
  pathPatterns: {
    group: "Detection",
    keys: ["detect.path_patterns", "filters.exploit_path_patterns"],
    flags: [],
    type: patterns("REGEX", 64, 512),
    default: [],
    help: "regular expressions (RE2) of paths that nobody honest asks for, besides those known",
  },
  ...THRESHOLD_OPTIONS,
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

/** The value of every setting. Seconds are numbers, an empty list or text means none. */
export type Config = { readonly [N in OptionName]: ValueOf<(typeof OPTIONS)[N]> };

/** The thresholds of a configuration, by their own keys. */
export function thresholdsOf(config: Pick<Config, ThresholdOption>): Thresholds {
  return Object.fromEntries(
    Object.keys(THRESHOLDS).map((key) => [key, config[`detect.${key as ThresholdKey}`]]),
  ) as Record<ThresholdKey, number>;
}

/** The options in the order of the table. */
export const OPTION_LIST = Object.entries(OPTIONS) as [OptionName, Option][];

/** The values that one place gave, each checked by the type of its option. */
export type Settings = Map<OptionName, unknown>;

/** The environment variable of a TOML path. */
export function variable(key: string): string {
  return `NETHERGAZE_${key.toUpperCase().replaceAll(".", "_")}`;
}
