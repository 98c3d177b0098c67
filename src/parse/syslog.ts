import { epochMillis, monthNamed } from "./civil.ts";
import { parseIsoTime } from "./iso-time.ts";

/** One line of a file that syslog wrote. */
export interface SyslogLine {
  /** Epoch milliseconds, NaN where the time is none. */
  readonly at: number;
  readonly program: string;
  readonly pid?: number;
  readonly message: string;
}

/** `Mon dd HH:MM:SS` (RFC 3164 section 4.1.2) or an ISO time, then the host. */
const HEAD = /^(?:([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)|(\d{4}-\S+)) \S+ /;
/** A tag is one only here, right after the host: further on it is text that anybody may have sent. */
const TAG = /^([^\s:[]+)(?:\[(\d{1,10})\])?: /;
const DAY = 86_400_000;
/** Between one 29 February and the next lie at most eight years. */
const YEARS_BACK = 8;

/**
 * Splits a line of a file that syslog writes. Undefined where it does not begin with a time and a host. The
 * short time has no year: it is the latest year that puts it at most a day after `now` (epoch
 * milliseconds); its zone, and that of an ISO time without offset, is the host's. A line without a tag has
 * the empty program.
 */
export function parseSyslog(line: string, now: number): SyslogLine | undefined {
  const head = HEAD.exec(line);
  if (head === null) return undefined;
  const [matched, month = "", day, hour, minute, second, iso] = head;
  const rest = line.slice(matched.length);
  const [tag = "", program = "", pid] = TAG.exec(rest) ?? [];
  const at =
    iso === undefined
      ? withYear(monthNamed(month), Number(day), Number(hour), Number(minute), Number(second), now)
      : parseIsoTime(iso);
  return { at, program, ...(pid !== undefined && { pid: Number(pid) }), message: rest.slice(tag.length) };
}

function withYear(
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  now: number,
): number {
  const thisYear = new Date(now).getFullYear();
  for (let year = thisYear + 1; year >= thisYear - YEARS_BACK; year--) {
    const at = epochMillis(year, month, day, hour, minute, second);
    if (at <= now + DAY) return at;
  }
  return Number.NaN;
}
