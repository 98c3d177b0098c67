/**
 * Drops every second packet that comes in by the interface its argument names, by XDP, in the namespace it is started in. It
 * says `ready`, and lasts until standard input ends.
 */
import { assemble, call, computeConstant, exit } from "../src/kernel/bpf/assembler.ts";
import { bpf, type Pointing } from "../src/kernel/libc.ts";
import { openLinks } from "../src/kernel/links.ts";

/** linux/bpf.h: commands, a type, a place, a helper; linux/if_link.h: for all drivers. */
const PROG_LOAD = 5;
const LINK_CREATE = 28;
const PROG_TYPE_XDP = 6;
const XDP = 37;
const GET_PRANDOM_U32 = 7;
const SKB_MODE = 2;

const index = openLinks().find(process.argv[2] ?? "")?.index ?? 0;
// XDP_DROP is 1, XDP_PASS 2.
const instructions = assemble([
  call(GET_PRANDOM_U32),
  computeConstant(0, "and", 1),
  computeConstant(0, "add", 1),
  exit(),
]);
const attributes = new Uint32Array(18);
attributes[0] = PROG_TYPE_XDP;
attributes[1] = instructions.length / 8;
const pointers: Pointing[] = [
  [8, instructions],
  [16, Buffer.from("GPL\0")],
];
const program = bpf(PROG_LOAD, new Uint8Array(attributes.buffer), pointers);
const link = new Uint32Array([program, index, XDP, SKB_MODE, ...Array(12).fill(0)]);
bpf(LINK_CREATE, new Uint8Array(link.buffer));
process.stdout.write("ready\n");
for await (const _ of Bun.stdin.stream());
process.exit(0);
