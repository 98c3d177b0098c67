import { expect, test } from "bun:test";
import { LookupFailure } from "./lookup-failure.ts";
import { createPoliteness } from "./politeness.ts";

let now = 1_000_000;
const signal = new AbortController().signal;
const calmly = { signal, urgent: false };

function silent(): Promise<never> {
  return Promise.reject(new LookupFailure("unreachable", "x: ETIMEDOUT"));
}

function refusing(wait?: number): () => Promise<never> {
  return () => Promise.reject(new LookupFailure("refused", "x refuses", wait));
}

test("questions to one server come one after the other, to two at once", async () => {
  const polite = createPoliteness(() => now, 0);
  const log: string[] = [];
  const question = (name: string) => async () => {
    log.push(`${name} begins`);
    await Bun.sleep(1);
    log.push(`${name} ends`);
  };
  await Promise.all([
    polite.ask("a", calmly, question("1")),
    polite.ask("a", calmly, question("2")),
    polite.ask("b", calmly, question("3")),
    polite.ask("a", calmly, question("4")),
  ]);
  expect(log.filter((line) => !line.startsWith("3"))).toEqual(
    ["1", "2", "4"].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
  expect(log.indexOf("3 begins")).toBeLessThan(log.indexOf("1 ends"));
});

test("there is a gap behind a question, of that server alone", async () => {
  const polite = createPoliteness(() => now, 250);
  await polite.ask("a", calmly, async () => {});
  expect(polite.rest("a")).toBe(250);
  expect(polite.rest("b")).toBe(0);
  now += 249;
  expect(polite.rest("a")).toBe(1);
  now += 1;
  expect(polite.rest("a")).toBe(0);
});

test("one that does not answer is left alone longer and longer, unless a person asks", async () => {
  const polite = createPoliteness(() => now, 0);
  let asked = 0;
  const question = (): Promise<never> => {
    asked++;
    return silent();
  };
  for (const wait of [5_000, 10_000, 20_000]) {
    await expect(polite.ask("a", calmly, question)).rejects.toThrow("ETIMEDOUT");
    now += wait - 1;
    const before = asked;
    // It is not asked, and what is said is what was wrong.
    await expect(polite.ask("a", calmly, question)).rejects.toThrow("ETIMEDOUT");
    expect(asked).toBe(before);
    now += 1;
  }
  for (let i = 0; i < 20; i++) await polite.ask("a", { signal, urgent: true }, question).catch(() => {});
  now += 600_000;
  expect(await polite.ask("a", calmly, async () => "at last")).toBe("at last");
  await expect(polite.ask("a", calmly, question)).rejects.toThrow();
  now += 5_000;
  expect(await polite.ask("a", calmly, async () => "again")).toBe("again");
});

test("one that refuses is left alone for as long as it says, whoever asks", async () => {
  const polite = createPoliteness(() => now, 0);
  const urgent = { signal, urgent: true };
  await expect(polite.ask("a", urgent, refusing(30_000))).rejects.toThrow("refuses");
  expect(polite.refusing()).toEqual(["a"]);
  now += 29_999;
  await expect(polite.ask("a", urgent, async () => "x")).rejects.toThrow("refuses");
  now += 1;
  expect(polite.refusing()).toEqual([]);
  expect(await polite.ask("a", urgent, async () => "x")).toBe("x");
  // Saying nothing, a minute; saying zero, a second.
  await expect(polite.ask("a", urgent, refusing())).rejects.toThrow();
  now += 59_999;
  await expect(polite.ask("a", urgent, async () => "x")).rejects.toThrow();
  now += 1;
  await expect(polite.ask("a", urgent, refusing(0))).rejects.toThrow();
  now += 1_000;
  expect(await polite.ask("a", urgent, async () => "x")).toBe("x");
});

test("a clock that is set back makes nobody wait for ever", async () => {
  const polite = createPoliteness(() => now, 250);
  await expect(polite.ask("a", calmly, refusing(3_600_000))).rejects.toThrow();
  now -= 86_400_000;
  expect(await polite.ask("a", calmly, async () => "x")).toBe("x");
});

test("whoever waits can be told not to, and those behind have their turn", async () => {
  const polite = createPoliteness(() => now, 0);
  const { promise: answer, resolve: end } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const first = polite.ask("a", calmly, () => {
    begin();
    return answer;
  });
  await begun;
  const impatient = new AbortController();
  const second = polite.ask("a", { signal: impatient.signal, urgent: false }, async () => "second");
  const third = polite.ask("a", calmly, async () => "third");
  impatient.abort(new Error("too long"));
  await expect(second).rejects.toThrow("too long");
  end();
  await first;
  expect(await third).toBe("third");
});

test("servers that redirects name are not remembered without end", async () => {
  const polite = createPoliteness(() => now, 0);
  for (let i = 0; i < 64; i++) await polite.ask(`s${i}`, calmly, refusing(60_000)).catch(() => {});
  await expect(polite.ask("one more", calmly, async () => "x")).rejects.toThrow("too many");
  now += 60_000;
  expect(await polite.ask("one more", calmly, async () => "x")).toBe("x");
  expect(polite.refusing()).toEqual([]);
});
