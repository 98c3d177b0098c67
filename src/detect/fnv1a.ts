/** More does not make texts more different: whoever sends them makes as many as he likes. */
const LONGEST = 256;

/** 32 bits of a text, by FNV-1a over its UTF-16 units (RFC 9923). Texts that begin with the same 256 look alike. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < Math.min(text.length, LONGEST); i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash;
}
