import type { Means } from "../respond/means.ts";
import { restore } from "../respond/restore.ts";
import { told } from "./block.ts";

/** Only one program of this kind is needed. */
const KEEPER = "keeper.lock";
/** Looked at again at least so often (ms): blocks are added and confirmed meanwhile. */
const LONGEST = 30_000;
/** A firewall that fails is asked again after so many (ms). */
const RETRY = 5_000;

/**
 * `blocks --keep`: ends blocks when they are over, until there are none left whose firewall does not do so itself. Says
 * one line once it is at work, or that another one is.
 */
export async function keepBlocks(means: Means): Promise<number> {
  let lock = means.state.tryLock(KEEPER);
  const code = await told([lock === undefined ? "kept already" : "keeping"], []);
  while (lock !== undefined) {
    await untilNoneIsLeft(means);
    lock.release();
    // Who wrote one down before that found a keeper, and started none.
    lock = (await nextEnd(means)) === undefined ? undefined : means.state.tryLock(KEEPER);
  }
  return code;
}

async function untilNoneIsLeft(means: Means): Promise<void> {
  for (let end = await nextEnd(means); end !== undefined; end = await nextEnd(means)) {
    const due = Math.min(LONGEST, Math.max(0, end - means.now()));
    await new Promise((resolve) => setTimeout(resolve, due));
  }
}

/** Ends what is over: when the next one is (epoch ms). */
async function nextEnd(means: Means): Promise<number | undefined> {
  const result = await restore(means);
  return result.kind === "done" ? result.next : means.now() + RETRY;
}
