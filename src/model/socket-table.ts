import { type Socket, type SocketsEvent, type SocketsView, type SocketTable, TCP_STATES } from "./event.ts";
import { formatIp, parseIpWords } from "./ip.ts";

/** Row `i` of a table as a plain socket. */
export function socketAt(table: SocketTable, i: number): Socket {
  const netns = table.netns[i] as number;
  const container = table.containers.get(netns);
  const pid = table.pid[i] as number;
  const process = table.processes.get(pid);
  const state = TCP_STATES[table.state[i] as number];
  return {
    local: formatIp(table.local, 4 * i),
    localPort: table.localPort[i] as number,
    remote: formatIp(table.remote, 4 * i),
    remotePort: table.remotePort[i] as number,
    state: state === undefined || state === "" ? "CLOSE" : state,
    direction: table.inbound[i] === 1 ? "in" : "out",
    ...(netns > 0 && { netns }),
    ...(container !== undefined && { container }),
    ...(pid > 0 && { pid }),
    ...(process !== undefined && { process }),
    ...(table.hasInfo[i] === 1 && {
      tcpInfo: {
        inBytes: table.inBytes[i] as number,
        outBytes: table.outBytes[i] as number,
        rtt: table.rtt[i] as number,
        retransmits: table.retransmits[i] as number,
      },
    }),
  };
}

/** The plain event of a view, which may be kept. */
export function toSocketsEvent(view: SocketsView): SocketsEvent {
  const sockets: Socket[] = [];
  for (let i = 0; i < view.table.length; i++) sockets.push(socketAt(view.table, i));
  return { kind: "sockets", at: view.at, source: view.source, sockets };
}

/** A plain event in columns, as the join reads it. Sockets whose addresses are none are left out. */
export function toSocketsView(event: SocketsEvent): SocketsView {
  const size = event.sockets.length;
  const containers = new Map<number, string>();
  const processes = new Map<number, string>();
  const table = {
    length: 0,
    local: new Uint32Array(4 * size),
    remote: new Uint32Array(4 * size),
    localPort: new Uint16Array(size),
    remotePort: new Uint16Array(size),
    state: new Uint8Array(size),
    inbound: new Uint8Array(size),
    netns: new Uint32Array(size),
    containers,
    pid: new Int32Array(size),
    processes,
    hasInfo: new Uint8Array(size),
    inBytes: new Float64Array(size),
    outBytes: new Float64Array(size),
    rtt: new Uint32Array(size),
    retransmits: new Uint32Array(size),
  };
  for (const socket of event.sockets) {
    const i = table.length;
    if (!parseIpWords(socket.remote, table.remote, 4 * i)) continue;
    if (!parseIpWords(socket.local, table.local, 4 * i)) continue;
    table.length = i + 1;
    table.localPort[i] = socket.localPort;
    table.remotePort[i] = socket.remotePort;
    table.state[i] = TCP_STATES.indexOf(socket.state);
    table.inbound[i] = socket.direction === "in" ? 1 : 0;
    const netns = socket.netns ?? 0;
    table.netns[i] = netns;
    if (netns > 0 && socket.container !== undefined) containers.set(netns, socket.container);
    const pid = socket.pid ?? 0;
    table.pid[i] = pid;
    if (pid > 0 && socket.process !== undefined) processes.set(pid, socket.process);
    if (socket.tcpInfo === undefined) continue;
    table.hasInfo[i] = 1;
    table.inBytes[i] = socket.tcpInfo.inBytes;
    table.outBytes[i] = socket.tcpInfo.outBytes;
    table.rtt[i] = socket.tcpInfo.rtt;
    table.retransmits[i] = socket.tcpInfo.retransmits;
  }
  return { kind: "sockets", at: event.at, source: event.source, table };
}
