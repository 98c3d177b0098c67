import { readFileSync } from "node:fs";
import type { InterfaceCounters } from "../model/event.ts";

/**
 * The network interfaces of `procRoot`/net/dev, in the file's order (proc_pid_net(5)). Lines that are
 * none are passed over. Throws the error of open(2) or read(2).
 */
export function readNetDev(procRoot: string): InterfaceCounters[] {
  return parseNetDev(readFileSync(`${procRoot}/net/dev`, "utf8"));
}

/** The lines `NAME: COUNTER...`; the two above them, which name the columns, have no colon or no numbers. */
export function parseNetDev(text: string): InterfaceCounters[] {
  const interfaces: InterfaceCounters[] = [];
  for (const line of text.split("\n")) {
    // Old kernels put no blank behind the colon, and the name itself may hold one (eth0:1).
    const colon = line.lastIndexOf(":");
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim();
    const [inBytes, inPackets, , , , , , , outBytes, outPackets] = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number);
    if (
      name === "" ||
      !isCount(inBytes) ||
      !isCount(inPackets) ||
      !isCount(outBytes) ||
      !isCount(outPackets)
    ) {
      continue;
    }
    interfaces.push({ name, inBytes, outBytes, inPackets, outPackets });
  }
  return interfaces;
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && Number.isFinite(value);
}
