import type { Config } from "../config/options.ts";
import { messageOf } from "../model/message-of.ts";
import { readLedger } from "../respond/ledger.ts";
import { stateDirectory } from "../respond/state-directory.ts";

/** A firewall that was loaded anew has its blocks again after so long at the latest (ms). */
const INTERVAL = 10_000;

/**
 * From now on puts back what firewalls lose of the blocks that were written down, and ends those that are over, as far as
 * this process may. Nothing is run while none is written down. `say` hears what goes wrong, each time it is another
 * thing. The result stops it.
 */
export function keepRestoring(config: Config, state: string, say: (words: string) => void): () => void {
  const directory = stateDirectory(state);
  let busy = false;
  let said = "";
  let failures: readonly string[] = [];
  const look = async (): Promise<void> => {
    if (readLedger(directory).length === 0) return;
    const [{ meansOf }, { restore }] = await Promise.all([
      import("./means.ts"),
      import("../respond/restore.ts"),
    ]);
    const result = await restore(meansOf(config, state), failures);
    if (result.kind === "done") ({ failures } = result);
    const words = result.kind === "failed" ? result.detail : result.remarks.join("; ");
    if (words !== "" && words !== said) say(`blocks: ${words}`);
    said = words;
  };
  const timer = setInterval(() => {
    if (busy || process.geteuid?.() !== 0) return;
    busy = true;
    look()
      .catch((error: unknown) => say(`blocks: ${messageOf(error)}`))
      .finally(() => {
        busy = false;
      });
  }, INTERVAL);
  return () => clearInterval(timer);
}
