import { expect, test } from "bun:test";
import { profile, snapshot, wire } from "../../test/console/snapshots.ts";
import { tableView } from "./top.ts";

const bandwidth = {
  interface: "eth0",
  month: "2026-11",
  inBytes: 1_234_567_890_123,
  outBytes: 340_123_456_789,
};

test("the head of the table ends with the month, where something counts it", () => {
  const head = (known: Parameters<typeof snapshot>[0]) =>
    tableView({ utc: true, columns: [], sort: "risk" }).text(snapshot(known)).split("\n")[0];
  expect(head({ bandwidth })).toEndWith("  412.0 req/s  1.2M requests  eth0 2026-11 1.2T in, 340G out");
  expect(head({})).toEndWith("  412.0 req/s  1.2M requests");
});

test("what is wrong with the host stands above the table, harmless and cut", () => {
  const finding = {
    rule: "host-flood",
    score: 85,
    severity: "critical",
    since: 0,
    last: 0,
    samples: [],
  } as const;
  const verdict = {
    class: "spoofed-flood",
    risk: 85,
    severity: "critical",
    since: 0,
    advice: "The sources are forged.",
    findings: [
      { ...finding, evidence: "9000 SYN cookies/s sent" },
      { ...finding, evidence: "0 \x1b[31manswered" },
    ],
  } as const;
  const { columns } = process.stdout;
  const lines = (width: number, known: Parameters<typeof snapshot>[0]) => {
    process.stdout.columns = width;
    const text = tableView({ utc: true, columns: [], sort: "risk" }).text(snapshot(known));
    return text.trimEnd().split("\n");
  };
  try {
    const said = "▲ SPOOFED FLOOD: 9000 SYN cookies/s sent, 0 ␛[31manswered. The sources are forged.";
    expect(lines(120, { verdict })[1]).toBe(said);
    expect(lines(40, { verdict })[1]).toBe(`${said.slice(0, 39)}…`);
    expect(lines(120, { verdict }).toSpliced(1, 1)).toEqual(lines(120, {}));
  } finally {
    process.stdout.columns = columns;
  }
});

test("rows begin with their whole address, and have the columns that were asked for", () => {
  const lines = (columns: Parameters<typeof tableView>[0]["columns"]) =>
    tableView({ utc: true, columns, sort: "risk" }).text(snapshot()).trimEnd().split("\n").slice(-6);
  expect(lines([])[0]).toMatch(/^ADDRESS +RISK +CONN +HALF REQ\/M +REQ +SENT +4XX +AUTH LAST$/);
  expect(lines([]).find((line) => line.startsWith("2a01:4f8:c2c:1234:5678:9abc:def0:17 "))).toMatch(
    / · +6 +- +41 +310 +900k +- +- POST \/api\/cart$/,
  );
  expect(lines(["ip", "auth", "last", "svc"])[0]).toMatch(/^ADDRESS +AUTH LAST {13}SVC$/);
});

test("beside the risk stands why, but for columns that somebody chose", () => {
  const finding = { severity: "warning", evidence: "", since: 0, last: 0, samples: [] } as const;
  const findings = [
    { ...finding, rule: "ssh-brute-force", score: 40 },
    { ...finding, rule: "auth-failure", score: 5 },
  ];
  const rows = [
    profile("45.148.10.7", { verdict: { risk: 45, severity: "warning", findings } }),
    profile("8.8.8.8", { last: "GET /" }),
  ];
  const table = (columns: Parameters<typeof tableView>[0]["columns"]) =>
    tableView({ utc: true, columns, sort: "risk" }).text(snapshot({ rows })).trimEnd().split("\n").slice(-3);
  const [head, guilty, honest] = table([]);
  expect(head).toMatch(/ AUTH WHY {13}LAST$/);
  expect(guilty).toMatch(/^45\.148\.10\.7 +45 .* ssh-brute-force -$/);
  expect(honest).toMatch(/^8\.8\.8\.8 .* - {15}GET \/$/);
  expect(table(["ip", "risk", "last"])[0]).toMatch(/^ADDRESS +RISK LAST$/);
});

test("bytes and packets stand before what was sent, where they are known and there is room, or are sorted by", () => {
  const rows = [
    profile("45.148.10.7", {
      inBytes: 410_000,
      outBytes: 2_100_000,
      wire: wire({ synIn: 9, synPerSecond: 3 }),
    }),
    profile("8.8.8.8"),
  ];
  const { columns } = process.stdout;
  const table = (sort: Parameters<typeof tableView>[0]["sort"], width: number, known = rows) => {
    process.stdout.columns = width;
    return tableView({ utc: true, columns: [], sort })
      .text(snapshot({ rows: known }))
      .trimEnd()
      .split("\n")
      .slice(-3);
  };
  try {
    const [head, counted, other] = table("risk", 120);
    expect(head).toMatch(/ REQ +IN +OUT PKT\/S SYN\/S +SENT /);
    expect(counted).toMatch(/^45\.148\.10\.7 .* 410k {2}2\.1M +- +3 +- +- +- 9 SYN, no ACK$/);
    expect(other).toMatch(/^8\.8\.8\.8 +· [- ]+ -$/);
    expect(table("risk", 95)[0]).toMatch(/ REQ +IN +OUT +SENT /);
    expect(table("risk", 80)[0]).toMatch(/ REQ +SENT /);
    expect(table("-out", 80)[0]).toMatch(/ REQ +OUT +SENT /);
    expect(table("in", 120, [profile("8.8.8.8")])[1]).toMatch(/ REQ +SENT /);
  } finally {
    process.stdout.columns = columns;
  }
});

test("the head tells of packets where they are counted, and of those without a row", () => {
  const { totals } = snapshot();
  const head = (known: object) => {
    const all = { ...totals, wire: { sampled: 0, dropped: 0, noRoom: 0, ...known } };
    return tableView({ utc: true, columns: [], sort: "risk" })
      .text(snapshot({ totals: all }))
      .split("\n")[0];
  };
  const rates = { inPacketsPerSecond: 9_000, outPacketsPerSecond: 100, synPerSecond: 9_812 };
  expect(head(rates)).toEndWith("  1.2M requests  9.1k packets/s, 9.8k SYN/s");
  expect(head({ ...rates, noRoom: 70_000 })).toEndWith("9.8k SYN/s, 70.0k packets without a row");
  expect(head({})).toEndWith("  1.2M requests");
});
