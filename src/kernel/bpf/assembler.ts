/** Registers: r0 results, r1-r5 arguments that die at a call, r6-r9 kept, r10 the frame (kernel: Documentation/bpf/standardization/instruction-set.rst). */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/** Bytes of one access. */
export type Width = 1 | 2 | 4 | 8;

/** One instruction; `target` is the label it jumps to. The wide one takes two places. */
export interface Instruction {
  readonly code: number;
  readonly dst: Register;
  readonly src: Register;
  readonly offset: number;
  readonly immediate: number;
  readonly target?: string;
  /** The upper 32 bits of a constant of 64. */
  readonly upper?: number;
}

/** A place in a program that can be jumped to. */
export interface Label {
  readonly label: string;
}

export type Item = Instruction | Label;

const WIDTHS: Readonly<Record<Width, number>> = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 };

const OPERATIONS = {
  add: 0x00,
  subtract: 0x10,
  multiply: 0x20,
  or: 0x40,
  and: 0x50,
  shiftLeft: 0x60,
  shiftRight: 0x70,
} as const;
export type Operation = keyof typeof OPERATIONS;

const CONDITIONS = {
  equal: 0x10,
  greater: 0x20,
  greaterOrEqual: 0x30,
  anyBit: 0x40,
  notEqual: 0x50,
  less: 0xa0,
  lessOrEqual: 0xb0,
} as const;
export type Condition = keyof typeof CONDITIONS;

/** Sources and classes of operations. */
const FROM_REGISTER = 0x08;
const ALU64 = 0x07;
const JMP = 0x05;
const LDX_MEM = 0x61;
const ST_MEM = 0x62;
const STX_MEM = 0x63;
const STX_ATOMIC_64 = 0xdb;
const LD_IMM64 = 0x18;
const MOV = 0xb0;
const TO_BIG_ENDIAN = 0xdc;
const JUMP_ALWAYS = 0x05;
const CALL = 0x85;
const EXIT = 0x95;
/** In place of the source register of LD_IMM64: the constant is a map's descriptor. */
const PSEUDO_MAP_FD = 1;

function instruction(code: number, fields: Partial<Instruction> = {}): Instruction {
  return { code, dst: 0, src: 0, offset: 0, immediate: 0, ...fields };
}

export const label = (name: string): Label => ({ label: name });

/** dst = src */
export const move = (dst: Register, src: Register): Instruction =>
  instruction(ALU64 | FROM_REGISTER | MOV, { dst, src });

/** dst = a constant of 32 bits, its sign extended */
export const moveConstant = (dst: Register, immediate: number): Instruction =>
  instruction(ALU64 | MOV, { dst, immediate });

/** dst = a constant of 64 bits, given in halves */
export const moveWide = (dst: Register, lower: number, upper: number): Instruction =>
  instruction(LD_IMM64, { dst, immediate: lower, upper });

/** dst = the map of that descriptor */
export const moveMap = (dst: Register, fd: number): Instruction =>
  instruction(LD_IMM64, { dst, src: PSEUDO_MAP_FD, immediate: fd, upper: 0 });

/** dst = dst OPERATION src, in 64 bits */
export const compute = (dst: Register, operation: Operation, src: Register): Instruction =>
  instruction(ALU64 | FROM_REGISTER | OPERATIONS[operation], { dst, src });

/** dst = dst OPERATION a constant, in 64 bits */
export const computeConstant = (dst: Register, operation: Operation, immediate: number): Instruction =>
  instruction(ALU64 | OPERATIONS[operation], { dst, immediate });

/** The lower 16 or 32 bits of dst from the network's byte order to the host's, or back; what is above is cleared. */
export const swapFromNetwork = (dst: Register, bits: 16 | 32): Instruction =>
  instruction(TO_BIG_ENDIAN, { dst, immediate: bits });

/** dst = the value at src + offset */
export const load = (width: Width, dst: Register, src: Register, offset: number): Instruction =>
  instruction(LDX_MEM | WIDTHS[width], { dst, src, offset });

/** the value at dst + offset = src */
export const store = (width: Width, dst: Register, offset: number, src: Register): Instruction =>
  instruction(STX_MEM | WIDTHS[width], { dst, src, offset });

/** the value at dst + offset = a constant */
export const storeConstant = (width: Width, dst: Register, offset: number, immediate: number): Instruction =>
  instruction(ST_MEM | WIDTHS[width], { dst, offset, immediate });

/** the 64 bits at dst + offset += src, atomically */
export const atomicAdd = (dst: Register, offset: number, src: Register): Instruction =>
  instruction(STX_ATOMIC_64, { dst, src, offset });

export const jump = (target: string): Instruction => instruction(JUMP_ALWAYS, { target });

/** Jumps where dst compares so with src, both unsigned and of 64 bits. */
export const jumpIf = (dst: Register, condition: Condition, src: Register, target: string): Instruction =>
  instruction(JMP | FROM_REGISTER | CONDITIONS[condition], { dst, src, target });

/** Jumps where dst compares so with a constant, whose sign is extended to 64 bits. */
export const jumpIfConstant = (
  dst: Register,
  condition: Condition,
  immediate: number,
  target: string,
): Instruction => instruction(JMP | CONDITIONS[condition], { dst, immediate, target });

/** r0 = the helper of that number, of r1 to r5 (linux/bpf.h, enum bpf_func_id) */
export const call = (helper: number): Instruction => instruction(CALL, { immediate: helper });

export const exit = (): Instruction => instruction(EXIT);

/** Bytes of one place. */
const SIZE = 8;

/**
 * The program as the kernel takes it, little-endian. Throws an Error that names the label where one is missing or there
 * twice, or lies farther away than an offset reaches.
 */
export function assemble(items: readonly Item[]): Uint8Array {
  const places = new Map<string, number>();
  let length = 0;
  for (const item of items) {
    if (!("label" in item)) length += placesOf(item);
    else if (places.has(item.label)) throw new Error(`bpf: label ${item.label} is there twice`);
    else places.set(item.label, length);
  }
  const bytes = new Uint8Array(SIZE * length);
  const view = new DataView(bytes.buffer);
  let place = 0;
  for (const item of items) {
    if ("label" in item) continue;
    const at = SIZE * place;
    view.setUint8(at, item.code);
    view.setUint8(at + 1, item.dst | (item.src << 4));
    view.setInt16(
      at + 2,
      item.target === undefined ? item.offset : distance(places, item.target, place),
      true,
    );
    view.setInt32(at + 4, item.immediate, true);
    if (item.upper !== undefined) view.setInt32(at + 12, item.upper, true);
    place += placesOf(item);
  }
  return bytes;
}

function placesOf({ upper }: Instruction): number {
  return upper === undefined ? 1 : 2;
}

/** Jumps count from the instruction after them. */
function distance(places: ReadonlyMap<string, number>, target: string, place: number): number {
  const to = places.get(target);
  if (to === undefined) throw new Error(`bpf: no label ${target}`);
  const offset = to - place - 1;
  if (offset > 0x7fff || offset < -0x8000) throw new Error(`bpf: label ${target} is too far away`);
  return offset;
}
