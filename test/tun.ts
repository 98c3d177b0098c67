/**
 * A link without Ethernet header: opens the tun device named by the first argument in the namespace it is started in,
 * says `ready`, and at each line on standard input, the path of a capture of raw IP, lets those packets come in by it. It
 * answers with their number. What goes out by it is lost.
 */
import { dlopen } from "bun:ffi";
import { closeSync, openSync, read, readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";

/** linux/if_tun.h: packets alone, without words before each. */
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;

const [, , name = "tun0"] = process.argv;
const { symbols } = dlopen("libc.so.6", { ioctl: { args: ["int", "u64", "buffer"], returns: "int" } });
const fd = openSync("/dev/net/tun", "r+");
/** struct ifreq: the name, the flags. */
const request = Buffer.alloc(40);
request.write(name, "latin1");
request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16);
if (symbols.ioctl(fd, TUNSETIFF, request) !== 0) throw new Error(`no tun device ${name}`);

const lost = Buffer.alloc(65_536);
const lose = (): void => read(fd, lost, 0, lost.length, null, (error) => error ?? lose());
lose();
process.stdout.write("ready\n");

for await (const path of createInterface({ input: process.stdin })) {
  const pcap = readFileSync(path);
  let packets = 0;
  // pcap-savefile(5), of this host's byte order: each packet behind its time and lengths.
  for (let at = 24; at < pcap.length; packets++) {
    const length = pcap.readUInt32LE(at + 8);
    writeSync(fd, pcap, at + 16, length);
    at += 16 + length;
  }
  process.stdout.write(`${packets}\n`);
}
closeSync(fd);
process.exit(0);
