import { closeSync, openSync } from "node:fs";
import type { Input } from "../model/event.ts";
import { createLineWriter } from "../sinks/line-writer.ts";
import { toNativeLine } from "../sinks/native.ts";
import { type Files, runFiles } from "./files.ts";
import { type Setup, startLive } from "./live.ts";
import { stopSignal } from "./stop.ts";

/** Readable by its owner alone: it holds addresses and requests. */
const MODE = 0o600;
const NO_PERMISSION = 77;

/** `record FILE`: every event to a new file, until a signal or until the file has its size. */
export async function record(
  file: string,
  maxSize: number,
  source: { live: Setup } | { files: Files },
): Promise<number> {
  let fd: number;
  try {
    // Never over a file that is there, and never through a link somebody laid.
    fd = openSync(file, "wx", MODE);
  } catch (error) {
    return refused(file, error);
  }
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const writer = createLineWriter(fd, (code) => {
    process.stderr.write(`nethergaze: cannot write to ${file}: ${code}\n`);
    resolve(1);
  });
  let size = 0;
  let events = 0;
  const emit = (input: Input): void => {
    const line = toNativeLine(input);
    size += Buffer.byteLength(line) + 1;
    if (size > maxSize) {
      resolve(0);
      return;
    }
    if (writer.line(line)) events++;
  };

  const code = await ("live" in source
    ? recordLive(source.live, emit, ended)
    : runFiles(source.files, { emit, room: writer.room, ended }));
  await writer.flush();
  closeSync(fd);
  const full = size > maxSize ? ", its largest size (--max-size)" : "";
  const dropped = writer.dropped > 0 ? `; ${writer.dropped} lost, the disk was too slow` : "";
  process.stderr.write(`nethergaze: ${file}: ${events} events, ${writer.written} bytes${full}${dropped}\n`);
  return code;
}

async function recordLive(
  setup: Setup,
  emit: (input: Input) => void,
  ended: Promise<number>,
): Promise<number> {
  const live = startLive(setup, emit);
  const code = await Promise.race([stopSignal(), ended]);
  live.close();
  return code;
}

function refused(file: string, error: unknown): number {
  const code = error instanceof Error && "code" in error ? error.code : String(error);
  const reasons: Record<string, string> = {
    EEXIST: "exists already; name a new file",
    EACCES: "no permission to create it",
    ENOENT: "its directory does not exist",
  };
  process.stderr.write(`nethergaze: ${file}: ${reasons[String(code)] ?? `cannot be created: ${code}`}\n`);
  return code === "EACCES" ? NO_PERMISSION : 1;
}
