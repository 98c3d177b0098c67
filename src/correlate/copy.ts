import type { SocketTable } from "../model/event.ts";
import { createLineReader } from "./lines.ts";
import { copyMemory } from "./memory.ts";
import { createMinutes } from "./minutes.ts";
import type { Recent } from "./recent.ts";
import { addressWords, SIZE } from "./record.ts";
import { createSearch } from "./search.ts";
import { type SocketIndex, type State, withSubject } from "./state.ts";
import { DEPTH, type Series } from "./windows.ts";
import { copyWire } from "./wire.ts";

/**
 * The state as it is now, sharing nothing that is ever changed: what is folded into either is not seen in the other.
 * Of columns, which hold room for all addresses, only the part in use is copied, so that a small state is a small
 * copy.
 */
export function copyState(state: State): State {
  const { addresses, windows, strips, origins, sockets, series } = state;
  const { top } = addresses;
  const records = part(state.records, SIZE * top);
  const recent = copyRecent(state.recent);
  return withSubject({
    ...state,
    judge: state.judge.frozen(),
    alerts: { ...state.alerts, kept: [...state.alerts.kept] },
    addresses: {
      ...addresses,
      words: addressWords(records),
      cells: addresses.cells.slice(),
      cellOf: addresses.cellOf.slice(),
      freed: part(addresses.freed, addresses.freedCount),
    },
    records,
    texts: state.texts.slice(),
    origins: {
      of: origins.of.slice(),
      countries: origins.countries.slice(),
      networks: origins.networks.slice(),
      texts: new Map(origins.texts),
    },
    windows: { counts: part(windows.counts, DEPTH * top), newest: part(windows.newest, top) },
    strips: {
      ...strips,
      // A free strip is cleared when it is claimed.
      counts: strips.used === 0 ? new Uint16Array(strips.counts.length) : strips.counts.slice(),
      newest: strips.newest.slice(),
      owner: strips.owner.slice(),
      of: strips.of.slice(),
    },
    memory: copyMemory(state.memory),
    minutes: createMinutes(),
    wire: copyWire(state.wire, top),
    recent,
    lines: createLineReader(recent),
    search: createSearch(),
    counts: { ...state.counts },
    sockets: copySockets(sockets, top),
    refused: new Map(state.refused),
    health: new Map(state.health),
    series: {
      requests: copySeries(series.requests),
      newConnections: copySeries(series.newConnections),
      inBytes: copySeries(series.inBytes),
      outBytes: copySeries(series.outBytes),
    },
  });
}

type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** As long as `column`, of which only the first `used` hold anything. */
function part<T extends Column>(column: T, used: number): T {
  const copy = new (column.constructor as new (length: number) => T)(column.length);
  copy.set(column.subarray(0, used));
  return copy;
}

function copyRecent(recent: Recent): Recent {
  const memory = new ArrayBuffer(recent.bytes.length);
  const bytes = Buffer.from(memory);
  // As long as the first record is held, nothing was written beyond the last.
  bytes.set(recent.oldest === 1 ? recent.bytes.subarray(0, recent.head) : recent.bytes);
  return {
    ...recent,
    bytes,
    words: new Uint32Array(memory),
    doubles: new Float64Array(memory),
    offsets: recent.offsets.slice(),
    lengths: recent.lengths.slice(),
    previous: recent.previous.slice(),
    sources: recent.sources.slice(),
    sourceIds: new Map(recent.sourceIds),
  };
}

function copySockets(sockets: SocketIndex, top: number): SocketIndex {
  return {
    ...sockets,
    table: sockets.table && copyTable(sockets.table),
    next: sockets.next.slice(),
    first: sockets.first.slice(),
    count: part(sockets.count, top),
    establishedCount: part(sockets.establishedCount, top),
    halfOpenCount: part(sockets.halfOpenCount, top),
    holders: sockets.holders.slice(),
  };
}

/** Its reader fills the same columns again for the next one. */
function copyTable(table: SocketTable): SocketTable {
  const { length } = table;
  return {
    length,
    local: table.local.slice(0, 4 * length),
    remote: table.remote.slice(0, 4 * length),
    localPort: table.localPort.slice(0, length),
    remotePort: table.remotePort.slice(0, length),
    state: table.state.slice(0, length),
    inbound: table.inbound.slice(0, length),
    netns: table.netns.slice(0, length),
    containers: new Map(table.containers),
    pid: table.pid.slice(0, length),
    processes: new Map(table.processes),
    hasInfo: table.hasInfo.slice(0, length),
    inBytes: table.inBytes.slice(0, length),
    outBytes: table.outBytes.slice(0, length),
    rtt: table.rtt.slice(0, length),
    retransmits: table.retransmits.slice(0, length),
  };
}

function copySeries(series: Series): Series {
  return { ...series, values: series.values.slice() };
}
