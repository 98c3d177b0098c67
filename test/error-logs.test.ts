import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, startProgram } from "./program.ts";
import { BLAMED, makeRefusals, type Refused } from "./refusals.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

/** Above what the servers and the client take on a busy machine. */
const SERVERS_TIMEOUT = 120_000;
const TIMEOUT = 30_000;

const folder = mkdtempSync(join(tmpdir(), "nethergaze-errors-"));
afterAll(() => rmSync(folder, { recursive: true }));

const EVENTS = ["stream", "events", "--no-follow", "--show-private-ips"];

type Line = Record<string, unknown>;

async function read(args: readonly string[]): Promise<{ told: unknown[]; events: Line[]; tally: string }> {
  const { stdout, stderr } = await runProgram(args);
  const events = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));
  return { told: events.map(toldBy), events, tally: stderr.trimEnd().split("\n").at(-1) ?? "" };
}

function toldBy({ ip, outcome, user, method }: Line): Line {
  return { ip, outcome, method, ...(user !== undefined && { user }) };
}

describeWith(
  ["root", { program: "ip" }, { program: "ss" }, { program: "nginx" }, { program: "apache2" }],
  "error logs of real servers say whom they refused",
  () => {
    let refused: Refused;
    let begun: number;
    let ended: number;

    beforeAll(async () => {
      begun = Date.now();
      refused = await makeRefusals(folder);
      ended = Date.now();
    }, SERVERS_TIMEOUT);

    const ways: readonly [string, (log: string) => string[]][] = [
      ["--error-log", (log) => [...EVENTS, "--error-log", log]],
      ["--access-log", (log) => [...EVENTS, "--access-log", log]],
      ["both", (log) => [...EVENTS, "--access-log", `${folder}/*.log`, "--error-log", log]],
      ["replay", (log) => ["replay", "--as", "events", "--show-private-ips", log]],
    ];
    const servers = ["nginx", "apache"] as const;

    test.each(
      servers.flatMap((server) => ways.map(([way, args]) => [`${server} by ${way}`, server, args] as const)),
    )(
      "%s",
      async (_, server, args) => {
        const log = join(folder, `${server}-error.log`);
        const { events, tally } = await read(args(log));
        const of = events.filter(({ source }) => source === log);
        expect<unknown>(of.map(toldBy)).toEqual(refused[server]);
        for (const { kind, service, at, timeUnknown } of of) {
          expect({ kind, service, timeUnknown }).toEqual({
            kind: "auth",
            service: "http",
            timeUnknown: undefined,
          });
          // nginx tells whole seconds.
          expect(at).toBeWithin(begun - 1_000, ended + 1_000);
        }
        expect(JSON.stringify(events)).not.toContain(`"ip":"${BLAMED}"`);
        if (!args(log).includes("--access-log")) {
          expect(tally).toEndWith(` unparsed=${server === "nginx" ? refused.unparsed : 0}`);
        }
      },
      TIMEOUT,
    );

    test("nginx does write what a client made of lines", () => {
      const log = readFileSync(join(folder, "nginx-error.log"), "latin1");
      expect(log).toMatch(
        new RegExp(`^2026/11/24 10:11:12 .*client: ${BLAMED}, server: shop.example, request: `, "m"),
      );
    });

    test(
      "behind a trusted proxy they tell of nobody",
      async () => {
        const trusted = ["--set", "trust.proxies=198.51.100.0/24"];
        const log = join(folder, "nginx-error.log");
        const { told } = await read([...EVENTS, "--error-log", log, ...trusted]);
        expect(told).toEqual(refused.nginx.filter(({ ip }) => ip.includes(":")));
      },
      TIMEOUT,
    );
  },
);

const TIME = new Date();
const STAMP = [TIME.getFullYear(), TIME.getMonth() + 1, TIME.getDate()]
  .map((part) => String(part).padStart(2, "0"))
  .join("/");

function line(ip: string): string {
  return `${STAMP} 00:00:00 [error] 7#7: *${ip.length} access forbidden by rule, client: ${ip}, server: shop, request: "GET / HTTP/1.1", host: "shop"\n`;
}

const REQUEST = '8.8.4.4 - - [07/Nov/2025:21:04:09 +0000] "GET / HTTP/1.1" 200 5\n';

test(
  "a log that is an access log's by a glob and an error log's by its name is read once",
  async () => {
    const logs = join(folder, "live");
    mkdirSync(logs);
    const [errors, access] = [join(logs, "error.log"), join(logs, "access.log")];
    writeFileSync(errors, line("9.9.9.1"));
    writeFileSync(access, "");
    const named = ["--access-log", `${logs}/*.log`, "--error-log", errors, "--no-auth-log"];
    const program = startProgram(["stream", "events", ...named]);
    const health = (source: string) =>
      program.lines.findLast((one) => one.kind === "health" && one.source === source);
    await until(() => health(errors)?.state === "up" && health(access)?.state === "up", "both logs");
    appendFileSync(errors, line("9.9.9.2") + line("9.9.9.3"));
    appendFileSync(access, REQUEST);
    const seen = () => program.lines.filter(({ kind }) => kind === "auth" || kind === "request");
    await until(() => seen().length >= 3, "what both tell");
    await until(() => health(errors)?.lines === 2 && health(access)?.lines === 1, "their counts");
    expect(
      seen()
        .map(({ ip }) => ip)
        .sort(),
    ).toEqual(["8.8.4.4", "9.9.9.2", "9.9.9.3"]);
    expect(health(errors)).toMatchObject({ part: "http", unparsed: 0 });
    expect((await program.stop()).code).toBe(0);
  },
  TIMEOUT,
);

describeWith(
  ["root", { program: "unshare" }, { program: "mount" }, { program: "nginx" }],
  "error logs that nobody named",
  () => {
    test(
      "are found and followed; of those that cannot be read nothing is said",
      async () => {
        const logs = join(folder, "found");
        for (const name of ["etc", "empty"]) mkdirSync(join(logs, name), { recursive: true });
        const log = (name: string) => join(logs, `${name}.log`);
        mkdirSync(log("unreadable"));
        writeFileSync(log("error"), "");
        const named = ["error", "unreadable", "absent"].map((name) => `error_log ${log(name)};`).join("\n");
        writeFileSync(join(logs, "etc/nginx.conf"), `${named}\nhttp { access_log ${log("access")}; }\n`);
        const by = [
          "unshare",
          "-m",
          "sh",
          "-c",
          `mount --bind ${logs}/etc /etc/nginx && mount --bind ${logs}/empty /var/log && exec "$@"`,
          "sh",
        ];
        const program = startProgram(["stream", "events", "--no-auth-log"], undefined, by);
        const health = (name: string) =>
          program.lines.filter((one) => one.kind === "health" && one.source === log(name));
        const lamp = () => program.lines.findLast(({ source }) => source === "access logs")?.state;
        await until(
          () => health("error").length > 0 && lamp() === "down",
          "the lamp: no access log is there",
        );
        writeFileSync(log("access"), "");
        await until(() => health("access").length > 0 && lamp() === "up", "the access log");
        appendFileSync(log("error"), line("9.9.9.4"));
        const told = await until(
          () => program.lines.find(({ kind }) => kind === "auth"),
          "what the line tells",
        );
        expect(told).toMatchObject({
          ip: "9.9.9.4",
          source: log("error"),
          outcome: "probe",
          method: "forbidden",
        });
        expect([...health("unreadable"), ...health("absent")]).toEqual([]);
        writeFileSync(log("absent"), line("9.9.9.5"));
        await until(() => program.lines.find(({ ip }) => ip === "9.9.9.5"), "the log that came later");
        expect(
          health("error")
            .concat(health("access"))
            .map(({ state }) => state),
        ).not.toContain("down");
        expect((await program.stop()).code).toBe(0);
      },
      TIMEOUT,
    );
  },
);

test(
  "an error log that a person named and that is not there is told",
  async () => {
    const none = join(folder, "none.log");
    const program = startProgram([
      "stream",
      "events",
      "--error-log",
      none,
      "--access-log",
      "",
      "--no-auth-log",
    ]);
    await until(
      () =>
        program.lines.find(
          ({ kind, source, state }) => kind === "health" && source === none && state === "down",
        ),
      "its health",
    );
    await program.stop();
  },
  TIMEOUT,
);
