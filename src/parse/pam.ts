import { type AuthReading, told } from "./auth-reading.ts";

/**
 * How pam_unix, pam_sss and libpam itself tell of refused passwords (support.c of pam_unix, pam_syslog(3)). Other modules
 * put the user's name, which may hold a forged `rhost=`, before the host, and are not read.
 */
const FAILURE =
  /^(?:pam_\w{1,40}\([\w-]{1,40}:auth\): authentication failure|PAM \d{1,9} more authentication failures?); logname=/;
const HOST = " rhost=";
const USER = /^ {1,2}user=(.*)$/s;

/**
 * Reads a message that PAM logs in the name of the program that asked it. It is a probe: the program itself tells of the
 * failure in its next message. Undefined where the message is not PAM's.
 */
export function readPam(message: string): AuthReading | undefined {
  if (!FAILURE.test(message)) return undefined;
  const at = message.indexOf(HOST);
  if (at < 0) return "other";
  const rest = message.slice(at + HOST.length);
  const blank = rest.indexOf(" ");
  const host = blank < 0 ? rest : rest.slice(0, blank);
  if (host === "") return "other";
  const [, user] = blank < 0 ? [] : (USER.exec(rest.slice(blank)) ?? []);
  return told("probe", { host, user });
}
