import { expect, test } from "bun:test";
import { block } from "../../test/console/responses.ts";
import { NOW } from "../../test/console/snapshots.ts";
import { blockListLines } from "./block-list-lines.ts";
import { NO_RESPONSE } from "./response.ts";

test("a block that is over and still in force says so, with what ends it; one that is just ending does not", () => {
  const blocks = [block("192.0.2.1", { until: NOW - 1_000 }), block("192.0.2.2", { until: NOW - 60_000 })];
  const lines = blockListLines(blocks, { at: 0 }, { ...NO_RESPONSE, now: NOW }, 120).map((line) =>
    line()
      .map(([text]) => text)
      .join(""),
  );
  expect(lines[0]).toMatch(/^›192\.0\.2\.1 +nft +0 s +1\.2k dropped +exploit-probe/);
  expect(lines[1]).toMatch(
    /^ 192\.0\.2\.2 +nft +over, still in force: nethergaze blocks --restore +exploit-probe/,
  );
});
