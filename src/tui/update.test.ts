import { describe, expect, test } from "bun:test";
import { compiled } from "../../test/console/compiled.ts";
import { answer, auth, ip, NOW, profile, ROWS, request } from "../../test/console/snapshots.ts";
import type { LiveLine, Snapshot } from "../model/snapshot.ts";
import { layoutOf, tableRows } from "./layout.ts";
import { initialState, queryOf, type State, selected } from "./state.ts";
import { type Effect, type Message, update } from "./update.ts";

const SIZE = { width: 80, height: 24 };

/** A console without a screen: answers what is asked for at once, out of `world`. */
function drive(known: Partial<Snapshot> = {}, size = SIZE) {
  let world = known;
  let state: State = initialState(size, { utc: true, maxLines: 50 });
  const effects: Effect[] = [];
  const send = (message: Message): void => {
    const [next, ...wanted] = update(state, message);
    state = next;
    effects.push(...wanted);
    if (wanted.some(({ kind }) => kind === "ask")) refresh();
  };
  const refresh = (): void => {
    const { sort, filter } = state;
    const query = { ...queryOf(state), filter: compiled(filter) };
    send({ kind: "snapshot", snapshot: answer(query, world), asked: { sort, filter } });
  };
  refresh();
  return {
    state: () => state,
    effects,
    send,
    refresh,
    keys: (...keys: readonly string[]) => {
      for (const key of keys) {
        const text = key === "space" ? " " : key;
        send({ kind: "key", key, ...(text.length === 1 && { text }) });
      }
    },
    change: (next: Partial<Snapshot>) => {
      world = next;
      refresh();
    },
  };
}

/** `count` addresses; the first has the most requests. */
function many(count: number, more = (_: number) => 0) {
  return Array.from({ length: count }, (_, i) =>
    profile(`198.18.${i >> 8}.${i & 255}`, { requests: 10_000 - i + more(i) }),
  );
}

describe("the cursor", () => {
  test("stays in the first row until somebody moves", () => {
    const { state, change } = drive({ rows: many(30) });
    expect(selected(state())?.ip).toBe(ip("198.18.0.0"));
    change({ rows: many(30, (i) => (i === 7 ? 20_000 : 0)) });
    expect(selected(state())?.ip).toBe(ip("198.18.0.7"));
  });

  test("follows its address when the rows change, a second after the last key", () => {
    const { state, keys, change, send } = drive({ rows: many(30) });
    keys("j", "j");
    expect(selected(state())?.ip).toBe(ip("198.18.0.2"));
    change({ rows: many(30, (i) => (i === 9 ? 20_000 : 0)) });
    expect(state().rows[0]?.ip).toBe(ip("198.18.0.0"));
    send({ kind: "release" });
    expect(state().rows[0]?.ip).toBe(ip("198.18.0.9"));
    expect(selected(state())?.ip).toBe(ip("198.18.0.2"));
    expect(state().cursor.index).toBe(3);
  });

  test("follows its address through another sort and a filter", () => {
    const { state, keys } = drive();
    keys("j", "j", "s");
    const { ip: chosen } = selected(state()) ?? {};
    keys("s", "s", "S", "/", "4", "return");
    expect(selected(state())?.ip).toBe(chosen as never);
  });

  test("takes the line of an address that is gone", () => {
    const { state, keys, change, send } = drive({ rows: many(10) });
    keys("j", "j");
    send({ kind: "release" });
    change({ rows: many(10).filter((_, i) => i !== 2) });
    expect(selected(state())?.ip).toBe(ip("198.18.0.3"));
  });

  test("moves by lines, pages and to the ends, and stays in sight", () => {
    const layout = layoutOf(SIZE);
    const height = layout === undefined ? 0 : tableRows(layout).height;
    const { state, keys } = drive({ rows: many(100) });
    const at = () => [state().cursor.index, state().cursor.top];
    keys("up");
    expect(at()).toEqual([0, 0]);
    keys("end");
    expect(at()).toEqual([99, 100 - height]);
    keys("pageup");
    expect(at()).toEqual([99 - (height - 1), 100 - height]);
    keys("k");
    expect(at()).toEqual([98 - (height - 1), 98 - (height - 1)]);
    keys("home", "pagedown");
    expect(at()).toEqual([height - 1, 0]);
    keys("down");
    expect(at()).toEqual([height, 1]);
  });

  test("has nowhere to go without rows", () => {
    const { state, keys } = drive({ rows: [] });
    keys("j", "end", "pageup", "return", "c");
    expect([state().cursor.index, state().cursor.top, state().modal]).toEqual([0, 0, undefined]);
  });

  test("comes back to the first row with Esc", () => {
    const { state, keys } = drive({ rows: many(30) });
    keys("end", "escape");
    expect(state().cursor).toEqual({ index: 0, top: 0 });
  });
});

describe("rows", () => {
  test("keep their order and take new values while a key was just pressed; new ones come last", () => {
    const { state, keys, change } = drive({ rows: many(3) });
    keys("down");
    change({ rows: [profile("203.0.113.1", { requests: 90_000 }), ...many(3, (i) => i * 100)] });
    expect(state().rows.map((row) => [row.ip, row.requests])).toEqual([
      [ip("198.18.0.0"), 10_000],
      [ip("198.18.0.1"), 10_099],
      [ip("198.18.0.2"), 10_198],
      [ip("203.0.113.1"), 90_000],
    ]);
  });

  test("change their order at once when it is asked for", () => {
    const { state, keys } = drive();
    keys("s");
    expect(state().sort).toBe("conn");
    expect(state().rows[0]?.ip).toBe(ip("45.77.12.9"));
    keys("S");
    expect(state().rows[0]?.ip).toBe(ip("8.8.4.4"));
    keys("S");
    expect(state().sort).toBe("ip");
  });
});

describe("the filter", () => {
  test("applies as it is typed, to both panels", () => {
    const { state, keys } = drive();
    keys("/", "w", "p", "-", "l");
    expect(state().filter).toBe("wp-l");
    // With one of its lines: what the row itself shows is not searched for what it did.
    expect(state().rows.map((row) => row.ip)).toEqual([ip("45.77.12.9")]);
    expect(state().log.lines.map(({ seq }) => seq)).toEqual([2]);
    keys("backspace", "backspace", "backspace", "backspace", "e", "n", "v");
    expect(state().rows.map((row) => row.ip)).toEqual([ip("45.77.12.9")]);
    expect(state().log.lines.map(({ seq }) => seq)).toEqual([1]);
  });

  test("stays with Enter, with every key a command again", () => {
    const { state, keys } = drive();
    keys("/", "s", "s", "h", "return", "j");
    expect([state().input, state().filter, state().cursor.index]).toEqual([undefined, "ssh", 1]);
    keys("/", "x");
    expect(state().filter).toBe("sshx");
  });

  test("goes with Esc, the box and the filter, and also later", () => {
    const { state, keys } = drive();
    keys("/", "e", "n", "v", "escape");
    expect([state().input, state().filter, state().rows.length]).toEqual([undefined, "", ROWS.length]);
    keys("/", "e", "n", "v", "return", "escape");
    expect([state().filter, state().rows.length]).toEqual(["", ROWS.length]);
  });

  test("is edited in its middle", () => {
    const { state, keys } = drive();
    keys("/", "a", "b", "space", "c", "left", "left", "x", "home", "delete", "end", "z");
    expect(state().input).toEqual({ text: "bx cz", at: 5 });
    keys("ctrl+w");
    expect(state().input?.text).toBe("bx ");
    keys("left", "ctrl+u");
    expect(state().input).toEqual({ text: " ", at: 0 });
  });

  test("takes a paste cleaned, and only while it is open", () => {
    const { state, keys, send } = drive();
    send({ kind: "paste", text: "lost" });
    expect(state().filter).toBe("");
    keys("/");
    send({ kind: "paste", text: "\x1b[2J45.77\r\n\u202e12" });
    expect(state().input?.text).toBe("␛[2J45.77 �12");
    send({ kind: "paste", text: "x".repeat(100_000) });
    expect(state().input?.text.length).toBe(256);
  });
});

describe("the live panel", () => {
  const lines = (from: number, to: number): LiveLine[] =>
    Array.from({ length: to - from + 1 }, (_, i) => ({
      seq: from + i,
      event: request("192.0.2.7", `/${from + i}`),
    }));

  test("adds what is new and keeps so many", () => {
    const { state, change } = drive({ live: lines(1, 40), seq: 40 });
    change({ live: lines(30, 70), seq: 70 });
    expect(state().log.lines.map(({ seq }) => seq)).toEqual(lines(21, 70).map(({ seq }) => seq));
  });

  test("stands still while somebody has scrolled back, counts what waits, and follows again at its end", () => {
    const { state, keys, change } = drive({ live: lines(1, 40), seq: 40 });
    keys("tab", "up", "up");
    change({ live: lines(1, 45), seq: 45 });
    change({ live: lines(1, 47), seq: 47 });
    expect([state().log.back, state().log.waiting, state().log.lines.at(-1)?.seq]).toEqual([2, 7, 40]);
    keys("end");
    expect([state().log.back, state().log.waiting, state().log.lines.at(-1)?.seq]).toEqual([0, 0, 47]);
    keys("home", "pagedown", "down");
    change({ live: lines(1, 200), seq: 200 });
    keys("end");
    expect(state().log.lines.length).toBe(50);
  });

  test("cannot be scrolled where everything is in sight", () => {
    const { state, keys } = drive({ live: lines(1, 3), seq: 3 });
    keys("tab", "up", "pageup", "home");
    expect(state().log.back).toBe(0);
  });
});

describe("a modal", () => {
  test("opens on the selected address, asks for it, and hears its own keys", () => {
    const { state, keys, effects } = drive();
    keys("j", "return");
    const { modal } = state();
    expect(modal).toEqual({ kind: "detail", ip: ip("45.77.12.9"), scroll: 0 });
    expect(queryOf(state()).detail).toBe(ip("45.77.12.9"));
    keys("c", "down", "s");
    expect(effects).toContainEqual({ kind: "copy", text: "45.77.12.9" });
    expect([state().modal?.scroll, state().sort, state().cursor.index]).toEqual([1, "req", 1]);
    keys("escape");
    expect(state().modal).toBeUndefined();
  });

  test("scrolls no further than its lines", () => {
    const { state, keys, send } = drive();
    keys("?", "end");
    const end = state().modal?.scroll ?? 0;
    expect(end).toBeGreaterThan(0);
    keys("down", "pagedown");
    expect(state().modal?.scroll).toBe(end);
    send({ kind: "resize", size: { width: 200, height: 100 } });
    expect(state().modal?.scroll).toBe(0);
  });

  test("filters its address", () => {
    const { state, keys } = drive();
    keys("j", "return", "/");
    expect([state().modal, state().input, state().filter]).toEqual([undefined, undefined, "45.77.12.9"]);
    expect(state().rows.length).toBe(1);
  });

  test("stays open when its address is gone", () => {
    const { state, keys, change } = drive();
    keys("return");
    change({ rows: [] });
    expect(state().modal?.kind).toBe("detail");
    keys("q");
    expect(state().modal).toBeUndefined();
  });
});

describe("the mouse", () => {
  const wide = { width: 160, height: 45 };

  test("selects with a press, opens with another, sorts by a title", () => {
    const { state, send } = drive({}, wide);
    send({ kind: "press", x: 5, y: 7 });
    expect(state().cursor.index).toBe(2);
    send({ kind: "press", x: 5, y: 7 });
    expect(state().modal?.kind).toBe("detail");
    send({ kind: "press", x: 0, y: 0 });
    expect(state().modal).toBeUndefined();
    send({ kind: "press", x: 5, y: 4 });
    expect(state().sort).toBe("ip");
    send({ kind: "press", x: 5, y: 30 });
    expect(state().cursor.index).toBe(2);
  });

  test("moves the focus and scrolls what is under it", () => {
    const { state, send } = drive({ rows: many(100) }, wide);
    send({ kind: "wheel", x: 5, y: 20, by: 1 });
    expect([state().focus, state().cursor.index]).toEqual(["table", 3]);
    send({ kind: "press", x: 150, y: 20 });
    expect(state().focus).toBe("live");
    send({ kind: "wheel", x: 150, y: 0, by: 1 });
    expect(state().cursor.index).toBe(3);
  });

  test("does not reach behind a modal", () => {
    const { state, keys, send } = drive({ rows: many(100) }, wide);
    keys("?");
    send({ kind: "wheel", x: 5, y: 20, by: 1 });
    send({ kind: "press", x: 80, y: 20 });
    expect([state().cursor.index, state().modal?.kind]).toEqual([0, "help"]);
  });
});

describe("the rest", () => {
  test("freeze is said, and thawing asks", () => {
    const { state, keys, effects } = drive();
    keys("space");
    expect([state().frozen, effects.some(({ kind }) => kind === "ask")]).toEqual([true, false]);
    keys("space");
    expect([state().frozen, effects.some(({ kind }) => kind === "ask")]).toEqual([false, true]);
  });

  test("keys that need the world become effects", () => {
    const { keys, effects } = drive();
    keys("r", "c", "ctrl+z", "q", "ctrl+c");
    expect(effects.filter(({ kind }) => !["hold", "ask", "notice"].includes(kind))).toEqual([
      { kind: "refresh" },
      { kind: "copy", text: "8.8.4.4" },
      { kind: "suspend" },
      { kind: "quit" },
      { kind: "quit" },
    ]);
  });

  test("a notice goes", () => {
    const { state, keys, send } = drive();
    keys("c");
    expect(state().notice).toContain("8.8.4.4");
    send({ kind: "notice-over" });
    expect(state().notice).toBeUndefined();
  });

  test("an unknown key does nothing", () => {
    const { state, keys } = drive();
    const { held: _, ...before } = state();
    keys("x", "f12");
    const { held: __, ...after } = state();
    expect(after).toEqual(before);
  });

  test("every size and key in any order keeps positions inside what there is", () => {
    const { state, keys, send, change } = drive({ rows: many(40) });
    const names = [
      "j",
      "end",
      "return",
      "?",
      "escape",
      "tab",
      "pageup",
      "home",
      "/",
      "a",
      "space",
      "s",
      "q",
      "up",
    ];
    let seed = 7;
    for (let i = 0; i < 3_000; i++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const dice = seed >> 8;
      if (dice % 11 === 0)
        send({ kind: "resize", size: { width: 1 + (dice % 300), height: 1 + (dice % 100) } });
      else if (dice % 13 === 0)
        change({
          rows: many(dice % 60),
          live: [{ seq: i + 8, event: auth("192.0.2.1", { at: NOW }) }],
          seq: i + 8,
        });
      else if (dice % 17 === 0) send({ kind: "press", x: dice % 300, y: dice % 100 });
      else if (dice % 19 === 0) send({ kind: "release" });
      else keys(names[dice % names.length] ?? "j");
      const { cursor, rows, modal, log } = state();
      expect(cursor.index >= 0 && cursor.index < Math.max(1, rows.length)).toBe(true);
      expect(cursor.top >= 0 && cursor.top <= cursor.index).toBe(true);
      expect((modal?.scroll ?? 0) >= 0 && log.back >= 0).toBe(true);
    }
  });
});
