import { type Equipment, type Host, makeHost } from "./firewall-host.ts";
import { joinNetns, makeNetns } from "./netns.ts";
import { until } from "./until.ts";
import { run, startHelper } from "./wire.ts";

/** Where all the others go. */
const HOST4 = "10.77.0.1";
const HOST6 = "fd77:77:77::1";
/** What lies behind the host, as a container does, and the port of the host that is led to its web server. */
const BEHIND4 = "192.168.77.2";
const BEHIND6 = "fd78::2";
const PUBLISHED = 8080;

/** What publishes it, as a shell does it. */
export const PUBLISHING = `iptables -t nat -A PREROUTING -d ${HOST4} -p tcp --dport ${PUBLISHED} -j DNAT --to-destination ${BEHIND4}:80`;

/** What Docker does whenever it starts: its chains come before whatever is in FORWARD. */
export const DOCKER = `for t in iptables ip6tables; do
if $t -N DOCKER-USER 2>/dev/null; then $t -A DOCKER-USER -j RETURN; fi
if $t -N DOCKER 2>/dev/null; then $t -A DOCKER -o inner -p tcp --dport 80 -j ACCEPT; fi
for chain in DOCKER DOCKER-USER; do
while $t -D FORWARD -j $chain 2>/dev/null; do :; done
$t -I FORWARD -j $chain
done
done`;

/** Addresses of the peer: two are of one /24 or /64. */
export const BAD = "10.77.1.10";
export const NEAR = "10.77.1.11";
export const FAR = "10.77.2.10";
export const BAD6 = "fd77:77:77:1::10";
export const NEAR6 = "fd77:77:77:1::11";
export const FAR6 = "fd77:77:77:2::10";
export const PREFIX = "10.77.1.0/24";
export const PREFIX6 = "fd77:77:77:1::/64";
export const ALL = [BAD, NEAR, FAR, BAD6, NEAR6, FAR6];

/** A host with a peer before it and another host behind it. */
export interface World {
  readonly host: Host;
  /** Which addresses of the peer get a connection to the host itself, of {@link ALL} or those told. */
  through(from?: readonly string[]): Promise<string[]>;
  /** And to what is behind it, by its published port or, with IPv6, directly. */
  throughBehind(): Promise<string[]>;
  /** Whether a ping from that address is answered by the host. */
  pings(from: string): Promise<boolean>;
  remove(): Promise<void>;
}

export async function makeWorld(equipment: Equipment = {}): Promise<World> {
  const host = await makeHost(equipment);
  const [peer, inner] = [makeNetns(), makeNetns()];
  joinNetns(host.netns, peer);
  inner.ip(`link add eth0 type veth peer name inner netns ${host.netns.name}`);
  inner.ip("link set eth0 up");
  host.netns.ip("link set inner up");
  host.netns.ip(`addr add ${HOST4}/16 dev eth0`);
  host.netns.ip(`addr add ${HOST6}/48 dev eth0 nodad`);
  host.netns.ip("addr add 192.168.77.1/24 dev inner");
  host.netns.ip("addr add fd78::1/64 dev inner nodad");
  for (const address of ALL) {
    peer.ip(`addr add ${address}${isV6(address) ? "/48 dev eth0 nodad" : "/16 dev eth0"}`);
  }
  peer.ip(`route add fd78::/64 via ${HOST6}`);
  inner.ip(`addr add ${BEHIND4}/24 dev eth0`);
  inner.ip(`addr add ${BEHIND6}/64 dev eth0 nodad`);
  inner.ip("route add default via 192.168.77.1");
  inner.ip("route add default via fd78::1");
  host.sh("echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
  host.sh(PUBLISHING);
  const [probe] = await Promise.all([
    startHelper(peer, "firewall-probe.ts", []),
    ...[host.netns, inner].map((netns) => netns.actor().ask({ do: "listen", host: "::", port: 80 })),
  ]);
  const ask = async (tries: readonly string[]): Promise<string[]> => {
    const got = await probe.ask(tries.join(" "));
    return got.split(" ").filter((address) => address !== "");
  };
  const through = (from: readonly string[] = ALL): Promise<string[]> =>
    ask(from.map((address) => `${address},${isV6(address) ? HOST6 : HOST4},80`));
  const throughBehind = (): Promise<string[]> =>
    ask(ALL.map((address) => `${address},${isV6(address) ? `${BEHIND6},80` : `${HOST4},${PUBLISHED}`}`));
  // At first some do not know where the others are.
  await until(async () => (await throughBehind()).length === ALL.length, "a way through the host");
  return {
    host,
    through,
    throughBehind,
    async pings(from) {
      const to = isV6(from) ? HOST6 : HOST4;
      const said = await run(["ping", "-n", "-c", "1", "-W", "0.5", "-I", from, to], peer, true);
      return / 1 received/.test(said);
    },
    async remove() {
      await probe.stop();
      await inner.remove();
      await peer.remove();
      await host.remove();
    },
  };
}

function isV6(address: string): boolean {
  return address.includes(":");
}
