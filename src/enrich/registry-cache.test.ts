import { expect, test } from "bun:test";
import { parseIpWords } from "../model/ip.ts";
import { parseTarget } from "../model/target.ts";
import type { RegistryAnswer } from "./registry-answer.ts";
import { createRegistryCache, MAX_NETWORKS } from "./registry-cache.ts";

const HOUR = 3_600_000;
const AT = 1_000 * HOUR;

function wordsOf(ip: string): Uint32Array {
  const words = new Uint32Array(4);
  if (!parseIpWords(ip, words)) throw new Error(ip);
  return words;
}

function answer(prefix: string, org = prefix): RegistryAnswer {
  const target = parseTarget(prefix);
  if (target === undefined) throw new Error(prefix);
  return { target, origin: { prefix, org } };
}

test("the smallest network tells, also when it is too old to", () => {
  let now = AT;
  const cache = createRegistryCache(HOUR, () => now);
  cache.add(answer("8.8.8.0/24"), now);
  now += HOUR / 2;
  cache.add(answer("8.0.0.0/9"), now);
  expect(cache.find(wordsOf("8.8.8.8"))?.org).toBe("8.8.8.0/24");
  expect(cache.find(wordsOf("8.8.9.8"))?.org).toBe("8.0.0.0/9");
  now += HOUR / 2;
  expect(cache.find(wordsOf("8.8.8.8"))).toBeUndefined();
  expect(cache.find(wordsOf("8.8.9.8"))?.org).toBe("8.0.0.0/9");
});

test("of too many the oldest is forgotten", () => {
  const cache = createRegistryCache(HOUR, () => AT);
  const prefix = (i: number): string => `${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/24`;
  for (let i = 0; i < MAX_NETWORKS; i++) cache.add(answer(prefix(i)), AT);
  // Told again, it is the newest.
  cache.add(answer(prefix(0)), AT);
  cache.add(answer(prefix(MAX_NETWORKS)), AT);
  expect(cache.size).toBe(MAX_NETWORKS);
  expect(cache.find(wordsOf("20.0.0.1"))).toBeDefined();
  expect(cache.find(wordsOf("20.0.1.1"))).toBeUndefined();
  expect(cache.find(wordsOf("20.0.2.1"))).toBeDefined();
});

test("what a file had comes behind what is newer, and old answers are not written", async () => {
  let now = AT;
  const before = createRegistryCache(HOUR, () => now);
  before.add(answer("8.8.8.0/24", "old"), now - 2);
  before.add(answer("9.9.9.0/24", "new"), now);
  before.add(answer("7.7.7.0/24"), now - HOUR);
  const file: unknown = JSON.parse([...before.toText()].join(""));
  expect(JSON.stringify(file)).not.toContain("7.7.7");
  const cache = createRegistryCache(HOUR, () => now);
  cache.add(answer("8.8.8.0/24", "newer"), now - 1);
  cache.add(answer("9.9.9.0/24", "older"), now - 1);
  await cache.takeIn(file);
  expect(cache.find(wordsOf("8.8.8.8"))?.org).toBe("newer");
  expect(cache.find(wordsOf("9.9.9.9"))).toEqual({ prefix: "9.9.9.0/24", org: "new" });
  now += HOUR;
  expect(JSON.parse([...cache.toText()].join(""))).toEqual({ v: 1, networks: [] });
  expect(cache.size).toBe(0);
});

test("as many as there may be are written and read again", async () => {
  const before = createRegistryCache(HOUR, () => AT);
  for (let i = 0; i < MAX_NETWORKS; i++)
    before.add(
      answer(`${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/24`, `"${i}"`),
      AT - MAX_NETWORKS + i,
    );
  const cache = createRegistryCache(HOUR, () => AT);
  await cache.takeIn(JSON.parse([...before.toText()].join("")));
  expect(cache.size).toBe(MAX_NETWORKS);
  expect(JSON.parse([...cache.toText()].join(""))).toEqual(JSON.parse([...before.toText()].join("")));
});
