import { OPTION_LIST, type Option, variable } from "./options.ts";

const START = "<!-- options -->";
const END = "<!-- /options -->";

/** `readme` with the table of options between its markers; as it is where it has none. */
export function withOptions(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END, start);
  if (start < 0 || end < 0) return readme;
  return `${readme.slice(0, start + START.length)}\n\n${table()}\n${readme.slice(end)}`;
}

function table(): string {
  const rows = OPTION_LIST.map(([, option]) => row(option));
  return `| Flag | Key | Variable | Default | |\n| --- | --- | --- | --- | --- |\n${rows.join("")}`;
}

function row({ keys, flags, type, default: assumed, help }: Option): string {
  const cells = [
    flags.map(code).join(" "),
    keys.map(code).join(" "),
    code(variable(keys[0])),
    code(type.show(assumed)),
    help,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}
