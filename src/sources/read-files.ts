import { type ByteSource, openBytes } from "./byte-source.ts";
import { LineFile } from "./line-file.ts";
import { type FileResult, type FileSource, type OpenFile, type ReadOptions, resultOf } from "./open-file.ts";
import { HEAD, PacketFile, packetReaderFor } from "./packet-file.ts";

export type { FileResult, FileSource, ReadOptions } from "./open-file.ts";

/** Seconds ticked through in a gap between two lines. In a longer gap a leap follows its first: no rate looks back further. */
const SILENCE = 120;

/**
 * Reads files side by side, their lines, or what their packets add up to, merged by their own time; a line older than the one before it
 * in its file, or without a time, stays behind that. Core time follows the highest time so far: a tick is
 * emitted before the first line of each second, unless the file is a recording and has ticks of its own.
 * Returns how each file fared, in the order they were given.
 */
export async function readFiles(options: ReadOptions): Promise<FileResult[]> {
  const { emit, room } = options;
  const files: OpenFile[] = [];
  const open: OpenFile[] = [];
  /** Core time. */
  let time = Number.NEGATIVE_INFINITY;
  /** The second that ended a second with lines, before a leap. */
  let ended = Number.NEGATIVE_INFINITY;
  /** The next tick that is due before a line of `at`. */
  const dueTick = (at: number): number | undefined => {
    const second = Math.floor(at / 1000);
    const reached = Math.floor(time / 1000);
    if (second <= reached) return undefined;
    // Silence is time too: rates decay in it. And what the last lines brought is told before it is over.
    const leap = second - SILENCE;
    if (leap > reached + 1 && ended !== reached) ended = reached + 1;
    const next = ended > reached ? ended : Math.max(reached + 1, leap);
    return next === second || reached === Number.NEGATIVE_INFINITY ? at : 1000 * next;
  };
  for (const source of options.files) {
    const file = await openFile(source, options);
    files.push(file);
    if (await file.load()) open.push(file);
  }
  /**
   * Emits what waits in `file` while it is the earliest; a promise where no more is wanted. No await stands
   * between its lines: in a function that has one the whole loop runs at half its speed.
   */
  const pass = (file: OpenFile): Promise<void> | undefined => {
    do {
      const tick = file.recording ? undefined : dueTick(file.at);
      if (tick === undefined) {
        const input = file.take();
        if (input.kind === "tick" && input.at > time) time = input.at;
        emit(input);
        file.advance();
      } else {
        time = tick;
        emit({ kind: "tick", at: tick });
      }
      const full = room();
      if (full !== undefined) return full;
    } while (file.waiting && !options.stopped() && (open.length === 1 || earliest(open) === file));
    return undefined;
  };
  while (open.length > 0 && !options.stopped()) {
    const file = earliest(open);
    const full = pass(file);
    if (full !== undefined) await full;
    if (!file.waiting && !(await file.load())) open.splice(open.indexOf(file), 1);
  }
  if (time === Number.NEGATIVE_INFINITY) {
    time = options.readAt;
    // Lines that tell no time happened when they were read.
    if (files.some(({ lines }) => lines > 0)) emit({ kind: "tick", at: time });
  }
  return Promise.all(files.map((file) => file.end(time)));
}

function earliest(open: readonly OpenFile[]): OpenFile {
  return open.reduce((first, file) => (file.at < first.at ? file : first));
}

/** Opens a file to be replayed as what its first bytes say it is, any other as a log. */
async function openFile(source: FileSource, options: ReadOptions): Promise<OpenFile> {
  let bytes: ByteSource | undefined;
  try {
    bytes = await openBytes(source.path);
    const packets = source.reads === "any" ? packetReaderFor(await bytes.peek(HEAD)) : undefined;
    if (packets !== undefined) return new PacketFile(source, bytes, packets, options);
    return new LineFile(source, bytes, options);
  } catch (error) {
    await bytes?.close();
    return unreadable(source, error);
  }
}

/** A file in which nothing is to be found. */
function unreadable(source: FileSource, failure: unknown): OpenFile {
  return {
    at: Number.NEGATIVE_INFINITY,
    recording: false,
    waiting: false,
    lines: 0,
    take() {
      throw new Error("nothing waits");
    },
    advance: () => false,
    load: async () => false,
    end: async (at) => resultOf(source, at, { lines: 0, unparsed: 0, failure, faults: [] }),
  };
}
