/** What was seen of an interface in one reading, by us and by itself. */
export interface Seen {
  /** As the kernel handed them over, put together or not yet cut, and as segments on the wire. */
  readonly frames: number;
  readonly packets: number;
  /** The interface's own counter: of segments, or of frames where it never had them apart. */
  readonly counted: number;
  /** Packets may be gone before we see them, or after. */
  readonly mayMiss?: boolean;
  readonly mayExceed?: boolean;
}

/** Both ways, and what of it was no IP. */
export interface Reading {
  readonly in: Seen;
  /** Undefined where it is not looked at. */
  readonly out: Seen | undefined;
  readonly nonIp: number;
}

/** Packets that a comparison needs: below it one that is counted here and not yet there matters. */
const ENOUGH = 10_000;
const TOLERANCE = 0.02;
/** Some drivers count once a second only: a difference must stand for so many readings. */
const READINGS = 3;
/** What was wrong is over after so many readings without as many packets as a comparison needs: nobody can tell any more. */
const REMEMBERED = 30;
/** How much more of all packets may be no IP from one comparison to the next. */
const JUMP = 0.3;
/** How much of a jump is taken for usual with each comparison: after some twenty it is none any more. */
const HABIT = 0.05;

/**
 * Compares the packets that were counted with those that the interface counts itself, in windows of 10,000 and more: it
 * answers what is wrong, undefined where nothing is.
 */
export function createCountingCheck(): (reading: Reading) => string | undefined {
  const ways = { in: createWay("in"), out: createWay("out") };
  let nonIp = 0;
  let all = 0;
  let usual: number | undefined;
  let strange: string | undefined;
  return (reading) => {
    nonIp += reading.nonIp;
    all += reading.in.packets + (reading.out?.packets ?? 0);
    if (all >= ENOUGH) {
      const share = nonIp / all;
      const jumped = share > (usual ?? JUMP) + JUMP;
      strange = jumped ? `${Math.round(100 * share)} % of the packets are no IP` : undefined;
      // What jumped becomes usual in time, as a link may carry something else from now on; what never was right does not.
      if (!jumped) usual = share;
      else if (usual !== undefined) usual += HABIT * (share - usual);
      nonIp = 0;
      all = 0;
    }
    // Each sees every reading, whatever is wrong of the other.
    const wrong = { in: ways.in(reading.in), out: reading.out && ways.out(reading.out) };
    return wrong.in ?? wrong.out ?? strange;
  };
}

function createWay(name: string): (seen: Seen) => string | undefined {
  let sum = { frames: 0, packets: 0, counted: 0 };
  let wrong = 0;
  let since = 0;
  let verdict: string | undefined;
  return ({ frames, packets, counted, mayMiss = false, mayExceed = false }) => {
    sum = { frames: sum.frames + frames, packets: sum.packets + packets, counted: sum.counted + counted };
    since++;
    if (Math.max(sum.packets, sum.counted) < ENOUGH) {
      if (since >= REMEMBERED) verdict = undefined;
      return verdict;
    }
    since = 0;
    const fewer = !mayMiss && sum.packets < (1 - TOLERANCE) * sum.counted;
    const more = !mayExceed && sum.frames > (1 + TOLERANCE) * sum.counted;
    wrong = fewer || more ? wrong + 1 : 0;
    if (wrong > 0 && wrong < READINGS) return verdict;
    verdict =
      wrong === 0
        ? undefined
        : `${fewer ? sum.packets : sum.frames} packets ${name} counted where the interface has ${sum.counted}${
            fewer && name === "out" ? " (does a program send past the queue?)" : ""
          }`;
    sum = { frames: 0, packets: 0, counted: 0 };
    wrong = 0;
    return verdict;
  };
}
