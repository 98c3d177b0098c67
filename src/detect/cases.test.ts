import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { touch } from "../correlate/slots.ts";
import { createState } from "../correlate/state.ts";
import { parseIpWords } from "../model/ip.ts";
import type { RuleId } from "../model/rules.ts";
import type { Alert, Severity } from "../model/snapshot.ts";
import { Cases } from "./cases.ts";
import type { Hit, Rule, Watch } from "./rule.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);
const HOUR = 3_600_000;
const HOLD = 60_000;

/** A rule that says nothing but how often and how much. */
function ruleOf(id: RuleId, score: number, most?: number): Rule {
  return {
    id,
    means: "",
    spares: "",
    score,
    ...(most !== undefined && { most }),
    thresholds: [],
    watch: () => watch,
  };
}

const watch: Watch = { evidence: ({ count, peak }) => `${count} ${peak}` };
const GUESSING = ruleOf("ssh-brute-force", 40, 60);
const PROBING = ruleOf("ssh-probe", 5);
const SCAN = ruleOf("port-scan", 35);
const SCAN_HINT = ruleOf("not-http", 8);

function severityOf(risk: number): Severity {
  return risk < 30 ? "info" : risk < 70 ? "warning" : "critical";
}

/** Cases of two addresses, with the clock and all that was told. */
class Court {
  readonly alerts: Alert[] = [];
  readonly cases = new Cases(HOLD, 4);
  hearsInfo = true;
  readonly slots: readonly number[];
  readonly subject;

  constructor() {
    const limits = { addresses: 4, strips: 4, recentBytes: 1024, recentRecords: 16 };
    const state = createState({ showPrivate: true, seed: 1, limits });
    this.slots = ["45.148.10.7", "45.148.10.8"].map((ip) => {
      const words = new Uint32Array(4);
      parseIpWords(ip, words);
      return touch(state, words, 0, START);
    });
    this.subject = state.subject;
  }

  slot(who: number): number {
    return this.slots[who] ?? -1;
  }

  raise(rule: Rule, hit: Partial<Hit> = {}, who = 0, lasts = HOUR): this {
    this.subject.slot = this.slot(who);
    this.cases.raise(this.subject, rule, watch, { at: START, ...hit }, lasts);
    return this;
  }

  /** Ticks `seconds` after the start; what was told then. */
  tick(seconds: number): Alert[] {
    const told: Alert[] = [];
    this.cases.tick(START + 1000 * seconds, this.subject, (alert) => told.push(alert), this.hearsInfo);
    this.alerts.push(...told);
    return told;
  }

  findings(who = 0) {
    return this.cases.verdict(this.slot(who))?.findings ?? [];
  }
}

describe("a finding", () => {
  test("is its rule's, with words, times and samples", () => {
    const court = new Court().raise(GUESSING, { since: START - 5000, count: 3, peak: 7, sample: () => "a" });
    expect(court.findings()).toEqual([
      {
        rule: "ssh-brute-force",
        severity: "warning",
        score: 40,
        evidence: "3 7",
        since: START - 5000,
        last: START,
        samples: ["a"],
      },
    ]);
    expect(court.cases.risk(court.slot(0))).toBe(40);
    expect(court.cases.risk(court.slot(1))).toBe(0);
    expect(court.cases.verdict(court.slot(1))).toBeUndefined();
  });

  test("grows and never falls, up to the rule's most", () => {
    const court = new Court()
      .raise(GUESSING, { score: 50, peak: 9, since: START - 1000 })
      .raise(GUESSING, { score: 45, peak: 4, at: START + 9000 })
      .raise(GUESSING, { at: START - 60_000, since: START - 70_000 });
    expect(court.findings()).toMatchObject([
      { score: 50, evidence: "3 9", since: START - 70_000, last: START + 9000 },
    ]);
    expect(court.raise(GUESSING, { score: 99 }).findings()).toMatchObject([{ score: 60 }]);
    expect(new Court().raise(PROBING, { score: 99 }).findings()).toMatchObject([{ score: 5 }]);
  });

  test("keeps three different samples, and makes no more", () => {
    const court = new Court();
    let made = 0;
    for (const text of ["a", "a", "b", "c", "d", "e"]) {
      court.raise(GUESSING, {
        sample: () => {
          made++;
          return text;
        },
      });
    }
    expect(court.findings()[0]?.samples).toEqual(["a", "b", "c"]);
    expect(made).toBe(4);
  });

  test("counts eight names and no more", () => {
    let seen: ReadonlyMap<string, number> | undefined;
    const asked: Watch = {
      evidence({ names }) {
        seen = names;
        return "";
      },
    };
    const { cases, slots, subject } = new Court();
    const slot = slots[0] ?? -1;
    subject.slot = slot;
    for (let i = 0; i < 20; i++) {
      for (const name of [`${i}`, "0"])
        cases.raise(subject, SCAN, asked, { at: START, name, count: 2 }, HOUR);
    }
    expect(cases.verdict(slot)?.findings).toHaveLength(1);
    expect([...(seen ?? [])]).toEqual([
      ["0", 42],
      ...Array.from({ length: 7 }, (_, i): [string, number] => [`${i + 1}`, 2]),
    ]);
  });

  test("of an old log is no news", () => {
    const court = new Court();
    court.tick(0);
    expect(court.raise(GUESSING, { at: START - HOUR }).findings()).toEqual([]);
    expect(court.tick(1)).toEqual([]);
    expect(court.raise(GUESSING, { at: START - HOUR + 1001 }).findings()).toHaveLength(1);
  });

  test("is over when it was not seen for so long, and a late event does not shorten it", () => {
    const court = new Court()
      .raise(GUESSING)
      .raise(GUESSING, { at: START - 1_800_000 })
      .raise(PROBING, {}, 0, 5000);
    court.tick(4);
    expect(court.findings()).toHaveLength(2);
    court.tick(5);
    expect(court.findings()).toHaveLength(1);
    court.tick(3599);
    expect(court.findings()).toHaveLength(1);
    court.tick(3600);
    expect(court.findings()).toEqual([]);
    // Time does not go back.
    court.tick(10);
    expect(court.raise(GUESSING).findings()).toEqual([]);
  });

  test("worst first; of equal ones the first found", () => {
    const court = new Court().raise(PROBING).raise(SCAN).raise(ruleOf("half-open", 35)).raise(GUESSING);
    const ids = court.findings().map(({ rule }) => rule);
    expect(ids).toEqual(["ssh-brute-force", "port-scan", "half-open", "ssh-probe"]);
  });
});

test("the risk is the sum of what stands, at most 100, whatever was raised, taken back and ran out", () => {
  const rules = [GUESSING, PROBING, SCAN];
  const step = fc.record({
    what: fc.constantFrom("raise", "withdraw", "tick"),
    rule: fc.nat(2),
    who: fc.nat(1),
    score: fc.nat(120),
    seconds: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const court = new Court();
      let now = 0;
      for (const { what, rule, who, score, seconds } of steps) {
        const one = rules[rule] ?? SCAN;
        if (what === "raise") court.raise(one, { at: START + 1000 * now, score }, who);
        else if (what === "withdraw") court.cases.withdraw(court.slot(who), [one.id]);
        else {
          now += seconds;
          court.tick(now);
        }
        for (const each of [0, 1]) {
          const findings = court.findings(each);
          const sum = Math.min(
            100,
            findings.reduce((total, finding) => total + finding.score, 0),
          );
          expect(court.cases.risk(court.slot(each))).toBe(sum);
          expect(court.cases.verdict(court.slot(each))?.severity).toBe(
            findings.length > 0 ? severityOf(sum) : undefined,
          );
          for (const { id } of rules) {
            expect(court.cases.stands(court.slot(each), id)).toBe(
              findings.some((finding) => finding.rule === id),
            );
          }
        }
      }
      // What was told last is what is.
      court.tick(now + 1);
      court.tick(now + 100);
      for (const each of [0, 1]) {
        court.subject.slot = court.slot(each);
        const { ip } = court.subject;
        const last = court.alerts.filter((alert) => "ip" in alert && alert.ip === ip).at(-1);
        expect(last?.state === "raised").toBe(court.findings(each).length > 0);
      }
    }),
  );
});

describe("is told", () => {
  test("at the next tick, once, with its findings", () => {
    const court = new Court().raise(GUESSING, { count: 4, sample: () => "x" });
    expect(court.tick(1)).toMatchObject([
      {
        kind: "alert",
        at: START + 1000,
        state: "raised",
        ip: "45.148.10.7",
        risk: 40,
        severity: "warning",
        findings: [{ rule: "ssh-brute-force", score: 40, evidence: "4 0", samples: ["x"] }],
      },
    ]);
    expect(court.raise(GUESSING, { score: 45 }).tick(2)).toEqual([]);
    expect(court.tick(500)).toEqual([]);
  });

  test("again at once where it got worse, and after the hold-down where there is more", () => {
    const court = new Court().raise(PROBING);
    expect(court.tick(1)).toMatchObject([{ severity: "info" }]);
    expect(court.raise(GUESSING).tick(2)).toMatchObject([{ severity: "warning", risk: 45 }]);
    // Another rule, the same severity.
    court.raise(ruleOf("auth-failure", 3));
    expect(court.tick(30)).toEqual([]);
    expect(court.tick(61)).toEqual([]);
    expect(court.tick(62)).toMatchObject([{ severity: "warning", risk: 48 }]);
    expect(court.tick(200)).toEqual([]);
    expect(court.raise(SCAN, { at: START + 200_000 }).tick(201)).toMatchObject([{ severity: "critical" }]);
  });

  test("as cleared with the worst severity that was told, also where the last was a lesser one", () => {
    const court = new Court().raise(GUESSING, {}, 0, 100_000);
    court.tick(1);
    court.tick(110);
    court.raise(GUESSING, { at: START + 110_000 }, 0, 100_000).raise(PROBING, { at: START + 120_000 });
    court.tick(121);
    court.tick(220);
    court.raise(SCAN_HINT, { at: START + 230_000 });
    expect(court.tick(231)).toMatchObject([{ state: "raised", severity: "info" }]);
    expect(court.tick(4000)).toMatchObject([{ state: "cleared", severity: "warning" }]);
  });

  test("as cleared when the last is over, with the severity that was told", () => {
    const court = new Court().raise(GUESSING).raise(PROBING, {}, 0, 5000);
    court.tick(1);
    expect(court.tick(6)).toEqual([]);
    expect(court.tick(3600)).toMatchObject([
      { state: "cleared", ip: "45.148.10.7", risk: 0, severity: "warning", findings: [] },
    ]);
    expect(court.tick(3700)).toEqual([]);
    // Then it begins anew.
    expect(court.raise(PROBING, { at: START + 3_800_000 }).tick(3801)).toMatchObject([{ severity: "info" }]);
  });

  test("never where it was taken back within the second", () => {
    const court = new Court().raise(GUESSING);
    court.cases.withdraw(court.slot(0), ["ssh-brute-force", "ssh-probe"]);
    expect(court.tick(1)).toEqual([]);
    expect(court.findings()).toEqual([]);
  });

  test("of each address apart", () => {
    const court = new Court().raise(GUESSING).raise(PROBING, {}, 1);
    expect(court.tick(1)).toMatchObject([
      { ip: "45.148.10.7", severity: "warning" },
      { ip: "45.148.10.8", severity: "info" },
    ]);
    court.cases.withdraw(court.slot(1), ["ssh-probe"]);
    expect(court.tick(2)).toMatchObject([{ ip: "45.148.10.8", state: "cleared" }]);
    expect(court.findings()).toHaveLength(1);
  });
});

describe("an address that leaves", () => {
  test("takes back what was told of it, and its slot begins with nothing", () => {
    const court = new Court().raise(GUESSING);
    court.tick(1);
    court.subject.slot = court.slot(0);
    court.cases.forget(court.subject);
    expect(court.findings()).toEqual([]);
    expect(court.tick(2)).toMatchObject([{ state: "cleared", ip: "45.148.10.7", severity: "warning" }]);
    expect(court.tick(3)).toEqual([]);
    expect(court.raise(PROBING).tick(4)).toMatchObject([{ state: "raised", severity: "info" }]);
  });

  test("of which nothing was told leaves in silence", () => {
    const court = new Court().raise(GUESSING);
    for (const slot of court.slots) {
      court.subject.slot = slot;
      court.cases.forget(court.subject);
    }
    expect(court.tick(1)).toEqual([]);
  });
});

test("a frozen copy stays as it was", () => {
  const court = new Court().raise(GUESSING, { sample: () => "a", name: "n" });
  const frozen = court.cases.frozen();
  const before = court.findings();
  court
    .raise(GUESSING, { score: 60, sample: () => "b", name: "n" })
    .raise(SCAN)
    .raise(SCAN, {}, 1);
  expect(frozen.risk(court.slot(0))).toBe(40);
  expect(frozen.verdict(court.slot(0))?.findings).toEqual(before);
  expect(frozen.verdict(court.slot(1))).toBeUndefined();
  court.tick(7200);
  expect(court.findings()).toEqual([]);
  expect(frozen.verdict(court.slot(0))?.findings).toEqual(before);
});

test("a finding that is over with the next tick is told by it, and taken back", () => {
  const court = new Court().raise(SCAN, {}, 0, 1000);
  expect(court.tick(1)).toMatchObject([{ state: "raised" }, { state: "cleared" }]);
});

test("where nobody asks for weak hints, none is told, nor taken back; what was worse is", () => {
  const court = new Court();
  court.hearsInfo = false;
  court.raise(SCAN, { score: 5 });
  expect(court.tick(1)).toEqual([]);
  expect(court.findings()).toHaveLength(1);
  court.raise(SCAN, { score: 40 });
  expect(court.tick(2)).toMatchObject([{ state: "raised", severity: "warning" }]);
  expect(court.tick(3600)).toMatchObject([{ state: "cleared", severity: "warning" }]);
  court.raise(SCAN, { score: 5, at: START + 3_600_000 });
  expect(court.tick(3601)).toEqual([]);
  expect(court.tick(7300)).toEqual([]);
});
