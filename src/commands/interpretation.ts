import type { Config } from "../config/options.ts";
import { proxyPrefixes } from "../model/proxies.ts";
import type { Interpretation } from "../sources/interpret.ts";

/** How the configuration wants access logs read. Its values were checked when it was loaded. */
export function interpretationOf({ logFormat, trustProxies }: Config): Interpretation {
  return { format: logFormat, proxies: trustProxies.flatMap((text) => proxyPrefixes(text) ?? []) };
}
