import type { TcpState } from "../model/event.ts";
import { sharedOrigin } from "../model/origin.ts";
import type { GroupProfile, Origin, Verdict, Wire } from "../model/snapshot.ts";
import { inWords, plain, Row } from "./row.ts";
import { listServices } from "./services.ts";
import type { State } from "./state.ts";
import { byAddress } from "./top.ts";
import { plusWire } from "./wire.ts";

/** Addresses that belong together, summed up one after the other. */
export class GroupSum {
  readonly #state: State;
  readonly #group: string;
  readonly #states: Partial<Record<TcpState, number>> = {};
  readonly #services = new Map<number, number>();
  #addresses = 0;
  #origin: Origin | undefined;
  /** The highest, and the slot whose it is. */
  #risk = 0;
  #worst = -1;
  #newest = 0;
  #firstSeen = Number.POSITIVE_INFINITY;
  #lastSeen = Number.NEGATIVE_INFINITY;
  #connections = 0;
  #established = 0;
  #halfOpen = 0;
  #requests = 0;
  #requests10s = 0;
  #requests60s = 0;
  #bytes = 0;
  #inBytes: number | undefined;
  #outBytes: number | undefined;
  #wire: Wire | undefined;
  #status4xx = 0;
  #status5xx = 0;
  #malformed = 0;
  #authFailures = 0;
  #authAccepted = 0;

  constructor(state: State, group: string) {
    this.#state = state;
    this.#group = group;
  }

  add(row: Row): void {
    this.#origin = this.#addresses === 0 ? row.origin : sharedOrigin(this.#origin, row.origin);
    this.#addresses++;
    this.#judge(row);
    this.#newest = Math.max(this.#newest, row.newest);
    this.#firstSeen = Math.min(this.#firstSeen, row.firstSeen);
    this.#lastSeen = Math.max(this.#lastSeen, row.lastSeen);
    if (row.connections > 0) row.addStates(this.#states);
    row.addServices(this.#services);
    this.#connections += row.connections;
    this.#established += row.established;
    this.#halfOpen += row.halfOpen;
    this.#requests += row.requests;
    this.#requests10s += row.requests10s;
    this.#requests60s += row.requests60s;
    this.#bytes += row.bytes;
    const { inBytes, outBytes, wire } = row;
    if (inBytes !== undefined) this.#inBytes = (this.#inBytes ?? 0) + inBytes;
    if (outBytes !== undefined) this.#outBytes = (this.#outBytes ?? 0) + outBytes;
    if (wire !== undefined) this.#wire = plusWire(this.#wire, wire);
    this.#status4xx += row.status4xx;
    this.#status5xx += row.status5xx;
    this.#malformed += row.malformed;
    this.#authFailures += row.authFailures;
    this.#authAccepted += row.authAccepted;
  }

  /** The worst one's verdict; of several, that of the lowest address. */
  #judge(row: Row): void {
    const { risk } = row;
    if (risk === 0) return;
    const more = risk - this.#risk;
    if (more < 0 || (more === 0 && byAddress(this.#state)(this.#worst, row.slot) < 0)) return;
    this.#risk = risk;
    this.#worst = row.slot;
  }

  #verdict(): Verdict | undefined {
    if (this.#worst < 0) return undefined;
    const row = new Row(this.#state);
    row.slot = this.#worst;
    return row.verdict && plain(row.verdict);
  }

  /** What was added so far. `last` is the newest thing that any of them did. */
  toProfile(): GroupProfile {
    const last = inWords(this.#state, this.#newest);
    const verdict = this.#verdict();
    const known = this.#state.sockets.table !== undefined;
    const noSocket = known && this.#wire !== undefined && this.#connections === 0;
    return {
      group: this.#group,
      addresses: this.#addresses,
      ...(verdict !== undefined && { verdict }),
      ...(this.#origin !== undefined && { origin: this.#origin }),
      firstSeen: this.#firstSeen,
      lastSeen: this.#lastSeen,
      connections: this.#connections,
      established: this.#established,
      halfOpen: this.#halfOpen,
      states: this.#states,
      services: listServices(this.#services),
      requests: this.#requests,
      requests10s: this.#requests10s,
      requests60s: this.#requests60s,
      bytes: this.#bytes,
      ...(this.#inBytes !== undefined && { inBytes: this.#inBytes }),
      ...(this.#outBytes !== undefined && { outBytes: this.#outBytes }),
      ...(this.#wire !== undefined && { wire: this.#wire }),
      ...(noSocket && { noSocket }),
      status4xx: this.#status4xx,
      status5xx: this.#status5xx,
      malformed: this.#malformed,
      authFailures: this.#authFailures,
      authAccepted: this.#authAccepted,
      ...(last !== undefined && { last }),
    };
  }
}
