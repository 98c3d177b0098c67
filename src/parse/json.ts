import { caddy } from "./caddy.ts";
import type { Format } from "./format.ts";
import { parseJson } from "./json-line.ts";
import { nginxJson } from "./nginx-json.ts";
import { traefikJson } from "./traefik.ts";

/** One JSON object a line, of whatever server. */
export const json: Format = {
  parse: parseJson,
  samples: [...caddy.samples, ...nginxJson.samples, ...traefikJson.samples],
};
