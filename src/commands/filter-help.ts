import { paragraph, type Row, section } from "../config/layout.ts";
import { KEYS, type Key } from "../filter/keys.ts";

/** What `nethergaze help filter` prints: the language, out of the table of its keys. */
export function filterHelp(): string {
  return [
    paragraph(
      "A filter is words with blanks between them, and what passes holds them all: a key and its value, a number and what it is compared with, or text. Values between commas stand for any of them, a dash before a word for its opposite.",
    ),
    section("Words", [
      ["status:404,5xx", "one of these"],
      ["-path:/health", "not that"],
      ["rate>60 rate<=1.5k", "also >=, <, =; suffixes k M G T, Ki Mi Gi"],
      ["rate:10-50", "from, to"],
      ["203.0.113.0/24", "in that prefix"],
      ["login.php", "the text, in any case, where a line or its address shows it"],
      ['agent:"a b" "a b"', 'text with blanks; \\" and \\\\ for " and \\ in it'],
      ["path:=/", "all of the text, not a part of it"],
    ]),
    section("Of an address", rows("address")),
    section("Of a line", rows("line")),
    section("Of either", rows("both")),
    paragraph(
      "A line passes when it and its address hold all words. An address passes with one of its lines; where no line of it is kept, or no word is of lines, by itself: what is asked of lines does not hold there, and the opposite of that does.",
    ).trimEnd(),
    "\n",
  ].join("");
}

function rows(of: Key["of"]): Row[] {
  return KEYS.filter((key) => key.of === of).map(({ examples: [example = ""], help, offers, numeric }) => {
    const values = numeric ? "" : offers.map(({ text }) => text).join(", ");
    return [example, values === "" ? help : `${help} (${values})`];
  });
}
