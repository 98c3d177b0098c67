/** What rotation adds to a name: a number, a date or a word. Anchored, so each try is one pass. */
const TAG = /[-._](?:\d[\dTZ:_.+-]*|old|bak|prev|last|orig|saved?|backup|copy)$|~$/;
const EXTENSION = /\.[A-Za-z]\w*$/;
const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|lzma|zip|Z)$/;

/** Whether a name is one of a compressed file. */
export function isCompressed(name: string): boolean {
  return COMPRESSED.test(name);
}

/** The name of a compressed file before it was compressed. */
export function uncompressed(name: string): string {
  return name.replace(COMPRESSED, "");
}

/**
 * The names a file may have had before it was rotated, nearest first: `access.log` for `access.log.1`,
 * `access.log-20250101.gz`, `access.1.log` (logrotate's `extension`) and `access-2025-01-01T00-00-00.000.log`.
 */
export function originsOf(name: string): string[] {
  const origins: string[] = [];
  for (let origin = originOf(uncompressed(name)); origin !== undefined; origin = originOf(origin)) {
    origins.push(origin);
  }
  return origins;
}

function originOf(name: string): string | undefined {
  const at = name.search(TAG);
  if (at > 0) return name.slice(0, at);
  const extension = EXTENSION.exec(name)?.[0];
  if (extension === undefined) return undefined;
  const stem = name.slice(0, -extension.length);
  const inner = stem.search(TAG);
  if (inner <= 0) return undefined;
  // `site-443.log` is a site of its own: inside a name only .N, a date or a word is rotation.
  const tag = stem.slice(inner);
  const digits = tag.replace(/\D/g, "").length;
  if (digits > 0 && digits < 6 && !/^\.\d{1,3}$/.test(tag)) return undefined;
  return stem.slice(0, inner) + extension;
}
