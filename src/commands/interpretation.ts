import type { Config } from "../config/options.ts";
import { proxiesOf } from "../model/proxies.ts";
import type { Interpretation } from "../sources/interpret.ts";

/** How the configuration wants access logs read. Its values were checked when it was loaded. */
export function interpretationOf({ logFormat, trustProxies }: Config): Interpretation {
  const proxies = trustProxies.length === 0 ? undefined : proxiesOf(trustProxies);
  return { format: logFormat, strict: logFormat !== "auto", proxies };
}
