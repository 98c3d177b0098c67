import { isPrivate } from "../model/cidr.ts";
import type { ThresholdKey } from "../model/thresholds.ts";
import type { Rule } from "./rule.ts";
import type { SeenSockets } from "./sockets.ts";
import { atMostIn } from "./words.ts";

/** What is counted: a window of MiB would lose what is below one at each look. */
const UNIT = 1024;
const UNITS_PER_MIB = 1024;
/** Of the mean rate that it takes: slower is not counted, or many peers that move little would take the tracks of others. */
const LEAST = 0.1;

interface Volume extends Omit<Rule, "thresholds" | "watch"> {
  readonly threshold: ThresholdKey;
  /** Payload bytes since the look before. */
  bytes(sockets: Readonly<SeenSockets>): number;
  readonly direction: "received" | "sent";
}

/** A rule by the bytes that connections moved, where the kernel tells them (tcp_info). */
export function volumeRule({ threshold, bytes, direction, ...rule }: Volume): Rule {
  return {
    ...rule,
    thresholds: [threshold, "volume.window"],
    watch({ thresholds, window, raise }) {
      const perSecond = (UNITS_PER_MIB * thresholds[threshold]) / thresholds["volume.window"];
      const moved = window(thresholds["volume.window"]);
      return {
        sockets(subject, sockets, at) {
          const units = Math.round(bytes(sockets) / UNIT);
          if (units < (LEAST * perSecond * sockets.apart) / 1000) return;
          if (units === 0 || isPrivate(sockets.table.remote, 4 * sockets.first)) return;
          const n = moved.add(subject.slot, at, units) / UNITS_PER_MIB;
          if (n < thresholds[threshold]) return;
          raise(subject, { at, since: moved.since(subject.slot), peak: n });
        },
        evidence: (standing) =>
          `${Math.round(standing.peak)} MiB ${direction}${atMostIn(thresholds["volume.window"], standing)}`,
      };
    },
  };
}
