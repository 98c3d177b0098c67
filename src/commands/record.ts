import { openSync } from "node:fs";
import { printable } from "../config/error.ts";
import type { Input } from "../model/event.ts";
import { createLineWriter } from "../sinks/line-writer.ts";
import { toNativeLine } from "../sinks/native.ts";
import { now } from "../sources/clock.ts";
import { FAILED, NO_PERMISSION } from "./exit-codes.ts";
import { type Files, runFiles } from "./files.ts";
import { type Setup, startLive } from "./live.ts";
import { losses } from "./output.ts";
import { stopSignal } from "./stop.ts";

/** Readable by its owner alone: it holds addresses and requests. */
const MODE = 0o600;

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
    process.stderr.write(`nethergaze: cannot write to ${printable(file)}: ${code}\n`);
    resolve(FAILED);
  });
  const loss = losses(writer, file, now);
  let size = 0;
  let events = 0;
  const write = (input: Input): void => {
    const line = toNativeLine(input);
    size += Buffer.byteLength(line) + 1;
    if (size > maxSize) resolve(0);
    else if (writer.line(line)) events++;
  };
  const emit = (input: Input): void => {
    const lost = loss();
    if (lost !== undefined) write(lost);
    write(input);
  };
  const finish = async (): Promise<void> => {
    await writer.flush();
    const full = size > maxSize ? ", its largest size (--max-size)" : "";
    const dropped = writer.dropped > 0 ? `; ${writer.dropped} lost, the disk was too slow` : "";
    process.stderr.write(
      `nethergaze: ${printable(file)}: ${events} events, ${writer.written} bytes${full}${dropped}\n`,
    );
  };
  if ("files" in source) return runFiles(source.files, { emit, room: writer.room, finish, ended });
  const live = startLive(source.live, emit);
  const code = await Promise.race([stopSignal(), ended]);
  live.close();
  await finish();
  return code;
}

function refused(file: string, error: unknown): number {
  const code = error instanceof Error && "code" in error ? error.code : String(error);
  const reasons: Record<string, string> = {
    EEXIST: "exists already; name a new file",
    EACCES: "no permission to create it",
    ENOENT: "its directory does not exist",
  };
  process.stderr.write(
    `nethergaze: ${printable(file)}: ${reasons[String(code)] ?? `cannot be created: ${code}`}\n`,
  );
  return code === "EACCES" ? NO_PERMISSION : FAILED;
}
