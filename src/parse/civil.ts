const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The month, 0-11, of the English abbreviation `name`; -1 for none. */
export function monthNamed(name: string): number {
  return MONTHS.indexOf(name);
}

/**
 * Epoch milliseconds of a date and time at `offset` minutes east of Greenwich, or in the host's zone where
 * that is left out; `month` is 0-11. NaN where there is no such time, before 1970, or where an argument is
 * NaN. A leap second (:60) is the first of the next minute.
 */
export function epochMillis(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  offset?: number,
): number {
  const valid =
    year >= 1970 && month >= 0 && month <= 11 && day >= 1 && hour <= 23 && minute <= 59 && second <= 60;
  if (!valid || !(day <= new Date(Date.UTC(year, month + 1, 0)).getUTCDate())) return Number.NaN;
  const time =
    offset === undefined
      ? new Date(year, month, day, hour, minute, second).getTime()
      : Date.UTC(year, month, day, hour, minute, second) - offset * 60_000;
  return time >= 0 ? time : Number.NaN;
}

/** Minutes east of Greenwich of the `Z`, `+hhmm` or `+hh:mm` in `text`; NaN for anything else. */
export function zoneMinutes(text: string): number {
  if (text === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) return Number.NaN;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
