import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { type Actor, joinNetns, makeNetns, type Netns } from "../../test/netns.ts";
import { describeWith } from "../../test/requires.ts";
import { until } from "../../test/until.ts";
import type { HealthEvent, Socket, SocketsEvent } from "../model/event.ts";
import { createSockets } from "./sockets.ts";

/** Both ways of reading; the real parts must say the same through either. */
const DIAG = {};
const PROC = { netlink: false };

/** Above what a condition may be waited for. */
const TIMEOUT = 30_000;

/** States of an outgoing connection, each with a peer of its own: the last part of its address. */
const OUTGOING = {
  ESTABLISHED: 10,
  FIN_WAIT1: 11,
  FIN_WAIT2: 12,
  CLOSE_WAIT: 13,
  LAST_ACK: 14,
  CLOSING: 15,
  TIME_WAIT: 16,
  SYN_SENT: 17,
} as const;
type Outgoing = keyof typeof OUTGOING;
const STATES = Object.keys(OUTGOING) as Outgoing[];

describeWith(["root", { program: "ip" }], "sockets of a network namespace", () => {
  let here: Netns;
  let there: Netns;
  let subject: Actor;
  let peer: Actor;
  let observer: Actor;
  let clock = 1_700_000_000_000;

  beforeAll(async () => {
    here = makeNetns();
    there = makeNetns();
    joinNetns(here, there);
    here.ip("addr add 192.0.2.1/24 dev eth0");
    here.ip("addr add 2001:db8::1/64 dev eth0 nodad");
    for (let i = 10; i < 40; i++) {
      there.ip(`addr add 192.0.2.${i}/24 dev eth0`);
      there.ip(`addr add 2001:db8::${i}/64 dev eth0 nodad`);
    }
    subject = here.actor();
    observer = here.actor();
    peer = there.actor();
    await peer.ask({ do: "listen", host: "::", port: 9000 });
    await subject.ask({ do: "listen", host: "::", port: 8080 });
    await subject.ask({ do: "listen", host: "192.0.2.1", port: 8081 });
    await subject.ask({ do: "listen", host: "2001:db8::1", port: 8082 });
    await subject.ask({ do: "listen", host: "0.0.0.0", port: 8083 });
  });

  afterAll(async () => {
    await here?.remove();
    await there?.remove();
  });

  /** From now on what `here` sends to the peer goes to nobody. */
  function deafen(address: string): void {
    here.ip(`neigh replace ${address} lladdr 02:00:00:00:00:99 dev eth0 nud permanent`);
  }

  async function poll(
    options: object,
    interest?: string,
  ): Promise<{ event: SocketsEvent; health: HealthEvent }> {
    clock += 1000;
    const answer = await observer.ask({ do: "poll", options, at: clock, interest });
    const [event, health] = answer as [SocketsEvent, HealthEvent];
    // To the observer every other namespace of the machine is a container's: those have a test of their own.
    return { event: { ...event, sockets: event.sockets.filter(({ netns }) => netns === undefined) }, health };
  }

  /** The sockets by the address of their peer, once `condition` holds of them. */
  async function sockets(
    condition: (byPeer: ReadonlyMap<string, Socket>) => boolean,
    options: object = DIAG,
  ): Promise<ReadonlyMap<string, Socket>> {
    let last = "";
    try {
      return await until(async () => {
        const { event } = await poll(options);
        last = event.sockets.map(({ remote, state, pid }) => `${remote} ${state} ${pid}`).join(", ");
        const byPeer = new Map(event.sockets.map((socket) => [socket.remote as string, socket]));
        return condition(byPeer) ? byPeer : undefined;
      }, "a state of the table");
    } catch (error) {
      throw new Error(`${error}: ${last}`);
    }
  }

  for (const [family, net] of [
    ["IPv4", "192.0.2."],
    ["IPv6", "2001:db8::"],
  ] as const) {
    test(
      `every state of an ${family} connection to outside`,
      async () => {
        const near = (state: Outgoing): string => net + OUTGOING[state];
        const far = (state: Outgoing): string => `${near(state)}<${net}1`;
        deafen(near("SYN_SENT"));
        for (const state of STATES) {
          const host = near(state);
          await subject.ask({ do: "connect", id: host, host, port: 9000, wait: state !== "SYN_SENT" });
        }
        await subject.ask({ do: "end", id: near("FIN_WAIT2") });
        await peer.ask({ do: "end", id: far("CLOSE_WAIT") });
        await subject.ask({ do: "end", id: near("TIME_WAIT") });
        await peer.ask({ do: "end", id: far("LAST_ACK") });
        await sockets((seen) => seen.get(near("LAST_ACK"))?.state === "CLOSE_WAIT");
        // Whoever closes first is the one that waits.
        await sockets((seen) => seen.get(near("TIME_WAIT"))?.state === "FIN_WAIT2");
        await peer.ask({ do: "end", id: far("TIME_WAIT") });
        for (const state of ["FIN_WAIT1", "LAST_ACK", "CLOSING"] as const) {
          deafen(near(state));
          await subject.ask({ do: "end", id: near(state) });
        }
        // Our FIN was lost and theirs arrives: both sides close at once.
        await sockets((seen) => seen.get(near("CLOSING"))?.state === "FIN_WAIT1");
        await peer.ask({ do: "end", id: far("CLOSING") });
        for (const options of [DIAG, PROC]) {
          const seen = await sockets((seen) => STATES.every((s) => seen.get(near(s))?.state === s), options);
          for (const state of STATES) {
            expect(seen.get(near(state))).toMatchObject({
              local: `${net}1`,
              remotePort: 9000,
              direction: "out",
            });
          }
        }
      },
      TIMEOUT,
    );
  }

  for (const [name, net, port, last] of [
    ["IPv4 on an address", "192.0.2.", 8081, 20],
    ["IPv4 on the wildcard", "192.0.2.", 8083, 22],
    ["IPv4 on a dual-stack listener", "192.0.2.", 8080, 24],
    ["IPv6 on an address", "2001:db8::", 8082, 26],
    ["IPv6 on a dual-stack listener", "2001:db8::", 8080, 28],
  ] as const) {
    test(
      `a connection from outside: ${name}`,
      async () => {
        const whole = `${net}${last}`;
        const half = `${net}${last + 1}`;
        const host = `${net}1`;
        await peer.ask({ do: "connect", id: whole, host, port, from: whole });
        deafen(half);
        await peer.ask({ do: "connect", id: half, host, port, from: half, wait: false });
        for (const options of [DIAG, PROC]) {
          const seen = await sockets((seen) => seen.has(half) && (seen.get(whole)?.pid ?? 0) > 0, options);
          expect(seen.get(half)).toMatchObject({
            local: host,
            localPort: port,
            state: "SYN_RECV",
            direction: "in",
          });
          expect(seen.get(whole)).toMatchObject({
            local: host,
            localPort: port,
            state: "ESTABLISHED",
            direction: "in",
            pid: subject.pid,
            process: "bun",
          });
        }
      },
      TIMEOUT,
    );
  }

  test(
    "sock_diag and /proc agree; listeners and loopback are in neither",
    async () => {
      await subject.ask({ do: "connect", id: "loopback", host: "127.0.0.1", port: 8080 });
      await subject.ask({ do: "connect", id: "loopback6", host: "::1", port: 8080 });
      const keys = ({ sockets }: SocketsEvent): string[] =>
        sockets
          .map(
            (s) => `${s.local}:${s.localPort} ${s.direction} ${s.remote}:${s.remotePort} ${s.state} ${s.pid}`,
          )
          .sort();
      await until(async () => {
        const [diag, proc] = [await poll(DIAG), await poll(PROC)];
        expect([diag.event.source, proc.event.source]).toEqual(["sock_diag", "proc"]);
        const peers = diag.event.sockets.map(({ remote }) => remote as string);
        expect(peers.length).toBeGreaterThanOrEqual(2 * STATES.length);
        expect(peers.filter((peer) => /^(127\.|::1$|::$|0\.)/.test(peer))).toEqual([]);
        const healthy = diag.health.state === "up" && proc.health.state === "up";
        return healthy && Bun.deepEquals(keys(diag.event), keys(proc.event));
      }, "two equal tables, and all well");
    },
    TIMEOUT,
  );

  for (const [name, from] of [
    ["out", "192.0.2.30"],
    ["in", "192.0.2.31"],
  ] as const) {
    test(
      `payload bytes of a connection ${name}, before and after each FIN`,
      async () => {
        const inbound = name === "in";
        const [near, far] = inbound ? [`192.0.2.1<${from}`, from] : [from, `${from}<192.0.2.1`];
        if (inbound) await peer.ask({ do: "connect", id: far, host: "192.0.2.1", port: 8081, from });
        else await subject.ask({ do: "connect", id: near, host: from, port: 9000 });
        await subject.ask({ do: "send", id: near, bytes: 100_000 });
        await peer.ask({ do: "receive", id: far, bytes: 100_000 });
        await peer.ask({ do: "send", id: far, bytes: 54_321 });
        await subject.ask({ do: "receive", id: near, bytes: 54_321 });
        const isExact = (socket: Socket | undefined): boolean =>
          socket?.tcpInfo?.outBytes === 100_000 && socket.tcpInfo.inBytes === 54_321;
        const seen = await sockets((seen) => isExact(seen.get(from)));
        expect(seen.get(from)?.tcpInfo?.rtt).toBeGreaterThan(0);
        const first = inbound ? peer : subject;
        await first.ask({ do: "end", id: inbound ? far : near });
        await sockets((seen) => {
          const socket = seen.get(from);
          return socket?.state === (inbound ? "CLOSE_WAIT" : "FIN_WAIT2") && isExact(socket);
        });
      },
      TIMEOUT,
    );
  }

  test(
    "a connection is still inbound when its listener is gone",
    async () => {
      await peer.ask({ do: "connect", id: "survivor", host: "192.0.2.1", port: 8081, from: "192.0.2.32" });
      for (const options of [DIAG, PROC]) await sockets((seen) => seen.has("192.0.2.32"), options);
      await subject.ask({ do: "unlisten", port: 8081 });
      for (const options of [DIAG, PROC]) {
        // Longer than the whole table takes to come round.
        for (let i = 0; i < 12; i++) {
          const { event } = await poll(options);
          expect(event.sockets.find(({ remote }) => remote === "192.0.2.32")?.direction).toBe("in");
        }
      }
    },
    TIMEOUT,
  );

  test(
    "without root there are sockets without names, and the health says why",
    async () => {
      const nobody = here.actor();
      await nobody.ask({ do: "become", uid: 65534 });
      await until(async () => {
        clock += 1000;
        const answer = await nobody.ask({ do: "poll", options: DIAG, at: clock });
        const [event, health] = answer as [SocketsEvent, HealthEvent];
        expect(event.sockets.some(({ state }) => state === "ESTABLISHED")).toBe(true);
        expect(
          event.sockets.filter(({ pid, process }) => pid !== undefined || process !== undefined),
        ).toEqual([]);
        return health.state === "degraded" && health.detail.includes("process names need root");
      }, "the reason");
    },
    TIMEOUT,
  );

  test(
    "on a busy host the bytes of the address of interest only",
    async () => {
      // Both ends are here, so these are 5,100 sockets.
      await subject.ask({ do: "crowd", host: "192.0.2.1", port: 8080, count: 2550 });
      await peer.ask({ do: "connect", id: "mapped", host: "192.0.2.1", port: 8080, from: "192.0.2.33" });
      const withInfo = ({ event }: { event: SocketsEvent }): string[] => [
        ...new Set(event.sockets.filter(({ tcpInfo }) => tcpInfo).map(({ remote }) => remote as string)),
      ];
      await until(async () => withInfo(await poll(DIAG)).length === 0, "a table without byte counts");
      const crowd = async (options: object): Promise<number> =>
        (await poll(options)).event.sockets.filter(({ remote }) => remote === "192.0.2.1").length;
      expect([await crowd(DIAG), await crowd(PROC)]).toEqual([5100, 5100]);
      expect(withInfo(await poll(DIAG, "192.0.2.33"))).toEqual(["192.0.2.33"]);
      expect(withInfo(await poll(DIAG, "2001:db8::10"))).toEqual(["2001:db8::10"]);
    },
    TIMEOUT,
  );
});

describe("what cannot be read", () => {
  test("neither sock_diag nor /proc: down, with the reason, and no table", () => {
    const source = createSockets({ netlink: false, procRoot: "/nonexistent" });
    expect(source.poll(1000)).toEqual([
      {
        kind: "health",
        at: 1000,
        part: "sockets",
        source: "/nonexistent/net/tcp",
        state: "down",
        detail: expect.stringContaining("ENOENT"),
      },
    ]);
  });

  /** What a source says in a process of its own, after `before` has run there. */
  function pollAfter(before: string, options: object = {}): unknown[] {
    const script = `
      import { createSockets } from ${JSON.stringify(fileURLToPath(new URL("sockets.ts", import.meta.url)))};
      ${before}
      const answers = createSockets(${JSON.stringify(options)}).poll(1000);
      console.log(JSON.stringify(answers.map(({ kind, source, state, detail }) => ({ kind, source, state, detail }))));
    `;
    const { stdout } = Bun.spawnSync([process.execPath, "-e", script], { stderr: "inherit" });
    return JSON.parse(stdout.toString());
  }

  /** seccomp(2) refuses sockets of family AF_NETLINK with EPERM, as sandboxes do. */
  const WITHOUT_NETLINK = `
    import { dlopen, ptr } from "bun:ffi";
    const { prctl } = dlopen("libc.so.6", {
      prctl: { args: ["i32", "u64", "ptr", "u64", "u64"], returns: "i32" },
    }).symbols;
    const socket = process.arch === "arm64" ? 198 : 41;
    // struct sock_filter: u16 code, u8 jump if true, u8 jump if false, u32 operand.
    const instruction = (code, yes, no, k) => [code | (yes << 16) | (no << 24), k];
    const filter = new Uint32Array([
      ...instruction(0x20, 0, 0, 0),
      ...instruction(0x15, 0, 3, socket),
      ...instruction(0x20, 0, 0, 16),
      ...instruction(0x15, 0, 1, 16),
      ...instruction(0x06, 0, 0, 0x00050001),
      ...instruction(0x06, 0, 0, 0x7fff0000),
    ]);
    const program = new BigUint64Array([BigInt(filter.length / 2), BigInt(ptr(filter))]);
    if (prctl(38, 1, null, 0, 0) !== 0 || prctl(22, 2, program, 0, 0) !== 0) throw new Error("no seccomp");
  `;

  test("sock_diag is refused: /proc is read, and the reason is said", () => {
    expect(pollAfter(WITHOUT_NETLINK)).toEqual([
      { kind: "sockets", source: "proc" },
      {
        kind: "health",
        source: "sock_diag",
        state: "degraded",
        detail: expect.stringMatching(/^TCP sockets from \/proc\/net\/tcp; .*EPERM/),
      },
    ]);
  });

  test("both refused: down, with both reasons", () => {
    expect(pollAfter(WITHOUT_NETLINK, { procRoot: "/nonexistent" })).toEqual([
      {
        kind: "health",
        source: "sock_diag",
        state: "down",
        detail: expect.stringMatching(/EPERM.*ENOENT/),
      },
    ]);
  });
});
