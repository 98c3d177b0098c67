import { describe, expect, test } from "bun:test";
import { describeWith } from "../../../test/requires.ts";
import {
  assemble,
  atomicAdd,
  type Condition,
  call,
  compute,
  computeConstant,
  exit,
  type Item,
  jump,
  jumpIf,
  jumpIfConstant,
  label,
  load,
  move,
  moveConstant,
  moveMap,
  moveWide,
  type Operation,
  store,
  storeConstant,
  swapFromNetwork,
} from "./assembler.ts";
import { loadProgram, testRun } from "./system.ts";

/** Of each instruction: opcode, source and destination, offset, immediate (kernel: instruction-set.rst, "Instruction encoding"). */
const ENCODINGS: readonly (readonly [what: string, items: readonly Item[], hex: string])[] = [
  ["r1 = r6", [move(1, 6)], "bf 61 0000 00000000"],
  ["r10 is the last", [move(9, 10)], "bf a9 0000 00000000"],
  ["r0 = 7", [moveConstant(0, 7)], "b7 00 0000 07000000"],
  ["r3 = -1", [moveConstant(3, -1)], "b7 03 0000 ffffffff"],
  [
    "r2 = 0x0123456789abcdef",
    [moveWide(2, 0x89abcdef, 0x01234567)],
    "18 02 0000 efcdab89 00 00 0000 67452301",
  ],
  ["r1 = map of descriptor 258", [moveMap(1, 258)], "18 11 0000 02010000 00 00 0000 00000000"],
  ["r1 += r2", [compute(1, "add", 2)], "0f 21 0000 00000000"],
  ["r1 -= r2", [compute(1, "subtract", 2)], "1f 21 0000 00000000"],
  ["r1 *= r2", [compute(1, "multiply", 2)], "2f 21 0000 00000000"],
  ["r1 |= r2", [compute(1, "or", 2)], "4f 21 0000 00000000"],
  ["r1 &= r2", [compute(1, "and", 2)], "5f 21 0000 00000000"],
  ["r1 <<= r2", [compute(1, "shiftLeft", 2)], "6f 21 0000 00000000"],
  ["r1 >>= r2", [compute(1, "shiftRight", 2)], "7f 21 0000 00000000"],
  ["r7 += -2", [computeConstant(7, "add", -2)], "07 07 0000 feffffff"],
  ["r7 -= 1", [computeConstant(7, "subtract", 1)], "17 07 0000 01000000"],
  ["r7 *= 3", [computeConstant(7, "multiply", 3)], "27 07 0000 03000000"],
  ["r7 |= 16", [computeConstant(7, "or", 16)], "47 07 0000 10000000"],
  ["r7 &= 0xfff8", [computeConstant(7, "and", 0xfff8)], "57 07 0000 f8ff0000"],
  ["r7 <<= 3", [computeConstant(7, "shiftLeft", 3)], "67 07 0000 03000000"],
  ["r7 >>= 4", [computeConstant(7, "shiftRight", 4)], "77 07 0000 04000000"],
  ["r1 = be16 r1", [swapFromNetwork(1, 16)], "dc 01 0000 10000000"],
  ["r1 = be32 r1", [swapFromNetwork(1, 32)], "dc 01 0000 20000000"],
  ["r1 = *(u8 *)(r10 - 1)", [load(1, 1, 10, -1)], "71 a1 ffff 00000000"],
  ["r1 = *(u16 *)(r10 - 258)", [load(2, 1, 10, -258)], "69 a1 fefe 00000000"],
  ["r1 = *(u32 *)(r6 + 164)", [load(4, 1, 6, 164)], "61 61 a400 00000000"],
  ["r2 = *(u64 *)(r10 - 16)", [load(8, 2, 10, -16)], "79 a2 f0ff 00000000"],
  ["*(u8 *)(r10 - 1) = r3", [store(1, 10, -1, 3)], "73 3a ffff 00000000"],
  ["*(u16 *)(r10 - 2) = r3", [store(2, 10, -2, 3)], "6b 3a feff 00000000"],
  ["*(u32 *)(r10 - 4) = r3", [store(4, 10, -4, 3)], "63 3a fcff 00000000"],
  ["*(u64 *)(r10 - 8) = r3", [store(8, 10, -8, 3)], "7b 3a f8ff 00000000"],
  ["*(u8 *)(r10 - 1) = 255", [storeConstant(1, 10, -1, 255)], "72 0a ffff ff000000"],
  ["*(u16 *)(r10 - 2) = 1", [storeConstant(2, 10, -2, 1)], "6a 0a feff 01000000"],
  ["*(u32 *)(r10 - 4) = -65536", [storeConstant(4, 10, -4, -65536)], "62 0a fcff 0000ffff"],
  ["*(u64 *)(r10 - 8) = 0", [storeConstant(8, 10, -8, 0)], "7a 0a f8ff 00000000"],
  ["lock *(u64 *)(r0 + 88) += r9", [atomicAdd(0, 88, 9)], "db 90 5800 00000000"],
  ["call 26", [call(26)], "85 00 0000 1a000000"],
  ["exit", [exit()], "95 00 0000 00000000"],
  ["goto +0", [jump("a"), label("a")], "05 00 0000 00000000"],
  ["if r1 == r2", [jumpIf(1, "equal", 2, "a"), label("a")], "1d 21 0000 00000000"],
  ["if r1 > r2", [jumpIf(1, "greater", 2, "a"), label("a")], "2d 21 0000 00000000"],
  ["if r1 >= r2", [jumpIf(1, "greaterOrEqual", 2, "a"), label("a")], "3d 21 0000 00000000"],
  ["if r1 & r2", [jumpIf(1, "anyBit", 2, "a"), label("a")], "4d 21 0000 00000000"],
  ["if r1 != r2", [jumpIf(1, "notEqual", 2, "a"), label("a")], "5d 21 0000 00000000"],
  ["if r1 < r2", [jumpIf(1, "less", 2, "a"), label("a")], "ad 21 0000 00000000"],
  ["if r1 <= r2", [jumpIf(1, "lessOrEqual", 2, "a"), label("a")], "bd 21 0000 00000000"],
  ["if r1 == 8", [jumpIfConstant(1, "equal", 8, "a"), label("a")], "15 01 0000 08000000"],
  ["if r1 > 192", [jumpIfConstant(1, "greater", 192, "a"), label("a")], "25 01 0000 c0000000"],
  ["if r1 >= 5", [jumpIfConstant(1, "greaterOrEqual", 5, "a"), label("a")], "35 01 0000 05000000"],
  ["if r1 & 2", [jumpIfConstant(1, "anyBit", 2, "a"), label("a")], "45 01 0000 02000000"],
  ["if r1 != -1", [jumpIfConstant(1, "notEqual", -1, "a"), label("a")], "55 01 0000 ffffffff"],
  ["if r1 < 5", [jumpIfConstant(1, "less", 5, "a"), label("a")], "a5 01 0000 05000000"],
  ["if r1 <= 5", [jumpIfConstant(1, "lessOrEqual", 5, "a"), label("a")], "b5 01 0000 05000000"],
];

const exits = (count: number): Item[] => Array.from({ length: count }, exit);

/** Offset of the jump at a place, in instructions. */
function offsetAt(items: readonly Item[], place: number): number {
  return new DataView(assemble(items).buffer).getInt16(8 * place + 2, true);
}

describe("assemble", () => {
  test.each(ENCODINGS)("%s", (_, items, hex) => {
    expect(Buffer.from(assemble(items)).toString("hex")).toBe(hex.replaceAll(" ", ""));
  });

  test("nothing is no bytes, and a label takes none", () => {
    expect(assemble([]).length).toBe(0);
    expect(assemble([label("a"), label("b")]).length).toBe(0);
  });

  const wide = moveWide(1, 1, 0);
  test.each<[string, Item[], number, number]>([
    ["to itself", [label("a"), jump("a")], 0, -1],
    ["over one", [jump("a"), exit(), label("a"), exit()], 0, 1],
    ["over a wide one and its second half", [jump("a"), wide, label("a"), exit()], 0, 2],
    ["back over a wide one", [label("a"), wide, jump("a")], 2, -3],
    ["from behind a wide one", [wide, jump("a"), exit(), label("a")], 2, 1],
    ["back to the middle", [exit(), label("a"), exit(), wide, jump("a"), exit()], 4, -4],
    ["to one of two labels of one place", [jump("b"), exit(), label("a"), label("b")], 0, 1],
    ["as far ahead as it reaches", [jump("a"), ...exits(0x7fff), label("a")], 0, 0x7fff],
    ["as far back as it reaches", [label("a"), ...exits(0x7fff), jump("a")], 0x7fff, -0x8000],
  ])("a jump %s", (_, items, place, offset) => {
    expect(offsetAt(items, place)).toBe(offset);
  });

  test.each<[string, Item[], string]>([
    ["a label that is missing", [jump("nowhere")], "bpf: no label nowhere"],
    ["a label that is there twice", [label("a"), exit(), label("a")], "bpf: label a is there twice"],
    ["a jump too far ahead", [jump("a"), ...exits(0x8000), label("a")], "bpf: label a is too far away"],
    ["a jump too far back", [label("a"), ...exits(0x8000), jump("a")], "bpf: label a is too far away"],
  ])("refuses %s", (_, items, message) => {
    expect(() => assemble(items)).toThrow(message);
  });
});

/** As the kernel understands them: all unsigned and of 64 bits, constants with their sign. */
describeWith(["root"], "the kernel", () => {
  const packet = new Uint8Array(64);

  function answerOf(items: readonly Item[]): number {
    const program = loadProgram("socketFilter", assemble([...items, exit()]));
    try {
      return testRun(program, packet);
    } finally {
      program.close();
    }
  }

  const ONES = [0xffffffff, 0xffffffff] as const;
  test.each<[Operation, number, number, number]>([
    ["add", 5, 7, 12],
    ["subtract", 5, 7, 0xfffffffe],
    ["multiply", 5, 7, 35],
    ["or", 5, 8, 13],
    ["and", 13, 7, 5],
    ["shiftLeft", 5, 3, 40],
    ["shiftRight", 40, 3, 5],
  ])("computes: %s", (operation, a, b, result) => {
    expect(answerOf([moveConstant(0, a), computeConstant(0, operation, b)])).toBe(result);
    expect(answerOf([moveConstant(0, a), moveConstant(1, b), compute(0, operation, 1)])).toBe(result);
  });

  /** Of r1 against 1: of 0, of 1, of 2, and of 64 bits that are all set. */
  test.each<[Condition, readonly [number, number, number, number]]>([
    ["equal", [0, 1, 0, 0]],
    ["notEqual", [1, 0, 1, 1]],
    ["greater", [0, 0, 1, 1]],
    ["greaterOrEqual", [0, 1, 1, 1]],
    ["less", [1, 0, 0, 0]],
    ["lessOrEqual", [1, 1, 0, 0]],
    ["anyBit", [0, 1, 0, 1]],
  ])("compares: %s", (condition, answers) => {
    const values = [[0, 0], [1, 0], [2, 0], ONES] as const;
    const judged = (jumps: Item): number[] =>
      values.map(([lower, upper]) =>
        answerOf([
          moveWide(1, lower, upper),
          moveConstant(2, 1),
          moveConstant(0, 1),
          jumps,
          moveConstant(0, 0),
          label("yes"),
        ]),
      );
    expect(judged(jumpIfConstant(1, condition, 1, "yes"))).toEqual([...answers]);
    expect(judged(jumpIf(1, condition, 2, "yes"))).toEqual([...answers]);
  });

  test("reads what it stored, in the host's order and in the network's", () => {
    const stored = [moveWide(1, 0x04030201, 0x08070605), store(8, 10, -8, 1)];
    const read = (...items: Item[]) => answerOf([...stored, ...items]).toString(16);
    expect(read(load(1, 0, 10, -8))).toBe("1");
    expect(read(load(2, 0, 10, -6))).toBe("403");
    expect(read(load(4, 0, 10, -4))).toBe("8070605");
    expect(read(load(2, 0, 10, -8), swapFromNetwork(0, 16))).toBe("102");
    expect(read(load(4, 0, 10, -8), swapFromNetwork(0, 32))).toBe("1020304");
    expect(read(load(8, 0, 10, -8), computeConstant(0, "shiftRight", 32))).toBe("8070605");
    expect(read(storeConstant(4, 10, -8, -1), load(8, 0, 10, -8))).toBe("ffffffff");
    expect(read(moveConstant(2, 0x10), atomicAdd(10, -8, 2), load(4, 0, 10, -8))).toBe("4030211");
  });

  test("a program that it refuses is refused with its reason", () => {
    expect(() => loadProgram("socketFilter", assemble([exit()]))).toThrow(/bpf: .*R0 !read_ok/);
    expect(() => loadProgram("socketFilter", assemble([load(8, 0, 10, 8), exit()]))).toThrow(/stack/);
  });
});
