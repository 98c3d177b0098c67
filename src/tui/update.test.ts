import { describe, expect, test } from "bun:test";
import { drive, SIZE } from "../../test/console/drive.ts";
import { block, preview } from "../../test/console/responses.ts";
import {
  alert,
  answer,
  auth,
  finding,
  ip,
  NOW,
  profile,
  ROWS,
  request,
  verdict,
} from "../../test/console/snapshots.ts";
import type { GroupProfile, LiveLine, Origin } from "../model/snapshot.ts";
import { keyOf } from "./columns.ts";
import { BUTTON_CELLS, BUTTONS_LINE } from "./form.ts";
import { completionRect, completionRows, layoutOf, liveRows, modalRows, tableRows } from "./layout.ts";
import { askedOf, queryOf, type State, selected } from "./state.ts";
import type { Surface } from "./surface.ts";
import { update } from "./update.ts";
import { paintConsole } from "./views/console.ts";

/** Takes what is painted, which must be whole cells. */
const CHECKED: Surface = {
  text(x, y, width, text) {
    if (![x, y, width].every(Number.isInteger) || typeof text !== "string") {
      throw new Error(`painted at ${x},${y} ${width} wide: ${text}`);
    }
  },
  clip({ x, y, width, height }, body) {
    if (![x, y, width, height].every(Number.isInteger))
      throw new Error(`clipped to ${x},${y} ${width}x${height}`);
    body();
  },
};

/** What identifies the selected row, and all rows. */
function chosen(state: State): string | undefined {
  const row = selected(state);
  return row && keyOf(row);
}

/** The numbers of the lines of the live panel; a dash for those left out. */
function numbers({ log }: State): (number | string)[] {
  return log.lines.map((line) => ("seq" in line ? line.seq : `-${line.skipped}`));
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
    expect(chosen(state())).toBe("198.18.0.0");
    change({ rows: many(30, (i) => (i === 7 ? 20_000 : 0)) });
    expect(chosen(state())).toBe("198.18.0.7");
  });

  test("follows its address when the rows change, a second after the last key", () => {
    const { state, keys, change, send } = drive({ rows: many(30) });
    keys("j", "j");
    expect(chosen(state())).toBe("198.18.0.2");
    change({ rows: many(30, (i) => (i === 9 ? 20_000 : 0)) });
    expect(state().rows.map(keyOf)[0]).toBe("198.18.0.0");
    send({ kind: "release" });
    expect(state().rows.map(keyOf)[0]).toBe("198.18.0.9");
    expect(chosen(state())).toBe("198.18.0.2");
    expect(state().cursor.index).toBe(3);
  });

  test("follows its address through another sort and a filter", () => {
    const { state, keys } = drive();
    keys("j", "j", "s");
    const before = chosen(state());
    keys("s", "s", "S", "/", "4", "return");
    expect(chosen(state())).toBe(before);
  });

  test("takes the line of an address that is gone", () => {
    const { state, keys, change, send } = drive({ rows: many(10) });
    keys("j", "j");
    send({ kind: "release" });
    change({ rows: many(10).filter((_, i) => i !== 2) });
    expect(chosen(state())).toBe("198.18.0.3");
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
    expect(state().rows.map((row) => [keyOf(row), row.requests])).toEqual([
      ["198.18.0.0", 10_000],
      ["198.18.0.1", 10_099],
      ["198.18.0.2", 10_198],
      ["203.0.113.1", 90_000],
    ]);
  });

  test("change their order at once when it is asked for: by the next column, and inverted", () => {
    const { state, keys } = drive();
    keys("s", "s", "s", "s");
    expect(state().sort).toBe("auth");
    expect(state().rows.map(keyOf)[0]).toBe("141.98.11.20");
    keys("S", "S", "S", "S", "<");
    expect(state().sort).toBe("rate");
    keys(">", "i");
    expect([state().sort, state().reverse]).toEqual(["req", true]);
    expect(state().rows.map(keyOf).at(-1)).toBe("8.8.4.4");
    keys("s");
    expect(state().reverse).toBe(false);
  });
});

describe("the filter", () => {
  test("applies as it is typed, to both panels", () => {
    const { state, keys } = drive();
    keys("/", "w", "p", "-", "l");
    expect(state().filter).toBe("wp-l");
    expect(numbers(state())).toEqual([2]);
    keys("backspace", "backspace", "backspace", "backspace", "e", "n", "v");
    expect(numbers(state())).toEqual([1]);
  });

  test("stays with Enter, with every key a command again", () => {
    const { state, keys } = drive();
    keys("/", "s", "s", "h", "return", "j");
    expect([state().input, state().filter, state().cursor.index]).toEqual([undefined, "ssh", 1]);
    keys("/", "x");
    expect(state().filter).toBe("ssh x");
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
    expect(state().input?.line).toEqual({ text: "bx cz", at: 5 });
    keys("ctrl+w");
    expect(state().input?.line.text).toBe("bx ");
    keys("left", "ctrl+u");
    expect(state().input?.line).toEqual({ text: " ", at: 0 });
  });

  test("takes a paste cleaned, and only while it is open", () => {
    const { state, keys, send } = drive();
    send({ kind: "paste", text: "lost" });
    expect(state().filter).toBe("");
    keys("/");
    send({ kind: "paste", text: "\x1b[2J45.77\r\n\u202e12" });
    expect(state().input?.line.text).toBe("␛[2J45.77 �12");
    send({ kind: "paste", text: "x".repeat(100_000) });
    expect(state().input?.line.text.length).toBe(1_024);
  });
});

describe("the filter's input", () => {
  test("leaves out the word that is not understood yet, and says what is wrong with it", () => {
    const { state, keys } = drive();
    keys("/", ..."ssh", "space", ..."status:");
    expect(state().filter).toBe("ssh");
    expect(state().input?.error).toMatchObject({ start: 10, end: 11 });
    keys("return");
    expect([state().input === undefined, state().filter]).toEqual([false, "ssh"]);
    keys(..."4xx");
    expect([state().input?.error, state().filter]).toEqual([undefined, "ssh status:4xx"]);
  });

  test("completes with Tab, one candidate after the other, and back", () => {
    const { state, keys } = drive();
    keys("/", ..."stat", "tab");
    const first = state().input?.line.text ?? "";
    expect(first).toMatch(/^stat(e|us):$/);
    keys("tab");
    const second = state().input?.line.text ?? "";
    expect([second !== first, second.startsWith("stat")]).toEqual([true, true]);
    keys("shift+tab");
    expect(state().input?.line).toEqual({ text: first, at: first.length });
    keys("ctrl+u", ..."state:est", "tab");
    expect(state().filter).toBe("state:established");
  });

  test("gives back earlier filters with the arrows, and what was typed", () => {
    const { state, keys } = drive();
    keys("/", ..."one", "return", "/", "ctrl+u", ..."two", "return", "/", "ctrl+u", "x", "up");
    expect(state().input?.line.text).toBe("two");
    keys("up", "up");
    expect([state().input?.line.text, state().filter]).toEqual(["one", "one"]);
    keys("down", "down", "down");
    expect([state().input?.line.text, state().filter]).toEqual(["x", "x"]);
  });

  test("offers what the screen shows, and takes a click", () => {
    const { state, keys, send } = drive();
    keys("/", ..."ip:141");
    expect(state().input?.completion.items.map(({ text }) => text)).toContain("141.98.11.20");
    const layout = layoutOf(SIZE);
    const area = layout === undefined ? undefined : completionRows(layout, 1);
    send({ kind: "press", x: area?.x ?? 0, y: area?.y ?? 0 });
    expect(state().filter).toBe("ip:141.98.11.20");
  });
});

describe("the input and what covers it", () => {
  test("leaves out every word that is wrong", () => {
    const { state, keys } = drive();
    keys("/", ..."/foo", "space", ..."zzz:2", "space", ..."xxx:3");
    expect(state().filter).toBe("/foo");
    keys("ctrl+u", ..."path:/x", "space", ..."status:q", "space", ..."rate>z");
    expect(state().filter).toBe("path:/x");
  });

  test("a word that may become a key is not searched for while it is typed", () => {
    const { state, keys } = drive();
    keys("/", ..."ssh", "space", ..."stat");
    expect(state().filter).toBe("ssh");
    keys(..."ic");
    expect(state().filter).toBe("ssh static");
    keys("ctrl+u", ..."path", "return");
    expect(state().filter).toBe("path");
  });

  test("a window that the mouse opens closes it; keys and pastes go to the window", () => {
    const { state, keys, send } = drive({}, { width: 160, height: 45 });
    keys("/", ..."env");
    send({ kind: "press", x: 5, y: 5 });
    send({ kind: "press", x: 5, y: 5 });
    expect([state().modal?.kind, state().input, state().filter, state().history]).toEqual([
      "detail",
      undefined,
      "env",
      ["env"],
    ]);
    keys("x");
    send({ kind: "paste", text: "y" });
    expect(state().filter).toBe("env");
  });

  test("a paste that is too long is cut without a sign of it in the filter, and told", () => {
    const { state, keys, send } = drive();
    keys("/");
    send({ kind: "paste", text: "ab ".repeat(5_000) });
    expect(state().input?.line.text).toBe("ab ".repeat(400).slice(0, 1_024));
    expect(state().notice).toContain("left out");
  });

  test("a click on the frame of the candidates is not a click behind it", () => {
    const { state, keys, send } = drive();
    keys("/");
    const layout = layoutOf(SIZE);
    const frame = layout === undefined ? undefined : completionRect(layout, 12);
    send({ kind: "press", x: frame?.x ?? 0, y: (frame?.y ?? 0) + 6 });
    expect([state().focus, state().log.at, state().input?.line.text]).toEqual(["table", undefined, ""]);
  });

  test("where the candidates are scrolled, a click takes the one that is seen", () => {
    const { state, keys, send } = drive({}, { width: 80, height: 15 });
    keys("/", "shift+tab");
    const { completion } = state().input ?? {};
    const layout = layoutOf({ width: 80, height: 15 });
    const area = layout === undefined ? undefined : completionRows(layout, 12);
    send({ kind: "press", x: area?.x ?? 0, y: area?.y ?? 0 });
    const first = (completion?.items.length ?? 0) - (area?.height ?? 0);
    expect(state().input?.line.text).toBe(completion?.items[first]?.text as string);
  });
});

describe("suspicious only", () => {
  test("is asked of terms, not of their letters", () => {
    const { state, keys } = drive();
    keys("/", ..."path:/is:suspicious", "return", "!");
    expect([state().filter, state().former]).toEqual(["is:suspicious", "path:/is:suspicious"]);
    keys("!");
    expect(state().filter).toBe("path:/is:suspicious");
  });

  test("in a group goes with the group, and comes back with it", () => {
    const { state, keys } = drive();
    keys("g", "end", "return", "!");
    expect([state().filter, state().former]).toEqual(["is:suspicious", `net:${state().outside?.cursor.key}`]);
    keys("escape", "!");
    expect([state().group, state().filter]).toEqual(["prefix", "is:suspicious"]);
  });

  test("gives back the filter that was there", () => {
    const { state, keys } = drive();
    keys("/", ..."env", "return", "!");
    expect([state().filter, state().former]).toEqual(["is:suspicious", "env"]);
    keys("!");
    expect([state().filter, state().former]).toEqual(["env", undefined]);
    keys("!", "escape");
    expect([state().filter, state().former]).toEqual(["", undefined]);
    keys("!", "!");
    expect(state().filter).toBe("");
  });
});

describe("groups", () => {
  test("come one after the other, and Enter goes into one, Esc out again", () => {
    const { state, keys, effects } = drive();
    keys("g");
    expect([state().group, state().rows.map(keyOf).includes("45.77.12.0/24")]).toEqual(["prefix", true]);
    keys("end", "c");
    const prefix = chosen(state());
    expect(effects).toContainEqual({ kind: "copy", text: prefix ?? "" });
    keys("return");
    expect([state().group, state().filter, state().rows.length]).toEqual(["address", `net:${prefix}`, 1]);
    keys("escape");
    expect([state().group, state().filter, chosen(state())]).toEqual(["prefix", "", prefix]);
    keys("g", "return");
    expect([state().group, state().notice]).toEqual([
      "network",
      "where these come from is not known: no filter can name them",
    ]);
    keys("g", "g");
    expect(state().group).toBe("address");
  });
});

describe("entering a group", () => {
  const group = (name: string, origin: Origin): GroupProfile => {
    const { ip: _, ...activity } = profile("198.18.0.1");
    return { ...activity, group: name, addresses: 2, origin };
  };

  test.each([
    [{ asn: 14_061, org: "DigitalOcean" }, "AS14061 DigitalOcean", "asn:14061"],
    [{ org: "Digital Ocean" }, "Digital Ocean", 'org:="Digital Ocean"'],
    [{ org: "AS24 Shelf Hosting" }, "AS24 Shelf Hosting", 'org:="AS24 Shelf Hosting"'],
  ] as const)("names the network %p", (origin, name, filter) => {
    const { state, keys, send } = drive();
    keys("g", "g");
    const groups = [group(name, origin)];
    send({
      kind: "snapshot",
      snapshot: { ...answer(queryOf(state())), groups, matchedGroups: 1 },
      asked: askedOf(state()),
    });
    keys("return");
    expect([state().group, state().filter]).toEqual(["address", filter]);
  });

  test("inside another leads back through both, whatever is grouped by in between", () => {
    const { state, keys } = drive();
    keys("/", ..."net:0.0.0.0/0", "return", "g", "return");
    const first = state().filter;
    keys("g", "return");
    expect(state().filter.split(" ").length).toBe(3);
    keys("escape");
    expect([state().group, state().filter]).toEqual(["prefix", first]);
    keys("escape");
    expect([state().group, state().filter, state().outside]).toEqual(["prefix", "net:0.0.0.0/0", undefined]);
    keys("return", "g", "escape");
    expect([state().group, state().filter]).toEqual(["prefix", "net:0.0.0.0/0"]);
  });

  test("waits for the answer, and happens once", () => {
    const { state, keys, send } = drive();
    keys("g");
    const stale = state();
    const [next] = update(stale, { kind: "key", key: "return" });
    const [again] = update(next, { kind: "key", key: "return" });
    expect([again.filter, again.outside?.group]).toEqual([next.filter, "prefix"]);
    send({ kind: "release" });
  });
});

describe("marks", () => {
  test("are set and taken away, stay with their rows, and are copied together", () => {
    const { state, keys, effects, change } = drive();
    keys("m", "m");
    expect(state().marks).toEqual(["8.8.4.4", "45.77.12.9"]);
    change({ rows: many(3) });
    keys("c");
    expect(effects).toContainEqual({ kind: "copy", text: "8.8.4.4\n45.77.12.9" });
    change({});
    keys("home", "m");
    expect(state().marks).toEqual(["45.77.12.9"]);
    keys("M");
    expect(state().marks).toEqual([]);
  });

  test("have a limit, and say so", () => {
    const { state, keys, change } = drive({ rows: many(1_000) });
    keys(...Array.from({ length: 1_000 }, () => "m"));
    change({});
    keys("home", "m");
    expect([state().marks.length, state().notice]).toEqual([1_000, "no more than 1000 can be marked"]);
  });
});

describe("the form", () => {
  const fields = (state: State) => (state.modal?.kind === "form" ? state.modal.form.fields : undefined);

  test("has the filter in its fields and gives it back changed", () => {
    const { state, keys } = drive();
    keys("/", ..."status:4xx", "space", ..."-path:/health", "return", "f");
    expect(fields(state())).toMatchObject({ status: "4xx", rest: "-path:/health", path: "" });
    keys("ctrl+u", ..."404", "tab", "tab", "tab", "shift+tab", "shift+tab", ..."post", "return");
    expect(state().modal).toBeUndefined();
    expect(state().filter.split(" ").sort()).toEqual(["-path:/health", "method:post", "status:404"]);
  });

  test("goes to a field that is wrong instead of applying", () => {
    const { state, keys } = drive();
    keys("f", ..."nonsense", "down", ..."4xx", "return");
    const { modal } = state();
    expect(modal?.kind === "form" && modal.form.at).toBe(0);
    expect(state().filter).toBe("");
    keys("escape");
    expect([state().modal, state().filter]).toEqual([undefined, ""]);
  });

  test("takes a blank as a press of its button, and a smaller terminal with the focus in sight", () => {
    const { state, keys, send } = drive();
    keys("f", "shift+tab");
    send({ kind: "resize", size: { width: 60, height: 15 } });
    expect(state().modal?.scroll).toBeGreaterThan(0);
    keys("space");
    expect(state().modal).toBeUndefined();
  });

  test("keeps what has the focus in sight at 15 lines", () => {
    const { state, keys } = drive({}, { width: 60, height: 15 });
    keys("f", "shift+tab");
    const { modal } = state();
    expect((modal?.scroll ?? 0) + modalRows({ width: 60, height: 15 }, "form").height).toBeGreaterThan(
      BUTTONS_LINE,
    );
    keys("tab");
    expect(state().modal?.scroll).toBe(0);
  });

  test("has buttons that clear and cancel, also for the mouse", () => {
    const { state, keys, send } = drive();
    keys("/", ..."env", "return", "f", "up", "return");
    expect([state().modal, state().filter]).toEqual([undefined, "env"]);
    keys("f");
    const area = modalRows(SIZE, "form");
    send({ kind: "press", x: area.x + BUTTON_CELLS + 2, y: area.y + BUTTONS_LINE });
    expect([state().modal, state().filter]).toEqual([undefined, ""]);
    keys("f");
    send({ kind: "press", x: area.x + 30, y: area.y + 3 });
    keys("/", "x");
    expect(fields(state())?.path).toBe("/x");
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
    for (let seq = 45; seq <= 70; seq += 5) change({ live: lines(30, seq), seq });
    expect(numbers(state())).toEqual(lines(21, 70).map(({ seq }) => seq));
  });

  test("stands still while somebody has scrolled back, counts what waits, and follows again at its end", () => {
    const { state, keys, change } = drive({ live: lines(1, 40), seq: 40 });
    keys("tab", "up", "up");
    change({ live: lines(1, 45), seq: 45 });
    change({ live: lines(1, 47), seq: 47 });
    expect([state().log.at, state().log.waiting, numbers(state()).at(-1)]).toEqual([37, 7, 40]);
    keys("end");
    expect([state().log.at, state().log.waiting, numbers(state()).at(-1)]).toEqual([undefined, 0, 47]);
    keys("home", "pagedown", "down");
    change({ live: lines(1, 200), seq: 200 });
    keys("end");
    expect(state().log.lines.length).toBe(50);
  });

  test("can be stopped on a line also where everything is in sight; its address is the selected one", () => {
    const { state, keys, effects } = drive({ live: lines(1, 3), seq: 3 });
    keys("tab", "up", "pageup");
    expect([state().log.at, state().log.top]).toEqual([0, 0]);
    keys("c", "return");
    expect(effects).toContainEqual({ kind: "copy", text: "192.0.2.7" });
    expect(state().modal).toMatchObject({ kind: "detail", ip: "192.0.2.7" });
    keys("q", "down", "down");
    expect(state().log.at).toBe(2);
    keys("down");
    expect(state().log.at).toBeUndefined();
    keys("up", "escape");
    expect(state().log.at).toBeUndefined();
  });

  test("shows no more of a burst than can be read, evenly picked, and says how much came", () => {
    const { state, change } = drive({ live: lines(1, 4), seq: 4 });
    const layout = layoutOf(SIZE);
    const few = Math.max(5, Math.round((layout === undefined ? 0 : liveRows(layout).height) / 2));
    expect(queryOf(state()).lines).toBe(50);
    change({ live: lines(5, 54), seq: 54, skipped: 4_000 });
    const shown = numbers(state());
    expect(shown.slice(0, 5)).toEqual([1, 2, 3, 4, `-${4_050 - few}`]);
    expect(shown.length).toBe(5 + few);
    expect(shown.at(-1)).toBe(54);
    expect(state().log.oneIn).toBe(4_050 / few);
    change({ live: lines(55, 60), seq: 60, skipped: 0 });
    expect(state().log.oneIn).toBe(1);
  });
});

describe("alerts in the live panel", () => {
  const WARNING = verdict(finding("ssh-brute-force", 45));
  /** The lines of the world are seven. */
  const alerts = [
    alert(1, 2, "45.77.12.9", WARNING),
    alert(2, 2, "8.8.4.4", verdict(finding("library-agent", 10))),
    alert(3, 5, "141.98.11.20"),
  ];
  const shown = ({ log }: State) =>
    log.lines.map((entry) => ("alert" in entry ? `!${entry.seq}` : "seq" in entry ? entry.seq : "-"));

  test("stand behind the line they were raised after, and weak hints are left to the table", () => {
    const { state } = drive({ alerts });
    expect(shown(state())).toEqual([1, 2, "!1", 3, 4, 5, "!3", 6, 7]);
  });

  test("are there once, however often it is asked: frozen, filtered, and with what came since", () => {
    const { state, keys, change } = drive({ alerts });
    keys("space", "space", "g", "g", "g", "g", "s");
    const later = [...alerts, alert(4, 7, "45.77.12.9")];
    change({ alerts: later });
    change({ alerts: later });
    const all = [1, 2, "!1", 3, 4, 5, "!3", 6, 7, "!4"];
    expect(shown(state())).toEqual(all);
    keys("/", ..."ip:45.77.12.9", "return");
    expect(shown(state())).toEqual([1, 2, "!1", 6, "!4"]);
    keys("escape");
    expect(shown(state())).toEqual(all);
    keys("tab", "up");
    change({ alerts: [...later, alert(5, 7, "45.77.12.9")] });
    expect([shown(state()), state().log.waiting]).toEqual([all, 1]);
    keys("end");
    expect(shown(state())).toEqual([...all, "!5"]);
  });

  test("are asked for again only with a new question", () => {
    const { state, keys } = drive({ alerts });
    expect(queryOf(state())).toMatchObject({ after: 7, alertsAfter: 3 });
    keys("/", "x");
    expect(queryOf({ ...state(), filter: "y" })).toMatchObject({ after: 0, alertsAfter: 0 });
  });

  test("of addresses that a search comes to later take their places then, but for who stopped the panel", () => {
    const [first, , last] = alerts;
    if (first === undefined || last === undefined) throw new Error("no alerts");
    const { state, keys, change } = drive({ alerts: [last], alertSeq: 3, searching: true });
    expect(shown(state())).toEqual([1, 2, 3, 4, 5, "!3", 6, 7]);
    keys("tab", "up");
    change({ alerts, searching: true });
    expect(shown(state())).toEqual([1, 2, 3, 4, 5, "!3", 6, 7]);
    keys("end");
    change({ alerts });
    expect(shown(state())).toEqual([1, 2, "!1", 3, 4, 5, "!3", 6, 7]);
    change({ alerts });
    expect(shown(state())).toEqual([1, 2, "!1", 3, 4, 5, "!3", 6, 7]);
  });

  test("are not among what a burst leaves out", () => {
    const live = Array.from({ length: 50 }, (_, i) => ({ seq: i + 8, event: request("8.8.4.4", `/${i}`) }));
    const { state, change } = drive({ alerts });
    const burst = Array.from({ length: 9 }, (_, i) => alert(i + 4, 10 + i, "45.77.12.9"));
    change({ live, seq: 57, skipped: 900, alerts: [...alerts, ...burst] });
    const seqs = shown(state());
    expect(seqs.filter((seq) => typeof seq === "string" && seq.startsWith("!")).length).toBe(
      2 + burst.length,
    );
    expect(seqs.length).toBeLessThan(30);
  });

  test("open their address with Enter and with a second click, and give it to the clipboard", () => {
    const { state, keys, send, effects } = drive({ alerts });
    keys("tab", "up", "up");
    expect(state().log.lines[state().log.at ?? 0]).toMatchObject({ seq: 3, after: 5 });
    keys("c", "return");
    expect(effects).toContainEqual({ kind: "copy", text: "141.98.11.20" });
    expect(state().modal).toMatchObject({ kind: "detail", ip: "141.98.11.20" });
    keys("q", "end");
    const layout = layoutOf(SIZE);
    if (layout === undefined) throw new Error("no layout");
    const { x, y, height } = liveRows(layout);
    const at = { kind: "press", x, y: y + height - 3 } as const;
    send(at);
    expect(state().modal).toBeUndefined();
    send({ ...at, y: y + (state().log.at ?? 0) - state().log.top });
    expect(state().modal).toMatchObject({ kind: "detail", ip: "141.98.11.20" });
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
    expect([state().modal, state().input, state().filter]).toEqual([undefined, undefined, "ip:45.77.12.9"]);
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

describe("the recurring offenders", () => {
  const found = Array.from({ length: 60 }, (_, i) => ({
    ip: ip(`203.0.113.${i}`),
    firstSeen: 0,
    lastSeen: 0,
    sessions: 5,
    requests: 0,
    bytes: 0,
    inBytes: 0,
    outBytes: 0,
    authFailures: 0,
    flagged: 4,
    flaggedSessions: 3,
    rules: ["exploit-probe"],
    blocks: 0,
    paths: [],
  }));

  test("are walked through; one is opened, copied, asked about, and Esc leads back to the list", () => {
    const { state, keys, send, effects } = drive();
    keys("H", "j");
    expect(effects).toContainEqual({ kind: "recurring" });
    send({ kind: "recurring", found });
    keys("j", "c", "w", "return");
    expect(effects).toContainEqual({ kind: "copy", text: "203.0.113.1" });
    expect(effects).toContainEqual({ kind: "look-up", ip: ip("203.0.113.1") });
    expect(state().modal).toMatchObject({ kind: "detail", ip: "203.0.113.1" });
    expect(queryOf(state()).detail).toBe(ip("203.0.113.1"));
    expect(state().cursor.key).toBeUndefined();
    keys("escape");
    expect(state().modal).toMatchObject({ kind: "recurring", at: 1 });
    keys("end");
    const { modal } = state();
    expect(modal).toMatchObject({ at: 59 });
    expect(modal?.scroll).toBeGreaterThan(20);
    keys("home", "escape");
    expect(state().modal).toBeUndefined();
  });

  test("are blocked from there, the rules being the reason", () => {
    const { state, keys, send } = drive({}, SIZE, { able: true });
    keys("H");
    send({ kind: "recurring", found });
    keys("down", "b");
    expect(state().modal).toMatchObject({
      kind: "block",
      block: { reason: "recurring: exploit-probe", scopes: [{ targets: ["203.0.113.1"] }, {}] },
    });
    keys("escape");
    expect(state().modal).toMatchObject({ kind: "recurring", at: 1 });
  });

  test("are chosen with a press, opened with another", () => {
    const { state, keys, send } = drive();
    keys("H");
    send({ kind: "recurring", found });
    send({ kind: "press", x: 5, y: 5 });
    expect(state().modal).toMatchObject({ kind: "recurring", at: 3 });
    send({ kind: "press", x: 5, y: 5 });
    expect(state().modal).toMatchObject({ kind: "detail", ip: "203.0.113.3" });
    keys("q");
    send({ kind: "wheel", x: 5, y: 5, by: 1 });
    expect(state().modal).toMatchObject({ kind: "recurring", at: 6 });
  });

  test("that are none open nothing", () => {
    const { state, keys, send } = drive();
    keys("H");
    send({ kind: "recurring", found: "history.enabled is off" });
    keys("down", "return", "b");
    expect(state().modal).toMatchObject({ kind: "recurring", at: 0 });
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
    send({ kind: "press", x: 12, y: 4 });
    expect([state().sort, state().reverse]).toEqual(["ip", false]);
    send({ kind: "press", x: 12, y: 4 });
    expect([state().sort, state().reverse]).toEqual(["ip", true]);
    const { cursor } = state();
    send({ kind: "press", x: 5, y: 30 });
    expect(state().cursor).toEqual(cursor);
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
  test("freeze lets the world stand still, thawing lets it go on and asks", () => {
    const { state, keys, effects } = drive();
    keys("space");
    expect([state().frozen, effects.at(-2)]).toEqual([true, { kind: "freeze", on: true }]);
    keys("r");
    expect(effects.some(({ kind }) => kind === "refresh")).toBe(false);
    keys("space");
    expect([state().frozen, effects.at(-2), effects.at(-1)]).toEqual([
      false,
      { kind: "freeze", on: false },
      { kind: "ask" },
    ]);
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
    const hooks = [{ key: "1", label: "ping" }];
    const { state, keys, send, change } = drive({ rows: many(40) }, SIZE, { able: true, hooks });
    const names = [
      "b",
      "B",
      "y",
      "u",
      "left",
      "right",
      "1",
      "c",
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
      "m",
      "g",
      "f",
      "!",
      "i",
      "shift+tab",
      "backspace",
      ":",
      "M",
      "k",
    ];
    const respond = (dice: number): void => {
      const { modal, response } = state();
      const now = NOW + 1000 * dice;
      if (response.act !== undefined) {
        const acted = { ok: dice % 2 === 0, words: "so it is" };
        send({ kind: "acted", act: response.act, acted, began: now, now });
      } else if (modal?.kind === "block") {
        const { question } = modal.block;
        const told = dice % 3 === 0 ? "it hangs" : preview(["192.0.2.1"], 60);
        send({ kind: "previewed", answer: { question, preview: told, at: now } });
      } else if (modal?.kind === "hook") {
        send({ kind: "output", run: modal.run.id, output: { lines: ["one", "two", ""], dropped: 0 } });
      }
    };
    let seed = 7;
    for (let i = 0; i < 3_000; i++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const dice = seed >> 8;
      if (dice % 11 === 0)
        send({ kind: "resize", size: { width: 1 + (dice % 300), height: 1 + (dice % 100) } });
      else if (dice % 13 === 0)
        change({
          rows: many(dice % 60).map((row, k) =>
            k % 3 === 0 ? { ...row, verdict: verdict(finding("not-http", 20 + (dice % 60))) } : row,
          ),
          live: [{ seq: i + 8, event: auth("192.0.2.1", { at: NOW }) }],
          seq: i + 8,
          alerts: [alert(i + 1, i + 7, "192.0.2.1")],
        });
      else if (dice % 17 === 0) send({ kind: "press", x: dice % 90, y: dice % 40 });
      else if (dice % 23 === 0)
        send({ kind: "wheel", x: dice % 90, y: dice % 40, by: dice % 2 === 0 ? 1 : -1 });
      else if (dice % 29 === 0) send({ kind: "paste", text: 'status:4xx \x1b[2J 日本 -path:"' });
      else if (dice % 19 === 0) send({ kind: "release" });
      else if (dice % 31 === 0) send({ kind: "second", now: NOW + 1000 * i });
      else if (dice % 37 === 0) {
        const blocks = many(dice % 40).map(({ ip: address }) => block(address));
        send({ kind: "blocks", blocks: dice % 2 === 0 ? blocks : "it hangs", now: NOW + 1000 * i });
      } else if (dice % 41 === 0) respond(dice);
      else keys(names[dice % names.length] ?? "j");
      paintConsole(CHECKED, state());
      const { cursor, rows, modal, log } = state();
      expect(cursor.index >= 0 && cursor.index < Math.max(1, rows.length)).toBe(true);
      expect(cursor.top >= 0 && cursor.top <= cursor.index).toBe(true);
      expect((modal?.scroll ?? 0) >= 0).toBe(true);
      if (log.at !== undefined)
        expect(log.at < Math.max(1, log.lines.length) && log.top <= log.at).toBe(true);
    }
  }, 30_000);
});
