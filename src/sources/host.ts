import { networkInterfaces } from "node:os";
import type { HostEvent } from "../model/event.ts";
import { parseIp } from "../model/ip.ts";

/** Tells this host's own addresses, at first and whenever they changed. */
export function createHost(): { poll(now: number): HostEvent | undefined } {
  let told = "";
  return {
    poll(at) {
      const addresses = Object.values(networkInterfaces())
        .flatMap((all = []) => all.flatMap(({ address }) => parseIp(address) ?? []))
        .sort();
      const words = addresses.join();
      if (words === told) return undefined;
      told = words;
      return { kind: "host", at, addresses };
    },
  };
}
