/** What is to be looked at when its time has come, so that nobody looks at everything each second. */
export interface Agenda {
  /** Notes a number for a time (epoch ms); the same may be noted several times. */
  add(at: number, n: number): void;
  /** Hands on, and forgets, all whose time is `now` or before, to the second, the earliest second first. */
  due(now: number, hand: (n: number) => void): void;
}

export function createAgenda(): Agenda {
  const seconds = new Map<number, number[]>();
  let earliest = Number.POSITIVE_INFINITY;
  return {
    add(at, n) {
      const second = Math.ceil(at / 1000);
      const noted = seconds.get(second);
      if (noted === undefined) seconds.set(second, [n]);
      else noted.push(n);
      if (second < earliest) earliest = second;
    },
    due(now, hand) {
      const reached = Math.floor(now / 1000);
      if (reached < earliest) return;
      const ready = [...seconds.keys()].filter((second) => second <= reached).sort((a, b) => a - b);
      for (const second of ready) {
        const noted = seconds.get(second) ?? [];
        seconds.delete(second);
        for (const n of noted) hand(n);
      }
      earliest = Number.POSITIVE_INFINITY;
      for (const second of seconds.keys()) if (second < earliest) earliest = second;
    },
  };
}
