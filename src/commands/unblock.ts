import { parseTarget } from "../model/target.ts";
import { listBlocks } from "../respond/blocks.ts";
import { unblock as takeOut } from "../respond/unblock.ts";
import { ask } from "./ask.ts";
import { type Acting, complain, failed, leftWords, refusedByHand, told } from "./block.ts";
import { FAILED, USAGE } from "./exit-codes.ts";

export interface UnblockOptions {
  readonly target: string;
  readonly yes: boolean;
}

/** `unblock`: takes a block out, wherever it is. Returns the exit code: 0 also where there was none. */
export async function unblock(acting: Acting, { target, yes }: UnblockOptions): Promise<number> {
  const { setup, means } = acting;
  const refusal = refusedByHand(setup.config, "unblock", yes);
  if (refusal !== undefined) return complain(refusal, USAGE);
  const parsed = parseTarget(target);
  if (parsed === undefined) return complain(`${target} is no address`, USAGE);
  if (!yes) {
    const listed = await listBlocks(means);
    if ("kind" in listed) return failed(acting, listed);
    const one = listed.blocks.find((block) => block.target === parsed.text);
    if (one !== undefined) {
      const words = `${one.firewall}, ${leftWords(one, means.now())}`;
      if (!(await ask(`Unblock ${parsed.text} (${words})?`)))
        return complain(`${target} stays blocked`, FAILED);
    }
  }
  const result = await takeOut(means, [parsed]);
  if (result.kind === "failed") return failed(acting, result);
  const lines = result.removed.map(({ firewall }) => `unblocked ${parsed.text} (${firewall})`);
  const unread = await told(lines, result.remarks);
  const [absent] = result.absent;
  if (absent?.within !== undefined) {
    const { text } = absent.within;
    return complain(`${parsed.text} is blocked as a part of ${text}: nethergaze unblock ${text}`, FAILED);
  }
  if (result.removed.length === 0) complain(`${parsed.text} is not blocked`, 0);
  return unread;
}
