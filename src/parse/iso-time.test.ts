import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseIsoTime } from "./iso-time.ts";

describe("an ISO time", () => {
  test.each([
    ["2025-11-07T21:04:09Z", 1762549449000],
    ["2025-11-07T22:04:09+01:00", 1762549449000],
    ["2025-11-07T22:04:09+0100", 1762549449000],
    ["2025-11-07 16:04:09-05:00", 1762549449000],
    ["2025-11-07T21:04:09.5Z", 1762549449500],
    ["2025-11-07T21:04:09.123999Z", 1762549449123],
    ["2025-11-07T21:04:09,123456789Z", 1762549449123],
    ["2025-11-07T21:04:09", new Date(2025, 10, 7, 21, 4, 9).getTime()],
  ])("%s is %d", (text, time) => {
    expect(parseIsoTime(text)).toBe(time);
  });

  test.each([
    "",
    "2025-11-07",
    "2025-11-07T21:04Z",
    "2025-13-07T21:04:09Z",
    "2025-02-29T21:04:09Z",
    "2025-11-07T24:04:09Z",
    "2025-11-07T21:04:09+24:00",
    "2025-11-07T21:04:09.Z",
    "2025-11-07T21:04:09.1234567890Z",
    "+2025-11-07T21:04:09Z",
    "2025-11-07T21:04:09Z ",
    "0000-00-00T00:00:00Z",
    "1969-12-31T23:59:59Z",
  ])("%j is unknown", (text) => {
    expect(parseIsoTime(text)).toBeNaN();
  });

  test("is what Date writes", () => {
    const min = new Date(0);
    const max = new Date(Date.UTC(9999, 11, 31));
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
        expect(parseIsoTime(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});
