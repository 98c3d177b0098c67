import { SystemError } from "./libc.ts";

/** What came of doing the same to several things. */
export interface Tried {
  /** How often it was done. */
  readonly done: number;
  /** What the kernel refused first, and how many it refused; absent where it refused none. */
  readonly refused?: { readonly count: number; readonly first: SystemError };
}

/** Does it to each, also after the kernel refused one. `act` says whether there was something to do. */
export function tryEach<T>(items: Iterable<T>, act: (item: T) => boolean): Tried {
  let done = 0;
  let count = 0;
  let first: SystemError | undefined;
  for (const item of items) {
    try {
      if (act(item)) done++;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      first ??= error;
      count++;
    }
  }
  return { done, ...(first !== undefined && { refused: { count, first } }) };
}
