import { type Judge, NO_JUDGE, type Subject } from "../src/model/judge.ts";
import type { Activity, Verdict } from "../src/model/snapshot.ts";

/** A judge that looks at nothing but an address's numbers as they are now. */
export function rowJudge(judge: (row: Activity) => Verdict | undefined): Judge {
  const verdict = (subject: Subject) => (subject.trusted ? undefined : judge(subject));
  return {
    ...NO_JUDGE,
    verdict,
    risk: (subject) => verdict(subject)?.risk ?? 0,
    frozen: () => rowJudge(judge),
  };
}
