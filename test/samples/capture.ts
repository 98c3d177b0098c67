/**
 * Writes the samples of this folder anew: `bin/bun test/samples/capture.ts`, as root, where every server is
 * installed. The lines are what the servers wrote; which of them, see below.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeRefusals } from "../refusals.ts";
import { makeTraffic, type Traffic } from "../traffic.ts";

/** Fifteen of the exchanges: one of each kind, none of them too long to look at. */
const SHOWN = [
  "get",
  "post",
  "quotes",
  "utf-8",
  "http/0.9",
  "tls hello",
  "empty line",
  "nonsense",
  "hung up",
  "blanks",
  "raw utf-8",
  "user",
  "ipv6",
  "head",
  "forwarded",
];

/** Instead of the folder of an error log, made as long: nginx counts the bytes of its entries. */
const PLACE = "/srv/www";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-capture-"));
try {
  const traffic = await makeTraffic(folder);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".log"))) {
    const lines = readFileSync(join(folder, file), "latin1").trimEnd().split("\n");
    const sent = exchangesOf(file, traffic);
    const shown = lines.filter((_, i) => SHOWN.includes(sent[i] ?? ""));
    // A log of errors holds nothing that was sent.
    if (shown.length > 1) writeFileSync(join(import.meta.dir, file), `${shown.join("\n")}\n`, "latin1");
  }
  const errors = join(folder, "errors");
  mkdirSync(errors);
  await makeRefusals(errors);
  for (const file of ["nginx-error.log", "apache-error.log"]) {
    // Whole, since its lines belong together, but for what tells of the machine.
    const written = readFileSync(join(errors, file), "latin1")
      .replaceAll(errors, PLACE.padEnd(errors.length, "w"))
      .replaceAll(/^.*\[(?:\w+:)?notice\].*\n/gm, "");
    writeFileSync(join(import.meta.dir, file), written, "latin1");
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** The names of the exchanges that the lines of `file` are about. */
function exchangesOf(file: string, traffic: Traffic): string[] {
  const [server = ""] = file.split(/[-.]/);
  if (file.startsWith("haproxy-captured")) return traffic.captured.map(({ exchange }) => exchange.name);
  if (file.startsWith("haproxy-clf")) return traffic.clf.map(({ exchange }) => exchange.name);
  if (/^nginx-(?:edge|backend)/.test(file)) return traffic.edge.map(({ exchange }) => exchange.name);
  const all =
    server === "nginx" || server === "caddy" || server === "apache" ? traffic[server] : traffic.haproxy;
  return all.map(({ exchange }) => exchange.name);
}
