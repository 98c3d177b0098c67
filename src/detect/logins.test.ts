import { describe, expect, test } from "bun:test";
import { login } from "../../test/peers.ts";
import { createState } from "../correlate/state.ts";
import type { AuthEvent } from "../model/event.ts";
import { DEFAULT_THRESHOLDS, type Thresholds } from "../model/thresholds.ts";
import { createLogins, type SeenLogins } from "./logins.ts";
import { createTracks } from "./tracks.ts";

const START = Date.UTC(2026, 10, 24, 3, 12, 7);

/** What is seen after each of them, each a failure if it failed. */
function seen(events: readonly Partial<AuthEvent>[], thresholds: Partial<Thresholds> = {}): SeenLogins[] {
  const { subject } = createState({
    showPrivate: true,
    seed: 1,
    limits: { addresses: 4, strips: 4, recentBytes: 1024, recentRecords: 16 },
  });
  const logins = createLogins({ ...DEFAULT_THRESHOLDS, ...thresholds }, createTracks(4), 7);
  return events.map((known, i) => {
    const event = login({ at: START + 1000 * i, ...known });
    return { ...logins.note(subject, event, event.outcome === "failed" ? 1 : 0) };
  });
}

const accepted = (user: string): Partial<AuthEvent> => ({ outcome: "accepted", user });

test("counts failures by both windows, and users", () => {
  const last = seen([
    { user: "a" },
    { user: "b", at: START + 400_000 },
    { user: "b", at: START + 401_000 },
    { outcome: "closed", at: START + 402_000 },
  ]).at(-1);
  expect(last).toEqual({
    recent: 2,
    since: START + 400_000,
    total: 3,
    totalSince: START,
    users: 2,
    usersSince: START,
    forgiven: false,
  });
});

test("of other services, and where there is nothing, it says nothing", () => {
  expect(seen([{ service: "http" }, { service: "http" }]).at(-1)?.recent).toBe(0);
  expect(seen([accepted("ann")])).toMatchObject([{ total: 0, totalSince: START, forgiven: false }]);
});

describe("a success forgives", () => {
  test("with the numbers of before, which begin again at none", () => {
    const [, , success, next] = seen([{ user: "an" }, { user: "ann" }, accepted("ann"), { user: "ann" }]);
    expect(success).toMatchObject({ forgiven: true, total: 2, users: 2 });
    expect(next).toMatchObject({ forgiven: false, recent: 1, total: 1, users: 1 });
  });

  test.each<[string, Partial<AuthEvent>[]]>([
    ["of a user that did not fail", [{ user: "root" }, accepted("ann")]],
    ["after very many failures", [...Array.from({ length: 20 }, () => ({ user: "ann" })), accepted("ann")]],
    ["after many users", [...[..."abcde"].map((user) => ({ user })), accepted("a")]],
    ["after nothing", [accepted("ann")]],
  ])("not %s", (_, events) => {
    expect(seen(events).at(-1)?.forgiven).toBe(false);
  });

  test("so many failures a day, and more on another", () => {
    const round = [...Array.from({ length: 9 }, () => ({ user: "ann" })), accepted("ann")];
    const day = (n: number) =>
      Array.from({ length: 3 }, () => round)
        .flat()
        .map((known, i) => ({ ...known, at: START + n * 86_400_000 + 1000 * i }));
    const forgiven = seen([...day(0), ...day(2)]).flatMap((login, i) => (login.forgiven ? [i] : []));
    expect(forgiven).toEqual([9, 19, 39, 49]);
  });
});

test("people behind one address who mistype and get in, one after the other, are forgiven all day", () => {
  const office = Array.from({ length: 60 }, (_, i) => [{ user: `u${i}` }, accepted(`u${i}`)]).flat();
  const told = seen(office);
  expect(told.filter(({ forgiven }) => forgiven)).toHaveLength(60);
  expect(told.at(-1)?.total).toBe(1);
  // It takes nothing from what is forgiven where two of them fail at a time.
  expect(seen([...office, { user: "ann" }, { user: "bob" }, accepted("bob")]).at(-1)?.forgiven).toBe(true);
});

test("an account of one's own forgives no guesses at others for ever", () => {
  const between = Array.from({ length: 60 }, () => [
    { user: "root" },
    { user: "ann" },
    accepted("ann"),
  ]).flat();
  expect(seen(between).at(-1)?.total).toBeGreaterThan(40);
  const alone = Array.from({ length: 60 }, () => [{ user: "root" }, accepted("ann")]).flat();
  expect(seen(alone).at(-1)?.total).toBe(60);
  const guessed = Array.from({ length: 10 }, () => [{}, {}, {}, {}, {}, accepted("ann")]).flat();
  expect(seen(guessed.map((one) => ({ user: "ann", ...one }))).at(-1)?.total).toBeGreaterThan(20);
});
