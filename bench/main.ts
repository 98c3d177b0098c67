import { cpus, release, totalmem } from "node:os";
import { consoleUse } from "./console.ts";
import { detect } from "./detect.ts";
import { formats } from "./formats.ts";
import { geo } from "./geo.ts";
import { history } from "./history.ts";
import { packets } from "./packets.ts";
import { pipeline } from "./pipeline.ts";
import { soak } from "./soak.ts";
import { sockets } from "./sockets.ts";

/** Every benchmark, by the word that runs it alone: `npm run bench -- pipeline`. */
const BENCHMARKS = { pipeline, formats, detect, sockets, packets, geo, history, console: consoleUse };
/** Those that run only when they are asked for, for so many minutes: `npm run bench -- soak` or `soak:5`. */
const LONG = { soak };

const wanted = process.argv.slice(2).map((word) => word.split(":"));
const names = [...Object.keys(BENCHMARKS), ...Object.keys(LONG)];
const unknown = wanted.filter(
  ([name = "", minutes]) =>
    !names.includes(name) || (minutes !== undefined && !/^[1-9]\d{0,3}$/.test(minutes)),
);
if (unknown.length > 0) {
  process.stderr.write(
    `no such benchmark: ${unknown.map((words) => words.join(":")).join(", ")}; there are: ${names.join(", ")} (soak:MINUTES)\n`,
  );
  process.exit(2);
}
const { model } = cpus()[0] ?? { model: "unknown processor" };
process.stdout.write(
  `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Bun ${Bun.version}\n` +
    "Medians with (lowest-highest). Other work on the machine moves them: read the ratios.\n",
);
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (wanted.length === 0 || wanted.some(([word]) => word === name)) await run();
}
for (const [name, run] of Object.entries(LONG)) {
  for (const [word, minutes] of wanted) {
    if (word === name) await run(minutes === undefined ? undefined : Number(minutes));
  }
}
