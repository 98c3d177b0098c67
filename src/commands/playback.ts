import type { Input } from "../model/event.ts";
import { parseNative } from "../parse/native.ts";
import { now } from "../sources/clock.ts";
import { openLines } from "../sources/line-reader.ts";

const EACH_SECOND = 1000;

/**
 * Plays a recording as it happened, its first `leap` milliseconds at once, before this resolves. At its end the clock goes on
 * over silence. Rejects when the file cannot be read; what is damaged later ends it.
 */
export async function play(
  path: string,
  emit: (input: Input) => void,
  leap: number,
): Promise<{ close(): void }> {
  const reader = await openLines(path);
  const started = now();
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let first: number | undefined;
  const { promise: past, resolve: leapt } = Promise.withResolvers<void>();
  /** The recording's time that belongs to now. */
  const due = (): number => (first ?? 0) + leap + now() - started;

  /** Emits what is due; resolves with false at the end. */
  const advance = async (): Promise<boolean> => {
    for (;;) {
      const found = reader.next();
      if (found === "end") return false;
      if (found === "more") {
        await reader.fill();
        continue;
      }
      const event = parseNative(reader.bytes.toString("utf8", reader.start, reader.end));
      if (event === undefined) continue;
      first ??= event.at;
      const wait = event.at - due();
      if (wait > 0) {
        leapt();
        await new Promise((resolve) => (timer = setTimeout(resolve, wait)));
      }
      if (closed) return false;
      emit(event);
    }
  };
  const run = async (): Promise<void> => {
    await advance().catch(() => false);
    leapt();
    await reader.close();
    if (!closed) timer = setInterval(() => emit({ kind: "tick", at: due() }), EACH_SECOND);
  };
  run();
  await past;
  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
