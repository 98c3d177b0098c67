import type { Config } from "../config/options.ts";
import { createGeo } from "../enrich/geo.ts";
import { GEOIP_DIRECTORIES, type GeoPlaces } from "../enrich/geo-places.ts";
import type { Ip } from "../model/ip.ts";
import { now } from "../sources/clock.ts";
import type { Surroundings, Teller } from "./knowledge.ts";

/** A database that is updated is noticed so much later (ms). */
const INTERVAL = 30_000;
/** When it was, so many addresses are told of anew at once, and so long later the next (ms). */
const AT_ONCE = 1_024;
const PAUSE = 50;

/** Where they are looked for; `state` is what `geoip update` fills. */
export function geoPlaces({ geoipCity, geoipAsn }: Config, state: string): GeoPlaces {
  return { city: geoipCity, asn: geoipAsn, directories: [state, ...GEOIP_DIRECTORIES] };
}

/** Countries and networks by the databases of this machine. */
export function startGeo({ config, places, engine, emit }: Surroundings): Teller {
  const geo = createGeo(geoPlaces(config, places.state), emit, now);
  let rest: readonly Ip[] = [];
  let again: ReturnType<typeof setTimeout> | undefined;
  const tell = (ips: readonly Ip[]): void => {
    for (const ip of ips) {
      const origin = geo.lookup(ip);
      if (origin !== undefined) emit({ kind: "origin", at: now(), ip, ...origin });
    }
  };
  const tellRest = (): void => {
    tell(rest.slice(0, AT_ONCE));
    rest = rest.slice(AT_ONCE);
    again = rest.length === 0 ? undefined : setTimeout(tellRest, PAUSE);
  };
  const refresh = async (): Promise<void> => {
    if (!(await geo.refresh())) return;
    rest = engine.held();
    clearTimeout(again);
    tellRest();
  };
  const timer = setInterval(refresh, INTERVAL);
  void refresh();
  return {
    tell,
    refresh: () => void refresh(),
    async close() {
      clearInterval(timer);
      clearTimeout(again);
      geo.close();
      return undefined;
    },
  };
}
