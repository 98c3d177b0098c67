import { epochMillis, zoneMinutes } from "./civil.ts";

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Epoch milliseconds of an RFC 3339 time (`2025-11-07T21:04:09.123456+01:00`; also a blank for `T`,
 * `+0100`, any fraction). Without an offset it is the host's zone, as ISO 8601 has it. NaN for anything
 * else.
 */
export function parseIsoTime(text: string): number {
  const [matched, year, month, day, hour, minute, second, fraction = "", zone] = ISO.exec(text) ?? [];
  if (matched === undefined) return Number.NaN;
  const time = epochMillis(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    zone === undefined ? undefined : zoneMinutes(zone),
  );
  return time + Number(fraction.padEnd(3, "0").slice(0, 3));
}
