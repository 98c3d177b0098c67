import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import manifest from "../../package.json" with { type: "json" };
import { RULE_IDS } from "../model/rules.ts";
import type { Command } from "./commands.ts";
import { UsageError } from "./error.ts";
import { FLAGS } from "./flags.ts";
import { type Input, type Loaded, loadConfig } from "./load.ts";
import { OPTION_LIST, variable } from "./options.ts";
import { onOff } from "./value.ts";

const FILE = "/home/ann/.config/nethergaze/config.toml";

function input(argv: readonly string[], toml?: string, env: Record<string, string> = {}): Input {
  return {
    argv,
    env: { HOME: "/home/ann", ...env },
    uid: 1000,
    readFile: (path) => (path === FILE && toml !== undefined ? { text: toml, owner: 1000 } : undefined),
  };
}

function loaded(...given: Parameters<typeof input>): Exclude<Loaded, { print: unknown }> {
  const result = loadConfig(input(...given));
  if (result instanceof UsageError) throw result;
  if (result.print !== undefined) throw new Error(String(result.print));
  return result;
}

function refused(...given: Parameters<typeof input>): string {
  const result = loadConfig(input(...given));
  return result instanceof UsageError ? result.message : `not refused: ${JSON.stringify(result)}`;
}

describe("commands", () => {
  const cases: [string[], Command][] = [
    [[], { name: "console", filter: undefined }],
    [["--utc", "--filter", "-path:/x", "--no-geoip"], { name: "console", filter: "-path:/x" }],
    [["demo"], { name: "demo" }],
    [["stream", "events"], { name: "stream", what: "events", filter: undefined, format: "native" }],
    [
      ["--fast", "--filter=net:::/0", "stream", "--utc", "snapshots"],
      { name: "stream", what: "snapshots", filter: "net:::/0", format: "native" },
    ],
    [
      ["top", "--once", "--json"],
      { name: "top", once: true, json: true, filter: undefined, limit: undefined },
    ],
    [["top", "--limit", "5"], { name: "top", once: false, json: false, filter: undefined, limit: 5 }],
    [
      ["iptop"],
      {
        name: "iptop",
        interfaces: [],
        interval: 10,
        most: 20,
        cumulative: false,
        localIp: [],
        ipv4TcpOnly: false,
      },
    ],
    [
      ["iptop", "-i", "eth0", "-ilo", "--iface=wg0", "-t0.5", "-n", "-1", "--local-ip", "::FFFF:192.0.2.1"],
      {
        name: "iptop",
        interfaces: ["eth0", "lo", "wg0"],
        interval: 0.5,
        most: -1,
        cumulative: false,
        localIp: ["192.0.2.1"],
        ipv4TcpOnly: false,
      },
    ],
    [["record", "a b"], { name: "record", file: "a b", maxSize: 2 ** 30 }],
    [["record", "--max-size=10M", "--", "--x"], { name: "record", file: "--x", maxSize: 10 * 2 ** 20 }],
    [
      ["replay", "a", "--as", "events", "-"],
      { name: "replay", files: ["a", "-"], as: "events", filter: undefined, localIp: [] },
    ],
  ];
  test.each(cases)("%j", (argv, command) => {
    expect<Command>(loaded(argv).command).toEqual(command);
  });

  test("what is only printed needs no configuration", () => {
    const broken = (argv: string[]) => loadConfig(input(argv, "]"));
    expect(broken(["--version"])).toEqual({ print: `nethergaze ${manifest.version}\n` });
    expect(broken(["-h"])).toMatchObject({ print: expect.stringContaining("Commands:") });
    expect(broken(["top", "--once", "--help", "--nonsense"])).toMatchObject({
      print: expect.stringContaining("Usage: nethergaze top"),
    });
    expect(broken(["completion", "bash"])).toMatchObject({ print: expect.stringContaining("_nethergaze") });
  });
});

describe("settings", () => {
  test("flag, variable, file, default: the first that sets an option", () => {
    const toml =
      '[refresh]\nlog_interval = 1\nconnections_interval = 2\n[log]\nmax_log_lines = 20\nformat = "json"';
    const { config, origins, file } = loaded(["--connections-interval", "4"], toml, {
      NETHERGAZE_REFRESH_CONNECTIONS_INTERVAL: "3",
      NETHERGAZE_REFRESH_LOG_INTERVAL: "3",
    });
    expect(config).toMatchObject({
      connectionsInterval: 4,
      logInterval: 3,
      maxLogLines: 20,
      authLogInterval: 2,
    });
    expect(origins).toMatchObject({
      connectionsInterval: "flag",
      logInterval: "env",
      maxLogLines: "file",
      authLogInterval: "default",
    });
    expect(file).toBe(FILE);
  });

  const spelled = OPTION_LIST.filter(([, { type }]) => type.tables === undefined);
  test.each(spelled)("%s by every key, by its variable and by --set", (name, option) => {
    const { completes, list } = option.type;
    const [word = list === "," ? "10.0.0.0/8" : "17"] = completes === "file" ? ["/x"] : completes;
    const spelled = option.type === onOff ? "yes" : word;
    const value = option.type.check(option.type.decode(spelled));
    for (const key of option.keys) {
      expect(loaded([], `${key} = ${JSON.stringify(value)}`).config[name]).toEqual(value as never);
      expect(loaded(["--set", `${key}=${spelled}`]).config[name]).toEqual(value as never);
    }
    expect(loaded([], undefined, { [variable(option.keys[0])]: spelled }).config[name]).toEqual(
      value as never,
    );
  });

  test("the documented key wins over its other spellings", () => {
    expect(loaded([], 'log_path = "/a"\n[log]\npath = "/b"').config.accessLog).toEqual(["/b"]);
    expect(loaded([], "[auth]\ninterval = 3\nlog_interval = 4").config.authLogInterval).toBe(4);
  });

  const lists: [string, Parameters<typeof input>, string[]][] = [
    [
      "flags add up",
      [["--access-log", "/a", "--log-path=/b", "--set", "log.path=/c:d"]],
      ["/a", "/b", "/c:d"],
    ],
    ["flags replace the file", [["--access-log", "/a"], 'log_path = "/b"'], ["/a"]],
    ["none on the command line", [["--access-log", ""], 'log_path = "/b"'], []],
    ["none in the file", [[], 'log_path = ""'], []],
    ["none in a variable", [[], 'log_path = "/b"', { NETHERGAZE_LOG_PATH: "" }], []],
    ["several in a variable", [[], undefined, { NETHERGAZE_LOG_PATH: "/a:/b*" }], ["/a", "/b*"]],
    ["several in the file", [[], '[log]\npath = [\n "/a",\n "/b" ]'], ["/a", "/b"]],
    ["the home directory", [["--access-log=~/a", "--access-log", "~b/c"]], ["/home/ann/a", "~b/c"]],
  ];
  test.each(lists)("lists: %s", (_, given, paths) => {
    expect(loaded(...given).config.accessLog).toEqual(paths);
  });

  const prefixes: [string, Parameters<typeof input>, string[]][] = [
    [
      "in the file",
      [[], '[filters]\ncidr_deny = ["10.0.0.7/8", "2001:db8::/32"]'],
      ["10.0.0.7/8", "2001:db8::/32"],
    ],
    ["one alone in the file", [[], 'filters.cidr_deny = "10.0.0.0/8"'], ["10.0.0.0/8"]],
    [
      "several in a variable",
      [[], undefined, { NETHERGAZE_FILTERS_CIDR_DENY: "10.0.0.0/8, 2001:db8::/32" }],
      ["10.0.0.0/8", "2001:db8::/32"],
    ],
    [
      "several on the command line",
      [["--set", "filters.cidr_deny=10.0.0.0/8,::1", "--set", "filters.cidr_deny=1.2.3.4"]],
      ["10.0.0.0/8", "::1", "1.2.3.4"],
    ],
    ["none", [["--set", "filters.cidr_deny="], 'filters.cidr_deny = "10.0.0.0/8"'], []],
  ];
  test.each(prefixes)("prefixes: %s", (_, given, list) => {
    expect(loaded(...given).config.cidrDeny).toEqual(list);
  });

  test("the last of two switches counts", () => {
    expect(loaded(["--utc", "--no-utc", "--no-follow", "--no-auth-log"]).config).toMatchObject({
      utc: false,
      follow: false,
      authEnabled: false,
    });
  });

  test("a variable that sets nothing is ignored with a word", () => {
    expect(loaded([], "", { NETHERGAZE_LOG_PAHT: "\x1b[31m" }).warnings).toEqual([
      "NETHERGAZE_LOG_PAHT: no such variable, did you mean NETHERGAZE_LOG_PATH?, ignored",
    ]);
  });
});

describe("refusals", () => {
  const usage: [string[], string][] = [
    [
      ["--acces-log", "x"],
      "'--acces-log': no such flag, did you mean --access-log?; allowed: those of nethergaze --help",
    ],
    [["-x"], "'-x': no such flag; allowed: those of nethergaze --help"],
    [["--color"], "--color: WHEN is missing; allowed: auto, always, never"],
    [["--color", "--utc"], "--color: WHEN is missing; allowed: auto, always, never"],
    [["--color=red"], "--color: 'red' is not allowed; allowed: auto, always, never"],
    [["--utc=1"], "--utc: takes no value"],
    [
      ["--connections-interval", "0"],
      "--connections-interval: '0' is not allowed; allowed: a number from 0.1 to 3600",
    ],
    [
      ["sream"],
      "'sream': no such command, did you mean stream?; allowed: demo, stream, top, watch, iptop, record, replay, block, unblock, blocks, history, geoip, doctor, completion, help",
    ],
    [["record"], "record: FILE is missing; usage: nethergaze record FILE"],
    [["replay"], "replay: FILE is missing; usage: nethergaze replay FILE..."],
    [["stream"], "stream: WHAT is missing; allowed: events, alerts, snapshots"],
    [
      ["stream", "alarms"],
      "stream: WHAT: 'alarms' is not allowed, did you mean alerts?; allowed: events, alerts, snapshots",
    ],
    [["stream", "events", "x"], "stream: 'x' is one argument too many"],
    [
      ["--set", "detect.off=not-http,ssh-brutforce"],
      `--set: detect.off: 'ssh-brutforce' is not allowed, did you mean ssh-brute-force?; allowed: a list of ${RULE_IDS.join(", ")}`,
    ],
    [["iptop", "-t", "0"], "-t: '0' is not allowed; allowed: a number from 0.1 to 86400"],
    [["iptop", "-tx"], "-t: 'x' is not allowed; allowed: a number from 0.1 to 86400"],
    [["iptop", "-x"], "'-x': no such flag; allowed: those of nethergaze --help"],
    [["iptop", "-hx"], "'-hx': no such flag, did you mean -h?; allowed: those of nethergaze --help"],
    [
      ["iptop", "--local-ip", "192.0.2.1,x"],
      "--local-ip: 'x' is not allowed; allowed: an address or a list of at most 256, such as 192.0.2.1 or 2001:db8::1",
    ],
    [["demo", "--once"], "--once: not a flag of demo; allowed with: top"],
    [["--set", "utc"], "--set: 'utc' is not allowed; allowed: KEY=VALUE"],
    [
      ["--set", "utc=maybe"],
      "--set: utc: 'maybe' is not allowed; allowed: true or false (in a variable also 1, yes, 0, no)",
    ],
    [
      ["--set", "log.pth=x"],
      "--set: no such key 'log.pth', did you mean log.path?; allowed: log.path, log.format, log.error_path, log.from_start, log.follow, log.max_log_lines, log.max_log_entries_per_ip",
    ],
    [["--config", "/none"], "configuration file '/none': no such file"],
    [
      ["\x1b[31m\u202e"],
      "'?[31m?': no such command; allowed: demo, stream, top, watch, iptop, record, replay, block, unblock, blocks, history, geoip, doctor, completion, help",
    ],
  ];
  test.each(usage)("%j", (argv, message) => {
    expect(refused(argv)).toBe(message);
  });

  const files: [string, string][] = [
    ["utc = 1", ":1: utc: 1 is not allowed; allowed: true or false (in a variable also 1, yes, 0, no)"],
    [
      '\n[ "refresh" ]\n# x = 1\nlog_interval = "fast"',
      ":4: refresh.log_interval: 'fast' is not allowed; allowed: a number from 0.1 to 3600",
    ],
    [
      "refresh = { log_interval = nan }",
      ": refresh.log_interval: NaN is not allowed; allowed: a number from 0.1 to 3600",
    ],
    [
      "[refresh]\nlog_intervall = 1",
      ":2: no such key 'refresh.log_intervall', did you mean refresh.log_interval?; allowed: refresh.connections_interval, refresh.log_interval, refresh.auth_log_interval, refresh.bandwidth_interval",
    ],
    [
      "[zz.yy]\nx = 1",
      ":1: no such key 'zz'; allowed: [log], [auth], [trust], show_private_ips, [filters], [display], color, utc, fast, [refresh], interface, [packets], [geoip], [whois], [rdns], [history], [cache], readonly, [actions], [detect], [detect.ssh], [detect.http], [detect.sockets], [detect.wire], [detect.volume], [detect.host]",
    ],
    ["[geoip]\nx = 1", ":2: no such key 'geoip.x'; allowed: geoip.enabled, geoip.city_db, geoip.asn_db"],
    [
      "__proto__ = 1",
      ":1: no such key '__proto__'; allowed: [log], [auth], [trust], show_private_ips, [filters], [display], color, utc, fast, [refresh], interface, [packets], [geoip], [whois], [rdns], [history], [cache], readonly, [actions], [detect], [detect.ssh], [detect.http], [detect.sockets], [detect.wire], [detect.volume], [detect.host]",
    ],
    ["[[log]]\npath = 'x'", ":1: log: must be a table, written [log]"],
    [
      "interface = 2026-01-01",
      ":1: interface: a date is not allowed; allowed: text of at most 15 characters, none of them a control character",
    ],
    [
      "interface = {}",
      ":1: interface: a table is not allowed; allowed: text of at most 15 characters, none of them a control character",
    ],
    [
      "log_path = [1]",
      ":1: log_path: 1 is not allowed; allowed: a path or a list of at most 256 paths, without control characters",
    ],
    [
      '[filters]\n\ncidr_deny = [ "10.0.0.0/8",\n "10.0.0.0/33" ]',
      ":3: filters.cidr_deny: '10.0.0.0/33' is not allowed; allowed: a list of at most 16384 prefixes or addresses, such as 203.0.113.0/24 or 2001:db8::/32",
    ],
    [
      "filters.cidr_allow = [7]",
      ":1: filters.cidr_allow: 7 is not allowed; allowed: a list of at most 16384 prefixes or addresses, such as 203.0.113.0/24 or 2001:db8::/32",
    ],
    ["utc = true\nutc = ", ":2:1: not TOML: trying to redefine an already defined table or value"],
  ];
  test.each(files)("%j", (toml, message) => {
    expect(refused([], toml)).toBe(FILE + message);
  });

  test("a variable", () => {
    expect(refused([], undefined, { NETHERGAZE_UTC: "" })).toStartWith("NETHERGAZE_UTC: '' is not allowed");
    expect(refused([], undefined, { NETHERGAZE_FILTERS_CIDR_ALLOW: "::/0,nobody" })).toStartWith(
      "NETHERGAZE_FILTERS_CIDR_ALLOW: 'nobody' is not allowed",
    );
    expect(refused([], undefined, { NETHERGAZE_CONFIG: "/none" })).toBe(
      "configuration file '/none': no such file",
    );
  });
});

describe("whatever comes in, what comes out is a value or one safe line", () => {
  const check = (...given: Parameters<typeof input>): void => {
    const result = loadConfig(input(...given));
    const lines =
      result instanceof UsageError ? [result.message] : result.print === undefined ? result.warnings : [];
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(720);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }
  };
  const junk = fc.string({ unit: "binary", maxLength: 600 });
  const word = fc.oneof(
    junk,
    fc.constantFrom(...FLAGS.keys(), "stream", "top", "replay", "events", "--", "-", "10", "log.path=/x"),
    fc.tuple(fc.constantFrom(...FLAGS.keys()), junk).map(([flag, value]) => `${flag}=${value}`),
  );
  test("command line", () => {
    fc.assert(fc.property(fc.array(word), (argv) => check(argv)));
  });

  const key = fc.oneof(
    fc.constantFrom(...OPTION_LIST.flatMap(([, { keys }]) => keys)),
    junk.map((name) => JSON.stringify(name)),
  );
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 40 }).map((json) => JSON.stringify(json)),
    fc.constantFrom("nan", "2026-01-01", "{ x = 1 }", "99999999999999999999"),
    junk,
  );
  const line = fc.oneof(
    fc.tuple(key, value).map(([name, is]) => `${name} = ${is}`),
    key.map((name) => `[${name}]`),
    fc.constantFrom("[log]", "[[log]]", "[auth]", "#"),
  );
  test("file", () => {
    fc.assert(fc.property(fc.array(line), (lines) => check([], lines.join("\n"))));
    fc.assert(fc.property(junk, (text) => check([], text)));
  });
  test("deep nesting", () => {
    for (const toml of [`utc = ${"[".repeat(1e5)}`, `${"a.".repeat(1e5)}a = 1`, `[${"log.".repeat(1e5)}a]`]) {
      check([], toml);
    }
  });

  test("more words than a call takes arguments", () => {
    const many = Array<string>(200_000).fill("x");
    check(["--", ...many]);
    check(["replay", ...many]);
  });

  test("environment", () => {
    const name = fc.oneof(
      fc.constantFrom(...OPTION_LIST.map(([, option]) => variable(option.keys[0]))),
      junk.map((rest) => `NETHERGAZE_${rest}`),
    );
    fc.assert(fc.property(fc.dictionary(name, junk), (env) => check([], undefined, env)));
  });
});
