import type { Subject } from "../model/judge.ts";
import type { RuleId } from "../model/rules.ts";
import type { Alert, Finding, Severity, Verdict } from "../model/snapshot.ts";
import { createAgenda } from "./agenda.ts";
import { type Hit, MAX_NAMES, MAX_SAMPLES, type Rule, type Standing, type Watch } from "./rule.ts";
import { severityOf } from "./severity.ts";

/** Risks go no higher. */
const MOST = 100;

/** What stands against one address, and what was told of it. */
interface Case {
  /** Of each rule at most one. */
  findings: Standing[];
  risk: number;
  /** What was told last, "" for nothing, and when. */
  told: Severity | "";
  toldAt: number;
  /** The worst that was told. */
  worst: Severity;
}

const RANK: Readonly<Record<Severity | "", number>> = { "": 0, info: 1, warning: 2, critical: 3 };

/** Of more hits than that no sample is made: most would be like the first. */
const MAX_SAMPLED = 100;

/** The findings of all addresses: raised by rules, over by time, told as alerts. */
export class Cases {
  readonly #hold: number;
  /** By slot. */
  readonly #cases: (Case | undefined)[];
  /** Slots of which something may be to be told. */
  readonly #news = new Set<number>();
  /** Of addresses that left: what was told of them is taken back. */
  #left: Alert[] = [];
  readonly #agenda = createAgenda();
  #now = 0;
  /** Whether somebody wants to hear of weak hints: they are by far the most. */
  #hearsInfo = false;

  /** `hold`: milliseconds in which an address is not told again unless it got worse. `slots` are below that number. */
  constructor(hold: number, slots: number, cases = new Array<Case | undefined>(slots).fill(undefined)) {
    this.#hold = hold;
    this.#cases = cases;
  }

  raise({ slot, home }: Subject, rule: Rule, watch: Watch, hit: Hit, lasts: number): void {
    const { at, since = at, count = 1, score = rule.score, peak = 0, name, sample } = hit;
    // What an old log tells is no news of now.
    if (at + lasts <= this.#now) return;
    let known = this.#cases[slot];
    if (known === undefined) {
      known = { findings: [], risk: 0, told: "", toldAt: 0, worst: "info" };
      this.#cases[slot] = known;
    }
    let standing = known.findings.find((one) => one.rule === rule);
    if (standing === undefined) {
      standing = {
        rule,
        watch,
        score: 0,
        since,
        last: at,
        until: 0,
        count: 0,
        peak,
        names: undefined,
        samples: [],
        joint: rule.joint === true && home !== slot,
        told: false,
      };
      known.findings.push(standing);
    }
    standing.count += count;
    if (since < standing.since) standing.since = since;
    if (at > standing.last) standing.last = at;
    standing.until = Math.max(standing.until, at + lasts);
    standing.peak = Math.max(standing.peak, peak);
    standing.score = Math.max(standing.score, Math.min(score, rule.most ?? rule.score));
    if (name !== undefined) note(standing, name, count);
    const { samples } = standing;
    if (sample !== undefined && samples.length < MAX_SAMPLES && standing.count <= MAX_SAMPLED) {
      const text = sample();
      if (!samples.includes(text)) samples.push(text);
    }
    known.risk = sumOf(known.findings);
    this.#news.add(slot);
    // It may have come to stand longer since; then it is noted again when its time has come.
    this.#agenda.add(standing.until, slot);
  }

  withdraw(slot: number, ids: readonly RuleId[]): void {
    const known = this.#cases[slot];
    if (known !== undefined) this.#keep(slot, known, ({ rule }) => !ids.includes(rule.id));
  }

  stands(slot: number, id: RuleId): boolean {
    return this.#cases[slot]?.findings.some(({ rule }) => rule.id === id) ?? false;
  }

  /** Drops what is over at `now`, then tells what is new. */
  tick(now: number, subject: Subject, tell: (alert: Alert) => void, hearsInfo: boolean): void {
    if (now > this.#now) this.#now = now;
    this.#hearsInfo = hearsInfo;
    for (const alert of this.#left) tell(alert);
    this.#left = [];
    // First, so that what stands no longer than from one tick to the next is told as well.
    this.#tellNews(subject, tell);
    this.#agenda.due(now, (slot) => {
      const known = this.#cases[slot];
      if (known === undefined) return;
      this.#news.add(slot);
      this.#keep(slot, known, ({ until }) => until > now);
      for (const { until } of known.findings) this.#agenda.add(until, slot);
    });
    this.#tellNews(subject, tell);
  }

  #tellNews(subject: Subject, tell: (alert: Alert) => void): void {
    for (const slot of this.#news) {
      subject.slot = slot;
      this.#tell(slot, subject, tell);
    }
    this.#news.clear();
  }

  forget(subject: Subject): void {
    const { slot } = subject;
    const known = this.#cases[slot];
    if (known === undefined) return;
    if (this.#wasHeard(known)) this.#left.push(this.#alert(subject, "cleared", 0, known.worst, []));
    this.#drop(slot);
    this.#news.delete(slot);
  }

  risk(slot: number): number {
    return this.#cases[slot]?.risk ?? 0;
  }

  verdict(slot: number): Verdict | undefined {
    const known = this.#cases[slot];
    return known === undefined || known.findings.length === 0 ? undefined : new CaseVerdict(known);
  }

  frozen(): Cases {
    const copy = this.#cases.map((known) => {
      if (known === undefined) return undefined;
      const findings = known.findings.map((one) => ({
        ...one,
        names: one.names && new Map(one.names),
        samples: [...one.samples],
      }));
      return { ...known, findings };
    });
    return new Cases(this.#hold, copy.length, copy);
  }

  #keep(slot: number, known: Case, holds: (standing: Standing) => boolean): void {
    if (known.findings.every(holds)) return;
    known.findings = known.findings.filter(holds);
    known.risk = sumOf(known.findings);
    this.#news.add(slot);
  }

  #drop(slot: number): void {
    this.#cases[slot] = undefined;
    this.#agenda.drop(slot);
  }

  #hears(severity: Severity): boolean {
    return this.#hearsInfo || severity !== "info";
  }

  /** Whether it is to be taken back. */
  #wasHeard({ told, worst }: Case): boolean {
    return told !== "" && this.#hears(worst);
  }

  #tell(slot: number, subject: Subject, tell: (alert: Alert) => void): void {
    const known = this.#cases[slot];
    if (known === undefined) return;
    const { findings, risk, told, worst } = known;
    const severity = severityOf(risk);
    if (findings.length === 0) {
      this.#drop(slot);
      if (this.#wasHeard(known)) tell(this.#alert(subject, "cleared", 0, worst, []));
      return;
    }
    const isWorse = RANK[severity] > RANK[told];
    if (!isWorse && findings.every((one) => one.told)) return;
    if (!isWorse && this.#now - known.toldAt < this.#hold) {
      this.#agenda.add(known.toldAt + this.#hold, slot);
      return;
    }
    known.told = severity;
    known.toldAt = this.#now;
    if (RANK[severity] > RANK[worst]) known.worst = severity;
    for (const one of findings) one.told = true;
    if (!this.#hears(severity)) return;
    tell(this.#alert(subject, "raised", risk, severity, new CaseVerdict(known).findings));
  }

  #alert(
    { ip }: Subject,
    state: Alert["state"],
    risk: number,
    severity: Severity,
    findings: readonly Finding[],
  ): Alert {
    return {
      kind: "alert",
      at: this.#now,
      state,
      ip,
      risk,
      severity,
      findings: findings.map(({ rule, score, evidence, samples }) => ({ rule, score, evidence, samples })),
    };
  }
}

function inWords(standing: Standing): string {
  const evidence = standing.watch.evidence(standing);
  return standing.joint ? `${evidence}, counted with all of its /64` : evidence;
}

/** A verdict whose words are made when somebody reads them: most are only sorted by. */
class CaseVerdict implements Verdict {
  readonly #case: Case;

  constructor(known: Case) {
    this.#case = known;
  }

  get risk(): number {
    return this.#case.risk;
  }
  get severity(): Severity {
    return severityOf(this.#case.risk);
  }
  get findings(): Finding[] {
    // The sort is stable: of equal scores what was found first.
    return this.#case.findings
      .toSorted((a, b) => b.score - a.score)
      .map((standing) => ({
        rule: standing.rule.id,
        severity: severityOf(standing.score),
        score: standing.score,
        evidence: inWords(standing),
        since: standing.since,
        last: standing.last,
        samples: [...standing.samples],
      }));
  }
}

function sumOf(findings: readonly Standing[]): number {
  let sum = 0;
  for (const { score } of findings) sum += score;
  return Math.min(MOST, sum);
}

function note(standing: Standing, name: string, count: number): void {
  standing.names ??= new Map();
  const { names } = standing;
  if (names.size >= MAX_NAMES && !names.has(name)) return;
  names.set(name, (names.get(name) ?? 0) + count);
}
