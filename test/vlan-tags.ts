/**
 * Makes an interface, named by the first argument, a member of the VLAN of the second, in the namespace it is started in:
 * all that goes out gets the tag, all that comes in loses it behind the taps. Kernels without VLAN devices can do that too. It
 * says `ready`, and lasts until standard input ends.
 */
import { assemble, call, exit, type Item, moveConstant } from "../src/kernel/bpf/assembler.ts";
import { attachTcxEgress, loadProgram } from "../src/kernel/bpf/system.ts";
import { bpf } from "../src/kernel/libc.ts";
import { openLinks } from "../src/kernel/links.ts";

/** linux/bpf.h: helpers, a command, a place. */
const SKB_VLAN_PUSH = 18;
const SKB_VLAN_POP = 19;
const LINK_CREATE = 28;
const TCX_INGRESS = 46;
const TCX_NEXT = -1;
/** 0x8100 as it lies in the packet. */
const VLAN = 0x0081;

const [, , name = "eth0", id = "10"] = process.argv;
const index = openLinks().find(name)?.index ?? 0;
const end: Item[] = [moveConstant(0, TCX_NEXT), exit()];
// The first argument of both is the packet, which is in its register from the start.
const push = [moveConstant(2, VLAN), moveConstant(3, Number(id)), call(SKB_VLAN_PUSH), ...end];
const pop = [call(SKB_VLAN_POP), ...end];
attachTcxEgress(loadProgram("classifier", assemble(push)), index);
const { fd } = loadProgram("classifier", assemble(pop));
bpf(LINK_CREATE, new Uint8Array(new Uint32Array([fd, index, TCX_INGRESS, ...Array(13).fill(0)]).buffer));
process.stdout.write("ready\n");
for await (const _ of Bun.stdin.stream());
process.exit(0);
