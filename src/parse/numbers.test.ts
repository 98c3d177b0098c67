import { expect, test } from "bun:test";
import { parseDecimal, parseSize, parseStatus } from "./numbers.ts";

/** Digits on both sides, which must not be read. */
function read(parse: (bytes: Uint8Array, start: number, end: number) => number, text: string): number {
  return parse(Buffer.from(`9${text}9`), 1, 1 + text.length);
}

test.each([
  ["200", 200],
  ["000", 0],
  ["999", 999],
  ["-", -1],
  ["", -1],
  ["20", Number.NaN],
  ["2000", Number.NaN],
  ["-12", Number.NaN],
  ["2x0", Number.NaN],
  ["2.0", Number.NaN],
])("status %j is %p", (text, status) => {
  expect(read(parseStatus, text)).toBe(status);
});

test.each([
  ["5120", 5120],
  ["0", 0],
  ["-", 0],
  ["-5", 0],
  ["12.5", 12],
  ["-0.5", 0],
  ["99999999999999999999", Number.MAX_SAFE_INTEGER],
  ["9".repeat(400), Number.MAX_SAFE_INTEGER],
  ["", Number.NaN],
  ["abc", Number.NaN],
  ["1e3", Number.NaN],
  ["+5", Number.NaN],
  ["0x10", Number.NaN],
  ["--5", Number.NaN],
])("size %j is %p", (text, size) => {
  expect(read(parseSize, text)).toBe(size);
});

test.each([
  ["1646861401.5241024", 1646861401.5241024],
  ["0.25", 0.25],
  ["-1.5", -1.5],
  ["7", 7],
  [".5", Number.NaN],
  ["5.", Number.NaN],
  ["1.2.3", Number.NaN],
  ["1e300", Number.NaN],
  ["Infinity", Number.NaN],
  ["-", Number.NaN],
  ["", Number.NaN],
])("decimal %j is %p", (text, value) => {
  expect(read(parseDecimal, text)).toBe(value);
});
