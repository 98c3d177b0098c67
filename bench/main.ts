import { cpus, release, totalmem } from "node:os";
import { consoleUse } from "./console.ts";
import { formats } from "./formats.ts";
import { pipeline } from "./pipeline.ts";
import { sockets } from "./sockets.ts";

/** Every benchmark, by the word that runs it alone: `npm run bench -- pipeline`. */
const BENCHMARKS = { pipeline, formats, sockets, console: consoleUse };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(
    `no such benchmark: ${unknown.join(", ")}; there are: ${Object.keys(BENCHMARKS).join(", ")}\n`,
  );
  process.exit(2);
}
const { model } = cpus()[0] ?? { model: "unknown processor" };
process.stdout.write(
  `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Bun ${Bun.version}\n` +
    "Medians with (lowest-highest). Other work on the machine moves them: read the ratios.\n",
);
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
