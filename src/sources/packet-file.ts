import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { type Addresses, addAddress, createAddresses, findAddress } from "../model/address-index.ts";
import type { Input, TrafficView } from "../model/event.ts";
import { formatIp, isV4 } from "../model/ip.ts";
import {
  clearTraffic,
  columnsOf,
  createTrafficTable,
  type TrafficTable,
  totalsOf,
} from "../model/traffic-table.ts";
import { countPacket, emptyPacket } from "../parse/packet.ts";
import { createPcapReader, isPcap } from "../parse/pcap.ts";
import { guessHost } from "../parse/pcap-host.ts";
import { readLink } from "../parse/pcap-link.ts";
import { LARGEST_RECORD, type PacketReader } from "../parse/pcap-record.ts";
import { createPcapngReader, isPcapng } from "../parse/pcapng.ts";
import type { ByteSource } from "./byte-source.ts";
import { type FileResult, type FileSource, type OpenFile, type ReadOptions, resultOf } from "./open-file.ts";

/** Bytes that show whether a file is a capture of packets. */
export const HEAD = 12;
/** Read at once, and looked at first for whose capture it is. The largest record fits twice. */
const WINDOW = 2 * LARGEST_RECORD;
/** Addresses told apart in one second of one interface; packets of more are told of as sampled. */
const PEERS = 65_536;
/** Addresses in one event: as many as are taken in before anything else gets its turn. */
const PART = 2048;
/** Interfaces told apart, whose tables take up to 9 MB each; those of more are counted together under the file's name. */
const INTERFACES = 8;
/** Link types that are named where they are not known. */
const NAMED = 3;
/** As of a line: a time this far ahead of the clock, in milliseconds, is a broken clock's. */
const AHEAD = 60_000;
const SECOND = 1000;
/** Of addresses: a host has some of each. */
const FAMILIES = ["IPv4", "IPv6"] as const;
type Family = (typeof FAMILIES)[number];

/** What reads the file that begins so; undefined where it is no capture of packets. */
export function packetReaderFor(head: Uint8Array): (() => PacketReader) | undefined {
  if (isPcap(head)) return createPcapReader;
  return isPcapng(head) ? createPcapngReader : undefined;
}

/**
 * A capture of packets. They are counted second by second of their own time, which never goes back: one without a time, or
 * with that of a broken clock, belongs to the second of the one before it. At the end of each second it is told, for each
 * interface, what its peers sent and got.
 */
export class PacketFile implements OpenFile {
  readonly #source: FileSource;
  readonly #bytes: ByteSource;
  readonly #options: ReadOptions;
  readonly #create: () => PacketReader;
  readonly #reader: PacketReader;
  readonly #name: string;
  readonly #seed = randomInt(2 ** 31);
  readonly #packet = emptyPacket();
  /** Whether the file tells which way that packet went. */
  #told = false;
  /** The addresses of the host that were named. */
  readonly #named: Addresses;
  /** Those, and the guess of each family of which none was named. */
  readonly #local: Addresses;
  readonly #tables = new Map<string, TrafficTable>();
  /** Those with packets of this second. */
  readonly #used = new Set<TrafficTable>();

  #window = Buffer.allocUnsafe(WINDOW);
  /** Bytes `[from, to)` are read and not used. */
  #from = 0;
  #to = 0;
  #ended = false;
  /** Newest time of a packet. */
  #time = Number.NEGATIVE_INFINITY;
  /** The packet that was read belongs to the second after the one that is told. */
  #held = false;
  /** What is told of the second that ended. */
  #views: Iterator<TrafficView, undefined> | undefined;
  #input: Input | undefined;

  #failure: unknown;
  #unparsed = 0;
  #untimed = 0;
  readonly #unknown = new Set<number>();
  readonly #notes: string[] = [];
  /** Families to guess the host of: those of which no address was named. */
  readonly #guessed: readonly Family[];
  /** Whether it was looked for whose capture it is. */
  #looked: boolean;
  /** Nothing tells which way packets went. */
  #wayless = false;
  lines = 0;
  at = Number.NEGATIVE_INFINITY;
  readonly recording = false;

  constructor(source: FileSource, bytes: ByteSource, create: () => PacketReader, options: ReadOptions) {
    this.#source = source;
    this.#bytes = bytes;
    this.#options = options;
    this.#create = create;
    this.#reader = create();
    this.#name = basename(source.path);
    const { local = [] } = options;
    // Room for one more of each family: the guess.
    const room = local.length + FAMILIES.length;
    this.#named = createAddresses(room, this.#seed);
    this.#local = createAddresses(room, this.#seed);
    for (const words of local) {
      addOnce(this.#named, words);
      addOnce(this.#local, words);
    }
    this.#guessed = FAMILIES.filter((family) => !local.some((words) => familyOf(words) === family));
    this.#looked = this.#guessed.length === 0;
  }

  get waiting(): boolean {
    return this.#input !== undefined;
  }

  take(): Input {
    const input = this.#input;
    if (input === undefined) throw new Error("no packets wait");
    this.#input = undefined;
    return input;
  }

  advance(): boolean {
    for (;;) {
      if (this.#next()) return true;
      if (this.#held) {
        this.#held = false;
        this.#count();
      }
      const found = this.#reader.next(this.#window, this.#from, this.#to);
      this.#from = this.#reader.used;
      if (found !== "packet") {
        if (found === "damaged") this.#ended = true;
        return false;
      }
      this.lines++;
      const told = readLink(this.#window, this.#reader.record, this.#packet);
      if (told === undefined) this.#refuse();
      else {
        this.#told = told;
        if (this.#clock()) this.#held = true;
        else this.#count();
      }
    }
  }

  #refuse(): void {
    this.#unparsed++;
    if (this.#unknown.size <= NAMED) this.#unknown.add(this.#reader.record.link);
  }

  /** Gives the packet its time; whether the second before it is over and is to be told. */
  #clock(): boolean {
    const { time } = this.#reader.record;
    const before = this.#time;
    const isKnown = time >= 0 && time <= this.#options.readAt + AHEAD;
    if (!isKnown) this.#untimed++;
    else if (time > before) this.#time = time;
    this.#packet.time = this.#time === Number.NEGATIVE_INFINITY ? this.#options.readAt : this.#time;
    // What comes before the first time that is known belongs to its second.
    if (before === this.#time || before === Number.NEGATIVE_INFINITY || this.#used.size === 0) return false;
    const second = Math.floor(before / SECOND);
    if (Math.floor(this.#time / SECOND) === second) return false;
    this.#views = this.#tell(SECOND * (second + 1));
    return true;
  }

  #count(): void {
    const table = this.#tableOf(this.#reader.record.interface ?? this.#name);
    this.#used.add(table);
    // What the file tells goes before a guess, but not before an address that was named.
    countPacket(table, this.#packet, this.#told ? this.#named : this.#local, "all");
  }

  #tableOf(name: string): TrafficTable {
    const tables = this.#tables;
    const known = tables.get(name);
    if (known !== undefined) return known;
    if (tables.size >= INTERFACES && name !== this.#name) return this.#tableOf(this.#name);
    const table = createTrafficTable(PEERS, this.#seed);
    tables.set(name, table);
    return table;
  }

  /** Tells at `at` what was counted, and forgets it. */
  *#tell(at: number): Generator<TrafficView, undefined> {
    for (const [name, table] of this.#tables) {
      if (!this.#used.has(table)) continue;
      const { refused, peers, lastSeen } = table;
      // Of packets whose time was not known yet.
      if (this.#untimed > 0)
        for (let i = 0; i < peers.size; i++) lastSeen[i] = Math.min(lastSeen[i] ?? at, at);
      for (let from = 0; from === 0 || from < peers.size; from += PART) {
        yield {
          kind: "traffic",
          at,
          interface: name,
          source: "pcap",
          milliseconds: SECOND,
          ...(from === 0 && { totals: totalsOf(table) }),
          ...(from === 0 && refused > 0 && { sampled: refused }),
          columns: columnsOf(table, from, PART),
        };
      }
      clearTraffic(table);
    }
    this.#used.clear();
  }

  /** Goes on to the next part of what is told; false where nothing is. */
  #next(): boolean {
    const view = this.#views?.next().value;
    if (view === undefined) {
      this.#views = undefined;
      return false;
    }
    this.#input = view;
    this.at = view.at;
    return true;
  }

  async load(): Promise<boolean> {
    const { stopped, progress, readAt } = this.#options;
    while (!this.#ended && !stopped()) {
      await this.#fill();
      progress?.(this.#bytes.fraction);
      if (this.advance()) return true;
    }
    // No later packet comes that would end the last second.
    if (this.#views === undefined && this.#used.size > 0) {
      this.#views = this.#tell(this.#time === Number.NEGATIVE_INFINITY ? readAt : Math.ceil(this.#time));
    }
    if (this.#next()) return true;
    // Other files may go on for long.
    this.#window = Buffer.alloc(0);
    this.#tables.clear();
    return false;
  }

  /** Reads on; what cannot be read ends the file. */
  async #fill(): Promise<void> {
    this.#window.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
    try {
      do {
        const count = await this.#bytes.read(this.#window.subarray(this.#to));
        this.#to += count;
        if (count === 0) this.#ended = true;
      } while (!this.#looked && !this.#ended && this.#to < WINDOW);
    } catch (error) {
      this.#failure = error;
      this.#ended = true;
    }
    if (!this.#looked) this.#look();
  }

  /** Guesses whose capture it is. */
  #look(): void {
    this.#looked = true;
    const guess = guessHost(this.#create(), this.#window, this.#to, this.#seed);
    const host = guess.host.filter((words) => this.#guessed.includes(familyOf(words)));
    for (const words of host) addOnce(this.#local, words);
    this.#wayless = guess.asked > 0 && this.#local.size === 0;
    if (host.length > 0) {
      this.#notes.push(`taken for this host's: ${host.map((words) => formatIp(words)).join(", ")}`);
    }
  }

  async end(at: number): Promise<FileResult> {
    const { lines } = this;
    await this.#bytes.close();
    // A file that was not read to its end may go on.
    const damage = this.#ended ? this.#reader.damage(this.#to - this.#from) : undefined;
    const failure = this.#failure ?? (damage === undefined ? undefined : new Error(damage));
    const faults: string[] = [];
    if (this.#unparsed > 0) {
      const [...links] = this.#unknown;
      const named = `${links.slice(0, NAMED).join(", ")}${links.length > NAMED ? " and more" : ""}`;
      faults.push(`${this.#unparsed} of ${lines} packets not understood: of link type ${named}`);
    }
    if (this.#untimed > 0)
      faults.push(`${this.#untimed} packets without a time, counted with the one before`);
    if (this.#wayless) faults.push("nothing tells which host's packets these are: name it with --local-ip");
    return resultOf(this.#source, at, {
      lines,
      unparsed: this.#unparsed,
      failure,
      faults,
      notes: this.#notes,
    });
  }
}

function familyOf(words: Uint32Array): Family {
  return isV4(words, 0) ? "IPv4" : "IPv6";
}

function addOnce(addresses: Addresses, words: Uint32Array): void {
  if (findAddress(addresses, words, 0) < 0) addAddress(addresses, words, 0);
}
