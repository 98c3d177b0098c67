import { expect, test } from "bun:test";
import { parseJsonTime } from "./json-time.ts";

function parse(text: string): number {
  const bytes = Buffer.from(`1${text}1`);
  return parseJsonTime(bytes, 1, bytes.length - 1);
}

test.each([
  ["1762549449", 1762549449000],
  ["1762549449.123", 1762549449123],
  ["1646861401.5241024", 1646861401524],
  ["1762549449123", 1762549449123],
  ["1762549449123456", 1762549449123],
  ["1762549449123456789", 1762549449123],
  ["2025-11-07T22:04:09.123+01:00", 1762549449123],
  ["2025-11-07T21:04:09.123456789+00:00", 1762549449123],
  ["07/Nov/2025:21:04:09 +0000", 1762549449000],
  ["[07/Nov/2025:21:04:09 +0000]", 1762549449000],
])("%s is %d", (text, time) => {
  expect(parse(text)).toBe(time);
});

test.each([
  "",
  "-",
  "0",
  "-5",
  "1e300",
  "1000000000000000000000",
  "9".repeat(400),
  `0.${"0".repeat(400)}1`,
  "now",
  "null",
  "[]",
  "2022/03/09 21:30:01",
  "T".repeat(1e6),
])("%.20j is unknown", (text) => {
  expect(parse(text)).toBeNaN();
});
