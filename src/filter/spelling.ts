/** A value as a filter spells it: in quotes where it would else end early, or be read as something else. */
export function spellValue(text: string): string {
  return text === "" || /[\s,]|^["=]/.test(text) ? quoted(text) : text;
}

/** Text in quotes: nothing in it is read as anything but text. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
