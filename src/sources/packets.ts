import { type Links, openLinks } from "../kernel/links.ts";
import { defaultInterfaces } from "../kernel/routes.ts";
import { messageOf } from "../model/message-of.ts";
import { now } from "./clock.ts";
import { CountedInterface, type CountingOptions, type InterfaceStatus } from "./counted-interface.ts";

/** More interfaces with a default route than any host has; each costs 30 MB of the kernel's memory. */
const MAX_INTERFACES = 16;
/** Milliseconds until no packet is under way any more through a table that was turned away: a program takes a thousandth. */
const GRACE = 20;

export interface PacketsOptions extends CountingOptions {
  /** Those of the default routes where none is named. */
  readonly interfaces: readonly string[];
  /** What is known of addresses without them, where anything is: asked when packets may not be counted. */
  instead?(): string | undefined;
}

/** What to ask for of packets, besides who hears of it. */
export type PacketsAsked = Pick<PacketsOptions, "interfaces" | "capture" | "scope" | "localIps">;

export interface Packets {
  /**
   * Tells what passed each interface since the last time, in parts between which others get their turn: of each interface
   * that is counted at least one event, whose last has the totals; then how each does. Never rejects.
   */
  poll(): Promise<void>;
  /** Whether any interface is counted now. */
  readonly counting: boolean;
  /** All interfaces that are here. Throws SystemError. */
  names(): readonly string[];
  /** As they were at the last poll. */
  status(): readonly InterfaceStatus[];
  /** With a reason it says of each interface that it is not counted any more. */
  close(reason?: string): void;
}

/** Counts the packets of some interfaces. */
export function createPackets(options: PacketsOptions): Packets {
  const interfaces = new Map<string, CountedInterface>();
  let links: Links | undefined;
  let polls = 0;
  let polling = false;
  let closed = false;
  let unable = false;

  /** Of all of them, where it is not one interface's fault. */
  function sayOfAll(at: number, reason: string | undefined, via?: string): void {
    if (reason !== undefined || unable) {
      const state = reason === undefined ? "up" : via === undefined ? "down" : "degraded";
      const detail = reason ?? "packets are counted";
      const health = { kind: "health", at, part: "packets", source: "packets", state, detail } as const;
      options.emit({ ...health, ...(via !== undefined && { via }) });
    }
    unable = reason !== undefined;
  }

  function letGo(): void {
    const named = options.interfaces.length > 0 ? options.interfaces : [...defaultInterfaces("/proc")];
    const wanted = new Set(named.slice(0, MAX_INTERFACES));
    for (const [name, counted] of interfaces) {
      if (wanted.has(name)) continue;
      counted.close();
      counted.say(now(), "up", "not counted any more: no default route leads there");
      interfaces.delete(name);
    }
    for (const name of wanted) {
      if (!interfaces.has(name)) interfaces.set(name, new CountedInterface(name, options));
    }
  }

  /** Has each do its part; one that fails keeps none of the others from theirs. */
  async function each(action: (counted: CountedInterface) => void | Promise<void>): Promise<void> {
    for (const counted of interfaces.values()) {
      if (closed) return;
      try {
        await action(counted);
      } catch (error) {
        counted.say(now(), "down", messageOf(error));
      }
    }
  }

  /** What is not counted, and why. */
  function complain(at: number): void {
    const idle = [...interfaces.values()].filter(({ counting }) => !counting);
    const denied = idle.find(({ status }) => status.there && status.denied);
    for (const counted of idle) {
      const { there, reasons, name } = counted.status;
      if (!there) counted.say(at, "down", `there is no interface ${name}`);
      else if (denied === undefined) counted.say(at, "down", reasons.join("; "));
    }
    const reason =
      interfaces.size === 0
        ? "no interface has a default route: name one with --interface"
        : denied && `packets are not counted: ${denied.status.reasons.join("; ")}. Run with sudo`;
    sayOfAll(at, reason, reason === undefined ? undefined : options.instead?.());
  }

  async function pollAll(): Promise<void> {
    links ??= openLinks();
    const asked = links;
    letGo();
    await each((counted) => counted.follow(asked, polls));
    polls++;
    const at = now();
    await each((counted) => counted.turn());
    await new Promise((resolve) => setTimeout(resolve, GRACE));
    await each((counted) => counted.tell(at, breath));
    if (!closed) complain(at);
  }

  /** Lets keys and lines have their turn; false where nobody wants the rest. */
  async function breath(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    return !closed;
  }

  return {
    async poll() {
      if (polling || closed) return;
      polling = true;
      try {
        await pollAll();
      } catch (error) {
        links?.close();
        links = undefined;
        if (!closed) sayOfAll(now(), messageOf(error));
      } finally {
        polling = false;
      }
    },
    get counting() {
      return [...interfaces.values()].some(({ counting }) => counting);
    },
    names: () => links?.names() ?? [],
    status: () => Array.from(interfaces.values(), ({ status }) => status),
    close(reason) {
      closed = true;
      for (const counted of interfaces.values()) {
        counted.close();
        if (reason !== undefined) counted.say(now(), "up", `not counted any more: ${reason}`);
      }
      if (reason !== undefined) sayOfAll(now(), undefined);
      links?.close();
    },
  };
}
