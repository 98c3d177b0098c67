import type { Block } from "../model/block.ts";
import { contains } from "../model/cidr.ts";
import { type Ip, type IpWords, parseIpWords } from "../model/ip.ts";
import { parseTarget } from "../model/target.ts";
import { countdown } from "./block-lines.ts";
import { blocksOf } from "./block-list.ts";
import { PALETTE } from "./palette.ts";
import type { State } from "./state.ts";
import type { Span } from "./surface.ts";

/** That an address is blocked, and for how long, as far as it was told: `blocked, 52 min left`. */
export function blockedSpan(state: State, ip: Ip): Span | undefined {
  const now = Math.max(state.response.now, state.snapshot?.at ?? 0);
  const words = new Uint32Array(4);
  if (!parseIpWords(ip, words)) return undefined;
  const found = blocksOf(state).find(
    ({ target, until, missing }) => !missing && (until === null || until > now) && covers(target, ip, words),
  );
  return found && [wordsOf(found, now), PALETTE.warning];
}

function covers(target: string, ip: Ip, words: IpWords): boolean {
  if (!target.includes("/")) return target === ip;
  const prefix = parseTarget(target);
  return prefix !== undefined && contains(prefix.cidr, words);
}

function wordsOf({ until }: Block, now: number): string {
  return until === null ? "blocked until unblocked" : `blocked, ${countdown(until, now)} left`;
}
