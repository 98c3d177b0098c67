import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Case,
  DROPBEAR_ARGS,
  DROPBEAR_CASES,
  inFile,
  PAM_CASES,
  PAM_CONFIG,
  PLAIN_CASES,
  PLAIN_CONFIG,
  PORTS,
  perform,
} from "../logins.ts";
import type { Server } from "../servers/process.ts";
import { type LoginWorld, makeLoginWorld } from "../servers/ssh.ts";

// Writes the samples of login servers anew: needs root, OpenSSH and dropbear.
await capture(
  "sshd-plain.log",
  PLAIN_CASES,
  (line) => line,
  (world) => world.startSshd(PORTS.plain, PLAIN_CONFIG),
);
await capture(
  "sshd-pam-rsyslog.log",
  PAM_CASES,
  (line) => inFile(line, "short", 0),
  (world) => world.startSshd(PORTS.pam, PAM_CONFIG),
);
await capture(
  "dropbear-rsyslog-iso.log",
  DROPBEAR_CASES,
  (line) => inFile(line, "iso", Date.now()),
  (world) => world.startDropbear(PORTS.dropbear, DROPBEAR_ARGS),
);

async function capture(
  name: string,
  cases: readonly Case[],
  written: (line: string) => string,
  start: (world: LoginWorld) => Promise<Server>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-capture-"));
  const world = makeLoginWorld(folder);
  const server = await start(world);
  const lines: string[] = [];
  for (const each of cases) lines.push(...(await perform(each, world, server)).map(written));
  await server.stop();
  world.syslog.close();
  rmSync(folder, { recursive: true });
  writeFileSync(join(import.meta.dir, name), `${lines.join("\n").replaceAll(folder, "/srv")}\n`);
}
