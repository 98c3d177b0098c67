import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mirrorSite, useDav } from "../clients.ts";
import { joinNetns, makeNetns } from "../netns.ts";
import { startDav } from "../servers/dav.ts";
import { startSite } from "../servers/site.ts";

// Writes anew the scenarios of real clients at real servers, in namespaces of its own: bin/bun test/replay/capture.ts.
// Needs root, nginx, apache2, wget and cadaver. Then UPDATE_GOLDENS=1 bin/bun test test/replay.

const SERVER = "198.51.100.10";
const MIRROR = "198.51.100.22";
const DAV = "198.51.100.20";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-capture-"));
const here = makeNetns();
const there = makeNetns();
joinNetns(here, there);
here.ip(`addr add ${SERVER}/24 dev eth0`);
for (const address of [DAV, MIRROR]) there.ip(`addr add ${address}/24 dev eth0`);
const site = await startSite(folder, 80, here.name);
const dav = await startDav(folder, 8080, here.name);

const clients = { netns: there.name, folder };

function write(name: string, about: string, log: string): void {
  const scenario = join(import.meta.dirname, `innocent-${name}`);
  mkdirSync(scenario, { recursive: true });
  writeFileSync(join(scenario, "access.log"), readFileSync(log));
  writeFileSync(join(scenario, "scenario.json"), `${JSON.stringify({ about, guilty: {} }, undefined, 2)}\n`);
}

try {
  await mirrorSite(clients, MIRROR, SERVER);
  write("recursive-wget", "wget mirrors a site at full speed; some links are dead. Captured.", site.log);
  await useDav(clients, SERVER);
  write("cadaver", "A WebDAV client puts, gets and deletes files behind a password. Captured.", dav.log);
} finally {
  await site.stop();
  await dav.stop();
  await here.remove();
  await there.remove();
  rmSync(folder, { recursive: true });
}
