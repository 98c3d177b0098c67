/** A text to search for. */
export interface Needle {
  readonly text: string;
  /** It must be all of the text that is searched. */
  readonly exact: boolean;
}

/**
 * Whether a text holds one of the needles, in any case.
 *
 * Of needles in ASCII this is one expression of nothing but their characters: that has nowhere to go back to, and
 * costs a quarter of a copy in lower case that is then searched. Letters beyond ASCII fold in too many ways for it.
 */
export function finder(needles: readonly Needle[]): (text: string) => boolean {
  if (needles.every(({ text }) => /^[\0-\x7f]*$/.test(text))) {
    const pattern = new RegExp(needles.map(literal).join("|"), "i");
    return (text) => pattern.test(text);
  }
  const lowered = needles.map(({ text, exact }) => ({ text: folded(text), exact }));
  return (text) => {
    const shown = folded(text);
    return lowered.some((needle) => (needle.exact ? shown === needle.text : shown.includes(needle.text)));
  };
}

/** In lower case, with one sigma wherever it stands in a word. */
function folded(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ");
}

/** An expression of exactly these characters, each by its number: none of them can mean anything. */
function literal({ text, exact }: Needle): string {
  const characters = Array.from(text, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
  return exact ? `^${characters}$` : characters;
}
