const UNITS = ["", "k", "M", "G", "T", "P"];
const SECOND = 1000;
const DAY = 86_400;

/** A number in at most five characters: `999`, `1.2k`, `12.4k`, `124k`, `3.1M`. Decimal thousands, also for bytes. */
export function short(value: number): string {
  if (!(value > 0)) return "0";
  let scaled = value;
  let unit = 0;
  while (Math.round(scaled) >= SECOND && unit < UNITS.length - 1) {
    scaled /= SECOND;
    unit++;
  }
  // 99.96 would round to 100.0, six characters with its unit.
  const digits = unit > 0 && scaled < 99.95 ? scaled.toFixed(1) : String(Math.round(scaled));
  return digits + UNITS[unit];
}

/** Bytes per second: `3.1M/s`, `512B/s`. */
export function byteRate(value: number): string {
  return `${bytes(value)}/s`;
}

/** Bytes: `3.1M`, `512B`. */
export function bytes(value: number): string {
  const text = short(value);
  return value > 0 && value < SECOND - 0.5 ? `${text}B` : text;
}

/** A whole number with its thousands apart: `1,204`. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** An address in at most `width` cells: of a long one both ends, because neighbours differ in the last. */
export function shortAddress(ip: string, width: number): string {
  return ip.length <= width ? ip : `${ip.slice(0, width - 7)}…${ip.slice(-6)}`;
}

/** A duration in seconds by its two largest units: `45s`, `2m 5s`, `1h 1m`, `12d 4h`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
  if (s < DAY) return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
  return `${Math.floor(s / DAY)}d ${Math.floor((s % DAY) / 3600)}h`;
}

/** Epoch milliseconds as `HH:MM:SS`, in the host's zone or UTC; dashes for a time no calendar has. */
export function clock(at: number, utc: boolean): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "--:--:--";
  const parts = utc
    ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    : [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map(two).join(":");
}

/** The same with its day, `2026-11-24 04:17:27`, unless it is the day of `now`. */
export function clockOn(at: number, now: number, utc: boolean): string {
  const day = dayOf(at, utc);
  return day === "" || day === dayOf(now, utc) ? clock(at, utc) : `${day} ${clock(at, utc)}`;
}

/** The month of a time in the host's zone, `2026-11`; empty for a time no calendar has. */
export function monthOf(at: number): string {
  return dayOf(at, false).slice(0, 7);
}

function dayOf(at: number, utc: boolean): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  return utc
    ? `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
    : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}
