import { expect, test } from "bun:test";
import { type JournalEntry, parseJournal } from "./journal.ts";

/** As journalctl 252 wrote it. */
const LINE = {
  __CURSOR:
    "s=8de9603949fc4289818d3c2d6dc6991a;i=1;b=0123456789abcdef0123456789abcdef;m=11b4ab48;t=6610cfe782748;x=56c23b1d82479cee",
  __REALTIME_TIMESTAMP: "1795558297053999",
  __MONOTONIC_TIMESTAMP: "297053000",
  _BOOT_ID: "0123456789abcdef0123456789abcdef",
  _PID: "77",
  _COMM: "sshd-session",
  SYSLOG_IDENTIFIER: "sshd",
  SYSLOG_PID: "78",
  MESSAGE: "Failed password for root from 203.0.113.1 port 22 ssh2",
};

const ENTRY: JournalEntry = {
  cursor: LINE.__CURSOR,
  at: 1795558297053,
  program: "sshd",
  pid: 77,
  message: LINE.MESSAGE,
};

const entries: [string, Record<string, unknown>, Partial<JournalEntry>][] = [
  ["a line as it is", {}, {}],
  ["a writer without a name of its own", { SYSLOG_IDENTIFIER: undefined }, { program: "sshd-session" }],
  ["a writer that gave itself two names", { SYSLOG_IDENTIFIER: ["sshd", "su"] }, { program: "sshd-session" }],
  ["a writer nobody knows", { SYSLOG_IDENTIFIER: undefined, _COMM: undefined }, { program: "" }],
  ["no _PID", { _PID: undefined }, { pid: 78 }],
  ["no pid", { _PID: undefined, SYSLOG_PID: "x" }, { pid: undefined }],
  ["no time", { __REALTIME_TIMESTAMP: undefined }, { at: Number.NaN }],
  ["a time that is none", { __REALTIME_TIMESTAMP: "-1" }, { at: Number.NaN }],
  ["a time as a number", { __REALTIME_TIMESTAMP: 1 }, { at: Number.NaN }],
  ["a message too long for journalctl", { MESSAGE: null }, { message: undefined }],
  ["an empty message, which is left out", { MESSAGE: undefined }, { message: "" }],
  ["bytes", { MESSAGE: [70, 27, 195, 169, 10] }, { message: "F\u001bé\n" }],
  ["bytes that are not UTF-8", { MESSAGE: [70, 255, 0] }, { message: "F\ufffd\0" }],
  ["numbers that are no bytes", { MESSAGE: [70, 256] }, { message: undefined }],
  ["fractions", { MESSAGE: [70.5] }, { message: undefined }],
  ["several messages", { MESSAGE: ["a", "b"] }, { message: undefined }],
  ["several messages of bytes", { MESSAGE: [[70], [71]] }, { message: undefined }],
];
test.each(entries)("%s", (_, change, wanted) => {
  expect(parseJournal(JSON.stringify({ ...LINE, ...change }))).toEqual({ ...ENTRY, ...wanted });
});

test.each([
  "",
  "null",
  "[]",
  '"x"',
  JSON.stringify(LINE).slice(0, -1),
  JSON.stringify({ ...LINE, __CURSOR: undefined }),
  JSON.stringify({ ...LINE, __CURSOR: "" }),
  JSON.stringify({ ...LINE, __CURSOR: "s".repeat(513) }),
  "-- No entries --",
])("no entry: %s", (line) => {
  expect(parseJournal(line)).toBeUndefined();
});
