/** What Apache writes where no format is named: DEFAULT_LOG_FORMAT of mod_log_config.c. */
export const DEFAULT_FORMAT = '%h %l %u %t "%r" %>s %b';

/** The layouts that distributions ship; %O and %B count bytes by other rules and look the same. */
const STANDARD =
  /^(%[vV](?::%p)? )?%h %l %u %t "%r" %>?s %[bBO]( "%\{[Rr]eferer\}i" "%\{[Uu]ser-[Aa]gent\}i")?$/;

/** The text of a LogFormat in the language of `--log-format`: by its name where it is a standard layout. */
export function apacheFormat(text: string): string {
  const [whole, vhost, agent] = STANDARD.exec(text) ?? [];
  if (whole === undefined) return text.includes("%") ? text : "auto";
  // Without the agent there is no name for a line that begins with its host.
  if (vhost !== undefined) return agent === undefined ? text : "vhost";
  return agent === undefined ? "common" : "combined";
}
