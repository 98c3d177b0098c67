import { afterAll, afterEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JOURNAL, readersOf, type TestEntry, writeJournal } from "../../test/journal.ts";
import { describeWith } from "../../test/requires.ts";
import { until } from "../../test/until.ts";
import type { AuthEvent, HealthEvent, Input } from "../model/event.ts";
import { followJournal, type Journal, type JournalOptions, sampleJournal } from "./journal.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what until waits, several times. */
const TIMEOUT = 40_000;

let running: Journal[] = [];
afterEach(() => {
  for (const journal of running) journal.close();
  running = [];
});

interface Followed {
  readonly journal: Journal;
  readonly inputs: readonly Input[];
  /** The addresses of what was read. */
  readonly ips: readonly string[];
  readonly logins: readonly AuthEvent[];
  readonly health: HealthEvent | undefined;
}

function followed(options: Partial<JournalOptions>): Followed {
  const inputs: Input[] = [];
  const journal = followJournal({
    fromStart: false,
    now: Date.now,
    emit: (input) => inputs.push(input),
    ...options,
  });
  running.push(journal);
  return {
    journal,
    inputs,
    get ips() {
      return this.logins.map(({ ip }) => ip);
    },
    get logins() {
      return inputs.filter((input) => input.kind === "auth");
    },
    get health() {
      return inputs.findLast((input) => input.kind === "health");
    },
  };
}

function failed(ip: string, entry: TestEntry = {}): TestEntry {
  return { message: `Failed password for root from ${ip} port 22 ssh2`, ...entry };
}

function directory(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

test("no journalctl is told, and is no storm", async () => {
  const place = { directory: folder, command: ["nethergaze-has-no-such-program"] } as const;
  const { inputs } = followed(place);
  await until(() => inputs.length > 0, "how it does");
  expect(inputs).toEqual([
    {
      kind: "health",
      at: expect.any(Number),
      part: "auth",
      source: "journal",
      state: "down",
      detail: "there is no journalctl here: name a log with --auth-log",
      lines: 0,
      unparsed: 0,
    },
  ]);
  expect(await sampleJournal(place, Date.now())).toBe(
    "there is no journalctl here: name a log with --auth-log",
  );
});

describeWith(JOURNAL, "the journal", () => {
  test(
    "is read from now on, or from its beginning",
    async () => {
      const path = directory("beginning");
      writeJournal(path, [failed("203.0.113.1"), failed("203.0.113.2")]);
      const late = followed({ directory: path });
      const whole = followed({ directory: path, fromStart: true, why: "for a test" });
      await until(() => whole.logins.length === 2 && late.health?.state === "up", "both to follow");
      const at = Date.now();
      writeJournal(path, [failed("203.0.113.3", { at })]);
      writeJournal(path, [failed("203.0.113.4")], "another");
      await until(() => late.logins.length >= 2 && whole.logins.length >= 4, "what is new");
      expect(late.ips).toEqual(["203.0.113.3", "203.0.113.4"]);
      expect(whole.ips).toEqual(["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"]);
      expect(late.logins[0]).toEqual({
        kind: "auth",
        at,
        ip: "203.0.113.3" as AuthEvent["ip"],
        service: "ssh",
        outcome: "failed",
        user: "root",
        method: "password",
        session: 77,
        source: "journal",
      });
      await until(() => whole.health?.lines === 4, "its report");
      expect(whole.health).toMatchObject({
        part: "auth",
        source: "journal",
        state: "up",
        detail: `following the journal files in ${path} (for a test)`,
        unparsed: 0,
        lag: expect.any(Number),
      });
      expect(whole.journal.lines).toBe(4);
      expect(readersOf(path)).toHaveLength(2);
      late.journal.close();
      whole.journal.close();
      await until(() => readersOf(path).length === 0, "the ends of both journalctl");
    },
    TIMEOUT,
  );

  test(
    "only what root's processes say counts, by the name of the process or their own",
    async () => {
      const path = directory("trust");
      const of = (ip: string, fields: NonNullable<TestEntry["fields"]>): TestEntry => failed(ip, { fields });
      writeJournal(path, [
        of("203.0.113.1", { _UID: "1000", _COMM: "logger" }),
        of("203.0.113.2", { _UID: "1000" }),
        of("203.0.113.3", { _UID: undefined }),
        of("203.0.113.4", { _COMM: undefined }),
        of("203.0.113.5", { SYSLOG_IDENTIFIER: undefined }),
        of("203.0.113.6", { _COMM: "sudo", SYSLOG_IDENTIFIER: "sudo" }),
        of("203.0.113.7", { _COMM: "sshd-session", SYSLOG_IDENTIFIER: "sshd-session" }),
      ]);
      const source = followed({ directory: path, fromStart: true });
      await until(() => source.ips.includes("203.0.113.7"), "the last one");
      expect(source.ips).toEqual(["203.0.113.4", "203.0.113.5", "203.0.113.7"]);
      expect(source.journal.lines).toBe(3);
    },
    TIMEOUT,
  );

  test(
    "holds what anybody may have sent",
    async () => {
      const path = directory("hostile");
      const forged = 'x","__CURSOR":"s=1","MESSAGE":"Failed password for root from 203.0.113.66 port 22 ssh2';
      const bytes = Buffer.from("Invalid user \u001b[2J\u00ff\n from 203.0.113.1 port 22", "latin1");
      writeJournal(path, [
        { message: bytes },
        { message: `Invalid user ${forged} from 203.0.113.2 port 22` },
        { message: `Invalid user ${"x".repeat(5000)} from 203.0.113.3 port 22` },
        { message: "" },
        { message: new Uint8Array(4000).fill(255) },
        failed("203.0.113.4", { at: Date.now() + 3_600_000 }),
      ]);
      const source = followed({ directory: path, fromStart: true });
      await until(() => source.health?.lines === 6, "its report");
      expect(source.logins).toMatchObject([
        { ip: "203.0.113.1", user: "\u001b[2J\ufffd\n" },
        { ip: "203.0.113.2", user: forged },
        { ip: "203.0.113.4", timeUnknown: true },
      ]);
      expect(source.logins[2]?.at).toBeLessThanOrEqual(Date.now());
      expect(source.health).toMatchObject({
        state: "degraded",
        detail: "1 of 6 lines not understood; 1 lines without a usable time",
        unparsed: 1,
      });
      expect(await sampleJournal({ directory: path }, Date.now())).toEqual({
        lines: 6,
        unparsed: 1,
        format: undefined,
        strange: [expect.stringMatching(/^\{".{198}$/)],
      });
    },
    TIMEOUT,
  );

  test(
    "is read on where it was when journalctl ends",
    async () => {
      const path = directory("killed");
      writeJournal(path, [failed("203.0.113.1")]);
      const source = followed({ directory: path });
      const kill = async (): Promise<void> => {
        await until(() => source.health?.state === "up" && readersOf(path).length === 1, "journalctl");
        for (const pid of readersOf(path)) process.kill(pid, "SIGKILL");
        await until(() => source.health?.state === "down", "news of its end");
      };
      await kill();
      expect(source.health?.detail).toBe("journalctl ended with SIGKILL");
      writeJournal(path, [failed("203.0.113.2"), failed("203.0.113.3")]);
      await until(() => source.logins.length >= 2, "what came meanwhile");
      await kill();
      writeJournal(path, [failed("203.0.113.4")]);
      await until(() => source.logins.length >= 3, "what came meanwhile, again");
      writeJournal(path, [failed("203.0.113.5")]);
      await until(() => source.logins.length >= 4, "what came later");
      expect(source.ips).toEqual(["203.0.113.2", "203.0.113.3", "203.0.113.4", "203.0.113.5"]);
      await until(() => source.health?.lines === 4, "its report");
      expect(source.health?.state).toBe("up");
    },
    TIMEOUT,
  );

  test(
    "says when the place where it was is gone",
    async () => {
      const path = directory("vacuumed");
      writeJournal(path, [failed("203.0.113.1")]);
      const source = followed({ directory: path, fromStart: true });
      await until(() => source.logins.length === 1, "a line");
      for (const pid of readersOf(path)) process.kill(pid, "SIGKILL");
      await until(() => source.health?.state === "down", "news of its end");
      rmSync(join(path, "test.journal"));
      writeJournal(path, [failed("203.0.113.2"), failed("203.0.113.3")], "later");
      await until(() => source.health?.state === "degraded", "news of the gap");
      expect(source.ips).toEqual(["203.0.113.1", "203.0.113.2", "203.0.113.3"]);
      expect(source.health?.detail).toEndWith("lines may be lost");
    },
    TIMEOUT,
  );

  test("that is not there is told in journalctl's words", async () => {
    const path = join(folder, "none");
    const source = followed({ directory: path });
    await until(() => source.health, "how it does");
    expect(source.health).toMatchObject({
      state: "down",
      detail: `journalctl: Failed to open ${path}: No such file or directory`,
    });
  });
});

describeWith(["root", { program: "setpriv" }, ...JOURNAL], "a journal that is closed to us", () => {
  const command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "journalctl"] as const;

  test.each([0o700, 0o755])("a directory of mode %o", async (mode) => {
    const path = directory(`closed-${mode}`);
    chmodSync(folder, 0o755);
    writeJournal(path, [failed("203.0.113.1")]);
    chmodSync(join(path, "test.journal"), 0o600);
    chmodSync(path, mode);
    const source = followed({ directory: path, command });
    await until(() => source.health, "how it does");
    expect(source.health).toMatchObject({
      state: "down",
      detail: "no permission to read it: run with sudo, or see nethergaze doctor",
    });
    expect(await sampleJournal({ directory: path, command }, Date.now())).toBe("no permission to read it");
  });
});
