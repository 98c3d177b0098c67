import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { GUILTY_DISGUISED } from "./make/guilty-disguised.ts";
import { GUILTY_HTTP } from "./make/guilty-http.ts";
import { GUILTY_SOCKETS } from "./make/guilty-sockets.ts";
import { GUILTY_SSH } from "./make/guilty-ssh.ts";
import { INNOCENT } from "./make/innocent.ts";
import { INNOCENT_APPLICATIONS } from "./make/innocent-applications.ts";

// Writes the scenarios that are made up, the same each time. Those of real programs come from capture.ts.

/** Characters of a log from which on it is compressed. */
const COMPRESSED = 64_000;

for (const { name, about, guilty = {}, set, logs } of [
  ...GUILTY_SSH,
  ...GUILTY_HTTP,
  ...GUILTY_SOCKETS,
  ...GUILTY_DISGUISED,
  ...INNOCENT,
  ...INNOCENT_APPLICATIONS,
]) {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  const scenario = { about, guilty, ...(set !== undefined && { set }) };
  writeFileSync(join(folder, "scenario.json"), `${JSON.stringify(scenario, undefined, 2)}\n`);
  for (const [file, lines] of Object.entries(logs)) {
    const sorted = lines.toSorted((a, b) => a.at - b.at);
    const text = sorted.map((line) => `${line.text}\n`).join("");
    if (text.length > COMPRESSED) writeFileSync(join(folder, `${file}.gz`), gzipSync(text, { level: 9 }));
    else writeFileSync(join(folder, file), text);
  }
}
