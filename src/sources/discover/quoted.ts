/** The place of the `quote` that ends text begun before `from`, or the end. A backslash hides what follows it. */
export function closingQuote(text: string, from: number, quote: string): number {
  let i = from;
  while (i < text.length && text[i] !== quote) i += text[i] === "\\" ? 2 : 1;
  return Math.min(i, text.length);
}

/** `text` with each escape of the table replaced; other backslashes stay. */
export function unescaped(text: string, escapes: Readonly<Record<string, string>>): string {
  return text.replace(/\\([\s\S])/g, (pair, char: string) => escapes[char] ?? pair);
}
