import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config/options.ts";
import { createGeo } from "../enrich/geo.ts";
import type { HealthEvent } from "../model/event.ts";
import { messageOf } from "../model/message-of.ts";
import { now } from "../sources/clock.ts";
import { openReader } from "../store/database.ts";
import { list } from "../store/query.ts";
import { troubleOf } from "../store/trouble.ts";
import { bytes, grouped } from "../tui/format.ts";
import { type Finding, STATES } from "./doctor-finding.ts";
import { geoPlaces } from "./geo.ts";
import { historyPath } from "./history-path.ts";

/** What tells who an address is, and what it did before. Nobody outside is asked. */
export async function knowledge(config: Config, state: string): Promise<Finding[]> {
  return [...(await geo(config, state)), whois(config), history(config, state)];
}

async function geo(config: Config, state: string): Promise<Finding[]> {
  const part = "geo";
  if (!config.geoipEnabled) return [{ part, state: "off", text: "geoip.enabled is off" }];
  const told: HealthEvent[] = [];
  const databases = createGeo(geoPlaces(config, state), (event) => told.push(event), now);
  await databases.refresh();
  databases.close();
  return told.map(({ state: how, detail, source }) => ({
    part,
    state: STATES[how],
    text: `${source}: ${detail}`,
  }));
}

const REMEDY = "Make it writable, or set XDG_STATE_HOME to a directory that is";

/** Why nothing can be written to a directory, or where it is not there to the one it would be made in. */
function reasonAgainst(directory: string): string | undefined {
  try {
    accessSync(directory, constants.W_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
    const above = dirname(directory);
    return code === "ENOENT" && above !== directory ? reasonAgainst(above) : code;
  }
}

function whois({ whoisEnabled, rdnsEnabled, rdapBootstrap }: Config): Finding {
  const part = "whois";
  if (!whoisEnabled) return { part, state: "off", text: "whois.enabled is off: nobody is asked" };
  const names = rdnsEnabled ? ", and for names in reverse DNS" : "";
  const text = `the console asks the registries (${rdapBootstrap}) on w, of rows on screen and of who is suspicious${names}`;
  return { part, state: "ok", text };
}

function history({ historyEnabled }: Config, state: string): Finding {
  const part = "history";
  if (!historyEnabled) return { part, state: "off", text: "history.enabled is off" };
  const path = historyPath(state);
  try {
    const database = openReader(path);
    try {
      const { total } = list(database, { flagged: false, sort: "last", limit: 0 });
      const size = bytes(statSync(path).size);
      return { part, state: "ok", text: `${path}: ${grouped(total)} addresses, ${size}` };
    } finally {
      database.close();
    }
  } catch (error) {
    const { kind, words } = troubleOf(error, path);
    const none = "none yet: the console and watch write it";
    if (kind === "missing") {
      const unwritable = reasonAgainst(state);
      return unwritable === undefined
        ? { part, state: "off", text: none }
        : { part, state: "fail", text: `${state} cannot be written to: ${unwritable}`, remedy: REMEDY };
    }
    return { part, state: "fail", text: words, ...(kind === "denied" && { remedy: "Run with sudo" }) };
  }
}
