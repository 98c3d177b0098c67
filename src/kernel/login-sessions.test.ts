import { expect, test } from "bun:test";
import { sessionTitle } from "./login-sessions.ts";

test.each([
  ["sshd: alice@pts/1", "alice@pts/1"],
  ["sshd: alice@pts/1,pts/2", "alice@pts/1,pts/2"],
  ["sshd-session: alice@notty", "alice@notty"],
  ["sshd: alice@corp.example@notty", "alice@corp.example@notty"],
  ["sshd: CORP\\alice doe@notty", "CORP\\alice doe@notty"],
  // Neither a terminal nor a command: ports are forwarded (ssh -N).
  ["sshd: alice", "alice"],
])("%p is a session", (title, name) => {
  expect(sessionTitle(title)).toBe(name);
});

test.each([
  // While somebody authenticates, whatever name he gives.
  "sshd: root [priv]",
  "sshd: root [net]",
  "sshd: root [pam]",
  "sshd: unknown [priv]",
  "sshd: root@notty [preauth]",
  "sshd: [accepted]",
  "sshd: [net]",
  "sshd-session: root [priv]",
  "sshd-session: [accepted]",
  "sshd-auth: root@notty",
  // The listener, and what it forked until that has a title of its own.
  "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
  "sshd: /usr/sbin/sshd",
  "/usr/sbin/sshd",
  "sshd: ",
  "nginx: alice@pts/1",
  "",
])("%p is none", (title) => {
  expect(sessionTitle(title)).toBeUndefined();
});
