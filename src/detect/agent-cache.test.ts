import { expect, test } from "bun:test";
import { createAgentCache } from "./agent-cache.ts";

function at(text: string): [view: DataView, start: number, end: number] {
  const bytes = Buffer.from(`"${text}"`);
  return [new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 1, bytes.length - 1];
}

test("an agent is found again by all of its bytes, wherever it lies", () => {
  const cache = createAgentCache<string>("usual");
  for (const text of ["curl/8", "curl/9", "", "a", "x".repeat(256)]) {
    expect(cache.get(...at(text), true)).toBeUndefined();
    cache.keep(...at(text), true, text);
    expect(cache.get(...at(text), true)).toBe(text);
  }
  for (const text of ["curl/8", "curl/9", "", "a"]) expect(cache.get(...at(text), true)).toBe(text);
  expect(cache.get(...at("curl/7"), true)).toBeUndefined();
});

test("the same bytes are another agent where they are not as a log writes them", () => {
  const cache = createAgentCache<string>("usual");
  expect(cache.get(...at("\\x41"), true)).toBeUndefined();
  cache.keep(...at("\\x41"), true, "A");
  expect(cache.get(...at("\\x41"), false)).toBeUndefined();
});

test("long agents are not kept", () => {
  const cache = createAgentCache<string>("usual");
  const long = "x".repeat(257);
  expect(cache.get(...at(long), true)).toBeUndefined();
  cache.keep(...at(long), true, "long");
  expect(cache.get(...at(long), true)).toBeUndefined();
});

test("of any number of agents some thousand are kept, and none for another", () => {
  const cache = createAgentCache<number>(7);
  let kept = 0;
  for (let i = 0; i < 20_000; i++) {
    cache.get(...at(`agent ${i}`), true);
    cache.keep(...at(`agent ${i}`), true, i);
  }
  for (let i = 0; i < 20_000; i++) {
    const found = cache.get(...at(`agent ${i}`), true);
    if (found === undefined) continue;
    expect(found).toBe(i);
    kept++;
  }
  expect(kept).toBeGreaterThan(3_000);
  expect(kept).toBeLessThanOrEqual(4_096);
});

test("what is usual is found as well as what is not", () => {
  const cache = createAgentCache<string>("usual");
  for (const [text, found] of [
    ["curl/8", "usual"],
    ["sqlmap", "scanner"],
  ] as const) {
    expect(cache.get(...at(text), true)).toBeUndefined();
    cache.keep(...at(text), true, found);
    expect(cache.get(...at(text), true)).toBe(found);
    expect(cache.get(...at(text), false)).toBeUndefined();
  }
});
