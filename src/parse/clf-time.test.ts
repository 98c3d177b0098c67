import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseClfTime } from "./clf-time.ts";

function parse(text: string): number {
  const bytes = Buffer.from(`[${text}]`, "latin1");
  return parseClfTime(bytes, 1, bytes.length - 1);
}

describe("the time of an access log", () => {
  test.each([
    ["10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36Z"],
    ["07/Nov/2025:21:04:09 +0000", "2025-11-07T21:04:09Z"],
    ["07/Nov/2025:21:04:09 +0530", "2025-11-07T15:34:09Z"],
    ["29/Feb/2024:00:00:00 +0000", "2024-02-29T00:00:00Z"],
    ["01/Jan/1970:00:00:00 +0000", "1970-01-01T00:00:00Z"],
    ["31/Dec/2016:23:59:60 +0000", "2017-01-01T00:00:00Z"],
  ])("%s is %s", (text, iso) => {
    expect(parse(text)).toBe(Date.parse(iso));
  });

  test.each([
    "",
    "-",
    "10/Oct/2000:13:55:36",
    "10/Oct/2000:13:55:36 -070",
    "10/Oct/2000:13:55:36 -0700 ",
    "10/Oct/2000:13:55:36.5 -0700",
    "2000-10-10T13:55:36+00:000",
    "10/oct/2000:13:55:36 -0700",
    "10/Okt/2000:13:55:36 -0700",
    "00/Oct/2000:13:55:36 -0700",
    "31/Sep/2000:13:55:36 -0700",
    "29/Feb/2023:13:55:36 -0700",
    "29/Feb/2100:13:55:36 -0700",
    "10/Oct/2000:24:00:00 -0700",
    "10/Oct/2000:13:60:36 -0700",
    "10/Oct/2000:13:55:61 -0700",
    "10/Oct/2000:13:55:36 -2400",
    "10/Oct/2000:13:55:36 -0760",
    "10/Oct/2000:13:55:36 00700",
    "10/Oct/2000:13:55:36 UTC+0",
    "31/Dec/1969:23:59:59 +0000",
    "01/Jan/1970:00:00:00 +0100",
    "1:/Oct/2000:13:55:36 -0700",
    "+1/Oct/2000:13:55:36 -0700",
    "10-Oct-2000 13:55:36 -0700",
  ])("%j is unknown", (text) => {
    expect(parse(text)).toBeNaN();
  });

  test("every second of every zone, whatever was read before", () => {
    const second = fc.integer({ min: 86_400, max: 4_102_444_800 });
    const zone = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(fc.array(fc.tuple(second, zone), { minLength: 1, maxLength: 5 }), (times) => {
        for (const [time, offset] of [...times, ...times]) {
          const [weekday, day, month, year, clock] = new Date((time + offset * 60) * 1000)
            .toUTCString()
            .split(" ");
          const two = (n: number): string => String(n).padStart(2, "0");
          const east = Math.abs(offset);
          const sign = offset < 0 ? "-" : "+";
          const zoned = `${sign}${two(Math.floor(east / 60))}${two(east % 60)}`;
          expect(weekday).toEndWith(",");
          expect(parse(`${day}/${month}/${year}:${clock} ${zoned}`)).toBe(time * 1000);
        }
      }),
    );
  });

  test("one changed byte is another time or none", () => {
    const stamp = "10/Oct/2000:13:55:36 -0700";
    fc.assert(
      fc.property(fc.nat(stamp.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, code) => {
        const other = stamp.slice(0, at) + String.fromCharCode(code) + stamp.slice(at + 1);
        const first = parse(stamp);
        const second = parse(other);
        expect(first).toBe(Date.parse("2000-10-10T20:55:36Z"));
        expect(Object.is(second, first)).toBe(other === stamp);
      }),
    );
  });
});
