import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { FakeProc, OWN } from "../../test/fake-proc.ts";
import { Namespaces } from "./namespaces.ts";

/** Making hundreds of processes takes seconds on a busy disk. */
const TIMEOUT = 60_000;

/** Polls until a small /proc was walked again. */
const SWEEP = 5;
const [A, B] = [4_026_532_202, 4_026_532_203];

let proc: FakeProc;
let namespaces: Namespaces;

beforeEach(() => {
  proc = new FakeProc();
  namespaces = new Namespaces(proc.root);
});
afterEach(() => proc.remove());

/** The namespaces found after so many polls, each with its processes. */
function look(polls = 1): Record<number, number[]> {
  for (let i = 0; i < polls; i++) namespaces.look();
  return Object.fromEntries(
    [...namespaces.found].map(([netns, pids]) => [netns, [...pids].sort((a, b) => a - b)]),
  );
}

describe("Namespaces", () => {
  test("every other than one's own, with its processes, at the first poll", () => {
    proc.start(1, OWN);
    for (const [pid, netns] of [
      [10, A],
      [11, B],
      [12, A],
    ] as const) {
      proc.start(pid, netns);
    }
    expect(look()).toEqual({ [A]: [10, 12], [B]: [11] });
  });

  test("a new one within a sweep, also when its process goes there later", () => {
    look();
    proc.start(10, A);
    proc.start(11, OWN);
    expect(look(SWEEP)).toEqual({ [A]: [10] });
    proc.move(11, B);
    expect(look(SWEEP)).toEqual({ [A]: [10], [B]: [11] });
  });

  test("an old process that goes elsewhere is noticed in time", () => {
    proc.start(10, OWN);
    proc.start(11, A);
    look(10 * SWEEP);
    proc.move(10, A);
    proc.move(11, OWN);
    expect(look(9 * SWEEP)).toEqual({ [A]: [10] });
  });

  test("when the process asked is gone another is; without any the namespace is gone", () => {
    proc.start(10, A);
    proc.start(11, A);
    proc.start(12, A);
    look();
    const asked = () => namespaces.processIn(A) ?? 0;
    const first = asked();
    proc.end(first);
    const next = asked();
    proc.move(next, B);
    const last = asked();
    expect([first, next, last].sort()).toEqual([10, 11, 12]);
    proc.end(last);
    expect(asked()).toBe(0);
    expect(namespaces.found.has(A)).toBe(false);
    expect(look(SWEEP)).toEqual({ [B]: [next] });
  });

  test("processes that ended are forgotten by the next sweep", () => {
    for (let pid = 10; pid < 20; pid++) proc.start(pid, A);
    look();
    for (let pid = 10; pid < 19; pid++) proc.end(pid);
    expect(look(SWEEP)).toEqual({ [A]: [19] });
    proc.end(19);
    expect(look(SWEEP)).toEqual({});
  });

  test(
    "those beyond 256 are counted, and take the place of one that ends",
    () => {
      for (let i = 0; i < 260; i++) proc.start(100 + i, A + i);
      look();
      expect([namespaces.found.size, namespaces.refused]).toEqual([256, 4]);
      for (const netns of [...namespaces.found.keys()].slice(0, 3)) proc.end(100 + netns - A);
      look(2 * SWEEP);
      expect([namespaces.found.size, namespaces.refused]).toEqual([256, 1]);
    },
    TIMEOUT,
  );

  test(
    "many new processes take more than one poll, and all are seen",
    () => {
      look();
      for (let i = 0; i < 200; i++) proc.start(100 + i, i % 2 === 0 ? A : OWN);
      const sizes = Array.from({ length: 4 * SWEEP }, () => look()[A]?.length ?? 0);
      expect(sizes.some((size) => size > 0 && size < 100)).toBe(true);
      expect(sizes.at(-1)).toBe(100);
    },
    TIMEOUT,
  );

  test("what is no namespace is none", () => {
    for (const [i, target] of ["net:[]", "net:[x]", "socket:[5]", "net:[99999999999]", "mnt:[5]"].entries()) {
      proc.start(10 + i, A);
      const link = join(proc.root, `${10 + i}/ns/net`);
      rmSync(link);
      symlinkSync(target, link);
    }
    expect(look()).toEqual({});
  });

  test("throws where /proc is not there, and goes on when it is", () => {
    proc.start(10, A);
    const self = join(proc.root, "self/net");
    rmSync(self);
    expect(() => look()).toThrow("ENOENT");
    symlinkSync(join(proc.root, `net-${OWN}`), self);
    expect(look(SWEEP)).toEqual({ [A]: [10] });
  });
});
