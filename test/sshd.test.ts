import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failuresOf, type Refused } from "../src/correlate/attempts.ts";
import type { AuthEvent } from "../src/model/event.ts";
import { parseIpWords } from "../src/model/ip.ts";
import type { Snapshot } from "../src/model/snapshot.ts";
import { parseAuthLine, parseAuthMessage } from "../src/parse/auth-line.ts";
import {
  type Case,
  DROPBEAR_ARGS,
  DROPBEAR_CASES,
  type Expected,
  inFile,
  PAM_CASES,
  PAM_CONFIG,
  PLAIN_CASES,
  PLAIN_CONFIG,
  PORTS,
  partsOf,
  perform,
} from "./logins.ts";
import { runProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import type { Server } from "./servers/process.ts";
import { type LoginWorld, makeLoginWorld } from "./servers/ssh.ts";

/** Above what a server and its clients take on a busy machine. */
const TIMEOUT = 30_000;

const NEEDS = ["root", ...["ssh", "ssh-keygen", "ss", "unshare"].map((program) => ({ program }))] as const;

/** What is read of a line: the same whether it comes as a datagram, from a file of rsyslog's, or as a bare message. */
function readAlike(line: string): AuthEvent | undefined {
  const { program, pid, message } = partsOf(line);
  const now = Date.now();
  const event = parseAuthLine(line, "log", now);
  expect(event, line).not.toBe("unparsed");
  const at = typeof event === "string" ? now : event.at;
  expect(parseAuthLine(inFile(line, "short", at), "log", now)).toEqual(event);
  expect(parseAuthLine(inFile(line, "iso", at), "log", now)).toEqual(event);
  expect(parseAuthMessage({ at, program, pid, message, source: "log", now })).toEqual(event);
  return typeof event === "string" ? undefined : event;
}

/** The events of cases, as {@link told} has those that were read. */
function wanted(cases: readonly Case[]): unknown[] {
  return probesLast(cases.flatMap(({ events }) => events));
}

function told(events: readonly AuthEvent[]): unknown[] {
  return probesLast(events.map(({ outcome, user, method }) => [outcome, user, method]));
}

/** PAM speaks in a process of its own, and the listener in another: what they say has no place among the rest. */
function probesLast(events: readonly Expected[]): unknown[] {
  const isProbe = ([outcome]: Expected) => outcome === "probe";
  const all = events.map(([outcome, user, method]): Expected => [outcome, user, method]);
  return [...all.filter((event) => !isProbe(event)), ...all.filter(isProbe)];
}

function failuresIn(events: readonly AuthEvent[]): number {
  const refused: Refused = new Map();
  const words = new Uint32Array(4);
  return events.reduce((sum, event) => {
    parseIpWords(event.ip, words);
    return sum + failuresOf(refused, event, words);
  }, 0);
}

/** The same for each server: what it logs is what was done to it. */
function tells(
  name: string,
  program: string,
  cases: readonly Case[],
  start: (world: LoginWorld) => Promise<Server>,
): void {
  describeWith([...NEEDS, { program }], name, () => {
    const folder = mkdtempSync(join(tmpdir(), "nethergaze-logins-"));
    let world: LoginWorld;
    let server: Server;

    beforeAll(async () => {
      world = makeLoginWorld(folder);
      server = await start(world);
    }, TIMEOUT);

    afterAll(async () => {
      await server.stop();
      world.syslog.close();
      rmSync(folder, { recursive: true });
    });

    test.each(cases.map((each) => [each.what, each] as const))(
      "%s",
      async (_, each) => {
        const lines = await perform(each, world, server);
        const events = lines.flatMap((line) => readAlike(line) ?? []);
        expect(told(events), lines.join("\n")).toEqual(wanted([each]));
        const { from = "127.0.0.1" } = each;
        expect<string[]>([...new Set(events.map((event) => event.ip))]).toEqual([from]);
        expect(failuresIn(events)).toBe(each.failures);
      },
      TIMEOUT,
    );
  });
}

tells("sshd says what was done to it", "sshd", PLAIN_CASES, (world) =>
  world.startSshd(PORTS.plain, PLAIN_CONFIG),
);
tells("sshd with PAM says what was done to it", "sshd", PAM_CASES, (world) =>
  world.startSshd(PORTS.pam, PAM_CONFIG),
);
tells("dropbear says what was done to it", "dropbear", DROPBEAR_CASES, (world) =>
  world.startDropbear(PORTS.dropbear, DROPBEAR_ARGS),
);

/** The samples, and the cases that they were captured of. */
const SAMPLES = [
  ["sshd-plain.log", PLAIN_CASES],
  ["sshd-pam-rsyslog.log", PAM_CASES],
  ["dropbear-rsyslog-iso.log", DROPBEAR_CASES],
] as const;

test.each(SAMPLES)("%s tells what was done", async (name, cases) => {
  const path = join(import.meta.dir, "samples", name);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const read = lines.map((line) => parseAuthLine(line, name, Date.UTC(2026, 11, 1)));
  expect(read).not.toContain("unparsed");
  expect(told(read.filter((line) => typeof line !== "string"))).toEqual(wanted(cases));

  const args = ["stream", "snapshots", "--no-follow", "--show-private-ips", "--auth-log", path];
  const { stdout, stderr } = await runProgram(args);
  const snapshot: Snapshot = JSON.parse(stdout);
  expect(snapshot.totals.authFailures).toBe(cases.reduce((sum, { failures }) => sum + failures, 0));
  expect(stderr).toEndWith(`lines=${lines.length} parsed=${lines.length} unparsed=0\n`);
});
