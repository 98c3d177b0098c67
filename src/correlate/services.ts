import type { SocketTable } from "../model/event.ts";
import type { Service } from "../model/snapshot.ts";

/** The usual name of a port (IANA service names; short where the screen wants it short). */
const NAMES = new Map<number, string>([
  [21, "ftp"],
  [22, "ssh"],
  [25, "smtp"],
  [53, "dns"],
  [80, "http"],
  [110, "pop3"],
  [143, "imap"],
  [443, "https"],
  [465, "smtps"],
  [587, "submission"],
  [993, "imaps"],
  [995, "pop3s"],
  [3306, "mysql"],
  [5432, "pg"],
  [6379, "redis"],
  [8080, "http-alt"],
  [8443, "https-alt"],
]);

export const SSH_PORT = 22;
/** Services listed per row. */
const MAX_SERVICES = 8;

/** The port that row `i` of a table serves: of a connection we made, it is the peer's. */
export function servicePort(table: SocketTable, i: number): number {
  return (table.inbound[i] === 1 ? table.localPort[i] : table.remotePort[i]) as number;
}

/** The name of a port, or its number in digits. */
function serviceName(port: number): string {
  return NAMES.get(port) ?? String(port);
}

/** Services by number of sockets, most first, as many as are listed. */
export function listServices(sockets: ReadonlyMap<number, number>): Service[] {
  return [...sockets]
    .sort(([portA, a], [portB, b]) => b - a || portA - portB)
    .slice(0, MAX_SERVICES)
    .map(([port, count]) => ({ port, name: serviceName(port), sockets: count }));
}
