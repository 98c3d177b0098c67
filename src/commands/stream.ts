import type { Input } from "../model/event.ts";
import { toNativeLine } from "../sinks/native.ts";
import { now } from "../sources/clock.ts";
import { type Setup, startLive } from "./live.ts";
import { losses, openStdout } from "./output.ts";
import { stopSignal } from "./stop.ts";

/**
 * Streams lines about what happens here, until a signal or until the reader leaves. `begin` is given where lines go to,
 * and answers with what takes the inputs. What a slow reader made us drop is a `health` event among the lines.
 */
export async function streamLines(
  setup: Setup,
  begin: (line: (text: string) => void) => (input: Input) => void,
): Promise<number> {
  const output = openStdout();
  const loss = losses(output, "stdout", now);
  const accept = begin(output.line);
  const live = startLive(setup, (input) => {
    const lost = loss();
    if (lost !== undefined) output.line(toNativeLine(lost));
    accept(input);
  });
  const code = await Promise.race([stopSignal(), output.ended]);
  live.close();
  await output.finish();
  return code;
}
