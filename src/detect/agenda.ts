/** What is to be looked at when its time has come, so that nobody looks at everything each second. */
export interface Agenda {
  /** Notes a number for a time (epoch ms). One that is noted already keeps the earlier of both, and one place. */
  add(at: number, n: number): void;
  /** Notes it no more. */
  drop(n: number): void;
  /** Hands on, and forgets, all whose time is `now` or before, to the second, the earliest second first. */
  due(now: number, hand: (n: number) => void): void;
}

export function createAgenda(): Agenda {
  const seconds = new Map<number, Set<number>>();
  const secondOf = new Map<number, number>();
  let earliest = Number.POSITIVE_INFINITY;
  function drop(n: number): void {
    const second = secondOf.get(n);
    if (second === undefined) return;
    secondOf.delete(n);
    const noted = seconds.get(second);
    noted?.delete(n);
    if (noted?.size === 0) seconds.delete(second);
  }
  return {
    add(at, n) {
      const second = Math.ceil(at / 1000);
      const before = secondOf.get(n);
      if (before !== undefined) {
        if (before <= second) return;
        drop(n);
      }
      secondOf.set(n, second);
      const noted = seconds.get(second);
      if (noted === undefined) seconds.set(second, new Set([n]));
      else noted.add(n);
      if (second < earliest) earliest = second;
    },
    drop,
    due(now, hand) {
      const reached = Math.floor(now / 1000);
      if (reached < earliest) return;
      const ready = [...seconds.keys()].filter((second) => second <= reached).sort((a, b) => a - b);
      for (const second of ready) {
        const noted = seconds.get(second) ?? [];
        seconds.delete(second);
        for (const n of noted) secondOf.delete(n);
        for (const n of noted) hand(n);
      }
      earliest = Number.POSITIVE_INFINITY;
      for (const second of seconds.keys()) if (second < earliest) earliest = second;
    },
  };
}
