import { between, pick, random } from "../../../demo/random.ts";

/** When every scenario begins. */
export const START = Date.UTC(2026, 10, 24, 10, 0, 0);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36";
export const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
export const SITE = "https://shop.example/";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** One request, as far as it is not usual. */
export interface Request {
  readonly method?: string;
  /** The whole request line, where it is not HTTP. */
  readonly raw?: string;
  readonly protocol?: string;
  readonly status?: number;
  readonly bytes?: number;
  readonly referrer?: string;
  readonly agent?: string;
  readonly user?: string;
}

/** A line with the time it belongs to. */
export interface Line {
  readonly at: number;
  readonly text: string;
}

/** A line of the combined log. */
export function request(at: number, ip: string, path: string, known: Request = {}): Line {
  const {
    method = "GET",
    protocol = "HTTP/1.1",
    status = 200,
    bytes = 5120,
    referrer = "-",
    agent = CHROME,
  } = known;
  const line = known.raw ?? `${method} ${path} ${protocol}`;
  const date = new Date(at).toISOString();
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(date) ?? [];
  const stamp = `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
  return {
    at,
    text: `${ip} - ${known.user ?? "-"} [${stamp}] "${line}" ${status} ${bytes} "${referrer}" "${agent}"`,
  };
}

/** A line of sshd in a file that rsyslog writes. */
export function sshd(at: number, pid: number, message: string): Line {
  return { at, text: `${new Date(at).toISOString().replace("Z", "+00:00")} web-1 sshd[${pid}]: ${message}` };
}

/** A native event. */
export function event(at: number, known: object): Line {
  return { at, text: JSON.stringify({ ...known, at }) };
}

/** A socket of a peer with this host's address 198.51.100.10. */
export function socket(remote: string, remotePort: number, known: object = {}): object {
  return {
    local: "198.51.100.10",
    localPort: 443,
    remote,
    remotePort,
    state: "ESTABLISHED",
    direction: "in",
    ...known,
  };
}

/** So many moments from `start`, about `apart` milliseconds from each other. */
export function moments(seed: number, start: number, count: number, apart: number): number[] {
  const next = random(seed);
  let at = start;
  return Array.from({ length: count }, () => {
    const now = at;
    at += Math.round(apart * (0.5 + next()));
    return now;
  });
}

export { between, pick, random };
