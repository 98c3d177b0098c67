import {
  bind,
  close,
  type Descriptor,
  getsockopt,
  mmap,
  owned,
  setsockopt,
  setsockoptPointing,
  socket,
} from "./libc.ts";

/** linux/if_packet.h, packet(7). */
const AF_PACKET = 17;
/** With the link header, and without. */
const SOCK_RAW = 3;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_ATTACH_BPF = 50;
const SOL_PACKET = 263;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const PACKET_VNET_HDR = 15;
const PACKET_IGNORE_OUTGOING = 23;
const TPACKET_V3 = 2;

/** A packet socket on one interface, which lives until it is closed. */
export type PacketSocket = Descriptor;

/**
 * A packet socket whose every packet goes to the eBPF program `program` and nowhere else: it gets none itself. `ignores`
 * those that go out; it sees packets `withLink` headers or without. Throws SystemError: EPERM without CAP_NET_RAW, ENODEV.
 */
export function openTap(
  index: number,
  program: number,
  { withLink, ignoresOutgoing }: { readonly withLink: boolean; readonly ignoresOutgoing: boolean },
): PacketSocket {
  return opened(withLink, (fd) => {
    if (ignoresOutgoing) {
      try {
        setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, int(1));
      } catch {
        // Before Linux 4.20: the program passes over them itself, at the cost of a copy.
      }
    }
    attachProgram(fd, program);
    bindTo(fd, index);
  });
}

/** Puts an eBPF program in the place of the one before. Throws SystemError. */
export function attachProgram(fd: number, program: number): void {
  setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, int(program));
}

/**
 * Bytes of a block, and their number: 32 MiB, a fifth of a second of the fastest flood. On a quiet interface each is handed
 * over almost empty, so their number is what a process that is held up for seconds lives on.
 */
const BLOCK = 1 << 17;
const BLOCKS = 256;
/** A block that is not full is handed over after so many milliseconds. */
const RETIRE = 20;
/** Only what is unused of the frame size: blocks are filled without gaps. */
const FRAME_SIZE = 2048;

/** struct tpacket_block_desc, struct tpacket3_hdr, struct sockaddr_ll, struct virtio_net_hdr. */
const STATUS = 8;
const PACKETS = 12;
const FIRST = 16;
const SOCKADDR = 48;
const VNET_HEADER = 10;
const STATUS_USER = 1;
const STATUS_KERNEL = 0;
const STATUS_VLAN_VALID = 0x10;
const PACKET_OUTGOING = 4;

/** A packet in the ring, which is there until the next. */
export interface RingPacket {
  readonly bytes: Uint8Array;
  /** Where its link header begins, where what was kept of it ends, and how long it was. */
  frame: number;
  end: number;
  length: number;
  /** EtherType that the driver found. */
  type: number;
  tagged: boolean;
  outgoing: boolean;
  /** Payload of each of its segments, 0 for one that has none. */
  segmentSize: number;
  /** Epoch milliseconds. */
  time: number;
}

/** Packets in memory that is shared with the kernel. */
export interface PacketRing extends PacketSocket {
  /** Hands over all that is there, and makes room for more. */
  read(onPacket: (packet: RingPacket) => void): void;
  /** Packets that found no room since the last call. */
  dropped(): number;
}

/**
 * A packet socket with a ring (TPACKET_V3) that keeps `snap` bytes of each packet. Throws SystemError: EPERM without
 * CAP_NET_RAW, ENODEV, ENOMEM.
 */
export function openRing(index: number, withLink: boolean, snap: number): PacketRing {
  let sized = true;
  const tap = opened(withLink, (fd) => {
    setsockopt(fd, SOL_PACKET, PACKET_VERSION, int(TPACKET_V3));
    try {
      // Tells how segments are put together, which else nothing does here.
      setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, int(1));
    } catch {
      sized = false;
    }
    attachSnap(fd, snap);
    const request = new Uint32Array([BLOCK, BLOCKS, FRAME_SIZE, (BLOCK / FRAME_SIZE) * BLOCKS, RETIRE, 0, 0]);
    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, new Uint8Array(request.buffer));
    bindTo(fd, index);
  });
  let mapping: ReturnType<typeof mmap>;
  try {
    mapping = mmap(tap.fd, BLOCK * BLOCKS);
  } catch (error) {
    tap.close();
    throw error;
  }
  const { bytes } = mapping;
  const words = new Uint32Array(bytes.buffer);
  const statuses = new Int32Array(bytes.buffer);
  const packet: RingPacket = {
    bytes,
    frame: 0,
    end: 0,
    length: 0,
    type: 0,
    tagged: false,
    outgoing: false,
    segmentSize: 0,
    time: 0,
  };
  const statistics = new Uint32Array(3);
  let open = true;
  let block = 0;

  const readBlock = (base: number, onPacket: (packet: RingPacket) => void): void => {
    let at = base + (words[(base + FIRST) >> 2] as number);
    for (let left = words[(base + PACKETS) >> 2] as number; left > 0; left--) {
      const word = at >> 2;
      const offsets = words[word + 6] as number;
      packet.frame = at + (offsets & 0xffff);
      packet.end = packet.frame + (words[word + 3] as number);
      packet.length = words[word + 4] as number;
      packet.time = (words[word + 1] as number) * 1000 + (words[word + 2] as number) / 1e6;
      packet.tagged = ((words[word + 5] as number) & STATUS_VLAN_VALID) !== 0;
      const address = at + SOCKADDR;
      packet.type = ((bytes[address + 2] as number) << 8) | (bytes[address + 3] as number);
      packet.outgoing = bytes[address + 10] === PACKET_OUTGOING;
      const header = packet.frame - VNET_HEADER;
      // Of struct virtio_net_hdr: the kind of segments, and their size.
      packet.segmentSize =
        sized && bytes[header + 1] !== 0
          ? (bytes[header + 4] as number) | ((bytes[header + 5] as number) << 8)
          : 0;
      onPacket(packet);
      at += words[word] as number;
    }
  };

  return {
    fd: tap.fd,
    read(onPacket) {
      // At most once around: a flood must not keep us here.
      for (let i = 0; i < BLOCKS; i++) {
        const base = BLOCK * block;
        if ((Atomics.load(statuses, (base + STATUS) >> 2) & STATUS_USER) === 0) return;
        readBlock(base, onPacket);
        Atomics.store(statuses, (base + STATUS) >> 2, STATUS_KERNEL);
        block = (block + 1) % BLOCKS;
      }
    },
    dropped() {
      // Reading sets it back.
      getsockopt(tap.fd, SOL_PACKET, PACKET_STATISTICS, new Uint8Array(statistics.buffer));
      return statistics[1] as number;
    },
    close() {
      if (open) mapping.unmap();
      open = false;
      tap.close();
    },
  };
}

/** A filter of classic BPF with one instruction: keep so many bytes. */
function attachSnap(fd: number, snap: number): void {
  // struct sock_filter { code, jt, jf, k }, BPF_RET | BPF_K; struct sock_fprog { len, filter }.
  const filter = new Uint8Array(8);
  const view = new DataView(filter.buffer);
  view.setUint16(0, 0x06, true);
  view.setUint32(4, snap, true);
  const program = new Uint8Array(16);
  new DataView(program.buffer).setUint16(0, 1, true);
  setsockoptPointing(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, [[8, filter]]);
}

/** Without a protocol the socket gets nothing until it is bound: no packet comes before its filter. */
function opened(withLink: boolean, prepare: (fd: number) => void): PacketSocket {
  const fd = socket(AF_PACKET, (withLink ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
  try {
    prepare(fd);
  } catch (error) {
    close(fd);
    throw error;
  }
  return owned(fd);
}

function bindTo(fd: number, index: number): void {
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, ETH_P_ALL);
  address.setInt32(4, index, true);
  bind(fd, new Uint8Array(address.buffer));
}

function int(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
