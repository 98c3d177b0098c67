import type { Config } from "../config/options.ts";
import type { Places } from "../config/state.ts";
import type { Input } from "../model/event.ts";
import type { Recurring } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";
import type { Engine } from "./engine.ts";
import { startGeo } from "./geo.ts";
import { type Remembering, startHistory } from "./history-keeper.ts";
import { type Registries, startRegistries } from "./registries.ts";

/** New addresses told of at once, and how often (ms): some 5 ms of look-ups, and a row hardly waits for its country. */
const AT_ONCE = 2_048;
const INTERVAL = 250;

/** Who answers for addresses. */
export interface Teller {
  /** These are new: what is known of them without asking anybody outside is told. */
  tell(ips: readonly Ip[]): void;
  /** Looks at its source now. */
  refresh(): void;
  /** What was left undone, in words, where anything was. */
  close(): Promise<string | undefined>;
}

/** What tells the engine who its addresses are, running. */
export interface Knowledge {
  refresh(): void;
  /** Asks others who has an address: what comes of it, in words. */
  lookUp(ip: Ip): string;
  /** Who was flagged in several runs; in words why that cannot be told. */
  recurring(): Promise<readonly Recurring[] | string>;
  /** These are on the screen: about them others may be asked. */
  onScreen(ips: readonly Ip[]): void;
  /** What was left undone, in words. */
  close(): Promise<readonly string[]>;
}

const NO_HISTORY = "no history is kept: history.enabled is off (--no-history)";
const NOT_ASKED = "nobody is asked who has an address: whois.enabled is off (--no-whois)";

/** What it works with. */
export interface Surroundings {
  readonly config: Config;
  readonly places: Places;
  readonly engine: Engine;
  readonly emit: (input: Input) => void;
  /** Tells somebody who looks, in words. */
  readonly say?: (words: string) => void;
}

/** From now on tells the engine where its addresses come from, by what is on this machine: nobody is asked. */
export function startDatabases(around: Surroundings): Knowledge {
  return telling(around.engine, { geo: around.config.geoipEnabled ? startGeo(around) : undefined });
}

/** The same, by the registries too, and what they did before; what they do is written down. */
export function startKnowledge(around: Surroundings): Knowledge {
  const { config, engine } = around;
  return telling(engine, {
    geo: config.geoipEnabled ? startGeo(around) : undefined,
    past: config.historyEnabled ? startHistory(around) : undefined,
    registries: config.whoisEnabled ? startRegistries(around) : undefined,
  });
}

interface Tellers {
  readonly geo?: Teller | undefined;
  readonly past?: Remembering | undefined;
  readonly registries?: Registries | undefined;
}

function telling(engine: Engine, { geo, past, registries }: Tellers): Knowledge {
  const tellers = [geo, past, registries].filter((teller) => teller !== undefined);
  const tell = (): void => {
    const ips = engine.newcomers(AT_ONCE);
    if (ips.length > 0) for (const teller of tellers) teller.tell(ips);
  };
  const timer = tellers.length === 0 ? undefined : setInterval(tell, INTERVAL);
  return {
    refresh() {
      for (const teller of tellers) teller.refresh();
    },
    lookUp: (ip) => registries?.lookUp(ip) ?? NOT_ASKED,
    recurring: () => past?.recurring() ?? Promise.resolve(NO_HISTORY),
    onScreen: (ips) => registries?.onScreen(ips),
    async close() {
      clearInterval(timer);
      const left = await Promise.all(tellers.map((teller) => teller.close()));
      return left.flatMap((words) => words ?? []);
    },
  };
}
