/** Letters, digits and hyphens, which stand in no corner (RFC 1123, section 2.1). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Characters of a name at most (RFC 1035, section 2.3.4). */
const MAX_NAME = 253;

/**
 * A host's full name in lower case and without the dot of the root; undefined for what RFC 1123 does not allow, for a single
 * label, and for what looks like an address.
 */
export function hostNameOf(text: string): string | undefined {
  if (text.length > MAX_NAME + 1) return undefined;
  const name = (text.endsWith(".") ? text.slice(0, -1) : text).toLowerCase();
  const labels = name.split(".");
  if (name.length > MAX_NAME || labels.length < 2 || !labels.every((label) => LABEL.test(label)))
    return undefined;
  return /^\d+$/.test(labels.at(-1) ?? "") ? undefined : name;
}
