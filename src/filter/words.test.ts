import { expect, test } from "bun:test";
import { filterWords } from "./words.ts";

const cases: [filter: string, words: string][] = [
  ["", "none"],
  ["  ", "none"],
  [
    'status:4xx,500-503 rate>60 203.0.113.0/24 -path:/health "text"',
    'status 4xx or 500-503, over 60 requests/min, in 203.0.113.0/24, path without /health, "text"',
  ],
  ["-10.0.0.0/8,8.8.8.8", "not in 10.0.0.0/8 or 8.8.8.8"],
  ["-net:10.0.0.0/8", "not in 10.0.0.0/8"],
  ["-word", 'without "word"'],
  ["state:est,half", "state est or half"],
  ["-state:est", "state not est"],
  ["status>=500", "status at least 500"],
  ["-status:404", "status not 404"],
  ["path:=/,/a", "path exactly / or /a"],
  ["-path:=/", "path not /"],
  ['agent:"a b"', "agent with a b"],
  ["rate:10-50", "10-50 requests/min"],
  ["rate:<5,>60", "under 5 or over 60 requests/min"],
  ["-rate>60", "not over 60 requests/min"],
  ["sent<=1.5G", "at most 1.5G bytes sent"],
  ["risk>70", "risk over 70"],
  ["is:suspicious -is:proxy", "suspicious, not proxy"],
  ["syn>50 pkts:1k-2k -wire:no-socket", "over 50 SYN/s, 1k-2k packets/s, packets not no-socket"],
  ["cc:NL asn:4134", "country NL, AS number 4134"],
  ["status:9xx", "status:9xx: not allowed; allowed: 404, 4xx, 500-503"],
];
test.each(cases)("%p", (filter, words) => {
  expect(filterWords(filter)).toBe(words);
});
