import { describe, expect, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { UsageError } from "./error.ts";
import { type Loaded, loadConfig } from "./load.ts";
import { type Config, OPTION_LIST, type OptionName } from "./options.ts";

// Whoever comes from NetherGaze 0.2 brings flags, a file and variables: each is obeyed. But a hook that only a shell
// would understand ends the program: see command.test.ts.

interface Given {
  readonly argv?: readonly string[];
  readonly toml?: string;
  readonly env?: Record<string, string>;
}

const FILE = "/etc/nethergaze/config.toml";

function load({ argv = [], toml = "", env = {} }: Given): Exclude<Loaded, { print: unknown }> {
  const result = loadConfig({
    argv,
    env,
    uid: 1000,
    readFile: (path) => (path === FILE ? { text: toml, owner: 0 } : undefined),
  });
  if (result instanceof UsageError) throw result;
  if (result.print !== undefined) throw new Error(String(result.print));
  return result;
}

type Effect = { readonly [N in OptionName]?: Config[N] };

/** It is obeyed, which a value that is not the default shows. */
function check(given: Given, effect: Effect): void {
  const { config, warnings } = load(given);
  expect(warnings).toEqual([]);
  expect(config).toMatchObject(effect);
  for (const name of Object.keys(effect)) {
    const [, option] = OPTION_LIST.find(([known]) => known === name) ?? [];
    expect(config[name as OptionName]).not.toEqual(option?.default as never);
  }
}

describe("flags", () => {
  const flags: [string[], Effect][] = [
    [["--config", FILE], {}],
    [["--log-path", "/a/*.log"], { accessLog: ["/a/*.log"] }],
    [["--log-format", "combined"], { logFormat: "combined" }],
    [["--log-format", "common"], { logFormat: "common" }],
    [["--log-format", "json"], { logFormat: "json" }],
    [["--log-format", "auto"], {}],
    [["--connections-interval", "2.5"], { connectionsInterval: 2.5 }],
    [["--interface", "ens3"], { interface: "ens3" }],
    [["--show-private-ips"], { showPrivateIps: true }],
    [["--no-geoip"], { geoipEnabled: false }],
    [["--no-whois"], { whoisEnabled: false }],
    [["--auth-log-path", "/a"], { authLog: ["/a"] }],
    [["--no-auth-log"], { authEnabled: false }],
  ];
  test.each(flags)("%j", (argv, effect) => check({ argv }, effect));

  test.each([["--help"], ["-h"], ["--version"]])("%s", (flag) => {
    const print =
      flag === "--version" ? `nethergaze ${manifest.version}\n` : expect.stringContaining("Usage:");
    expect(loadConfig({ argv: [flag], env: {}, uid: 1000, readFile: () => undefined })).toEqual({ print });
  });
});

/** Every key it read, and those its documentation had and it did not. */
const KEYS: [key: string, toml: string, Effect][] = [
  ["log_path", '"/a"', { accessLog: ["/a"] }],
  ["log.path", '"/a"', { accessLog: ["/a"] }],
  ["log_format", '"json"', { logFormat: "json" }],
  ["log.format", '"json"', { logFormat: "json" }],
  ["interface", '"ens3"', { interface: "ens3" }],
  ["show_private_ips", "true", { showPrivateIps: true }],
  ["log.max_log_lines", "100", { maxLogLines: 100 }],
  ["log.max_log_entries_per_ip", "100", { maxLogEntriesPerIp: 100 }],
  ["refresh.connections_interval", "2.0", { connectionsInterval: 2 }],
  ["refresh.log_interval", "2.5", { logInterval: 2.5 }],
  ["refresh.bandwidth_interval", "60.0", { bandwidthInterval: 60 }],
  ["refresh.auth_log_interval", "5", { authLogInterval: 5 }],
  ["auth.log_interval", "5", { authLogInterval: 5 }],
  ["auth.interval", "5", { authLogInterval: 5 }],
  ["auth.log_enabled", "false", { authEnabled: false }],
  ["auth.enabled", "false", { authEnabled: false }],
  ["auth.log_path", '"/a"', { authLog: ["/a"] }],
  ["auth.path", '"/a"', { authLog: ["/a"] }],
  ["geoip.enabled", "false", { geoipEnabled: false }],
  ["geoip.city_db", '"/a.mmdb"', { geoipCity: "/a.mmdb" }],
  ["geoip.asn_db", '"/b.mmdb"', { geoipAsn: "/b.mmdb" }],
  ["whois.enabled", "false", { whoisEnabled: false }],
  ["whois.cache_ttl", "3600", { whoisTtl: 3600 }],
  ["whois.max_workers", "5", { whoisWorkers: 5 }],
  [
    "filters.cidr_allow",
    '["192.0.2.0/24", "2001:db8::/32"]',
    { cidrAllow: ["192.0.2.0/24", "2001:db8::/32"] },
  ],
  ["filters.cidr_deny", '["10.0.0.0/8"]', { cidrDeny: ["10.0.0.0/8"] }],
  ["filters.suspicious_burst_rpm", "60.0", { "detect.http.burst": 60 }],
  ["filters.suspicious_min_conns", "6", { "detect.sockets.without_requests": 6 }],
  ["filters.scanner_user_agents", '["custom-bot"]', { scannerAgents: ["custom-bot"] }],
  ["filters.exploit_path_patterns", '["/x"]', { pathPatterns: ["/x"] }],
  ["actions.enable_block_execution", "true", { blockExecution: true }],
  [
    "actions.hooks",
    '[{ key = "1", label = "Reverse DNS", command = "dig -x {ip}" }]',
    { hooks: [{ key: "1", label: "Reverse DNS", command: ["dig", "-x", "{ip}"] }] },
  ],
  ["cache.dir", '"/a"', { cacheDir: "/a" }],
  ["cache.cache_dir", '"/b"', { cacheDir: "/b" }],
];

describe("keys", () => {
  test.each(KEYS)("%s", (key, value, effect) => {
    check({ toml: `${key} = ${value}` }, effect);
  });

  test("all of them in one file, in their tables, with their switches off", () => {
    const sections = Map.groupBy(KEYS, ([key]) => key.split(".").slice(0, -1).join("."));
    const toml = [...sections]
      .map(([section, keys]) => {
        const lines = keys.map(
          ([key, value]) => `${key.split(".").at(-1)} = ${value.replace("true", "false")}\n`,
        );
        return `${section === "" ? "" : `[${section}]\n`}${lines.join("")}`;
      })
      .join("");
    expect(load({ toml }).warnings).toEqual([]);
  });

  test("a file of its hooks as its documentation writes them", () => {
    const hook = (key: string, command: string): string =>
      `[[actions.hooks]]\nkey = "${key}"\nlabel = "Ping"\ncommand = ${command}\n`;
    const quoted = `'curl -s "https://example.org/?q={ip}&x=(1)"'`;
    const toml = `[actions]\nenable_block_execution = false\n${hook("1", '"ping -c 3 {ip}"')}${hook("2", quoted)}[cache]\n`;
    check(
      { toml },
      {
        hooks: [
          { key: "1", label: "Ping", command: ["ping", "-c", "3", "{ip}"] },
          { key: "2", label: "Ping", command: ["curl", "-s", "https://example.org/?q={ip}&x=(1)"] },
        ],
      },
    );
  });

  const spelled = KEYS.filter(([key]) => key !== "actions.hooks");
  test.each(spelled)("%s by --set", (key, value, effect) => {
    const spelled = value.replaceAll(/^\[|\]$|"/g, "");
    check({ argv: ["--set", `${key}=${spelled}`] }, effect);
  });
});

describe("variables", () => {
  const variables: [string, string, Effect][] = [
    ["NETHERGAZE_LOG_PATH", "/a", { accessLog: ["/a"] }],
    ["NETHERGAZE_LOG_FORMAT", "common", { logFormat: "common" }],
    ["NETHERGAZE_INTERFACE", "ens3", { interface: "ens3" }],
    ["NETHERGAZE_GEOIP_ENABLED", "false", { geoipEnabled: false }],
    ["NETHERGAZE_GEOIP_CITY_DB", "/a", { geoipCity: "/a" }],
    ["NETHERGAZE_GEOIP_ASN_DB", "/a", { geoipAsn: "/a" }],
    ["NETHERGAZE_WHOIS_ENABLED", "no", { whoisEnabled: false }],
  ];
  test.each(variables)("%s", (name, value, effect) => check({ env: { [name]: value } }, effect));
});
