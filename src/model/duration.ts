const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** A year. What is meant to last longer is permanent. */
const LONGEST = 365 * 86_400;

/** Seconds that `30s`, `10m`, `1h` or `7d` stand for, at most a year; null for `permanent`; undefined for anything else. */
export function parseDuration(text: string): number | null | undefined {
  if (text === "permanent") return null;
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const seconds = Number(digits) * UNITS[unit as keyof typeof UNITS];
  return seconds > 0 && seconds <= LONGEST ? seconds : undefined;
}

/** As {@link parseDuration} takes it back. */
export function spellDuration(seconds: number | null): string {
  if (seconds === null) return "permanent";
  const [unit, size] =
    (["d", "h", "m"] as const)
      .map((name) => [name, UNITS[name]] as const)
      .find(([, size]) => seconds % size === 0) ?? (["s", 1] as const);
  return `${seconds / size}${unit}`;
}

/** For a person, in the largest unit that says enough: `60 s`, `10 min`, `24 h`, `6 d 23 h`. */
export function durationWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** How long a block lasts: `for 1 h`, `until unblocked`. */
export function lastingWords(seconds: number | null): string {
  return seconds === null ? "until unblocked" : `for ${durationWords(seconds)}`;
}
