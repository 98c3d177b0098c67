import { join } from "node:path";
import { printable } from "../config/error.ts";
import { shellWord } from "../model/shell-word.ts";

/** The command that does what these words asked of one of our programs, as root. */
export function sudoCommand(program: "nethergaze" | "ifguard-iptop", argv: readonly string[]): string {
  return ["sudo", programPath(program), ...argv].map((word) => shellWord(printable(word))).join(" ");
}

export function programPath(program: "nethergaze" | "ifguard-iptop"): string {
  return join(import.meta.dir, "../../bin", program);
}
