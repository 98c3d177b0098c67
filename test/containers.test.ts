import { afterAll, beforeAll, expect, test } from "bun:test";
import { statSync } from "node:fs";
import type { HealthEvent, Socket, SocketsEvent, SocketsView, TcpState } from "../src/model/event.ts";
import { toSocketsEvent } from "../src/model/socket-table.ts";
import { createSockets } from "../src/sources/sockets.ts";
import { type Actor, joinNetns, makeNetns, type Netns } from "./netns.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

/** Above what a condition may be waited for. */
const TIMEOUT = 30_000;

/** How each connection from `client` to `web` ends up on either side, and the last part of its address. */
const CONNECTIONS: readonly (readonly [last: number, client: TcpState, web: TcpState | undefined])[] = [
  [10, "ESTABLISHED", "ESTABLISHED"],
  [11, "FIN_WAIT2", "CLOSE_WAIT"],
  [12, "TIME_WAIT", undefined],
  [13, "SYN_SENT", "SYN_RECV"],
];
const WAITING: readonly TcpState[] = ["TIME_WAIT", "SYN_RECV"];

describeWith(["root", { program: "ip" }], "sockets in other network namespaces", () => {
  const source = createSockets();
  let webNetns: Netns;
  let clientNetns: Netns;
  let web: Actor;
  let client: Actor;
  let clock = 1_700_000_000_000;

  beforeAll(async () => {
    webNetns = makeNetns();
    clientNetns = makeNetns();
    joinNetns(webNetns, clientNetns);
    webNetns.ip("addr add 192.0.2.1/24 dev eth0");
    webNetns.ip("addr add 2001:db8::1/64 dev eth0 nodad");
    for (let i = 10; i < 20; i++) {
      clientNetns.ip(`addr add 192.0.2.${i}/24 dev eth0`);
      clientNetns.ip(`addr add 2001:db8::${i}/64 dev eth0 nodad`);
    }
    web = webNetns.actor();
    client = clientNetns.actor();
    await web.ask({ do: "listen", host: "::", port: 8080 });
  });

  afterAll(async () => {
    source.close();
    await webNetns?.remove();
    await clientNetns?.remove();
  });

  /** The sockets of one more poll by the test itself, outside of all these namespaces. */
  function poll(): Socket[] {
    clock += 1000;
    const view = source.poll(clock).find((input): input is SocketsView => input.kind === "sockets");
    return view === undefined ? [] : [...toSocketsEvent(view).sockets];
  }

  function socketsOf({ name }: Netns, sockets: readonly Socket[]): Socket[] {
    return sockets.filter(({ container }) => container === name);
  }

  function inodeOf({ name }: Netns): number {
    return statSync(`/run/netns/${name}`).ino;
  }

  for (const [family, net] of [
    ["IPv4", "192.0.2."],
    ["IPv6", "2001:db8::"],
  ] as const) {
    test(
      `both ends of ${family} connections, each in its namespace, with direction and process`,
      async () => {
        for (const [last, state] of CONNECTIONS) {
          const from = `${net}${last}`;
          // What the server answers goes to nobody: half-open.
          if (state === "SYN_SENT") {
            webNetns.ip(`neigh replace ${from} lladdr 02:00:00:00:00:99 dev eth0 nud permanent`);
          }
          const wait = state !== "SYN_SENT";
          await client.ask({ do: "connect", id: from, host: `${net}1`, port: 8080, from, wait });
          if (state === "FIN_WAIT2" || state === "TIME_WAIT") await client.ask({ do: "end", id: from });
        }
        const states = (netns: Netns, side: "local" | "remote", sockets: readonly Socket[]) =>
          CONNECTIONS.map(
            ([last]) => socketsOf(netns, sockets).find((s) => s[side] === `${net}${last}`)?.state,
          );
        // Whoever closes first is the one that waits.
        await until(() => states(clientNetns, "local", poll())[2] === "FIN_WAIT2", "the first FIN");
        await web.ask({ do: "end", id: `${net}1<${net}12` });
        const seen = await until(() => {
          const sockets = poll();
          const named = sockets.filter((s) => s.container !== undefined && s.pid !== undefined);
          return named.length >= 4 &&
            Bun.deepEquals(
              states(clientNetns, "local", sockets),
              CONNECTIONS.map(([, state]) => state),
            ) &&
            Bun.deepEquals(
              states(webNetns, "remote", sockets),
              CONNECTIONS.map(([, , state]) => state),
            )
            ? sockets
            : undefined;
        }, "the states of all");
        for (const [last, clientState, webState] of CONNECTIONS) {
          const owner = (state: TcpState, { pid }: Actor): object =>
            WAITING.includes(state) ? {} : { pid, process: "bun" };
          const near = socketsOf(clientNetns, seen).find(({ local }) => local === `${net}${last}`);
          expect(near as unknown).toEqual({
            local: `${net}${last}`,
            localPort: expect.any(Number),
            remote: `${net}1`,
            remotePort: 8080,
            state: clientState,
            direction: "out",
            netns: inodeOf(clientNetns),
            container: clientNetns.name,
            ...owner(clientState, client),
          });
          const far = socketsOf(webNetns, seen).find(({ remote }) => remote === `${net}${last}`);
          if (webState === undefined) continue;
          expect(far as unknown).toEqual({
            local: `${net}1`,
            localPort: 8080,
            remote: `${net}${last}`,
            remotePort: near?.localPort,
            state: webState,
            direction: "in",
            netns: inodeOf(webNetns),
            container: webNetns.name,
            ...owner(webState, web),
          });
        }
      },
      TIMEOUT,
    );
  }

  test(
    "the same addresses and ports in two namespaces are two connections, each by its own listeners",
    async () => {
      const netnses = [makeNetns(), makeNetns()] as const;
      try {
        for (const [i, netns] of netnses.entries()) {
          netns.ip("addr add 198.18.0.1/32 dev lo");
          const [port, fromPort] = i === 0 ? [9000, 40_000] : [40_000, 9000];
          const actor = netns.actor();
          const host = "198.18.0.1";
          await actor.ask({ do: "listen", host, port });
          await actor.ask({ do: "connect", id: "inside", host, port, from: host, fromPort });
        }
        const directions = (sockets: readonly Socket[]): string[] =>
          netnses.map((netns) =>
            socketsOf(netns, sockets)
              .map(({ localPort, direction }) => `${localPort} ${direction}`)
              .sort()
              .join(", "),
          );
        const sockets = await until(() => {
          const sockets = poll();
          return directions(sockets).every((text) => text !== "") ? sockets : undefined;
        }, "both");
        expect(directions(sockets)).toEqual(["40000 out, 9000 in", "40000 in, 9000 out"]);
      } finally {
        for (const netns of netnses) await netns.remove();
      }
      expect(netnses.flatMap((netns) => socketsOf(netns, poll()))).toEqual([]);
    },
    TIMEOUT,
  );

  test(
    "rows stay while any process is in the namespace, and go with the last one",
    async () => {
      const netns = makeNetns();
      try {
        netns.ip("addr add 198.18.0.1/32 dev lo");
        const [first, second] = [netns.actor(), netns.actor()];
        const listen = { do: "listen", host: "198.18.0.1", port: 9000 };
        await first.ask(listen);
        await second.ask({ ...listen, port: 9001 });
        await second.ask({ do: "connect", id: "own", host: "198.18.0.1", port: 9001 });
        await until(() => socketsOf(netns, poll()).length === 2, "the connection");
        process.kill(first.pid, "SIGKILL");
        await until(() => !isRunning(first.pid), "its end");
        expect(socketsOf(netns, poll())).toHaveLength(2);
        process.kill(second.pid, "SIGKILL");
        await until(() => !isRunning(second.pid), "its end");
        expect(socketsOf(netns, poll())).toEqual([]);
      } finally {
        await netns.remove();
      }
    },
    TIMEOUT,
  );

  test(
    "the host's own end has its bytes and no namespace, the container's end has one",
    async () => {
      const host = clientNetns.actor();
      const from = "192.0.2.14";
      await host.ask({ do: "connect", id: "published", host: "192.0.2.1", port: 8080, from });
      const event = await until(async () => {
        clock += 1000;
        const [event] = (await host.ask({ do: "poll", options: {}, at: clock })) as [SocketsEvent];
        const ends = event.sockets.filter(({ local, remote }) => local === from || remote === from);
        return ends.length === 2 && ends.every(({ pid }) => pid !== undefined) ? ends : undefined;
      }, "both ends");
      const [near, far] = event as [Socket, Socket];
      expect(near).toMatchObject({ direction: "out", remote: "192.0.2.1", pid: host.pid });
      expect([near.netns, near.container]).toEqual([undefined, undefined]);
      expect(near.tcpInfo).toBeDefined();
      expect(far).toMatchObject({ direction: "in", netns: inodeOf(webNetns), pid: web.pid });
      expect(far.tcpInfo).toBeUndefined();
    },
    TIMEOUT,
  );

  test(
    "without root the health says how many are not seen",
    async () => {
      const nobody = clientNetns.actor();
      await nobody.ask({ do: "become", uid: 65_534 });
      await until(async () => {
        clock += 1000;
        const answer = await nobody.ask({ do: "poll", options: {}, at: clock });
        const [event, health] = answer as [SocketsEvent, HealthEvent];
        expect(event.sockets.filter(({ netns }) => netns !== undefined)).toEqual([]);
        expect(health.state).toBe("degraded");
        // This test's own namespace is one of them.
        const count = Number(/sockets of (\d+) containers need root/.exec(health.detail)?.[1] ?? 0);
        return count >= 2;
      }, "the reason");
    },
    TIMEOUT,
  );
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
