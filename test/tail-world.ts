import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Tail, type TailState, tail } from "../src/sources/tail.ts";
import { realFs, type TailFs } from "../src/sources/tail-fs.ts";

/** For tests: real files, the programs that write and rotate them, and what must be read of them. */
export type Action =
  | { do: "append"; log: number; writer: number; lines: number; cut: boolean }
  | { do: "overlong"; log: number }
  | { do: "rotate" | "rotateDated" | "move" | "remove" | "create" | "copy" | "copyOver"; log: number }
  | {
      do: "truncate" | "cutBack" | "compress" | "deleteOldest" | "remake" | "retarget" | "renameAcross";
      log: number;
    }
  | { do: "newLog" }
  | { do: "wake" }
  | { do: "wakeDuring"; call: number; actions: Action[] }
  | { do: "wait"; minutes: number };

/** How the log is asked for. */
export type Setting = "path" | "glob" | "family" | "link" | "from start";

/** Small, so that chunks end everywhere; a line that does not fit is `LONG` bytes. */
const LIMITS = { chunk: 512, turn: 1 << 20, cut: 100 };
const LONG = 700;
const PAYLOADS = ["", "é", "𝄞𝄞", "\u0000inside", "long ".repeat(12)].map((text) => Buffer.from(text));
PAYLOADS.push(Buffer.from([0xff, 0xfe, 0x80]));

/** Some program that has a log open for appending. */
interface Writer {
  readonly fd: number;
  /** Changes when its file is truncated. */
  generation: number;
  /** The rest of a line that it has not flushed yet. */
  rest: Buffer;
  /** Its file could be read at a quiet wake, so that a reader holds it. */
  seen: boolean;
  /** It was silent for so long that a reader may have let it go. */
  released: boolean;
}

interface WrittenLog {
  path: string;
  /** The newest first. */
  writers: Writer[];
}

/** A complete line as it was meant. One put together of pieces, by truncation, does not look like this. */
const WHOLE = /^#\d+#[^#]*#$/s;

export class World {
  readonly #root: string;
  readonly #setting: Setting;
  readonly #logs: WrittenLog[] = [];
  readonly #tail: Tail;
  readonly states = new Map<string, TailState>();
  readonly #delivered = new Map<string, number>();
  readonly #ever = new Set<string>();
  /** Lines there before the start. */
  readonly #old = new Set<string>();
  /** Where a line was written: in which generation, and as which of its lines. */
  readonly #places = new Map<string, { generation: number; index: number }>();
  readonly #latest = new Map<number, number>();
  readonly faults: string[] = [];
  #ids = 0;
  #offset = 0;
  #lazy = false;
  #calls = 0;
  #interrupt: { call: number; actions: Action[] } | undefined;
  #open = 0;
  #names = 1;

  constructor(parent: string, setting: Setting) {
    this.#root = mkdtempSync(join(parent, "tail-"));
    this.#setting = setting;
    mkdirSync(join(this.#root, "logs"));
    mkdirSync(join(this.#root, "data"));
    const path = join(this.#root, setting === "link" ? "data" : "logs", "access.log");
    if (setting === "link") symlinkSync(path, join(this.#root, "logs", "current"));
    writeFileSync(`${path}.1`, `${this.#line()}\n${this.#line()}\n`);
    writeFileSync(path, `${this.#line()}\n${this.#line()}\n`);
    for (const file of setting === "from start" ? [`${path}.1`] : [path, `${path}.1`]) {
      for (const line of linesOf(readFileSync(file))) this.#old.add(line);
    }
    this.#logs.push({ path, writers: [] });
    this.#openWriter(this.#log(0));
    this.#rememberAll();
    this.#readable();
    const asked = {
      path: "access.log",
      "from start": "access.log",
      glob: "*.log",
      family: "access.log*",
      link: "current",
    };
    this.#tail = tail({
      paths: [join(this.#root, "logs", asked[setting])],
      fromStart: setting === "from start",
      pollMs: 1e9,
      watch: false,
      onLine: (_, bytes, start, end) =>
        this.#receive(Buffer.from(bytes.subarray(start, end)).toString("latin1")),
      onState: (state) => this.states.set(basename(state.path), state),
      now: () => Date.now() + this.#offset,
      fs: this.#observedFs(),
      limits: LIMITS,
    });
  }

  act(action: Action): void {
    if (action.do === "wake") this.#wake();
    else if (action.do === "wakeDuring") this.#wakeDuring(action.call, action.actions);
    else if (action.do === "wait") {
      this.#offset += action.minutes * 60_000;
      if (action.minutes >= 5) this.#release();
    } else this.#write(action);
    this.#rememberAll();
  }

  /** Looks often enough for all that is there, then ends. */
  end(): void {
    this.#offset += 6_000;
    this.#wake();
    this.#tail.close();
    if (this.#open !== 0) this.faults.push(`${this.#open} handles left open`);
    for (const { writers } of this.#logs) for (const { fd } of writers) closeSync(fd);
    rmSync(this.#root, { recursive: true });
  }

  /** A wake during which nothing happens: what can be read must have been read after it. */
  #wake(): void {
    if (this.#lazy) this.#offset += 6_000;
    const must = this.#readable();
    while (this.#tail.poll());
    for (const line of must) {
      if (!this.#delivered.has(line)) this.faults.push(`lost: ${line}`);
    }
    // Eight old ones and the current one, of each name.
    if (this.#open > 9 * this.#names) this.faults.push(`${this.#open} handles`);
  }

  #wakeDuring(call: number, actions: Action[]): void {
    this.#calls = 0;
    this.#interrupt = { call, actions };
    while (this.#tail.poll());
    this.#interrupt = undefined;
  }

  #receive(line: string): void {
    const times = (this.#delivered.get(line) ?? 0) + 1;
    this.#delivered.set(line, times);
    if (this.#old.has(line)) this.faults.push(`old: ${line}`);
    if (!this.#ever.has(line)) this.faults.push(`garbled: ${line}`);
    if (!WHOLE.test(line)) return;
    if (times > 1) this.faults.push(`repeated: ${line}`);
    const place = this.#places.get(line);
    if (place === undefined) return;
    if ((this.#latest.get(place.generation) ?? -1) > place.index) this.faults.push(`out of order: ${line}`);
    this.#latest.set(place.generation, place.index);
  }

  /** The whole lines that a reader can get at now: under the names, and in files it has held. */
  #readable(): string[] {
    const lines: string[] = [];
    const seen = new Set<string>();
    for (const { path, writers } of this.#logs) {
      const name = this.#setting === "link" ? join(this.#root, "logs", "current") : path;
      // Where a link leads nowhere, what it led to has no name to be found by.
      const real = existsSync(name) ? realpathSync(name) : name;
      for (const sibling of existsSync(dirname(real)) ? readdirSync(dirname(real)) : []) {
        const same = sibling === basename(real) || /^[.-]\d+$/.test(sibling.slice(basename(real).length));
        const file = join(dirname(real), sibling);
        if (!sibling.startsWith(basename(real)) || !same || !existsSync(file)) continue;
        lines.push(...linesOf(readFileSync(file)));
        seen.add(String(statSync(file).ino));
      }
      for (const writer of writers) {
        if (seen.has(String(fstatSync(writer.fd).ino))) writer.seen = true;
        if (writer.seen && !writer.released) lines.push(...linesOf(readAll(writer.fd)));
      }
    }
    return lines.filter((line) => WHOLE.test(line) && line.length < LIMITS.chunk && !this.#old.has(line));
  }

  #write(action: Exclude<Action, { do: "wake" | "wakeDuring" | "wait" }>): void {
    if (action.do === "newLog") {
      const path = join(this.#root, "logs", `site${this.#logs.length}.log`);
      if (this.#setting !== "glob" || this.#logs.length > 2) return;
      const log = { path, writers: [] };
      this.#logs.push(log);
      this.#names++;
      this.#create(log);
      return;
    }
    const log = this.#log(action.log);
    const { path } = log;
    const there = existsSync(path);
    switch (action.do) {
      case "append":
        this.#append(log.writers[action.writer % log.writers.length], action.lines, action.cut);
        return;
      case "overlong":
        this.#flush(log.writers[0], Buffer.from(`#${this.#ids++}#${"x".repeat(LONG)}#\n`));
        return;
      case "rotate":
        if (there) this.#shift(path);
        this.#create(log);
        return;
      case "rotateDated":
        if (there) renameSync(path, `${path}-2025${String(1000 + this.#ids++)}`);
        this.#create(log);
        return;
      case "move":
        if (there) this.#shift(path);
        return;
      case "remove":
        if (there) unlinkSync(path);
        return;
      case "create":
        this.#create(log);
        return;
      case "copy":
        if (!there) return;
        this.#shift(`${path}.1`, path);
        copyFileSync(path, `${path}.1`);
        return;
      case "copyOver":
        // Nobody copies over a file that is still being written.
        if (there && !this.#written(`${path}.1`)) copyFileSync(path, `${path}.1`);
        return;
      case "truncate":
        if (there) this.#truncate(log, 0);
        return;
      case "cutBack":
        // A reader can tell this from a new log only as long as nothing was added.
        if (!there || this.#interrupt !== undefined) return;
        this.#wake();
        this.#truncate(log, Math.floor(statSync(path).size / 2));
        this.#wake();
        return;
      case "compress":
        if (!existsSync(`${path}.1`)) return;
        writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(`${path}.1`)));
        unlinkSync(`${path}.1`);
        return;
      case "deleteOldest": {
        const oldest = this.#numbers(path).at(-1);
        if (oldest !== undefined) unlinkSync(`${path}.${oldest}`);
        return;
      }
      case "remake":
        rmSync(dirname(path), { recursive: true, force: true });
        mkdirSync(dirname(path));
        if (this.#setting === "link" && dirname(path) === join(this.#root, "logs")) return;
        this.#create(log);
        return;
      case "retarget":
        if (this.#setting !== "link") return;
        log.path = join(dirname(path), `app${this.#ids++}.log`);
        this.#create(log);
        symlinkSync(log.path, join(this.#root, "logs", "next"));
        renameSync(join(this.#root, "logs", "next"), join(this.#root, "logs", "current"));
        return;
      case "renameAcross":
        // Two logs may well hold the same lines: that a file never looked at was copied from another's is not to be known.
        if (this.#setting !== "glob" || !there || this.#interrupt !== undefined) return;
        this.#wake();
        this.#names++;
        log.path = join(dirname(path), `moved${this.#ids++}.log`);
        renameSync(path, log.path);
        this.#wake();
        return;
    }
  }

  #written(path: string): boolean {
    if (!existsSync(path)) return false;
    const { ino } = statSync(path);
    return this.#logs.some(({ writers }) => writers.some(({ fd }) => fstatSync(fd).ino === ino));
  }

  #append(writer: Writer | undefined, lines: number, cut: boolean): void {
    if (writer === undefined) return;
    const text: Buffer[] = [writer.rest];
    for (let i = 0; i < lines; i++) text.push(this.#line(), Buffer.from("\n"));
    const bytes = Buffer.concat(text);
    const end = cut ? Math.floor(bytes.length * 0.6) : bytes.length;
    this.#flush(writer, bytes.subarray(0, end));
    writer.rest = Buffer.from(bytes.subarray(end));
  }

  #flush(writer: Writer | undefined, bytes: Buffer): void {
    if (writer === undefined || bytes.length === 0) return;
    writeSync(writer.fd, bytes);
  }

  #line(): Buffer {
    const id = this.#ids++;
    const payload = PAYLOADS[(id * 7) % PAYLOADS.length] as Buffer;
    return Buffer.concat([Buffer.from(`#${id}#`), payload, Buffer.from("#")]);
  }

  /** N.k becomes N.(k+1), and the file itself, or `first`, N.1. */
  #shift(first: string, path = first): void {
    const numbers = this.#numbers(path);
    for (const number of numbers.reverse()) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
    if (first === path) renameSync(path, `${path}.1`);
    if (numbers.length > 6) unlinkSync(`${path}.${(numbers[0] as number) + 1}`);
  }

  #numbers(path: string): number[] {
    const prefix = `${basename(path)}.`;
    return readdirSync(dirname(path))
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number(name.slice(prefix.length)))
      .filter((number) => Number.isInteger(number))
      .sort((a, b) => a - b);
  }

  #create(log: WrittenLog): void {
    if (existsSync(log.path)) return;
    mkdirSync(dirname(log.path), { recursive: true });
    this.#openWriter(log);
  }

  #openWriter(log: WrittenLog): void {
    log.writers.unshift({
      fd: openSync(log.path, "a+"),
      generation: this.#ids++,
      rest: Buffer.alloc(0),
      seen: false,
      released: false,
    });
    for (const { fd } of log.writers.splice(3)) closeSync(fd);
  }

  #truncate(log: WrittenLog, size: number): void {
    truncateSync(log.path, size);
    const { ino } = statSync(log.path);
    for (const writer of log.writers) {
      if (fstatSync(writer.fd).ino !== ino) continue;
      writer.generation = this.#ids++;
      // Half of the time the writer goes on in the middle of its line, as stdio would.
      if (size > 0 || this.#ids % 2 === 0) writer.rest = Buffer.alloc(0);
    }
  }

  #rememberAll(): void {
    for (const { path, writers } of this.#logs) {
      for (const { fd, generation } of writers) this.#remember(readAll(fd), generation);
      if (existsSync(path)) this.#remember(readFileSync(path));
    }
  }

  #release(): void {
    this.#lazy = true;
    for (const { path, writers } of this.#logs) {
      const current = existsSync(path) ? statSync(path).ino : -1;
      for (const writer of writers) if (fstatSync(writer.fd).ino !== current) writer.released = true;
    }
  }

  #remember(content: Buffer, generation?: number): void {
    for (const [index, line] of linesOf(content).entries()) {
      this.#ever.add(line);
      this.#ever.add(line.replace(/^\0+/, ""));
      if (line.length >= LONG) this.#ever.add(line.slice(0, LIMITS.cut));
      if (generation !== undefined && !this.#places.has(line)) this.#places.set(line, { generation, index });
    }
  }

  #log(number: number): WrittenLog {
    return this.#logs[number % this.#logs.length] as WrittenLog;
  }

  /** The real system calls, before one of which something may happen. */
  #observedFs(): TailFs {
    const before = (): void => {
      const due = this.#interrupt;
      if (due === undefined || this.#calls++ !== due.call) return;
      for (const action of due.actions) this.act(action);
    };
    return {
      stat: (path) => {
        before();
        return realFs.stat(path);
      },
      fstat: (fd) => {
        before();
        return realFs.fstat(fd);
      },
      pread: (fd, into, length, position) => {
        before();
        return realFs.pread(fd, into, length, position);
      },
      readdir: (path) => {
        before();
        return realFs.readdir(path);
      },
      realpath: (path) => {
        before();
        return realFs.realpath(path);
      },
      open: (path) => {
        before();
        const fd = realFs.open(path);
        this.#open++;
        return fd;
      },
      close: (fd) => {
        realFs.close(fd);
        this.#open--;
      },
    };
  }
}

function readAll(fd: number): Buffer {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
}

/** The complete lines, as one character per byte. */
function linesOf(content: Buffer): string[] {
  return content.toString("latin1").split("\n").slice(0, -1);
}
