import type { TrafficView } from "../model/event.ts";
import { type IpWords, isV4 } from "../model/ip.ts";
import { COUNT, COUNTS } from "../model/traffic.ts";
import { notice } from "./slots.ts";
import type { State } from "./state.ts";
import {
  addCounts,
  addLoudSyns,
  addRates,
  addTotals,
  hostRates,
  loudestOf,
  loudSyns,
  noteLoudest,
  noteReading,
  sendsOnlySyns,
} from "./wire.ts";

/** Bytes in and out stand first among the counts: of sockets nothing else is told. */
const PAYLOAD = 2;

/** SYNs before which nobody is judged by them: of the forged sources of a flood each has one or two, and there are many. */
const SYNS_WORTH = 20;

/** Adds what the peers sent and got since the reading before. Nothing of the columns is kept. */
export function foldTraffic(state: State, { columns, ...event }: TrafficView): void {
  const { wire, own, now } = state;
  const { at, source, milliseconds, totals, dropped = 0, sampled = 0 } = event;
  const { length, words, counts, lastSeen } = columns;
  const stretch = source === "tcp_info" ? undefined : noteReading(wire, at, milliseconds, now);
  wire.heard = true;
  wire.dropped += dropped;
  wire.sampled += sampled;
  let loud = 0;
  for (let i = 0; i < length; i++) {
    const from = COUNTS * i;
    const packets =
      stretch === undefined
        ? 0
        : (counts[from + COUNT.inPackets] as number) + (counts[from + COUNT.outPackets] as number);
    const passed =
      packets + (counts[from + COUNT.inBytes] as number) + (counts[from + COUNT.outBytes] as number);
    if (!(passed > 0) || isNobody(words, 4 * i) || own(words, 4 * i)) continue;
    if (stretch !== undefined) loud += loudSyns(counts, from, stretch);
    const seen = Math.floor(lastSeen[i] as number);
    const slot = notice(state, words, 4 * i, seen > 0 ? Math.min(seen, at) : at, packets);
    if (slot < 0) {
      wire.noRoom += packets;
      continue;
    }
    addCounts(wire, slot, counts, from, stretch === undefined ? PAYLOAD : COUNTS);
    if (stretch === undefined) continue;
    addRates(wire, slot, counts, from, stretch);
    const syns = counts[from + COUNT.synIn] as number;
    if (syns === 0) continue;
    noteLoudest(wire, words, 4 * i, syns / stretch.length, at);
    if (!sendsOnlySyns(wire, slot, SYNS_WORTH)) continue;
    state.subject.slot = slot;
    state.judge.syns(state.subject, syns, at);
  }
  if (stretch !== undefined && loud > 0) addLoudSyns(wire, loud, stretch, now);
  if (stretch === undefined || totals === undefined) return;
  addTotals(wire, totals, stretch, now);
  const rates = hostRates(wire, now);
  if (rates !== undefined) state.judge.wire(rates, at, loudestOf(wire, at));
}

/** Whether the address is multicast, broadcast or unspecified: packets go there, and nobody is there. */
function isNobody(words: IpWords, place: number): boolean {
  const last = words[place + 3] as number;
  if (isV4(words, place)) return last === 0 || last >>> 28 === 0xe || last === 0xffffffff;
  const first = words[place] as number;
  if (first >>> 24 === 0xff) return true;
  return (first | (words[place + 1] as number) | (words[place + 2] as number) | last) === 0;
}
