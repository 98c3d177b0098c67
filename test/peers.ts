import type { AuthEvent, Socket, SocketsEvent } from "../src/model/event.ts";
import type { Ip } from "../src/model/ip.ts";

/** A peer of the internet: addresses for documentation are private ones to the rules. */
export const PEER = "45.148.10.7" as Ip;
const HERE = "198.51.100.10" as Ip;

/** A socket of {@link PEER} to our HTTPS, as far as `known` says nothing else. */
export function socket(remotePort: number, known: Partial<Socket> = {}): Socket {
  return {
    local: HERE,
    localPort: 443,
    remote: PEER,
    remotePort,
    state: "ESTABLISHED",
    direction: "in",
    ...known,
  };
}

/** `n` of them, by ports from `remotePort` on. */
export function sockets(n: number, remotePort: number, known: Partial<Socket> = {}): Socket[] {
  return Array.from({ length: n }, (_, i) => socket(remotePort + i, known));
}

/** A connection from here to port 443 of {@link PEER}. */
export function outbound(localPort: number, known: Partial<Socket> = {}): Socket {
  return socket(443, { localPort, direction: "out", ...known });
}

/** Byte counts of a connection. */
export function moved(inBytes: number, outBytes: number): Pick<Socket, "tcpInfo"> {
  return { tcpInfo: { inBytes, outBytes, rtt: 1000, retransmits: 0 } };
}

/** A table each second from `start` on, of what there is at second 0, 1, 2 ... */
export function polls(start: number, seconds: number, at: (second: number) => Socket[]): SocketsEvent[] {
  return Array.from({ length: seconds }, (_, second) => ({
    kind: "sockets",
    at: start + 1000 * second,
    source: "sock_diag",
    sockets: at(second),
  }));
}

/** What sshd tells of {@link PEER}: a failed password for root, as far as `known` says nothing else. */
export function login(known: Partial<AuthEvent> = {}): AuthEvent {
  return {
    kind: "auth",
    at: 0,
    ip: PEER,
    service: "ssh",
    outcome: "failed",
    user: "root",
    method: "password",
    source: "auth.log",
    ...known,
  };
}

/** `n` of them. */
export function logins(n: number, known: (i: number) => Partial<AuthEvent> = () => ({})): AuthEvent[] {
  return Array.from({ length: n }, (_, i) => login(known(i)));
}
