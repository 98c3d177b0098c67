import { afterAll, expect, test } from "bun:test";
import { until } from "../../test/until.ts";
import { readSshEnvironment, sshClient } from "./ssh-environment.ts";

const children: Bun.Subprocess[] = [];

afterAll(async () => {
  for (const child of children) child.kill();
  await Promise.all(children.map((child) => child.exited));
});

/** What the environment of a process that was started with these variables says. */
async function startedWith(env: Record<string, string>) {
  const child = Bun.spawn(["/bin/sleep", "30"], { env: { ...env, STARTED: "1" }, stdin: "ignore" });
  children.push(child);
  const isStarted = async () => (await Bun.file(`/proc/${child.pid}/environ`).text()).includes("STARTED");
  await until(isStarted, "the process's environment");
  return readSshEnvironment("/proc", child.pid);
}

test.each([
  ["192.0.2.1 4000 192.0.2.9 22", "192.0.2.1"],
  ["2001:db8::1 4000 2001:db8::9 22", "2001:db8::1"],
  ["fe80::1%eth0 4000 fe80::9%eth0 22", "fe80::1"],
  ["::ffff:192.0.2.1 4000 22", "192.0.2.1"],
  // What sshd writes for a connection that is no socket of the internet.
  ["UNKNOWN 65535 UNKNOWN 65535", undefined],
  ["", undefined],
  [undefined, undefined],
])("%p is of %p", (value, ip) => {
  expect<string | undefined>(sshClient(value)).toBe(ip);
});

test.each([
  [{ SSH_CONNECTION: "192.0.2.1 4000 192.0.2.9 22", SSH_CLIENT: "192.0.2.2 4000 22" }, "192.0.2.1"],
  [{ SSH_CLIENT: "192.0.2.2 4000 22" }, "192.0.2.2"],
  [{ SSH_CONNECTION: "UNKNOWN 65535 UNKNOWN 65535", SSH_CLIENT: "192.0.2.2 4000 22" }, "192.0.2.2"],
  [{ NOT_SSH_CONNECTION: "192.0.2.1 4000 192.0.2.9 22" }, undefined],
])("a process with %p", async (env: Record<string, string>, peer) => {
  expect<unknown>(await startedWith(env)).toEqual({ peer, denied: false });
});

test("a process that has ended says nothing", () => {
  expect(readSshEnvironment("/nonexistent/nowhere", 1)).toEqual({ peer: undefined, denied: false });
});
