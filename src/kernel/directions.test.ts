import { describe, expect, test } from "bun:test";
import { TCP_STATES, type TcpState } from "../model/event.ts";
import { parseIpWords } from "../model/ip.ts";
import { Directions } from "./directions.ts";
import { Listeners } from "./listeners.ts";
import { PeerTable } from "./peer-table.ts";

/** A socket on local port `port` of 192.0.2.1 with the peer 198.51.100.`peer`. */
type Row = readonly [port: number, peer: number, state?: TcpState];

/** What comes out of one poll after another, each with its listening ports and its sockets. */
function run(
  ...polls: readonly { listen: readonly number[]; rows: readonly Row[]; whole?: boolean }[]
): string[] {
  const directions = new Directions();
  return polls.map(({ listen, rows, whole = true }) => {
    const listeners = new Listeners();
    const table = new PeerTable(listeners);
    const any = new Uint32Array(4);
    for (const port of listen) listeners.add(any, 0, port, 1);
    for (const [port, peer, state = "ESTABLISHED"] of rows) {
      const i = table.length;
      parseIpWords("192.0.2.1", table.local, 4 * i);
      parseIpWords(`198.51.100.${peer}`, table.remote, 4 * i);
      table.localPort[i] = port;
      table.remotePort[i] = 50_000;
      table.state[i] = TCP_STATES.indexOf(state);
      table.commit();
    }
    directions.decide(table, 0, whole);
    return rows.map((_, i) => (table.inbound[i] === 1 ? "in" : "out")).join(" ");
  });
}

describe("Directions", () => {
  test("in when the local port listens, else out; half-open connections need no listener", () => {
    expect(
      run({
        listen: [80],
        rows: [
          [80, 1],
          [40_000, 2],
          [80, 3, "SYN_SENT"],
          [81, 4, "SYN_RECV"],
          [80, 5, "TIME_WAIT"],
        ],
      }),
    ).toEqual(["in out out in in"]);
  });

  test("sockets of a vanished listener stay inbound until they are gone", () => {
    expect(
      run(
        {
          listen: [80],
          rows: [
            [80, 1],
            [80, 2],
          ],
        },
        {
          listen: [],
          rows: [
            [80, 1],
            [80, 2, "TIME_WAIT"],
          ],
        },
        {
          listen: [],
          rows: [
            [80, 1],
            [80, 3],
          ],
        },
        { listen: [], rows: [] },
        { listen: [], rows: [[80, 1]] },
      ),
    ).toEqual(["in in", "in in", "in out", "", "out"]);
  });

  test("whatever is on its port until the next whole table is one of them", () => {
    expect(
      run(
        { listen: [80], rows: [[80, 1]] },
        { listen: [], rows: [[80, 1]], whole: false },
        {
          listen: [],
          rows: [
            [80, 1],
            [80, 2, "TIME_WAIT"],
          ],
        },
        { listen: [], rows: [[80, 3]], whole: false },
        {
          listen: [],
          rows: [
            [80, 1],
            [80, 2, "TIME_WAIT"],
            [80, 3],
          ],
        },
      ),
    ).toEqual(["in", "in", "in in", "out", "in in out"]);
  });

  test("a listener that comes back takes over; other ports are not touched", () => {
    expect(
      run(
        {
          listen: [80, 81],
          rows: [
            [80, 1],
            [81, 2],
            [82, 3],
          ],
        },
        {
          listen: [81],
          rows: [
            [80, 1],
            [81, 2],
            [82, 3],
          ],
        },
        {
          listen: [80, 81],
          rows: [
            [80, 1],
            [80, 4],
            [82, 3],
          ],
        },
        {
          listen: [81],
          rows: [
            [80, 1],
            [80, 4],
            [82, 3],
          ],
        },
      ),
    ).toEqual(["in in out", "in in out", "in in out", "in in out"]);
  });
});
