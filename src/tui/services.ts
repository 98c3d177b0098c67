import type { Service } from "../model/snapshot.ts";

/** Names of services in as many cells as there are: `https,ssh+2`; a dash for none. */
export function serviceNames(services: readonly Service[], width: number): string {
  let text = "";
  for (const [i, { name }] of services.entries()) {
    const longer = text === "" ? name : `${text},${name}`;
    const rest = services.length - i - 1;
    if (longer.length + (rest > 0 ? 2 : 0) > width && text !== "") return `${text}+${services.length - i}`;
    text = longer;
  }
  return text === "" ? "-" : text;
}
