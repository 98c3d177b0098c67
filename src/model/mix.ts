/** The finaliser of MurmurHash3: hashes, and words, that are near each other come to lie far apart. Signed, of 32 bits. */
export function mix(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
