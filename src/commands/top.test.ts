import { expect, test } from "bun:test";
import { snapshot } from "../../test/console/snapshots.ts";
import { tableView } from "./top.ts";

const bandwidth = {
  interface: "eth0",
  month: "2026-11",
  inBytes: 1_234_567_890_123,
  outBytes: 340_123_456_789,
};

test("the head of the table ends with the month, where something counts it", () => {
  const head = (known: Parameters<typeof snapshot>[0]) =>
    tableView(true).text(snapshot(known)).split("\n")[0];
  expect(head({ bandwidth })).toEndWith("  412.0 req/s  1.2M requests  eth0 2026-11 1.2T in, 340G out");
  expect(head({})).toEndWith("  412.0 req/s  1.2M requests");
});
