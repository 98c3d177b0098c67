import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The network namespace of whoever reads a {@link FakeProc}. */
export const OWN = 4_026_531_840;

/** A row of /proc/net/tcp: addresses in dotted quads. */
export interface Row {
  readonly local: string;
  readonly remote: string;
  /** As the kernel numbers them: 1 established, 10 listening. */
  readonly state?: number;
  readonly inode?: number;
}

/** A directory like /proc with the processes and network namespaces a test wants. */
export class FakeProc {
  readonly root = mkdtempSync(join(tmpdir(), "proc-"));

  constructor() {
    this.#process("self", OWN, "reader");
    this.write(OWN, "tcp", "");
  }

  start(pid: number, netns: number, { comm = "app", cgroup = "" } = {}): void {
    this.#process(String(pid), netns, comm, cgroup);
  }

  /** The process goes into another namespace. */
  move(pid: number, netns: number): void {
    for (const link of ["ns/net", "net"]) rmSync(join(this.root, `${pid}`, link));
    this.#link(String(pid), netns);
  }

  end(pid: number): void {
    rmSync(join(this.root, `${pid}`), { recursive: true });
  }

  /** What a namespace has from now on; `counted`: what its counts say, else the truth. */
  sockets(netns: number, rows: readonly Row[], counted = rows.length): void {
    const lines = rows.map(
      ({ local, remote, state = 1, inode = 0 }, i) =>
        `${i}: ${endpoint(local)} ${endpoint(remote)} ${state.toString(16).padStart(2, "0")} ` +
        `00000000:00000000 00:00000000 00000000 0 0 ${inode}`,
    );
    this.write(netns, "tcp", ["  sl  local_address rem_address", ...lines, ""].join("\n"));
    this.write(netns, "tcp6", "  sl  local_address remote_address\n");
    const counts = `sockets: used 9\nTCP: inuse ${counted} orphan 0 tw 0 alloc 9 mem 9\nUDP: inuse 0 mem 0\n`;
    this.write(netns, "sockstat", counts);
    this.write(netns, "sockstat6", "TCP6: inuse 0\nUDP6: inuse 0\n");
  }

  /** Writes the file `name` of net/ of all processes in a namespace. */
  write(netns: number, name: string, text: string): void {
    writeFileSync(join(this.#net(netns), name), text);
  }

  removeFile(netns: number, name: string): void {
    rmSync(join(this.#net(netns), name));
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  #process(name: string, netns: number, comm: string, cgroup = ""): void {
    const path = join(this.root, name);
    mkdirSync(join(path, "ns"), { recursive: true });
    writeFileSync(join(path, "comm"), `${comm}\n`);
    if (cgroup !== "") writeFileSync(join(path, "cgroup"), cgroup);
    mkdirSync(this.#net(netns), { recursive: true });
    this.#link(name, netns);
  }

  #link(name: string, netns: number): void {
    symlinkSync(`net:[${netns}]`, join(this.root, name, "ns/net"));
    symlinkSync(this.#net(netns), join(this.root, name, "net"));
  }

  #net(netns: number): string {
    return join(this.root, `net-${netns}`);
  }
}

/** `192.0.2.1:80` as the kernel writes it: the address's bytes backwards. */
function endpoint(text: string): string {
  const [address = "", port] = text.split(":");
  const bytes = address.split(".").reverse();
  const hex = bytes.map((byte) => Number(byte).toString(16).padStart(2, "0")).join("");
  return `${hex}:${Number(port).toString(16).padStart(4, "0")}`.toUpperCase();
}
