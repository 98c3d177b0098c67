/**
 * Run inside a network namespace by packets.ts: reads an interface's packets in one of several ways until its standard
 * input ends, then prints how many it counted and lost, as JSON.
 */

import { bind, recv, SystemError, setsockopt, socket } from "../src/kernel/libc.ts";
import { openLinks } from "../src/kernel/links.ts";
import { openPacketTap } from "../src/kernel/packet-tap.ts";

const [way = "", name = ""] = process.argv.slice(2);
const links = openLinks();
const link = links.find(name);
if (link === undefined) throw new Error(`no interface ${name}`);
let ended = false;
process.stdin.on("data", () => {});
process.stdin.on("end", () => {
  ended = true;
});

process.stdout.write(`${JSON.stringify(way === "recv" ? await receive(link.index) : await tap())}\n`);
process.exit(0);

/** The program of this project with nothing around it, out by tcx or by a copy. */
async function tap() {
  if (link === undefined) throw new Error("no interface");
  const tap = openPacketTap(link, { scope: "all", local: [], tcx: way === "tcx" });
  let counted = 0;
  while (!ended) {
    await Bun.sleep(200);
    tap.turn(0);
    await Bun.sleep(20);
    const { rxPackets, txPackets } = tap.totals();
    counted += rxPackets + txPackets;
  }
  tap.turn(0);
  await Bun.sleep(20);
  const { rxPackets, txPackets } = tap.totals();
  return { counted: counted + rxPackets + txPackets, lost: 0, tcx: tap.tcxRefusal ?? "yes" };
}

/** What anybody would write first: every packet copied to us, and looked at no further. */
async function receive(index: number) {
  const AF_PACKET = 17;
  const SOCK_RAW = 3;
  const ETH_P_ALL = 3;
  const SOL_SOCKET = 1;
  const SO_RCVBUFFORCE = 33;
  const MSG_DONTWAIT = 0x40;
  const MSG_TRUNC = 0x20;
  const fd = socket(AF_PACKET, SOCK_RAW, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, new Uint8Array(new Uint32Array([8 << 20]).buffer));
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, ETH_P_ALL);
  address.setInt32(4, index, true);
  bind(fd, new Uint8Array(address.buffer));
  const bytes = new Uint8Array(65_536);
  let counted = 0;
  while (!ended) {
    try {
      for (let i = 0; i < 4096; i++) {
        recv(fd, bytes, MSG_DONTWAIT | MSG_TRUNC);
        counted++;
      }
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== "EAGAIN") throw error;
      await Bun.sleep(1);
      continue;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { counted, lost: -1 };
}
