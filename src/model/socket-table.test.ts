import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Socket, type SocketsEvent, TCP_STATES, type TcpState } from "./event.ts";
import { type Ip, parseIp } from "./ip.ts";
import { socketAt, toSocketsEvent, toSocketsView } from "./socket-table.ts";

const IPS = ["45.148.10.7", "10.0.0.1", "2a00::1", "fe80::1", "255.255.255.255"].map((t) => parseIp(t) as Ip);
const STATES = TCP_STATES.filter((state): state is TcpState => state !== "");
const port = fc.nat({ max: 65_535 });
const word = fc.nat({ max: 0xffffffff });

const socket: fc.Arbitrary<Socket> = fc
  .record({
    local: fc.constantFrom(...IPS),
    localPort: port,
    remote: fc.constantFrom(...IPS),
    remotePort: port,
    state: fc.constantFrom(...STATES),
    direction: fc.constantFrom("in", "out"),
    // A process has one name; of some only the number is known.
    owner: fc.constantFrom(
      {},
      { pid: 7, process: "nginx" },
      { pid: 8, process: "sshd" },
      { pid: 0x7fffffff },
    ),
    where: fc.constantFrom(
      {},
      { netns: 4_026_532_202, container: "web" },
      { netns: 4_026_532_203, container: "db" },
      { netns: 0xffffffff },
    ),
    info: fc.option(
      fc.record({
        inBytes: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        outBytes: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        rtt: word,
        retransmits: word,
      }),
    ),
  })
  .map(({ owner, where, info, ...rest }) => ({
    ...rest,
    ...where,
    ...owner,
    ...(info !== null && { tcpInfo: info }),
  }));

function table(...sockets: readonly Socket[]): SocketsEvent {
  return { kind: "sockets", at: 1_762_549_449_000, source: "sock_diag", sockets };
}

function plainSocket(more: Partial<Socket> = {}): Socket {
  const [remote, local] = IPS as [Ip, Ip];
  return {
    local,
    localPort: 443,
    remote,
    remotePort: 50_000,
    state: "ESTABLISHED",
    direction: "in",
    ...more,
  };
}

describe("a table in columns", () => {
  test("gives back every socket as it was", () => {
    fc.assert(
      fc.property(fc.array(socket, { maxLength: 20 }), (sockets) => {
        const event = table(...sockets);
        expect(toSocketsEvent(toSocketsView(event))).toEqual(event);
      }),
    );
  });

  test("leaves out sockets whose addresses are none, and nothing of them shows in the next", () => {
    const bad = ["", "nobody", "fe80::1%eth0", "1.2.3.4:80"] as Ip[];
    const good = plainSocket({ localPort: 1 });
    const event = table(
      ...bad.flatMap((ip) => [
        plainSocket({ remote: ip, pid: 9, process: "x", state: "CLOSE" }),
        plainSocket({ local: ip, pid: 9, process: "x", state: "CLOSE" }),
        good,
      ]),
    );
    expect(toSocketsEvent(toSocketsView(event)).sockets).toEqual(bad.map(() => good));
  });

  test("one address in any spelling is one address", () => {
    const event = table(
      plainSocket({ remote: "::ffff:45.148.10.7" as Ip }),
      plainSocket({ remote: "2A00::0:1" as Ip }),
    );
    const remotes = toSocketsEvent(toSocketsView(event)).sockets.map(({ remote }) => remote as string);
    expect(remotes).toEqual(["45.148.10.7", "2a00::1"]);
  });

  test("a process without a number is nobody's", () => {
    const event = table(plainSocket({ pid: 0, process: "swapper" }), plainSocket());
    expect(toSocketsEvent(toSocketsView(event)).sockets).toEqual([plainSocket(), plainSocket()]);
  });

  test("a container without a namespace is the host itself", () => {
    const event = table(plainSocket({ netns: 0, container: "web" }), plainSocket());
    expect(toSocketsEvent(toSocketsView(event)).sockets).toEqual([plainSocket(), plainSocket()]);
  });

  test("a state no kernel has reads as closed", () => {
    const view = toSocketsView(table(plainSocket(), plainSocket({ state: "NEW" as TcpState })));
    view.table.state[0] = 0;
    expect(socketAt(view.table, 0).state).toBe("CLOSE");
    expect(socketAt(view.table, 1).state).toBe("CLOSE");
  });
});
