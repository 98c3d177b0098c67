import type { Filter } from "../model/snapshot.ts";
import { toNativeLine } from "../sinks/native.ts";
import { now } from "../sources/clock.ts";
import { type Files, runFiles } from "./files.ts";
import { type Setup, startLive } from "./live.ts";
import { eventStream, isStreamed, openStdout } from "./output.ts";
import { stopSignal } from "./stop.ts";

/** `stream events`: every event as it happens, until a signal or until the reader leaves. */
export async function streamEvents(setup: Setup, filter: Filter | undefined): Promise<number> {
  const output = openStdout();
  const live = startLive(setup, eventStream(output, filter, now));
  const code = await Promise.race([stopSignal(), output.ended]);
  live.close();
  await output.finish();
  return code;
}

/** Every event of the files, as fast as the reader takes them; none is dropped. */
export async function fileEvents(files: Files, filter: Filter | undefined): Promise<number> {
  const output = openStdout();
  const code = await runFiles(files, {
    emit: (input) => {
      if (isStreamed(input, filter)) output.line(toNativeLine(input));
    },
    room: output.room,
    ended: output.ended,
  });
  await output.flush();
  return code;
}
