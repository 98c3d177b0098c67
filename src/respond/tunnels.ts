import type { SocketHolders } from "../kernel/held-sockets.ts";
import type { Processes } from "../kernel/process-list.ts";
import { type Outcome, run } from "../kernel/programs.ts";
import type { Protected } from "./guard.ts";
import { type GuardedList, guardedList } from "./guarded-list.ts";
import { programWords } from "./protected-words.ts";

/** Programs whose peers may carry the operator's own connection, by their names as far as the kernel keeps them. */
const TUNNELS = new Set([
  ...["openvpn", "openconnect", "vpnc", "ocserv", "ocserv-main", "ocserv-worker", "charon", "charon-systemd"],
  ...["pluto", "tailscaled", "wireguard-go", "boringtun", "zerotier-one", "xl2tpd", "pppd"],
]);

/** Of `wg`: it answers at once, and a server of many tunnels has a thousand peers. */
const LIMITS = { time: 2000, stdout: 1024 * 1024 };

/**
 * The ends of tunnels, by the connections of the programs that make them. Whoever connected to such a program may be a
 * stranger who only tries: he is guarded unless the operator insists.
 */
export function addTunnels(
  processes: Processes,
  holders: SocketHolders,
  never: GuardedList,
  unlessForced: GuardedList,
): string[] {
  const unseen: string[] = [];
  for (const process of processes.values()) {
    if (!TUNNELS.has(process.comm)) continue;
    const { made, handed, accepted } = holders.connections(process.pid);
    const ends = [...made, ...holders.datagramPeers(process.pid)];
    for (const peer of ends) never.add(peer, `it is the other end of a tunnel (${programWords(process)})`);
    for (const peer of [...handed, ...accepted]) {
      unlessForced.add(peer, `${programWords(process)} is connected with it: it may be the end of a tunnel`);
    }
    if (ends.length === 0) unseen.push(`peers of ${programWords(process)}: they do not show`);
  }
  return unseen;
}

/** As {@link Protected}, with the peers of WireGuard added, which only wg(8) tells. Never rejects. */
export async function withWireguard(known: Protected): Promise<Protected> {
  const outcome = await run(["wg", "show", "all", "endpoints"], LIMITS);
  const never = guardedList();
  for (const { name, peer } of outcome.kind === "done" ? parseEndpoints(outcome.stdout) : []) {
    never.add(peer, `it is a WireGuard endpoint of ${name}; take that peer out first`);
  }
  const unread = unreadWords(outcome);
  return {
    ...known,
    never: [...known.never, ...never.all],
    unknown: unread === undefined ? known.unknown : [...known.unknown, unread],
  };
}

/** `wg0 TAB public key TAB address:port`, an IPv6 address in brackets, or `(none)`. */
export function parseEndpoints(text: string): { readonly name: string; readonly peer: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, name, v6, v4] = /^(\S{1,15})\t\S+\t(?:\[([^\]%]+)(?:%\w+)?\]|([\d.]+)):\d+$/.exec(line) ?? [];
    const peer = v6 ?? v4;
    return name === undefined || peer === undefined ? [] : [{ name, peer }];
  });
}

function unreadWords(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "done":
    case "absent":
      return undefined;
    case "failed":
      return `WireGuard endpoints: ${outcome.reason || `wg ended with ${outcome.code}`}`;
    default:
      return "WireGuard endpoints: wg did not answer";
  }
}
