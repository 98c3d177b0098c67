import { hostNameOf } from "./host-name.ts";

/** Characters of a mail address at most (RFC 5321, section 4.5.3.1, with its erratum 1690). */
const MAX_MAIL = 254;
/** The plain ones of RFC 5321's Dot-string, not those that shells or mail programs obey; a hyphen first would be an option. */
const LOCAL = /^[A-Za-z0-9_][A-Za-z0-9_+=~-]*(?:\.[A-Za-z0-9_+=~-]+)*$/;
const IN_TEXT = /[A-Za-z0-9_.+=~-]{1,64}@[A-Za-z0-9.-]{1,253}/g;

/** The mail address that is all of `text`, `mailto:` and blanks aside; undefined where it is none. */
export function mailOf(text: string): string | undefined {
  const mail = text
    .slice(0, 2 * MAX_MAIL)
    .trim()
    .replace(/^mailto:/i, "");
  const at = mail.lastIndexOf("@");
  const local = mail.slice(0, Math.max(0, at));
  const host = mail.slice(at + 1);
  if (mail.length > MAX_MAIL || local.length > 64 || !LOCAL.test(local) || host.endsWith("."))
    return undefined;
  return hostNameOf(host) === undefined ? undefined : mail;
}

/** The first mail address within a line. */
export function mailIn(line: string): string | undefined {
  for (const [found] of line.slice(0, 1024).matchAll(IN_TEXT)) {
    const mail = mailOf(found.replace(/[.-]+$/, ""));
    if (mail !== undefined) return mail;
  }
  return undefined;
}
