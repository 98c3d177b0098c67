import { expect, test } from "bun:test";
import { profile, snapshot } from "../../test/console/snapshots.ts";
import { tableView } from "./top.ts";

const bandwidth = {
  interface: "eth0",
  month: "2026-11",
  inBytes: 1_234_567_890_123,
  outBytes: 340_123_456_789,
};

test("the head of the table ends with the month, where something counts it", () => {
  const head = (known: Parameters<typeof snapshot>[0]) =>
    tableView({ utc: true, columns: [] }).text(snapshot(known)).split("\n")[0];
  expect(head({ bandwidth })).toEndWith("  412.0 req/s  1.2M requests  eth0 2026-11 1.2T in, 340G out");
  expect(head({})).toEndWith("  412.0 req/s  1.2M requests");
});

test("rows begin with their whole address, and have the columns that were asked for", () => {
  const lines = (columns: Parameters<typeof tableView>[0]["columns"]) =>
    tableView({ utc: true, columns }).text(snapshot()).trimEnd().split("\n").slice(-6);
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
    tableView({ utc: true, columns }).text(snapshot({ rows })).trimEnd().split("\n").slice(-3);
  const [head, guilty, honest] = table([]);
  expect(head).toMatch(/ AUTH WHY {13}LAST$/);
  expect(guilty).toMatch(/^45\.148\.10\.7 +45 .* ssh-brute-force -$/);
  expect(honest).toMatch(/^8\.8\.8\.8 .* - {15}GET \/$/);
  expect(table(["ip", "risk", "last"])[0]).toMatch(/^ADDRESS +RISK LAST$/);
});
