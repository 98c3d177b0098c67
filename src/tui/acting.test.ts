import { describe, expect, test } from "bun:test";
import { preview, responder } from "../../test/console/responses.ts";
import { ip } from "../../test/console/snapshots.ts";
import { until } from "../../test/until.ts";
import type { Acted, Block, Preview } from "../model/block.ts";
import type { HookRunner } from "../model/hook.ts";
import { startActing } from "./acting.ts";
import type { Message } from "./step.ts";

/** Promises that are kept when the test says so. */
function kept<T>() {
  const waiting: ((value: T) => void)[] = [];
  return {
    waiting,
    ask: () => new Promise<T>((resolve) => waiting.push(resolve)),
  };
}

function started(hands: Parameters<typeof startActing>[0]) {
  const heard: Message[] = [];
  return { heard, acting: startActing(hands, (message) => heard.push(message)) };
}

describe("questions", () => {
  test("of a held key are two at once at most, then the newest", async () => {
    const { waiting, ask } = kept<Preview>();
    const seconds: (number | null)[] = [];
    const hands = responder({
      forbidden: "not here",
      preview: (_, time) => {
        seconds.push(time);
        return ask();
      },
    });
    const { heard, acting } = started({ ...hands, now: () => 7 });
    for (let question = 1; question <= 9; question++)
      acting.perform({ kind: "preview", question, targets: ["192.0.2.1"], seconds: question });
    expect(seconds).toEqual([1, 2]);
    const answer = preview(["192.0.2.1"], 60);
    waiting[0]?.(answer);
    await until(() => seconds.length === 3, "the newest question");
    expect(seconds).toEqual([1, 2, 9]);
    waiting[2]?.(answer);
    await until(() => heard.length === 2, "the answers");
    expect(heard).toEqual([
      { kind: "previewed", answer: { question: 1, preview: answer, forbidden: "not here", at: 7 } },
      { kind: "previewed", answer: { question: 9, preview: answer, forbidden: "not here", at: 7 } },
    ]);
  });

  test("for the blocks are one at a time", async () => {
    const { waiting, ask } = kept<readonly Block[]>();
    const hands = responder({ blocks: ask });
    const { heard, acting } = started({ ...hands, now: () => 7 });
    acting.perform({ kind: "blocks" });
    acting.perform({ kind: "blocks" });
    expect(waiting.length).toBe(1);
    waiting[0]?.([]);
    await until(() => heard.length === 1, "the answer");
    expect(heard).toEqual([{ kind: "blocks", blocks: [], now: 7 }]);
    acting.perform({ kind: "blocks" });
    expect(waiting.length).toBe(2);
  });
});

test("an act is told with the times before and after it, and not after the end", async () => {
  const { waiting, ask } = kept<Acted>();
  let clock = 1_000;
  const { heard, acting } = started({ ...responder({ arm: ask, confirm: ask }), now: () => clock });
  const act = { id: 1, kind: "arm", targets: ["192.0.2.1"], seconds: 600, reason: "" } as const;
  acting.perform({ kind: "act", act });
  clock = 3_000;
  waiting[0]?.({ ok: true, words: "blocked" });
  await until(() => heard.length === 1, "what came of it");
  expect(heard[0]).toEqual({
    kind: "acted",
    act,
    acted: { ok: true, words: "blocked" },
    began: 1_000,
    now: 3_000,
  });
  acting.perform({ kind: "act", act: { ...act, kind: "confirm" } });
  acting.stop();
  waiting[1]?.({ ok: true, words: "kept" });
  await Bun.sleep(1);
  expect(heard.length).toBe(1);
});

describe("a hook", () => {
  /** A runner whose output and end come when the test says so. */
  function hands() {
    const runs: { text: (text: string) => void; end: (words: string) => void; stopped: number }[] = [];
    const hooks: HookRunner = {
      hooks: [{ key: "1", label: "ping" }],
      run(_, __, text, end) {
        const one = { text, end, stopped: 0 };
        runs.push(one);
        return { stop: () => one.stopped++ };
      },
    };
    return { runs, ...started({ hooks, now: () => 0 }) };
  }
  const run = { kind: "run", run: 3, index: 0, ip: ip("192.0.2.1") } as const;

  test("is shown in steps, with all it wrote, and its end at once", async () => {
    const { runs, heard, acting } = hands();
    acting.perform(run);
    for (let i = 0; i < 50; i++) runs[0]?.text(`${i}\n`);
    expect(heard).toEqual([]);
    await until(() => heard.length > 0, "the first step");
    expect(heard.length).toBe(1);
    runs[0]?.text("last");
    runs[0]?.end("ended with exit code 0");
    const [first, last] = heard.flatMap((message) => (message.kind === "output" ? [message] : []));
    expect([first?.output.lines.length, first?.end]).toEqual([51, undefined]);
    expect([last?.output.lines.at(-1), last?.end]).toEqual(["last", "ended with exit code 0"]);
  });

  test("is stopped by its number, by the next one, and with the console", () => {
    const { runs, acting } = hands();
    acting.perform(run);
    acting.perform({ kind: "stop", run: 2 });
    expect(runs[0]?.stopped).toBe(0);
    acting.perform({ kind: "stop", run: 3 });
    expect(runs[0]?.stopped).toBe(1);
    acting.perform({ ...run, run: 4 });
    acting.perform({ ...run, run: 5 });
    acting.stop();
    expect(runs.map(({ stopped }) => stopped)).toEqual([1, 1, 1]);
  });
});
