import type { Config } from "../config/options.ts";
import type { Places } from "../config/state.ts";
import type { Input } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import type { Engine } from "./engine.ts";
import { startGeo } from "./geo.ts";
import { startHistory } from "./history-keeper.ts";

/** New addresses told of at once, and how often (ms): some 5 ms of look-ups, and a row hardly waits for its country. */
const AT_ONCE = 2_048;
const INTERVAL = 250;

/** Who answers for addresses. */
export interface Teller {
  /** These are new: what is known of them without asking anybody outside is told. */
  tell(ips: readonly Ip[]): void;
  /** Looks at its source now. */
  refresh(): void;
  close(): void | Promise<void>;
}

/** What tells the engine who its addresses are, running. */
export interface Knowledge {
  refresh(): void;
  close(): Promise<void>;
}

/** What it works with. */
export interface Surroundings {
  readonly config: Config;
  readonly places: Places;
  readonly engine: Engine;
  readonly emit: (input: Input) => void;
}

/** From now on tells the engine where its addresses come from, by what is on this machine: nobody is asked. */
export function startDatabases(around: Surroundings): Knowledge {
  return telling(around.engine, around.config.geoipEnabled ? [startGeo(around)] : []);
}

/** The same, and what they did before; what they do is written down. */
export function startKnowledge(around: Surroundings): Knowledge {
  const { config, engine } = around;
  return telling(engine, [
    ...(config.geoipEnabled ? [startGeo(around)] : []),
    ...(config.historyEnabled ? [startHistory(around)] : []),
  ]);
}

function telling(engine: Engine, tellers: readonly Teller[]): Knowledge {
  const tell = (): void => {
    const ips = engine.newcomers(AT_ONCE);
    if (ips.length > 0) for (const teller of tellers) teller.tell(ips);
  };
  const timer = tellers.length === 0 ? undefined : setInterval(tell, INTERVAL);
  return {
    refresh() {
      for (const teller of tellers) teller.refresh();
    },
    async close() {
      clearInterval(timer);
      await Promise.all(tellers.map((teller) => teller.close()));
    },
  };
}
