import { isPrivate } from "../../model/cidr.ts";
import type { Ip } from "../../model/ip.ts";
import type { Rule } from "../rule.ts";
import { counted } from "../words.ts";

/** Closer than that is traffic. */
const CLOSEST = 5000;
const TOLERANCE = 0.1;
/** Peers remembered; the one that was longest without a connection is forgotten. A host has some hundreds. */
const MOST = 4096;

interface Beat {
  last: number;
  /** Mean of the distances that were alike, in milliseconds, and how many they are. */
  distance: number;
  run: number;
}

export const beaconing: Rule = {
  id: "beaconing",
  means:
    "This host connects to one address at equal distances, one connection each time: so does malware that asks for orders.",
  spares:
    "So do updates, probes and clocks: it is information, private addresses are not judged, and distances below five seconds are traffic.",
  score: 4,
  mitre: "T1071",
  thresholds: ["sockets.beacons"],
  watch({ thresholds, raise }) {
    const beats = new Map<Ip, Beat>();
    return {
      sockets(subject, { table, first, opened, apart }, at) {
        if (opened === 0 || isPrivate(table.remote, 4 * first)) return;
        const { ip } = subject;
        const known = beats.get(ip);
        beats.delete(ip);
        if (opened > 1) return;
        const beat = known ?? { last: Number.NaN, distance: 0, run: 0 };
        follow(beat, at, apart);
        beats.set(ip, beat);
        if (beats.size > MOST) {
          const [oldest] = beats.keys();
          if (oldest !== undefined) beats.delete(oldest);
        }
        const n = beat.run + 1;
        if (n < thresholds["sockets.beacons"] || beat.distance < CLOSEST) return;
        raise(subject, { at, since: at - beat.run * beat.distance, peak: n, name: seconds(beat.distance) });
      },
      evidence({ peak, names }) {
        const [usual] = [...(names ?? [])].sort(([, a], [, b]) => b - a);
        return `${counted(peak, "connection")} from here, one each ${usual?.[0] ?? ""}`;
      },
    };
  },
};

/** `apart`: how far from each other the table is read, and so how exactly a distance is known. */
function follow(beat: Beat, at: number, apart: number): void {
  const distance = at - beat.last;
  const isAlike = Math.abs(distance - beat.distance) <= Math.max(TOLERANCE * beat.distance, apart);
  beat.last = at;
  if (beat.run > 0 && isAlike) {
    beat.run++;
    beat.distance += (distance - beat.distance) / beat.run;
  } else {
    beat.run = Number.isNaN(distance) ? 0 : 1;
    beat.distance = Number.isNaN(distance) ? 0 : distance;
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
