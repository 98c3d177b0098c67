import { type Ip, parseIp } from "../model/ip.ts";
import { codeOf, readStart } from "./proc.ts";

/** What resolvers read of it is shorter. */
const MAX_BYTES = 64 * 1024;

/**
 * The name servers of a file of resolv.conf(5), without the zones of link-local ones; none where there is no such file.
 * Throws the error of open(2) or read(2).
 */
export function readResolvers(path: string): Ip[] {
  try {
    return parseResolvers(readStart(path, MAX_BYTES) ?? "");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

export function parseResolvers(text: string): Ip[] {
  return text.split("\n").flatMap((line) => {
    const [, address = ""] = /^\s*nameserver\s+([^\s%#;]+)/.exec(line) ?? [];
    return parseIp(address) ?? [];
  });
}
