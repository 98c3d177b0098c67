import { hostname, uptime } from "node:os";
import { readNetDev } from "../kernel/net-dev.ts";
import { type Counters, readNetstat } from "../kernel/netstat.ts";
import { defaultInterfaces } from "../kernel/routes.ts";
import type { HealthEvent, InterfaceCounters, KernelEvent } from "../model/event.ts";
import { messageOf } from "../model/message-of.ts";

/** A host of containers has an interface for each; the event of every second need not carry more. */
const MAX_INTERFACES = 256;

export interface KernelCountersOptions {
  /** Where proc(5) is mounted, `/proc` when absent; `/proc/PID` reads the network namespace of that process. */
  readonly procRoot?: string | undefined;
  /** The interface to mark as the default one, instead of those with a default route. */
  readonly interface?: string | undefined;
}

export interface KernelCounters {
  /** The counters as of `now` (epoch milliseconds), and how reading them went. Never throws. */
  poll(now: number): readonly [KernelEvent, HealthEvent];
}

/** The host's name and uptime, its interfaces, and what TCP accepted, dropped and answered by cookie. */
export function createKernelCounters(options: KernelCountersOptions = {}): KernelCounters {
  const procRoot = options.procRoot ?? "/proc";
  const chosen = options.interface;
  return {
    poll(now) {
      const failures: string[] = [];
      const attempt = <T>(read: () => T): T | undefined => {
        try {
          return read();
        } catch (error) {
          failures.push(messageOf(error));
          return undefined;
        }
      };
      const counters = attempt<Counters>(() => readNetstat(procRoot));
      const devices = attempt(() => readNetDev(procRoot));
      const shown = chosen === undefined ? attempt(() => defaultInterfaces(procRoot)) : new Set([chosen]);
      if (chosen !== undefined && devices?.some(({ name }) => name === chosen) === false) {
        failures.push(`there is no interface ${chosen}`);
      }
      const state = failures.length === 0 ? "up" : (counters ?? devices) ? "degraded" : "down";
      return [
        {
          kind: "kernel",
          at: now,
          host: hostname(),
          uptime: Math.floor(uptime()),
          counters: counters ?? {},
          interfaces: marked(devices ?? [], shown),
        },
        {
          kind: "health",
          at: now,
          part: "kernel",
          source: `${procRoot}/net`,
          state,
          detail: failures.length === 0 ? "TCP counters and interfaces" : failures.join("; "),
        },
      ];
    },
  };
}

/** Those of `shown` are marked, and come first so that the limit does not cut them off. */
function marked(devices: InterfaceCounters[], shown: ReadonlySet<string> | undefined): InterfaceCounters[] {
  const isShown = ({ name }: InterfaceCounters): boolean => shown?.has(name) === true;
  const first = devices.filter(isShown).map((device) => ({ ...device, default: true as const }));
  const others = devices.filter((device) => !isShown(device));
  return [...first, ...others].slice(0, MAX_INTERFACES);
}
