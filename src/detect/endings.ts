const LONGEST = 5;
const DOT = 0x2e;
const SLASH = 0x2f;

/** The extensions of what pages need besides themselves, and of what they offer to download. */
export const ENDINGS: readonly string[] = [
  [
    "css",
    "js",
    "mjs",
    "map",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "avif",
    "svg",
    "ico",
    "bmp",
    "tif",
    "tiff",
    "jxl",
  ],
  [
    "woff",
    "woff2",
    "ttf",
    "eot",
    "otf",
    "mp4",
    "m4v",
    "webm",
    "ogv",
    "mp3",
    "m4a",
    "ogg",
    "oga",
    "wav",
    "flac",
  ],
  ["mov", "m3u8", "m4s", "mpd", "vtt", "pdf", "swf", "wasm"],
].flat();

/** As numbers, by what is left of them: no two of the list share a place (the test finds each). */
const PLACES = new Float64Array(1 << 12);
for (const ending of ENDINGS) {
  const number = packed(Buffer.from(ending), 0, ending.length);
  PLACES[placeOf(number)] = number;
}

/** Whether the path `bytes[start, end)`, without its query, ends in one of {@link ENDINGS}. */
export function isStatic(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = end - 1; i >= start && i >= end - LONGEST - 1; i--) {
    const c = bytes[i] as number;
    if (c === SLASH) return false;
    if (c !== DOT) continue;
    const number = packed(bytes, i + 1, end);
    return number !== 0 && PLACES[placeOf(number)] === number;
  }
  return false;
}

/** At most five bytes in lower case as one number: 40 bits, which a double holds exactly. */
function packed(bytes: Uint8Array, start: number, end: number): number {
  let number = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    number = number * 256 + (c >= 0x41 && c <= 0x5a ? c | 0x20 : c);
  }
  return number;
}

function placeOf(number: number): number {
  return number % 4091;
}
