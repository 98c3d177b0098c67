/** What happens when: actors put their next step on it. Times are milliseconds since the recording's first tick. */
export interface Timeline {
  readonly now: number;
  at(time: number, step: () => void): void;
  after(delay: number, step: () => void): void;
  /** Takes every step before `end` in order of time; those of the same instant in the order they were put. */
  run(end: number): void;
}

/** The time before 0 is played too, but not recorded: a server does not start empty. */
export function createTimeline(start: number): Timeline {
  const steps: { time: number; step: () => void }[] = [];
  let now = start;

  const at = (time: number, step: () => void): void => {
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((steps[middle]?.time ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    steps.splice(low, 0, { time, step });
  };

  return {
    get now() {
      return now;
    },
    at,
    after: (delay, step) => at(now + delay, step),
    run(end) {
      for (let first = steps[0]; first !== undefined && first.time < end; first = steps[0]) {
        steps.shift();
        now = Math.max(now, first.time);
        first.step();
      }
    },
  };
}
