import type { Socket, TcpInfo, TcpState } from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";
import { address } from "./address.ts";

/** The server's own addresses. */
const SERVER_V4 = address("192.0.2.10");
const SERVER_V6 = address("2001:db8:5e::10");

/** A TCP connection as the host knows it: the socket table shows it each second. */
export interface Connection {
  readonly remote: Ip;
  readonly remotePort: number;
  readonly localPort: number;
  readonly direction: Socket["direction"];
  /** Round trip of an idle line, microseconds. */
  readonly distance: number;
  state: TcpState;
  /** Unknown while half-open, and again when no process holds it any more. */
  owner: { readonly pid: number; readonly process: string } | undefined;
  info: { -readonly [K in keyof TcpInfo]: TcpInfo[K] };
}

/** As the kernel tells it: of a connection not yet made, or already closed, it keeps no counters. */
export function socketOf(connection: Connection): Socket {
  const { remote, remotePort, localPort, direction, state, owner, info } = connection;
  return {
    local: remote.includes(":") ? SERVER_V6 : SERVER_V4,
    localPort,
    remote,
    remotePort,
    state,
    direction,
    ...owner,
    ...(state === "ESTABLISHED" && { tcpInfo: info }),
  };
}
