import type { TcpState } from "../model/event.ts";
import { sharedOrigin } from "../model/origin.ts";
import type { GroupProfile, Origin, Verdict } from "../model/snapshot.ts";
import { inWords, type Row } from "./row.ts";
import { listServices } from "./services.ts";
import type { State } from "./state.ts";
import { byAddress } from "./top.ts";

/** Addresses that belong together, summed up one after the other. */
export class GroupSum {
  readonly #state: State;
  readonly #group: string;
  readonly #states: Partial<Record<TcpState, number>> = {};
  readonly #services = new Map<number, number>();
  #addresses = 0;
  #origin: Origin | undefined;
  #verdict: Verdict | undefined;
  /** The slot whose verdict that is. */
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
    this.#status4xx += row.status4xx;
    this.#status5xx += row.status5xx;
    this.#malformed += row.malformed;
    this.#authFailures += row.authFailures;
    this.#authAccepted += row.authAccepted;
  }

  /** The worst one's verdict; of several, that of the lowest address. */
  #judge(row: Row): void {
    const { verdict } = row;
    if (verdict === undefined) return;
    const more = verdict.risk - (this.#verdict?.risk ?? -1);
    if (more < 0 || (more === 0 && byAddress(this.#state)(this.#worst, row.slot) < 0)) return;
    this.#verdict = verdict;
    this.#worst = row.slot;
  }

  /** What was added so far. `last` is the newest thing that any of them did. */
  toProfile(): GroupProfile {
    const last = inWords(this.#state, this.#newest);
    return {
      group: this.#group,
      addresses: this.#addresses,
      ...(this.#verdict !== undefined && { verdict: this.#verdict }),
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
      status4xx: this.#status4xx,
      status5xx: this.#status5xx,
      malformed: this.#malformed,
      authFailures: this.#authFailures,
      authAccepted: this.#authAccepted,
      ...(last !== undefined && { last }),
    };
  }
}
