/**
 * Text in lines of at most `width` UTF-16 units, the first of at most `first`, broken at blanks where there are any.
 * None where nothing has room.
 */
export function wrap(text: string, width: number, first = width): string[] {
  if (width < 1) return [];
  const lines: string[] = [];
  let line = "";
  const room = (): number => Math.max(1, lines.length === 0 ? first : width);
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room()) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (line.length > room()) {
      const size = room();
      lines.push(line.slice(0, size));
      line = line.slice(size);
    }
  }
  return [...lines, line];
}
