import { afterAll, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RULE_IDS, type RuleId } from "../src/model/rules.ts";
import type { Alert, Snapshot } from "../src/model/snapshot.ts";
import { ENV, NETHERGAZE, runProgram, startProgram } from "./program.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-alerts-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what the program may take to start and end on a busy machine. */
const TIMEOUT = 30_000;
/** The time of second 0 of the logs: 2025-11-07 21:04:00 UTC. */
const START = Date.UTC(2025, 10, 7, 21, 4);
const GUESSER = "45.148.10.7";
/** Guesses as much, but gets in. */
const FORGETFUL = "45.77.12.9";
const SCANNER = "20.1.1.1";
const VISITOR = "8.8.8.8";

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

/** ISO 8601 as rsyslog writes it. */
function time(second: number): string {
  return new Date(START + 1000 * second).toISOString().replace(".000Z", "+00:00");
}

function login(ip: string, second: number, what = "Failed password for root"): string {
  return `${time(second)} web sshd[7]: ${what} from ${ip} port 4 ssh2`;
}

function request(ip: string, second: number, line = "GET / HTTP/1.1", status = 200): string {
  const clock = time(second).slice(11, 19);
  return `${ip} - - [07/Nov/2025:${clock} +0000] "${line}" ${status} 512 "-" "Mozilla/5.0"`;
}

/** The numbers from `first` on, so many. */
function seconds(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Only these rules: what others make of the same lines is told by their own tests. */
function only(...rules: readonly RuleId[]): string[] {
  return ["--set", `detect.off=${RULE_IDS.filter((id) => !rules.includes(id)).join(",")}`];
}

const AUTH = file("auth.txt", [
  ...seconds(0, 5).map((second) => login(GUESSER, second)),
  ...seconds(20, 5).map((second) => login(FORGETFUL, second)),
  login(FORGETFUL, 30, "Accepted password for ann"),
]);
const ACCESS = file("access.txt", [
  ...seconds(40, 3).map((second) => request(SCANNER, second, "\\x16\\x03\\x01", 400)),
  ...seconds(45, 20).map((second) => request(VISITOR, second, `GET /${second} HTTP/1.1`)),
  request(VISITOR, 145),
]);
const FILES = [ACCESS, AUTH];
const LOGS = ["--no-follow", "--access-log", ACCESS, "--auth-log", AUTH];
const RULES = only("ssh-brute-force", "not-http");
/** The standard of an hour is longer than the logs are. */
const SHORT = ["--set", "detect.remember=60"];

interface Told {
  readonly alerts: readonly (Alert & { readonly ip: string })[];
  /** Lines of stderr but the last. */
  readonly summary: readonly string[];
  readonly stdout: string;
}

async function told(args: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await runProgram(args);
  if (code !== 0) throw new Error(stderr);
  const lines = stderr.trimEnd().split("\n");
  expect(lines.pop()).toMatch(/^lines=\d+ parsed=\d+ unparsed=\d+$/);
  const alerts = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { alerts, summary: lines, stdout };
}

/** `+4 raised 45.148.10.7`: of each alert its second, what became of whom. */
function inShort({ alerts }: Told): string[] {
  return alerts.map(({ at, state, ip }) => `+${(at - START) / 1000} ${state} ${ip}`);
}

const SEQUENCE = [
  `+5 raised ${GUESSER}`,
  `+25 raised ${FORGETFUL}`,
  `+43 raised ${SCANNER}`,
  `+64 cleared ${GUESSER}`,
  `+84 cleared ${FORGETFUL}`,
  `+102 cleared ${SCANNER}`,
];

describe("the alerts of files", () => {
  for (const args of [
    ["replay", ...FILES, "--as", "alerts"],
    ["stream", "alerts", ...LOGS],
  ]) {
    test(
      `${args[0]}: raised, and cleared once nothing spoke against them for detect.remember`,
      async () => {
        const first = await told([...args, ...RULES, ...SHORT]);
        expect(inShort(first)).toEqual(SEQUENCE);
        expect(await told([...args, ...RULES, ...SHORT])).toEqual(first);
      },
      TIMEOUT,
    );
  }

  test(
    "a line has the keys of the contract in their order",
    async () => {
      const { stdout } = await told(["replay", AUTH, "--as", "alerts", ...only("ssh-brute-force"), ...SHORT]);
      const [raised] = stdout.split("\n");
      expect(raised).toMatch(
        /^\{"kind":"alert","at":1762549445000,"state":"raised","ip":"45\.148\.10\.7","risk":40,"severity":"warning","findings":\[\{"rule":"ssh-brute-force","score":40,"evidence":"5 failed logins in 4 s","samples":\["[^"]+"\]\}\]\}$/,
      );
      const late = file("late.txt", [login(GUESSER, 0), login(VISITOR, 120)]);
      const cleared = await told(["replay", late, "--as", "alerts", ...only("auth-failure"), ...SHORT]);
      expect(cleared.stdout.split("\n")[1]).toBe(
        `{"kind":"alert","at":1762549500000,"state":"cleared","ip":"${GUESSER}","risk":0,"severity":"info","findings":[]}`,
      );
    },
    TIMEOUT,
  );

  test(
    "what happens in the last second, or before a long silence, is told",
    async () => {
      const guesses = seconds(0, 5).map((second) => login(GUESSER, second));
      const whole = file("whole.txt", guesses);
      const silent = file("silent.txt", [...guesses, login(VISITOR, 10_000)]);
      const args = ["--as", "alerts", ...only("ssh-brute-force")];
      expect(inShort(await told(["replay", whole, ...args]))).toEqual([`+4 raised ${GUESSER}`]);
      expect(inShort(await told(["replay", silent, ...args]))).toEqual([
        `+5 raised ${GUESSER}`,
        `+9880 cleared ${GUESSER}`,
      ]);
    },
    TIMEOUT,
  );

  const settings: [what: string, args: string[], alerts: string[]][] = [
    ["a threshold", ["--set", "detect.ssh.failures=6"], [SCANNER]],
    ["a rule that is off", ["--set", "detect.off=ssh-brute-force"], [SCANNER]],
    ["an address that is trusted", ["--set", `trust.addresses=${GUESSER}`], [FORGETFUL, SCANNER]],
    ["a prefix that is trusted", ["--set", "trust.prefixes=45.0.0.0/8"], [SCANNER]],
    ["a proxy that is trusted", ["--set", `trust.proxies=${GUESSER}`], [FORGETFUL, SCANNER]],
    ["an agent that is trusted", ["--set", "trust.agents=mozilla"], [GUESSER, FORGETFUL]],
    ["an address that is not listed", ["--set", `filters.cidr_deny=${SCANNER}`], [GUESSER, FORGETFUL]],
  ];
  test.each(settings)(
    "obeys %s",
    async (_, args, raised) => {
      const { alerts } = await told(["replay", ...FILES, "--as", "alerts", ...RULES, ...args]);
      expect(alerts.map(({ ip }) => ip)).toEqual(raised);
    },
    TIMEOUT,
  );

  test.each([
    ["--set", "detect.ssh.failures=0"],
    ["--set", "detect.ssh.failures=many"],
    ["--set", "detect.ssh.failure=5"],
    ["--set", "detect.off=ssh-brute-farce"],
    ["--set", "detect.path_patterns=("],
    ["--set", "trust.addresses=here"],
    ["--filter", "risk>much"],
    ["--as", "alarms"],
  ])(
    "refuses %s %s in one line, before anything is opened",
    async (flag, value) => {
      const args = ["replay", "/nonexistent/recording", "--as", "alerts", flag, value];
      const { code, stdout, stderr } = await runProgram(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^nethergaze: [^\n]*(?:allowed|did you mean)[^\n]*\n$/);
    },
    TIMEOUT,
  );
});

describe("a filter", () => {
  const of = (...addresses: readonly string[]) =>
    SEQUENCE.filter((text) => addresses.some((ip) => text.endsWith(` ${ip}`)));
  const cases: [filter: string, alerts: string[]][] = [
    // Of the address, also where nothing of that is left when it is cleared.
    [`ip:${GUESSER}`, of(GUESSER)],
    ["risk>=30", of(GUESSER, FORGETFUL)],
    ["is:suspicious -net:45.148.0.0/16", of(FORGETFUL)],
    ["rule:not-*", of(SCANNER)],
    ["auth>=5", of(GUESSER, FORGETFUL)],
    // Of its lines, whichever.
    ["login:failed", of(GUESSER, FORGETFUL)],
    ["is:malformed", of(SCANNER)],
    // When the alert came, nobody was in yet.
    ["login:accepted", []],
    // Of both.
    ["login:failed risk>=30", of(GUESSER, FORGETFUL)],
    ["is:malformed risk>=30", []],
    ["is:malformed rule:not-http", of(SCANNER)],
    ["-is:malformed risk>0", of(GUESSER, FORGETFUL)],
    ["req>10", []],
  ];
  test.each(cases)(
    "%s",
    async (filter, alerts) => {
      expect(
        inShort(await told(["stream", "alerts", ...LOGS, ...RULES, ...SHORT, "--filter", filter])),
      ).toEqual(alerts);
    },
    TIMEOUT,
  );
});

test(
  "a filter that names no rule of this version is obeyed, and doubted",
  async () => {
    const args = ["replay", ...FILES, "--as", "alerts", ...RULES];
    const { alerts, summary } = await told([...args, "--filter", "-rule:not-htp"]);
    expect(alerts.length).toBe(3);
    expect(summary[0]).toBe("nethergaze: --filter: rule:not-htp: no such rule, did you mean not-http?");
  },
  TIMEOUT,
);

describe("the summary", () => {
  const summary = async (...args: string[]) =>
    (await told(["replay", ...FILES, "--as", "alerts", ...RULES, ...args])).summary;

  test(
    "tells who was flagged by which rule, and who of them looks honest",
    async () => {
      const all = [
        "flagged: 3 addresses (2 warning, 1 info) of 4 seen",
        "  ssh-brute-force  2  of them 1 with successful logins, 0 with ordinary requests",
        "  not-http         1  of them 0 with successful logins, 0 with ordinary requests",
        "perhaps honest: warning or worse, and they logged in or were served most of what they asked for",
        `  ${FORGETFUL}  warning 40  1 login and 5 failed: ssh-brute-force`,
      ];
      expect(await summary()).toEqual(all);
      const streamed = await told(["stream", "alerts", ...LOGS, ...RULES]);
      expect(streamed.summary).toEqual(all);
    },
    TIMEOUT,
  );

  test(
    "knows only those who pass the filter and are listed",
    async () => {
      expect(await summary("--filter", `ip:${SCANNER}`)).toEqual([
        "flagged: 1 address (1 info) of 4 seen",
        "  not-http  1  of them 0 with successful logins, 0 with ordinary requests",
      ]);
      expect(await summary("--set", "filters.cidr_deny=45.0.0.0/8,20.0.0.0/8")).toEqual([
        "flagged: 0 addresses of 4 seen",
        "  3 more addresses flagged and not listed (private, or filters.*)",
      ]);
    },
    TIMEOUT,
  );

  test(
    "names ten, those with most honest doings first, and counts the others",
    async () => {
      const office = (n: number) => `20.0.0.${n}`;
      const lines = seconds(1, 12).flatMap((n) => [
        ...seconds(0, 5).map((second) => request(office(n), second, "\\x16\\x03", 400)),
        ...seconds(5, 6 + n).map((second) => request(office(n), second)),
      ]);
      const log = file("offices.txt", [...lines, request(office(100), 40, "\\x16\\x03", 400)]);
      const { summary } = await told([
        ...["replay", log, "--as", "alerts", ...only("not-http")],
        ...["--set", "detect.http.junk=1"],
      ]);
      expect(summary).toEqual([
        "flagged: 13 addresses (13 info) of 13 seen",
        "  not-http  13  of them 0 with successful logins, 12 with ordinary requests",
      ]);
      const guesses = seconds(1, 12).flatMap((n) => seconds(0, 5).map((second) => login(office(n), second)));
      const both = await told([
        ...["replay", log, file("guesses.txt", guesses), "--as", "alerts", ...only("ssh-brute-force")],
      ]);
      expect(both.summary.slice(0, 3)).toEqual([
        "flagged: 12 addresses (12 warning) of 13 seen",
        "  ssh-brute-force  12  of them 0 with successful logins, 12 with ordinary requests",
        "perhaps honest: warning or worse, and they logged in or were served most of what they asked for",
      ]);
      expect(both.summary.slice(3)).toEqual([
        ...seconds(3, 10)
          .reverse()
          .map(
            (n) =>
              `  ${office(n).padEnd(9)}  warning 40  0 logins and 5 failed, ${11 + n} requests of which 5 refused or failed: ssh-brute-force`,
          ),
        "  and 2 more",
      ]);
    },
    TIMEOUT,
  );

  test(
    "says where it no longer knows: addresses leave the table",
    async () => {
      const many = Array.from({ length: 70_000 }, (_, i) =>
        request(`20.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, 10 + Math.floor(i / 5_000)),
      );
      const log = file("many.txt", [request("9.9.9.9", 0, "\\x16\\x03", 400), ...many]);
      const { alerts, summary } = await told([
        ...["replay", log, "--as", "alerts", ...only("not-http")],
        ...["--set", "detect.http.junk=1", "--set", "detect.remember=2"],
      ]);
      expect(alerts.map(({ state, ip }) => `${state} ${ip}`)).toEqual(["raised 9.9.9.9", "cleared 9.9.9.9"]);
      expect(summary).toEqual([
        "flagged: 1 address (1 info) of at most 70,001 seen",
        "  not-http  1  of them 0 with successful logins, 0 with ordinary requests",
        "  1 address left the table: the numbers are those of the last alert of each",
      ]);
    },
    TIMEOUT,
  );
});

describe("the reader", () => {
  /** More alerts of one second than may wait for a reader at once. */
  const CROWD = 50_000;
  const crowd = file(
    "crowd.txt",
    Array.from({ length: CROWD }, (_, i) => login(`20.1.${i >> 8}.${i & 255}`, 0)),
  );
  const args = ["replay", crowd, "--as", "alerts", ...only("auth-failure")];

  test(
    "gets every alert, however many come at once",
    async () => {
      const { alerts, summary, stdout } = await told(args);
      expect(stdout.length).toBeGreaterThan(8 << 20);
      expect(new Set(alerts.map(({ ip }) => ip)).size).toBe(CROWD);
      expect(alerts.length).toBe(CROWD);
      expect(summary[0]).toBe("flagged: 50,000 addresses (50,000 info) of 50,000 seen");
    },
    TIMEOUT,
  );

  test(
    "may leave: a quiet end without a summary of what nobody waited for",
    async () => {
      const child = Bun.spawn(["sh", "-c", '"$@" | head -n 1; wait', "sh", NETHERGAZE, ...args], {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        env: ENV,
      });
      const [stdout, stderr] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      expect(stdout).toMatch(/^\{"kind":"alert"[^\n]*\n$/);
      expect(stderr).toMatch(/^lines=\d+ parsed=\d+ unparsed=\d+\n$/);
    },
    TIMEOUT,
  );
});

describe("live", () => {
  for (const filter of [[], ["--filter", "login:failed risk>=30"]]) {
    test(
      `alerts come as they happen ${filter.join(" ")}`,
      async () => {
        const log = file(`live${filter.length}.log`, []);
        const program = startProgram([
          ...["stream", "alerts", "--auth-log", log, "--access-log", "", ...only("ssh-brute-force")],
          ...["--set", "detect.remember=1", ...filter],
        ]);
        try {
          const now = (): string => new Date().toISOString();
          await until(() => {
            appendFileSync(
              log,
              `${now()} web sshd[7]: Failed password for root from ${GUESSER} port 4 ssh2\n`,
            );
            return program.lines.length > 0;
          }, "an alert");
          await until(() => program.lines.at(-1)?.state === "cleared", "its end");
          expect(program.lines[0]).toMatchObject({ kind: "alert", state: "raised", ip: GUESSER });
          expect(program.lines.at(-1)).toMatchObject({ kind: "alert", ip: GUESSER, risk: 0, findings: [] });
        } finally {
          expect(await program.stop()).toEqual({ code: 0, stderr: "" });
        }
      },
      TIMEOUT,
    );
  }

  test(
    "what cannot be read is told on stderr, once: the lines of stdout tell only of addresses",
    async () => {
      const log = join(folder, "coming.txt");
      const program = startProgram(["stream", "alerts", "--auth-log", log, "--access-log", folder]);
      try {
        const complaints = [`${folder}: not a file but a directory\n`, `${log}: not there: waiting for it\n`];
        await until(() => complaints.every((one) => program.stderr.includes(`nethergaze: ${one}`)), "both");
        await until(() => {
          appendFileSync(
            log,
            `${new Date().toISOString()} web sshd[7]: Failed password for root from ${GUESSER} port 4 ssh2\n`,
          );
          return program.lines.length > 0;
        }, "an alert of the one that came");
      } finally {
        const { code, stderr } = await program.stop();
        expect({ code, lines: stderr.trimEnd().split("\n").length }).toEqual({ code: 0, lines: 2 });
      }
      expect(program.lines[0]).toMatchObject({ kind: "alert", ip: GUESSER });
    },
    TIMEOUT,
  );
});

describe("other commands", () => {
  test(
    "top and snapshots have each row's verdict as plain JSON",
    async () => {
      for (const command of [
        ["top", "--once", "--json"],
        ["stream", "snapshots"],
      ]) {
        const { stdout } = await runProgram([...command, ...LOGS, ...RULES]);
        const { rows }: Snapshot = JSON.parse(stdout);
        const { verdict } = rows.find(({ ip }) => ip === GUESSER) ?? {};
        expect(verdict).toEqual({
          risk: 40,
          severity: "warning",
          findings: [
            {
              rule: "ssh-brute-force",
              severity: "warning",
              score: 40,
              evidence: "5 failed logins in 4 s",
              since: START,
              last: START + 4000,
              samples: [expect.any(String)],
            },
          ],
        });
        expect(rows.find(({ ip }) => ip === VISITOR)).not.toHaveProperty("verdict");
      }
    },
    TIMEOUT,
  );

  test(
    "the table of top says why",
    async () => {
      const { stdout } = await runProgram(["top", ...LOGS, ...RULES]);
      const row = stdout.split("\n").find((line) => line.startsWith(GUESSER));
      expect(row).toMatch(/^45\.148\.10\.7 +40 .* ssh-brute-force /);
    },
    TIMEOUT,
  );

  test(
    "help detection tells every rule that there is",
    async () => {
      const { code, stdout } = await runProgram(["help", "detection"]);
      expect(code).toBe(0);
      expect(stdout).toContain("\nssh-brute-force (");
      expect(stdout).toContain("\n  detect.ssh.failures=5 ");
    },
    TIMEOUT,
  );
});

test("the alerts on the page have the keys of real ones", async () => {
  const page = readFileSync(join(import.meta.dir, "../docs/detection.md"), "utf8");
  const shown = page.match(/\{"kind":"alert".*\}/g) ?? [];
  expect(shown.length).toBe(2);
  const { stdout } = await told([
    "replay",
    AUTH,
    "--as",
    "alerts",
    ...only("ssh-brute-force", "auth-failure"),
  ]);
  const shape = (text: string): string => text.replace(/"(?:[^"\\]|\\.)*"(?!:)|\d+/g, "_");
  const real = new Set(stdout.trimEnd().split("\n").map(shape));
  expect(real).toContain(shape(shown[0] ?? ""));
  const { state, findings } = JSON.parse(shown[1] ?? "");
  expect({ state, findings }).toEqual({ state: "cleared", findings: [] });
});
