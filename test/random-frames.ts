import fc from "fast-check";
import { LOCAL_V4, LOCAL_V6 } from "./pcaps.ts";

/** Addresses of this host that random frames come from and go to; the third only as one of IPv4 in IPv6. */
export const RANDOM_LOCAL: readonly string[] = [LOCAL_V4, LOCAL_V6, "203.0.113.5"];

const byte = fc.integer({ min: 0, max: 255 });
const some = (most: number) => fc.array(byte, { maxLength: most });

/** What a header announces: what is counted, what is passed over, and anything. */
const protocol = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(6, 6, 6, 17, 1, 58) },
  { weight: 3, arbitrary: fc.constantFrom(0, 43, 44, 44, 51, 60, 135, 139, 140) },
  { weight: 1, arbitrary: byte },
);

const V4_MAPPED = [...Array<number>(10).fill(0), 255, 255];

const address4 = fc.oneof(
  fc.constantFrom([192, 0, 2, 1], [203, 0, 113, 5], [255, 1, 2, 3], [10, 0, 0, 1]),
  fc.array(byte, { minLength: 4, maxLength: 4 }),
);

const address6 = fc.oneof(
  fc.constantFrom(
    [0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1],
    [0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), 2],
    [0xfe, 0x80, ...Array<number>(13).fill(0), 1],
  ),
  address4.map((bytes) => [...V4_MAPPED, ...bytes]),
  fc.array(byte, { minLength: 16, maxLength: 16 }),
);

const often = <T>(usual: T, others: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });

const word = fc.tuple(byte, byte).map(([upper, lower]): number[] => [upper, lower]);

const ipv4 = fc
  .tuple(
    often(0x45, fc.oneof(fc.constantFrom(0x40, 0x44, 0x46, 0x4f, 0x55, 0x65), byte)),
    often([0x40, 0], fc.oneof(fc.constantFrom([0x20, 0], [0x20, 1], [0x1f, 0xff], [0, 8]), word)),
    protocol,
    address4,
    address4,
  )
  .map(([first, fragment, next, from, to]) =>
    [first, 0, 0, 40, 0, 1, ...fragment, 64, next, 0, 0, from, to].flat(),
  );

/** An extension header as its number tells its length, cut short where that is beyond all reach. */
const extension = fc.record({
  number: fc.constantFrom(0, 43, 44, 51, 60, 135, 139, 140),
  length: often(0, fc.oneof(fc.constantFrom(1, 2, 21, 22, 23, 24, 255), byte)),
  offset: fc.oneof(fc.constantFrom([0, 0], [0, 1], [0, 8], [255, 255]), word),
});

const ipv6 = fc
  .tuple(
    often(0x60, byte),
    address6,
    address6,
    fc.oneof(fc.array(extension, { maxLength: 3 }), fc.array(extension, { minLength: 7, maxLength: 10 })),
    protocol,
  )
  .map(([first, from, to, chain, last]) => {
    const numbers = [...chain.map(({ number }) => number), last];
    const headers = chain.map(({ number, length, offset }, i) => {
      const bytes = number === 44 ? 8 : number === 51 ? 4 * (length + 2) : 8 * (length + 1);
      const header = Array<number>(Math.min(bytes, 256)).fill(0);
      header.splice(0, 4, numbers[i + 1] ?? 0, length, ...offset);
      return header;
    });
    return [first, 0, 0, 0, 0, 99, numbers[0] ?? 0, 64, ...from, ...to, ...headers.flat()];
  });

const tags = fc.oneof(
  { weight: 3, arbitrary: fc.constant<number[][]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.tuple(fc.constantFrom([0x81, 0], [0x88, 0xa8]), word).map(([type, tag]) => [...type, ...tag]),
      { maxLength: 4 },
    ),
  },
);

const body = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant([0x08, 0x00]), ipv4) },
  { weight: 6, arbitrary: fc.tuple(fc.constant([0x86, 0xdd]), ipv6) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom([0x08, 0x00], [0x86, 0xdd]), some(80)) },
  { weight: 1, arbitrary: fc.tuple(word, fc.oneof(ipv4, ipv6, some(20))) },
);

/** Frames of Ethernet, whole headers at least, of anything: mostly IP, often cut, often with lengths that lie. */
export const frames: fc.Arbitrary<Uint8Array> = fc
  .tuple(tags, body, some(24), often<number | undefined>(undefined, fc.integer({ min: 14, max: 150 })))
  .map(([chain, [type, packet], carried, cut]) =>
    Uint8Array.from([...Array<number>(12).fill(2), ...chain.flat(), ...type, ...packet, ...carried]).slice(
      0,
      cut,
    ),
  );
