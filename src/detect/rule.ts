import type { AuthEvent, RequestEvent, RequestView } from "../model/event.ts";
import type { Subject } from "../model/judge.ts";
import type { RuleId } from "../model/rules.ts";
import type { ThresholdKey, Thresholds } from "../model/thresholds.ts";
import type { SeenLogins } from "./logins.ts";
import type { SeenSockets } from "./sockets.ts";
import type { Distinct, Growth, Window } from "./tracks.ts";

/** Something that may speak against an address: one file in rules/, one line in rules.ts. */
export interface Rule {
  readonly id: RuleId;
  /** What it means that it fires, and when it does: for docs/detection.md, in a sentence or two. */
  readonly means: string;
  /** Who does the same honestly, and what keeps the rule from firing there, or from weighing much. */
  readonly spares: string;
  /** What a finding is worth at first, and at most. One that honest clients can cause too stays below 30. */
  readonly score: number;
  readonly most?: number;
  /** Of IPv6 it counts what all addresses of a /64 did together. */
  readonly joint?: true;
  /** Technique of attack.mitre.org. */
  readonly mitre?: string;
  /** What makes it fire; absent where no line does by itself with the default settings. */
  readonly sample?: Sample;
  /** What decides when it fires. */
  readonly thresholds: readonly ThresholdKey[];
  /** Begins to watch: asks for its windows once, and answers with what it wants to be told. */
  watch(kit: Kit): Watch;
}

/** A line of a log that makes a rule fire. */
export interface Sample {
  /** As the server writes it; `{n}` stands for 1, 2, 3 ... */
  readonly line: string;
  /** How often it must come with the default thresholds, a second apart; once when absent. */
  readonly times?: number;
}

/** What a rule works with. */
export interface Kit {
  readonly thresholds: Thresholds;
  /** A count of what each address did in the last so many seconds. */
  window(seconds: number): Window;
  /** A count of the different things each address did in the last so many seconds; `most` of them are told apart. */
  distinct(seconds: number, most?: number): Distinct;
  /** How much a number of each address grew in the last so many seconds. */
  growth(seconds: number): Growth;
  /** Where hashes begin, so that nobody can choose things that look alike: 32 bits. */
  readonly seed: number;
  /** Holds something against the address; again, it goes on standing. */
  raise(subject: Subject, hit: Hit): void;
  /** Takes back what the rules of these ids hold against the address. */
  withdraw(subject: Subject, ids: readonly RuleId[]): void;
  /** Whether that rule holds something against the address now. */
  stands(subject: Subject, id: RuleId): boolean;
}

/** What a rule just saw. */
export interface Hit {
  /** When it happened (epoch ms). */
  readonly at: number;
  /** When the first of it happened, where that is known. */
  readonly since?: number;
  /** Events it tells of; 1 when absent. */
  readonly count?: number;
  /** What the finding is worth now; it never falls. The rule's `score` when absent. */
  readonly score?: number;
  /** A number for the evidence; the highest is kept. */
  readonly peak?: number;
  /** What was seen, in words of a table and never a stranger's: how often each came is told. */
  readonly name?: string | undefined;
  /** A line in words. Made only where there is room for it. */
  readonly sample?: () => string;
}

/** What a rule is told of. What it does not name costs nothing. */
export interface Watch {
  /** Requests: those with one of these traits. */
  readonly traits?: number;
  request?(subject: Subject, event: RequestEvent | RequestView, seen: Seen): void;
  auth?(subject: Subject, event: AuthEvent, failures: number, logins: Readonly<SeenLogins>): void;
  /** Of the table read at `at`; where nothing of the address's sockets is worth a look it is not told. */
  sockets?(subject: Subject, sockets: Readonly<SeenSockets>, at: number): void;
  /** Of an address that sent so many SYNs since it was told last, and never an ACK. */
  syns?(subject: Subject, count: number, at: number): void;
  /** Seconds that a finding stands after the last hit; those of `detect.remember` when absent. */
  readonly lasts?: number;
  /** The finding in words with its numbers. */
  evidence(standing: Standing): string;
}

/** What a request looks like. */
export interface Seen {
  /** A mask of TRAIT. */
  readonly traits: number;
  /** What was seen of a trait, in words of a table. */
  name(trait: number): string | undefined;
}

/** A finding as it stands. */
export interface Standing {
  readonly rule: Rule;
  readonly watch: Watch;
  score: number;
  since: number;
  last: number;
  /** Core time from which on it is over. */
  until: number;
  count: number;
  peak: number;
  /** How often each name came, first come first; at most {@link MAX_NAMES}. */
  names: Map<string, number> | undefined;
  samples: string[];
  /** Others of its /64 were counted with it. */
  joint: boolean;
  /** Whether an alert told of it. */
  told: boolean;
}

/** A why card shows no more. */
export const MAX_NAMES = 8;
export const MAX_SAMPLES = 3;
