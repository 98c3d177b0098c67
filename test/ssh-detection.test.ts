import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Program, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import type { Server } from "./servers/process.ts";
import { ACCOUNT, type LoginWorld, makeLoginWorld, ssh } from "./servers/ssh.ts";
import { told } from "./told.ts";
import { until } from "./until.ts";

// A real sshd refuses real logins, watched by the real program. Some five seconds: each login takes a tenth.

const PORT = 42_215;
const GUESSER = "127.0.0.21";
const NAMES = "127.0.0.22";
const MISTYPES = "127.0.0.23";
const LAST = "127.0.0.24";
const TIMEOUT = 60_000;
const PROGRAMS = ["unshare", "sshd", "ssh", "ssh-keygen", "ss"].map((program) => ({ program }));

describeWith(["root", ...PROGRAMS], "logins that a real sshd refuses", () => {
  let folder: string;
  let world: LoginWorld;
  let sshd: Server;
  let program: Program;
  let log: string;
  let written = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nethergaze-ssh-"));
    world = makeLoginWorld(folder);
    sshd = await world.startSshd(
      PORT,
      `ListenAddress 127.0.0.1:${PORT}\nUsePAM no\nMaxStartups 100\nPermitRootLogin yes`,
    );
    log = join(folder, "auth.log");
    writeFileSync(log, "");
    program = startProgram(
      ["stream", "alerts", "--access-log", "", "--auth-log", log, "--show-private-ips", "--from-start"],
      undefined,
    );
  }, TIMEOUT);

  afterAll(async () => {
    await program?.stop();
    await sshd?.stop();
    world?.syslog.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function login(from: string, user: string, password: string): Promise<void> {
    const options = [
      `BindAddress=${from}`,
      "PreferredAuthentications=password",
      "NumberOfPasswordPrompts=1",
      "PubkeyAuthentication=no",
    ];
    await ssh(folder, { user, port: PORT, password, options });
    // As rsyslog writes them: with the host, which syslog(3) leaves out.
    const lines = world.syslog.lines.slice(written);
    written += lines.length;
    appendFileSync(log, lines.map((line) => `${line.replace(/^<\d+>(.{15}) /, "$1 web-1 ")}\n`).join(""));
  }

  test(
    "guessing and trying names is told, mistyping is not",
    async () => {
      for (let i = 0; i < 6; i++) await login(GUESSER, ACCOUNT.user, `guess${i}`);
      // Names that hold somebody else's address, and a success that never was.
      for (const name of ["x from 8.8.8.8", "root from 8.8.8.8 port 22 ssh2", "a", "b", "c", "d"]) {
        await login(NAMES, name, "x");
      }
      await login(MISTYPES, ACCOUNT.user, "rihgt");
      await login(MISTYPES, ACCOUNT.user, "Right");
      await login(MISTYPES, ACCOUNT.user, ACCOUNT.password);
      for (let i = 0; i < 5; i++) await login(LAST, "root", `guess${i}`);
      await until(() => told(program.lines, LAST).severity === "warning", "the last one");
      expect(told(program.lines, GUESSER)).toMatchObject({ severity: "warning" });
      expect(told(program.lines, GUESSER).rules).toContain("ssh-brute-force");
      expect(told(program.lines, NAMES).rules).toEqual(
        expect.arrayContaining(["ssh-brute-force", "ssh-user-enumeration"]),
      );
      expect(["none", "info"]).toContain(told(program.lines, MISTYPES).severity);
      expect(program.lines.some(({ ip }) => ip === "8.8.8.8")).toBe(false);
    },
    TIMEOUT,
  );
});
