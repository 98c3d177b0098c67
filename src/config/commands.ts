import {
  addresses,
  choice,
  duration,
  integer,
  number,
  onOff,
  path,
  paths,
  size,
  type Type,
  target,
  text,
  texts,
  type ValueOf,
} from "./value.ts";

/** A positional argument. One that is a list takes all that remain, at least one. */
export interface Argument<T = unknown> {
  readonly type: Type<T>;
  /** It may be left out. */
  readonly optional?: true;
  readonly help: string;
}

/** A flag of some commands only. */
export interface CommandFlag<T = unknown> {
  readonly flag: string;
  /** As `-i`; its value may stand right behind it. */
  readonly short?: string;
  readonly type: Type<T>;
  /** Absent: nothing is assumed, and the field may be undefined. */
  readonly default?: T;
  readonly help: string;
}

export interface CommandEntry {
  readonly help: string;
  readonly arguments: Readonly<Record<string, Argument>>;
  readonly flags: Readonly<Record<string, CommandFlag>>;
}

const filter = {
  flag: "--filter",
  type: text("FILTER"),
  help: "only what passes; see nethergaze help filter",
};
const json = {
  flag: "--json",
  type: onOff,
  default: false,
  help: "one JSON object a line instead of a table",
};

const localIp = {
  flag: "--local-ip",
  type: addresses("ADDRESS"),
  default: [],
  help: "addresses that are this host's where packets tell their direction by them",
};

const ofBlock = { type: target("IP|PREFIX"), help: "an address, or a prefix such as 203.0.113.0/24" };
const yes = {
  flag: "--yes",
  type: onOff,
  default: false,
  help: "do it at once: ask nothing, and arm nothing",
};

/** What can be asked for help besides commands. */
export const TOPICS = ["filter", "detection"] as const;
export type Topic = (typeof TOPICS)[number];

const RUNNABLE = {
  console: {
    help: "the live console (what runs without a command)",
    arguments: {},
    flags: { filter },
  },
  demo: {
    help: "the console on a built-in recorded incident: no root, no logs, no network",
    arguments: {},
    flags: {},
  },
  stream: {
    help: "JSON Lines on stdout",
    arguments: {
      what: {
        type: choice("WHAT", ["events", "alerts", "snapshots"]),
        help: "every event, every verdict raised or cleared, or one snapshot a second",
      },
    },
    flags: {
      filter,
      format: {
        flag: "--format",
        type: choice("FORMAT", ["native"]),
        default: "native",
        help: "layout of a line",
      },
    },
  },
  top: {
    help: "one table of the busiest addresses, for scripts and dumb terminals",
    arguments: {},
    flags: {
      once: { flag: "--once", type: onOff, default: false, help: "sample one second, print once, end" },
      json,
      filter,
      limit: { flag: "--limit", type: integer("ROWS", 1, 1000), help: "rows at most" },
    },
  },
  watch: {
    help: "follow everything with nobody looking: alert hooks ([[actions.alert_hooks]]) run, blocks are kept, history is written",
    arguments: {},
    flags: {},
  },
  iptop: {
    help: "count packets by address: JSON Lines for machines (the same as ifguard-iptop)",
    arguments: {},
    flags: {
      interfaces: {
        flag: "--iface",
        short: "-i",
        // IFNAMSIZ of linux/if.h, less the final NUL.
        type: texts("IFACE", 16, 15),
        default: [],
        help: "interface to count; none: those of the default routes",
      },
      interval: {
        flag: "--interval",
        short: "-t",
        type: number("SECS", 0.1, 86_400),
        default: 10,
        help: "seconds between two lines of an interface",
      },
      most: {
        flag: "--topn",
        short: "-n",
        type: integer("N", -1_000_000, 1_000_000),
        default: 20,
        help: "addresses a line, those with most bytes; 0 or less for all",
      },
      cumulative: {
        flag: "--cumulative",
        type: onOff,
        default: false,
        help: "count from the start instead of from line to line",
      },
      localIp: { ...localIp, help: "addresses that count as this host's instead of the interface's own" },
      ipv4TcpOnly: {
        flag: "--ipv4-tcp-only",
        type: onOff,
        default: false,
        help: "only IPv4 TCP from or to this host with at most one VLAN tag",
      },
    },
  },
  record: {
    help: "write what happens to a file for replay",
    arguments: { file: { type: path("FILE"), help: "file to create, readable by you alone" } },
    flags: {
      maxSize: {
        flag: "--max-size",
        type: size("BYTES", 4096),
        default: 2 ** 30,
        help: "end at this size; k, M and G are powers of 1024",
      },
    },
  },
  replay: {
    help: "look at recordings, logs or captures of packets again",
    arguments: {
      files: { type: paths("FILE"), help: "recordings, logs, pcap or pcapng files, read merged by time" },
    },
    flags: {
      filter,
      localIp,
      as: {
        flag: "--as",
        type: choice("WHAT", ["console", "events", "alerts", "snapshots"]),
        default: "console",
        help: "on the console, or as JSON Lines",
      },
    },
  },
  block: {
    help: "drop what an address or a prefix sends, for a time; shows first what it would do (--firewall chooses where)",
    arguments: { target: ofBlock },
    flags: {
      ttl: {
        flag: "--ttl",
        type: duration("TIME"),
        default: 3600,
        help: "how long it lasts",
      },
      reason: {
        flag: "--reason",
        type: text("TEXT", 200),
        default: "",
        help: "why, for the list and the audit log",
      },
      dryRun: {
        flag: "--dry-run",
        type: onOff,
        default: false,
        help: "only show what would be done, and whom it would hit",
      },
      armed: {
        flag: "--armed",
        type: onOff,
        default: false,
        help: "with --yes: for a minute only, leaving a longer block as it is; the same without it makes it last",
      },
      yes,
      force: {
        flag: "--force",
        type: onOff,
        default: false,
        help: "also what the guard refuses, but never the peers of a login session or this host itself",
      },
    },
  },
  unblock: {
    help: "take a block out of the firewall",
    arguments: { target: ofBlock },
    flags: { yes },
  },
  blocks: {
    help: "the blocks that are in force, and what they dropped",
    arguments: {},
    flags: {
      json: { ...json, help: "one JSON array instead of a table" },
      restore: {
        flag: "--restore",
        type: onOff,
        default: false,
        help: "put back what a firewall has lost, and end what is over",
      },
      keep: {
        flag: "--keep",
        type: onOff,
        default: false,
        help: "end blocks when they are over, until none is left whose firewall does not do so itself",
      },
    },
  },
  history: {
    help: "what addresses did before, in all runs of the console and of watch (--sort last, ip, seen, req, sent, in, out, auth or risk)",
    arguments: {
      target: { ...ofBlock, optional: true, help: "one address, or the addresses of a prefix; all" },
    },
    flags: {
      since: { flag: "--since", type: duration("TIME"), help: "only who was seen in that time" },
      flagged: {
        flag: "--flagged",
        type: onOff,
        default: false,
        help: "only who was flagged; first who was in several runs",
      },
      json: { ...json, help: "a JSON array, of one address an object" },
    },
  },
  geoip: {
    help: "fetch fresh databases of countries, cities and networks (DB-IP Lite), checked before they are used",
    arguments: { what: { type: choice("WHAT", ["update"]), help: "update: fetch them" } },
    flags: {
      from: { flag: "--from", type: text("URL"), help: "another place to fetch them from" },
    },
  },
  doctor: {
    help: "what can be seen here, what cannot, and what would change that",
    arguments: {},
    flags: { json },
  },
  completion: {
    help: "print the completion script of a shell",
    arguments: {
      shell: { type: choice("SHELL", ["bash", "zsh", "fish"]), help: "the shell to complete for" },
    },
    flags: {},
  },
} as const satisfies Record<string, CommandEntry>;

/** Every command. The fields of {@link Command} are the names of its arguments and flags. */
export const COMMANDS = {
  ...RUNNABLE,
  help: {
    help: "tell about a command, the filter language, the rules of detection, or what there is",
    arguments: {
      topic: {
        type: choice("TOPIC", [...TOPICS, ...Object.keys(RUNNABLE).filter((name) => name !== "console")]),
        optional: true,
        help: "what to tell about",
      },
    },
    flags: {},
  },
} as const satisfies Record<string, CommandEntry>;

export type CommandName = keyof typeof COMMANDS;
/** What runs when no command is named. It has no word of its own. */
export const DEFAULT_COMMAND: CommandName = "console";
export const COMMAND_LIST = Object.entries(COMMANDS) as [CommandName, CommandEntry][];

type Assumed<F> = F extends { readonly default: unknown } ? ValueOf<F> : ValueOf<F> | undefined;
type Given<A> = A extends { readonly optional: true } ? ValueOf<A> | undefined : ValueOf<A>;
type Fields<E extends CommandEntry> = { readonly [A in keyof E["arguments"]]: Given<E["arguments"][A]> } & {
  readonly [F in keyof E["flags"]]: Assumed<E["flags"][F]>;
};

/** The command to run with its arguments and flags, told apart by `name`. */
export type Command = {
  [N in CommandName]: { readonly name: N } & Fields<(typeof COMMANDS)[N]>;
}[CommandName];

/** Flags that are neither settings nor of one command. */
const GLOBAL_FLAGS = {
  config: {
    flag: "--config",
    type: path("PATH"),
    help: "the configuration file; one that does not exist is an error",
  },
  set: {
    flag: "--set",
    type: text("KEY=VALUE"),
    help: "any key of the configuration, as --set trust.proxies=cloudflare,10.0.0.1",
  },
  help: { flag: "--help", short: "-h", type: onOff, help: "print this, or after a command the help of that" },
  version: { flag: "--version", short: "-V", type: onOff, help: "print the version" },
} as const satisfies Record<string, CommandFlag>;

export type GlobalFlagName = keyof typeof GLOBAL_FLAGS;
export const GLOBAL_FLAG_LIST = Object.entries(GLOBAL_FLAGS) as [GlobalFlagName, CommandFlag][];
