import { afterAll, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { JOURNAL, readersOf, type TestEntry, writeJournal } from "./journal.ts";
import { type Program, runProgram, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-auth-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what until waits, several times. */
const TIMEOUT = 60_000;

/** Debian's group that may read logs. */
const ADM = 4;

function directory(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function failed(ip: string, fields: TestEntry["fields"] = {}): TestEntry {
  return { message: `Failed password for root from ${ip} port 22 ssh2`, fields };
}

function line(ip: string): string {
  return `${new Date().toISOString()} host sshd[5]: Failed password for root from ${ip} port 22 ssh2\n`;
}

/** Address and source of every login that was told. */
function logins({ lines }: Program): string[] {
  return lines.flatMap(({ kind, ip, source }) => (kind === "auth" ? [`${ip} ${source}`] : []));
}

/** The newest health of each source of the part. */
function health({ lines }: Program): Record<string, unknown> {
  const told = lines.filter(({ kind, part }) => kind === "health" && part === "auth");
  return Object.fromEntries(told.map(({ source, state, detail }) => [source, `${state}: ${detail}`]));
}

const EVENTS = ["stream", "events", "--access-log", ""];

describeWith(JOURNAL, "logins in a directory of journal files", () => {
  test(
    "are events, and journalctl ends with the program, even when that is killed",
    async () => {
      const path = directory("files");
      writeJournal(path, [failed("203.0.113.1")]);
      const program = startProgram([...EVENTS, "--auth-journal", path, "--from-start"]);
      await until(() => logins(program).length === 1, "what is there");
      writeJournal(path, [failed("203.0.113.2")]);
      await until(() => logins(program).length === 2, "what is new");
      expect(logins(program)).toEqual(["203.0.113.1 journal", "203.0.113.2 journal"]);
      await until(() => health(program).journal, "how it does");
      expect(health(program)).toEqual({ journal: `up: following the journal files in ${path}` });
      expect(readersOf(path)).toHaveLength(1);
      await program.stop("SIGKILL");
      await until(() => readersOf(path).length === 0, "the end of journalctl");

      const other = startProgram([...EVENTS, "--auth-journal", path]);
      await until(() => health(other).journal, "another program");
      expect((await other.stop()).code).toBe(0);
      await until(() => readersOf(path).length === 0, "the end of its journalctl");
      expect(logins(other)).toEqual([]);
    },
    TIMEOUT,
  );

  test(
    "beside logs that a person names, until the configuration says otherwise",
    async () => {
      const path = directory("beside");
      const log = join(folder, "beside.log");
      const config = join(folder, "beside.toml");
      writeFileSync(log, "");
      const configure = (journal: string): void =>
        writeFileSync(config, `[auth]\nlog_path = "${log}"\njournal = "${journal}"\n`);
      writeJournal(path, [failed("203.0.113.1")]);
      configure(path);
      const program = startProgram([...EVENTS, "--config", config]);
      await until(() => health(program).journal && health(program)[log], "both");
      appendFileSync(log, line("203.0.113.2"));
      writeJournal(path, [failed("203.0.113.3")]);
      await until(() => logins(program).length === 2, "a line of each");
      expect(logins(program).sort()).toEqual([`203.0.113.2 ${log}`, "203.0.113.3 journal"]);
      configure("off");
      program.signal("SIGHUP");
      await until(() => health(program).journal === "up: no longer asked for", "its end");
      await until(() => readersOf(path).length === 0, "the end of journalctl");
      expect((await program.stop()).code).toBe(0);
    },
    TIMEOUT,
  );

  test("are no part of the files that --no-follow names", async () => {
    const { code, stderr } = await runProgram([...EVENTS, "--no-follow", "--auth-journal", folder]);
    expect(code).toBe(2);
    expect(stderr).toContain("--no-follow: no file is named");
  });

  test("are looked at by doctor", async () => {
    const path = directory("doctor");
    const unreadable: TestEntry = { message: "Failed password for root" };
    writeJournal(path, [failed("203.0.113.1"), failed("203.0.113.2"), unreadable]);
    const args = ["doctor", "--access-log", "", "--auth-journal"];
    const strange = await runProgram([...args, relative(process.cwd(), path)]);
    expect(strange.stdout).toContain(
      `auth       warn  journal, ${path}: 1 of the last 3 lines not understood, as "Failed password for root"`,
    );
    const unwanted = await runProgram([...args, path, "--no-auth-log"]);
    expect(unwanted.stdout).toContain("auth       off   auth.log_enabled is false\n");
    const missing = await runProgram([...args, join(folder, "none")]);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain(`auth       fail  journal, ${folder}/none: journalctl: Failed to open`);
  });
});

describeWith(
  ["root", { program: "unshare" }, { program: "setpriv" }, ...JOURNAL],
  "where nobody says where the logins are",
  () => {
    const machine = (): string => readFileSync("/etc/machine-id", "utf8").trim();
    /** An entry of this machine since it was booted: other entries are not the system journal's to tell. */
    const here = (ip: string): TestEntry => {
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().replaceAll("-", "");
      return failed(ip, { _BOOT_ID: boot, _MACHINE_ID: machine() });
    };

    /** A machine's /var/log, as its programs see it who are started by these words. */
    function host(name: string) {
      const logs = directory(name);
      const files = join(logs, "journal", machine());
      const mounts = `mount --bind ${logs} /var/log && mount -t tmpfs none /run`;
      return {
        by: ["unshare", "-m", "sh", "-c", `${mounts} && exec "$@"`, "sh"],
        authLog: join(logs, "auth.log"),
        files,
        /** journald has received this. */
        write(...entries: TestEntry[]): void {
          mkdirSync(files, { recursive: true });
          writeJournal(files, entries, "system");
        },
      };
    }
    test(
      "it is the journal where no log is, even when one comes later",
      async () => {
        const { by, authLog, write } = host("no-log");
        write(here("203.0.113.1"));
        const program = startProgram([...EVENTS, "--from-start"], undefined, by);
        await until(() => health(program).journal, "how it does");
        expect(health(program)).toEqual({ journal: "up: following the journal (no auth log file here)" });
        writeFileSync(authLog, line("203.0.113.1"));
        program.signal("SIGHUP");
        write(here("203.0.113.2"));
        await until(() => logins(program).length >= 2, "what is new");
        expect(logins(program)).toEqual(["203.0.113.1 journal", "203.0.113.2 journal"]);
        const { code, stderr } = await program.stop();
        expect([code, stderr]).toEqual([0, ""]);
      },
      TIMEOUT,
    );

    test(
      "it is a log that comes before the journal had anything to say",
      async () => {
        const { by, authLog, write } = host("late-log");
        write(here("203.0.113.1"));
        const program = startProgram(EVENTS, undefined, by);
        await until(() => health(program).journal, "how it does");
        writeFileSync(authLog, line("203.0.113.2"));
        program.signal("SIGHUP");
        await until(() => logins(program).length === 1, "its line");
        write(here("203.0.113.2"));
        appendFileSync(authLog, line("203.0.113.3"));
        await until(() => logins(program).length === 2, "its next line");
        expect(logins(program)).toEqual(["203.0.113.2 /var/log/auth.log", "203.0.113.3 /var/log/auth.log"]);
        expect(health(program)).toEqual({
          journal: "up: no longer asked for",
          "/var/log/auth.log": "up: following",
        });
        expect((await program.stop()).code).toBe(0);
      },
      TIMEOUT,
    );

    test(
      "it stays a log that is away for a moment",
      async () => {
        const { by, authLog, write } = host("rotated");
        write(here("203.0.113.1"));
        writeFileSync(authLog, "");
        const program = startProgram(EVENTS, undefined, by);
        await until(() => health(program)["/var/log/auth.log"], "how it does");
        rmSync(authLog);
        program.signal("SIGHUP");
        await until(() => health(program)["auth logs"], "its absence");
        write(here("203.0.113.2"));
        writeFileSync(authLog, line("203.0.113.2"));
        await until(() => logins(program).length === 1, "its line");
        expect(logins(program)).toEqual(["203.0.113.2 /var/log/auth.log"]);
        expect(health(program).journal).toBeUndefined();
        expect((await program.stop()).code).toBe(0);
      },
      TIMEOUT,
    );

    test(
      "it is said that there is neither, until there is a journal",
      async () => {
        const { by, write } = host("neither");
        const program = startProgram(EVENTS, undefined, by);
        await until(() => health(program)["auth logs"], "how it does");
        expect(health(program)).toEqual({
          "auth logs": "down: none found at /var/log/auth.log, /var/log/secure: name one with --auth-log",
        });
        const { stdout } = await runProgram(["doctor", "--access-log", ""], by);
        expect(stdout).toContain(
          "auth       off   none of /var/log/auth.log, /var/log/secure is there, nor a journal. Name one: --auth-log PATH",
        );
        write(here("203.0.113.1"));
        program.signal("SIGHUP");
        await until(() => health(program).journal, "the journal");
        expect(health(program)).toEqual({
          "auth logs": "up: no longer looked for",
          journal: "up: following the journal (no auth log file here)",
        });
        expect((await program.stop()).code).toBe(0);
      },
      TIMEOUT,
    );

    test(
      "a journal that is asked for is waited for",
      async () => {
        const { by, write } = host("asked-for");
        const { code, stdout } = await runProgram(["doctor", "--access-log", "", "--auth-journal", "on"], by);
        expect(code).toBe(1);
        expect(stdout).toContain(
          "auth       fail  journal: there is no journal here: name a log with --auth-log\n",
        );
        const program = startProgram([...EVENTS, "--auth-journal", "on"], undefined, by);
        await until(() => health(program).journal, "how it does");
        expect(health(program)).toEqual({
          journal: "down: there is no journal here: name a log with --auth-log",
        });
        write(here("203.0.113.1"));
        await until(() => logins(program).length === 1, "its line");
        await until(() => health(program).journal === "up: following the journal", "how it does then");
        expect((await program.stop()).code).toBe(0);
      },
      TIMEOUT,
    );

    test(
      "doctor says so, and who may read it",
      async () => {
        const { by, files, write } = host("doctor-auto");
        write(here("203.0.113.1"));
        const mine = await runProgram(["doctor", "--access-log", ""], by);
        expect(mine.stdout).toContain(
          "auth       ok    journal, no auth log file here: 0 of the last 1 lines not understood\n",
        );
        chmodSync(files, 0o750);
        chownSync(join(files, ".."), 0, ADM);
        const nobody = [...by, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        const theirs = await runProgram(["doctor", "--access-log", ""], nobody);
        expect(theirs.code).toBe(1);
        expect(theirs.stdout).toContain(
          "auth       fail  journal, no auth log file here: no permission to read it. " +
            "Run with sudo, or join the group that may: sudo usermod -aG adm $USER\n",
        );
      },
      TIMEOUT,
    );
  },
);
