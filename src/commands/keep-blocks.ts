import type { Means } from "../respond/means.ts";
import { RETRY, restore } from "../respond/restore.ts";
import { told } from "./block.ts";

/** Only one program of this kind is needed. */
const KEEPER = "keeper.lock";
/** Looked at again at least so often (ms): blocks are added and confirmed meanwhile. */
const LONGEST = 30_000;

/**
 * `blocks --keep`: ends blocks when they are over, until there are none left whose firewall does not do so itself. Says
 * one line once it is at work, or that another one is.
 */
export async function keepBlocks(means: Means): Promise<number> {
  let failures: readonly string[] = [];
  /** Ends what is over: when the next one is (epoch ms). */
  const nextEnd = async (): Promise<number | undefined> => {
    const result = await restore(means, failures);
    if (result.kind !== "done") return means.now() + RETRY;
    ({ failures } = result);
    return result.next;
  };
  let lock = means.state.tryLock(KEEPER);
  const code = await told([lock === undefined ? "kept already" : "keeping"], []);
  while (lock !== undefined) {
    for (let end = await nextEnd(); end !== undefined; end = await nextEnd()) {
      const due = Math.min(LONGEST, Math.max(0, end - means.now()));
      await new Promise((resolve) => setTimeout(resolve, due));
    }
    lock.release();
    // Who wrote one down before that found a keeper, and started none.
    lock = (await nextEnd()) === undefined ? undefined : means.state.tryLock(KEEPER);
  }
  return code;
}
