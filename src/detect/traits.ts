import { TAG } from "./tags.ts";

/** What a request is besides what its texts look like, in the bits that TAG leaves. */
export const TRAIT = {
  ...TAG,
  /** Answered 4xx. */
  refused: 1 << 20,
  /** Answered 408 or 499, or nginx's 444: it did not wait, or was not waited for. */
  abandoned: 1 << 22,
  /** Answered 429 or 5xx. */
  overloaded: 1 << 23,
  /** Its line is not HTTP. */
  malformed: 1 << 24,
  /** Asks for no path of this server. */
  proxied: 1 << 25,
  /** Each 32nd of an address: often enough to look at rates. */
  sampled: 1 << 26,
  /** Came with a user's name. */
  user: 1 << 28,
} as const;
