import { OPTION_LIST, type Option, variable } from "./options.ts";

/** `readme` with the table of options between its markers; as it is where it has none. */
export function withOptions(readme: string): string {
  return between(readme, "options", table());
}

/** `page` with `content` between `<!-- mark -->` and `<!-- /mark -->`; as it is where it has none. */
export function between(page: string, mark: string, content: string): string {
  const opening = `<!-- ${mark} -->`;
  const start = page.indexOf(opening);
  const end = page.indexOf(`<!-- /${mark} -->`, start);
  if (start < 0 || end < 0) return page;
  return `${page.slice(0, start + opening.length)}\n\n${content}\n${page.slice(end)}`;
}

function table(): string {
  const rows = OPTION_LIST.map(([, option]) => row(option));
  return `| Flag | Key | Variable | Default | |\n| --- | --- | --- | --- | --- |\n${rows.join("")}`;
}

function row({ keys, flags, type, default: assumed, help }: Option): string {
  const isTables = type.tables !== undefined;
  const cells = [
    flags.map(code).join(" "),
    keys.map((key) => code(isTables ? `[[${key}]]` : key)).join(" "),
    isTables ? "" : code(variable(keys[0])),
    code(type.show(assumed)),
    help,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}
