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

/** The priority, as a datagram has it, then `Mon dd HH:MM:SS` (RFC 3164 section 4.1) or an ISO time. */
const HEAD = /^(<\d{1,3}>)?(?:([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)|(\d{4}-\S{1,40})) /;
/** A word longer than a host's name or a program's can be is text. */
const HOST = /^\S{1,256} /;
/** A tag is one only here, right after time and host: further on it is text that anybody may have sent. */
const TAG = /^([^\s:[]{1,256})(?:\[(\d{1,10})\])?: /;
const DAY = 86_400_000;
/** Between one 29 February and the next lie at most eight years. */
const YEARS_BACK = 8;

/**
 * Splits a line of a file that syslog writes. Undefined where it does not begin with a time and a host; with a priority
 * before them the host may lack, as a program's own datagrams have none. The short time has no year: it is the latest
 * year that puts it at most a day after `now` (epoch milliseconds); its zone, and that of an ISO time without offset, is
 * the host's. A line without a tag has the empty program.
 */
export function parseSyslog(line: string, now: number): SyslogLine | undefined {
  const head = HEAD.exec(line);
  if (head === null) return undefined;
  const [matched, priority, month = "", day, hour, minute, second, iso] = head;
  const behind = line.slice(matched.length);
  const [host] = priority !== undefined && TAG.test(behind) ? [""] : (HOST.exec(behind) ?? []);
  if (host === undefined) return undefined;
  const rest = behind.slice(host.length);
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
