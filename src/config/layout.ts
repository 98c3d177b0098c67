/** Columns of the narrowest terminal that anyone uses. */
const WIDTH = 80;
/** Where what a term means begins. */
const RIGHT = 28;

/** A term and what it means. */
export type Row = readonly [term: string, meaning: string];

/** Text in lines of at most 80 columns, and an empty line. */
export function paragraph(text: string): string {
  return `${wrap(text, WIDTH).join("\n")}\n\n`;
}

/** A heading, its terms with what they mean beside or, where they are long, below them, and an empty line. */
export function section(heading: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const lines = rows.flatMap(([term, meaning]) => {
    const right = wrap(meaning, WIDTH - RIGHT).map((line) => " ".repeat(RIGHT) + line);
    const left = `  ${term}`;
    if (meaning === "") return [left];
    if (left.length + 2 > RIGHT) return [left, ...right];
    const [first = "", ...more] = right;
    return [left + first.slice(left.length), ...more];
  });
  return `${heading}:\n${lines.join("\n")}\n\n`;
}

/** `text` in lines of at most `width` columns, broken at blanks. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
