import { expect, test } from "bun:test";
import fc from "fast-check";
import { createAgenda } from "./agenda.ts";

test("what is due is handed on once, at the first look at or after its second, as a list would", () => {
  const step = fc.record({
    wait: fc.nat({ max: 5_000 }),
    adds: fc.array(fc.nat({ max: 9_000 }), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const agenda = createAgenda();
      let list: { at: number; n: number }[] = [];
      let now = 1_000_000;
      let next = 0;
      for (const { wait, adds } of steps) {
        for (const ahead of adds) {
          agenda.add(now + ahead, next);
          list.push({ at: now + ahead, n: next++ });
        }
        now += wait;
        const handed: number[] = [];
        agenda.due(now, (n) => handed.push(n));
        const isDue = ({ at }: { at: number }) => Math.ceil(at / 1000) <= Math.floor(now / 1000);
        const due = list
          .filter(isDue)
          .sort((a, b) => Math.ceil(a.at / 1000) - Math.ceil(b.at / 1000) || a.n - b.n);
        expect(handed).toEqual(due.map(({ n }) => n));
        list = list.filter((entry) => !isDue(entry));
      }
    }),
  );
});

test("what is added while handing on, for later, waits", () => {
  const agenda = createAgenda();
  agenda.add(1_000, 1);
  const handed: number[] = [];
  const hand = (n: number): void => {
    handed.push(n);
    if (n < 3) agenda.add(5_000, n + 1);
  };
  agenda.due(2_000, hand);
  expect(handed).toEqual([1]);
  agenda.due(5_000, hand);
  expect(handed).toEqual([1, 2]);
  agenda.due(6_000, hand);
  expect(handed).toEqual([1, 2, 3]);
});

test("a number has one place, however often it is noted: the earliest, until it is dropped", () => {
  const agenda = createAgenda();
  for (const at of [9_000, 3_000, 7_000]) agenda.add(at, 1);
  agenda.add(3_000, 2);
  agenda.drop(2);
  const handed: number[] = [];
  const hand = (n: number): void => void handed.push(n);
  agenda.due(3_000, hand);
  expect(handed).toEqual([1]);
  agenda.due(10_000, hand);
  expect(handed).toEqual([1]);
});
