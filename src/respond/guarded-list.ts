import { type Guarded, guarded } from "./guard.ts";

/** More than anybody looks after by hand; a host of many containers has a thousand addresses. */
const MAX_GUARDED = 4096;

/** Guarded things while they are gathered: of several reasons for the same address or prefix the first counts. */
export interface GuardedList {
  readonly all: readonly Guarded[];
  /** There were more than are kept. */
  readonly full: boolean;
  /** `text`: an address or a prefix; any other text is passed over. */
  add(text: string, why: string): void;
}

export function guardedList(): GuardedList {
  const found = new Map<string, Guarded>();
  let full = false;
  return {
    get all() {
      return [...found.values()];
    },
    get full() {
      return full;
    },
    add(text, why) {
      for (const one of guarded(text, why)) {
        const { text: key } = one.target;
        if (found.has(key)) continue;
        if (found.size < MAX_GUARDED) found.set(key, one);
        else full = true;
      }
    },
  };
}
