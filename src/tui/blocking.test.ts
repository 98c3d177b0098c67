import { describe, expect, test } from "bun:test";
import { drive, SIZE } from "../../test/console/drive.ts";
import { blast, block, preview } from "../../test/console/responses.ts";
import { finding, ip, NOW, profile, ROWS, verdict } from "../../test/console/snapshots.ts";
import type { Block, Preview } from "../model/block.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { choiceAt } from "./block-lines.ts";
import { counts } from "./blocking.ts";
import { modalText } from "./modal-text.ts";
import type { Act } from "./response.ts";
import type { Effect } from "./step.ts";
import { update } from "./update.ts";
import { windowRect, windowRows } from "./window.ts";

const WHO = "45.77.12.9";
const rows = ROWS.map((row) =>
  row.ip === WHO
    ? { ...row, verdict: verdict(finding("exploit-probe", 60), finding("scanner-agent", 32)) }
    : row,
);

/** A console that can block, the first row being {@link WHO}. */
function open(known: Partial<Snapshot> = { rows: rows.slice(0, 3) }, size = SIZE) {
  const hooks = [
    { key: "1", label: "ping" },
    { key: "2", label: "dig" },
  ];
  const console = drive(known, size, { able: true, hooks });
  console.keys("home");
  const { state, send, effects } = console;
  const last = <K extends Effect["kind"]>(kind: K): Extract<Effect, { kind: K }> | undefined =>
    effects.findLast((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
  const text = (): string =>
    modalText(state(), windowRows(state()))
      .lines.map((line) =>
        line()
          .map(([words]) => words)
          .join("")
          .trimEnd(),
      )
      .join("\n");
  return Object.assign(console, {
    last,
    text,
    count: (kind: Effect["kind"]) => effects.filter((effect) => effect.kind === kind).length,
    /** Answers the last question. */
    answers(known: Partial<Preview> | string = {}, forbidden?: string): void {
      const asked = last("preview");
      if (asked === undefined) throw new Error("nothing was asked");
      const { question, targets, seconds } = asked;
      const told = typeof known === "string" ? known : preview(targets, seconds, known);
      send({ kind: "previewed", answer: { question, preview: told, forbidden, at: NOW } });
    },
    /** Says what the last act came to. */
    comes(ok = true, words = "so it is (nft)", now = NOW): void {
      const act = last("act")?.act;
      if (act === undefined) throw new Error("nothing was done");
      send({ kind: "acted", act, acted: { ok, words }, began: now, now });
    },
  });
}

/** The same with the first row blocked for a minute. */
function armed(...known: Parameters<typeof open>) {
  const console = open(...known);
  console.keys("b");
  console.answers();
  console.keys("return");
  console.comes();
  return console;
}

describe("whom b means", () => {
  test("the row of the cursor, with its prefix to choose, and why", () => {
    const { keys, last, text, answers, state } = open();
    keys("b");
    expect(last("preview")).toMatchObject({ targets: [WHO], seconds: 3600 });
    expect(state().modal).toMatchObject({ kind: "block", block: { reason: "exploit-probe, scanner-agent" } });
    expect(text()).toContain("looking...");
    answers();
    expect(text()).toContain("(•) address   ( ) 45.77.12.0/24: 3 bad, 9 good in 24 h");
    expect(text()).toContain("end 18 open connections; something speaks against it");
    expect(text()).toContain("in 24 h: 212 bad requests, 3 good, no login, no robot");
    expect(text()).toContain("ok: not you");
    expect(text()).toContain("blocked4 { 45.77.12.9 timeout 60s }");
    expect(text()).toMatch(/on y {5}the same, but\n.*timeout 3600s/);
  });

  test("the open detail's address, and its window is there again after", () => {
    const { keys, last, state } = open();
    keys("j", "return", "b");
    const { ip: wanted } = state().rows[1] as { ip: string };
    expect(last("preview")?.targets).toEqual([wanted]);
    keys("escape");
    expect(state().modal).toMatchObject({ kind: "detail", ip: wanted });
    keys("escape");
    expect(state().modal).toBeUndefined();
  });

  test("the line of the stopped live panel", () => {
    const { keys, last, state } = open();
    keys("tab", "up", "up", "b");
    const { lines, at = 0 } = state().log;
    const line = lines[at];
    expect(last("preview")?.targets).toEqual([line !== undefined && "event" in line ? line.event.ip : ""]);
  });

  test("an IPv6 address offers its /64", () => {
    const { keys, last } = open({ rows: [profile("2001:db8:1:2:3::4", { requests: 1 })] });
    keys("b", "right");
    expect(last("preview")?.targets).toEqual(["2001:db8:1:2::/64"]);
  });

  test("the prefix of a group, but no network or country, and it says why", () => {
    const { keys, last, state, count } = open({ rows });
    keys("g", "home", "b");
    expect(last("preview")?.targets).toEqual([expect.stringMatching(/\/(24|64)$/)]);
    expect(state().modal).toMatchObject({ block: { row: "time", scopes: [{}] } });
    keys("escape", "g", "b");
    expect(state().modal).toBeUndefined();
    expect(state().notice).toContain("networks and countries are not blocked as one");
    expect(count("preview")).toBe(1);
  });

  test("all that is marked, addresses and prefixes", () => {
    const { keys, last, answers, text } = open({ rows });
    keys("m", "m", "g", "home", "m", "b");
    const asked = last("preview")?.targets ?? [];
    expect(asked.map((target) => target.includes("/"))).toEqual([false, false, true]);
    answers();
    expect(text()).toContain("(•) 3 marked");
    for (const target of asked) expect(text().split(target).length).toBeGreaterThan(1);
  });

  test("of what is marked no network or country, which is told", () => {
    const { state } = open({ rows });
    const marks = [WHO, "AS14061", "NL"];
    const [next, ...effects] = update({ ...state(), marks }, { kind: "key", key: "b" });
    expect(effects).toContainEqual(expect.objectContaining({ kind: "preview", targets: [WHO] }));
    expect(next.modal).toMatchObject({
      block: { remark: "2 marked networks and countries are left out: they are not blocked as one" },
    });
    const [none] = update({ ...state(), marks: ["AS14061"] }, { kind: "key", key: "b" });
    expect([none.modal, none.notice]).toEqual([undefined, expect.stringContaining("are not blocked as one")]);
  });

  test("nobody is told, and a replay blocks nothing", () => {
    const empty = open({ rows: [] });
    empty.keys("b");
    expect(empty.state().notice).toContain("no address is selected");
    const replay = drive();
    replay.keys("b");
    expect([replay.state().modal, replay.state().notice]).toEqual([
      undefined,
      "nothing can be blocked here: this console does not look at this machine",
    ]);
    replay.keys("B");
    expect(replay.state().modal).toBeUndefined();
  });
});

describe("the choices", () => {
  test("are changed with the arrows, and each change is asked about; an old answer is dropped", () => {
    const { keys, last, text, answers, state, send, effects } = open();
    keys("b");
    answers();
    keys("right");
    expect(last("preview")).toMatchObject({ targets: ["45.77.12.0/24"], seconds: 3600 });
    expect(text()).toContain("looking...");
    expect(text()).not.toContain("nft -f");
    const old = last("preview")?.question ?? 0;
    keys("down", "right", "right");
    expect(last("preview")).toMatchObject({ targets: ["45.77.12.0/24"], seconds: null });
    const stale = preview(["192.0.2.1"], 60, { remarks: ["old"] });
    send({ kind: "previewed", answer: { question: old, preview: stale, at: NOW } });
    expect(text()).toContain("looking...");
    answers();
    expect(text()).not.toContain("looking...");
    // Who else is there was told with the address.
    expect(text()).toContain("(•) 45.77.12.0/24: 3 bad, 9 good in 24 h");
    expect(text()).toContain("△ end 41 open connections; of 14 known addresses 3 bad, 9 good");
    const asked = effects.length;
    keys("right");
    expect(effects.slice(asked).map(({ kind }) => kind)).toEqual(["hold"]);
    keys("left", "left", "left", "tab", "left");
    expect(state().modal).toMatchObject({ block: { row: "scope", scope: 0, time: 0 } });
  });

  test("stand still in height while an answer is awaited", () => {
    const { keys, answers, state } = open();
    keys("b");
    answers();
    const { height } = windowRect(state());
    keys("right");
    expect(windowRect(state()).height).toBe(height);
  });

  test("take a click", () => {
    const { keys, send, state, last } = open();
    keys("b");
    const { x, y } = windowRows(state());
    const { modal } = state();
    if (modal?.kind !== "block") throw new Error("no window");
    const cells = Array.from({ length: 76 }, (_, i) => choiceAt(modal.block, 1, i, true)?.place);
    send({ kind: "press", x: x + cells.indexOf(3), y: y + 1 });
    expect(last("preview")?.seconds).toBeNull();
    send({ kind: "press", x: x + 30, y });
    expect(last("preview")?.targets).toEqual(["45.77.12.0/24"]);
    send({ kind: "press", x: 0, y: 0 });
    expect(state().modal).toBeUndefined();
  });
});

describe("Enter", () => {
  test("blocks for a minute, once, with the reason; then counts down", () => {
    const { keys, last, count, text, answers, comes, state, send } = open();
    keys("b", "return");
    expect([count("act"), state().notice]).toEqual([0, "still looking whom it would hit"]);
    answers();
    keys("return", "return");
    expect(count("act")).toBe(1);
    expect(last("act")?.act).toMatchObject({
      kind: "arm",
      targets: [WHO],
      seconds: 3600,
      reason: "exploit-probe, scanner-agent",
    });
    expect(text()).toContain("blocking 45.77.12.9...");
    expect(state().notice).toContain("wait: blocking");
    comes();
    expect(state().modal?.kind).toBe("armed");
    expect(text()).toContain("in 60 s by itself, unless you press y");
    expect(counts(state())).toBe(true);
    send({ kind: "second", now: NOW + 18_400 });
    expect(text()).toContain("in 42 s by itself");
  });

  test("does nothing but say so where all is refused, and only the command line can insist", () => {
    const { keys, count, answers, text, state } = open();
    const refusal = { reason: "it is on the list of who is trusted", forcible: true };
    keys("b");
    answers({ targets: [{ target: WHO, refusal }] });
    expect(text()).toContain("▲ refused: it is on the list of who is trusted");
    expect(text()).toContain("only the command line can: nethergaze block 45.77.12.9 --force");
    keys("return");
    expect([count("act"), state().notice]).toEqual([0, "refused: nothing of it may be blocked from here"]);
  });

  test("blocks the others where some are refused, which is told before", () => {
    const { keys, last, answers, text } = open({ rows });
    keys("m", "m", "m", "b");
    const targets = last("preview")?.targets ?? [];
    const refusal = { reason: "your SSH session comes from there", forcible: false };
    answers({ targets: targets.map((target, i) => ({ target, ...(i === 1 && { refusal }) })) });
    expect(text()).toContain("▲ 1 of 3 refused, only the other 2 would be blocked");
    expect(text()).toContain(`${targets[1]}: your SSH session comes from there`);
    expect(text()).not.toContain("--force");
    keys("return");
    expect(last("act")?.act.targets).toEqual([targets[0] ?? "", targets[2] ?? ""]);
  });

  test("says why nothing may be run here, and the commands can be copied", () => {
    const { keys, last, count, answers, text, state } = open();
    keys("b");
    answers({}, "actions.enable_block_execution is off");
    expect(text()).toContain("nothing is run: actions.enable_block_execution is off; c copies");
    keys("return");
    expect([count("act"), state().notice]).toEqual([
      0,
      "actions.enable_block_execution is off; c copies the commands",
    ]);
    keys("c");
    expect(last("copy")?.text).toMatch(/^nft -f - <<'EOF'\n.*timeout 60s.*timeout 3600s }\nEOF$/s);
  });

  test("runs nothing without a firewall, and shows what is wrong instead of a preview", () => {
    const { keys, count, answers, text, state } = open();
    keys("b");
    answers({ firewall: "none", why: "asked for" });
    keys("return");
    expect([count("act"), state().notice]).toEqual([0, "no firewall, nothing is run: asked for"]);
    keys("right");
    answers("nft did not answer in time");
    expect(text()).toContain("nft did not answer in time");
    keys("return", "c");
    expect([count("act"), count("copy")]).toEqual([0, 0]);
  });

  test("says what failed, in the window or after it", () => {
    const { keys, answers, comes, text, state, last } = open();
    keys("b");
    answers();
    keys("return");
    comes(false, "nft: no such file");
    expect(state().modal?.kind).toBe("block");
    expect(text()).toContain("failed   nft: no such file");
    keys("return", "escape");
    comes(false, "nft: no such file");
    expect([state().notice, last("notice")]).toEqual(["nft: no such file", { kind: "notice", long: true }]);
  });

  test("warns of logins and robots", () => {
    const { keys, answers, text } = open();
    keys("b");
    const mistaken = blast({
      logins: 3,
      loggedIn: [ip("91.2.3.4"), ip("91.2.3.5")],
      crawlers: 1,
      crawling: [ip("66.249.66.1")],
      since: NOW - 3_600_000,
    });
    answers({ blast: mistaken });
    expect(text()).toContain("since 11:00:05: 212 bad requests");
    expect(text()).toContain("▲ 3 addresses with an accepted login: 91.2.3.4, 91.2.3.5, ...");
    expect(text()).toContain("▲ 1 address of what says it is a search engine or");
    expect(text()).toContain("66.249.66.1");
  });
});

describe("a block for a minute", () => {
  test("lasts with y, which is told; no key does it twice", () => {
    const { keys, last, count, comes, state, text } = armed();
    keys("y", "y", "u");
    expect(count("act")).toBe(2);
    expect(last("act")?.act).toMatchObject({ kind: "confirm", targets: [WHO], seconds: 3600 });
    expect(text()).toContain("keeping 45.77.12.9...");
    comes(true, "45.77.12.9 blocked for 1 h (nft)");
    expect([state().modal, state().notice, state().response.armed]).toEqual([
      undefined,
      "45.77.12.9 blocked for 1 h (nft)",
      [],
    ]);
    expect(counts(state())).toBe(false);
  });

  test("is none of what is blocked for longer: nothing ends, and u takes nothing out", () => {
    const { keys, answers, last, count, send, state } = open();
    keys("b");
    answers();
    keys("return");
    const act = last("act")?.act;
    if (act === undefined) throw new Error("nothing was done");
    const words = `${WHO} blocked already, for longer`;
    send({ kind: "acted", act, acted: { ok: true, words, longer: [WHO] }, began: NOW, now: NOW });
    expect([state().modal, state().notice, state().response.armed]).toEqual([undefined, words, []]);
    keys("u");
    expect(count("act")).toBe(1);
  });

  test("goes with u", () => {
    const { keys, last, comes, state } = armed();
    keys("u");
    expect(last("act")?.act).toMatchObject({ kind: "unblock", targets: [WHO] });
    comes(true, "unblocked 45.77.12.9");
    expect([state().modal, state().response.armed]).toEqual([undefined, []]);
  });

  test("goes on behind a closed window; y or b come back to it, and once more y keeps it", () => {
    const { keys, last, count, state, send } = armed();
    keys("escape");
    expect(state().modal).toBeUndefined();
    send({ kind: "second", now: NOW + 30_000 });
    keys("y");
    expect(state().modal?.kind).toBe("armed");
    keys("escape", "b");
    expect(state().modal?.kind).toBe("armed");
    expect([count("preview"), count("act")]).toEqual([1, 1]);
    keys("y");
    expect(last("act")?.act.kind).toBe("confirm");
  });

  test("is over after a minute, and so says the screen", () => {
    const { keys, count, state, send, text } = armed();
    send({ kind: "second", now: NOW + 60_000 });
    expect([state().modal?.kind, state().response.armed]).toEqual(["armed", []]);
    expect(text()).toContain("it has ended: nobody confirmed it");
    keys("y");
    expect([count("act"), state().notice]).toEqual([1, "it has ended already"]);
    const other = armed();
    other.keys("escape");
    other.send({ kind: "second", now: NOW + 61_000 });
    expect(other.state().notice).toBe("45.77.12.9: the block has ended, nobody confirmed it");
    other.keys("y");
    expect(other.state().notice).toBe("45.77.12.9: the block has ended, nobody confirmed it");
    other.send({ kind: "notice-over" });
    other.keys("y");
    expect(other.state().notice).toBe("no block here waits for a yes");
  });

  test("stays while it is being kept, however long that takes", () => {
    const { keys, comes, state, send } = armed();
    keys("y");
    send({ kind: "second", now: NOW + 90_000 });
    expect(state().response.armed.length).toBe(1);
    comes(false, "nft: it hangs", NOW + 90_000);
    expect(state().modal).toMatchObject({ kind: "armed", said: { words: "nft: it hangs" } });
    send({ kind: "second", now: NOW + 91_000 });
    expect(state().response.armed).toEqual([]);
  });

  test("that is put up while somebody looks elsewhere does not get in the way", () => {
    const { keys, answers, comes, state } = open();
    keys("b");
    answers();
    keys("return", "escape", "?");
    comes();
    expect([state().modal?.kind, state().response.armed.length]).toEqual(["help", 1]);
  });

  test("begins with the key, not with the answer: the screen never promises more than the firewall holds", () => {
    const { keys, answers, last, send, text } = open();
    keys("b");
    answers();
    keys("return");
    const act = last("act")?.act as Act;
    send({ kind: "acted", act, acted: { ok: true, words: "" }, began: NOW - 9_000, now: NOW });
    expect(text()).toContain("in 51 s by itself");
  });
});

describe("the list of blocks", () => {
  const BLOCKS = [
    block("192.0.2.1", { until: NOW + 52 * 60_000 }),
    block("203.0.113.0/24", { until: null, packets: 0, reason: "" }),
    block("198.51.100.7", { firewall: "ufw", packets: null, missing: true }),
  ];

  function listed(blocks: readonly Block[] | string = BLOCKS) {
    const console = open();
    console.keys("B");
    console.send({ kind: "blocks", blocks, now: NOW });
    return console;
  }

  test("says of each how long, what it dropped and why, and what is not in force", () => {
    const { text, count } = listed();
    expect(count("blocks")).toBe(1);
    const lines = text().split("\n");
    expect(lines[0]).toMatch(/^›192\.0\.2\.1 +nft +52 min +1\.2k dropped +exploit-probe/);
    expect(lines[1]).toMatch(/^ 203\.0\.113\.0\/24 +nft +until unblocked +0 dropped +-$/);
    expect(lines[2]).toMatch(/^ 198\.51\.100\.7 +ufw +not in force: the firewall lost it +exploit/);
  });

  test("unblocks after a yes, and only then; Esc leaves it", () => {
    const { keys, count, last, text, comes, state } = listed();
    keys("down", "u");
    expect(text()).toContain("›203.0.113.0/24      unblock it? y unblocks, Esc leaves it");
    keys("down", "x", "escape");
    expect([state().modal?.kind, count("act")]).toEqual(["blocks", 0]);
    keys("delete", "y", "y");
    expect(count("act")).toBe(1);
    expect(last("act")?.act).toMatchObject({ kind: "unblock", targets: ["203.0.113.0/24"] });
    expect(text()).toContain("unblocking 203.0.113.0/24...");
    comes(true, "unblocked 203.0.113.0/24");
    expect([state().notice, count("blocks")]).toEqual(["unblocked 203.0.113.0/24", 2]);
  });

  test("says what failed above the blocks", () => {
    const { keys, comes, text } = listed();
    keys("u", "y");
    comes(false, "nft: permission denied");
    expect(text().split("\n")[0]).toBe("failed: nft: permission denied");
  });

  test("is asked for anew every five seconds while it is open, and stays on its block", () => {
    const { keys, send, count, state, text } = listed([
      block("192.0.2.1", { until: NOW + 90_000 }),
      ...BLOCKS.slice(1),
    ]);
    keys("down");
    expect(text()).toContain("90 s");
    send({ kind: "second", now: NOW + 1_000 });
    expect(text()).toContain("89 s");
    send({ kind: "second", now: NOW + 5_000 });
    send({ kind: "second", now: NOW + 6_000 });
    expect(count("blocks")).toBe(2);
    send({ kind: "blocks", blocks: [block("10.0.0.1"), ...BLOCKS], now: NOW + 6_000 });
    expect(state().modal).toMatchObject({ list: { at: 2, target: "203.0.113.0/24" } });
    keys("u");
    send({ kind: "blocks", blocks: [block("10.0.0.1")], now: NOW + 7_000 });
    expect(state().modal).toMatchObject({ list: { at: 0, target: "10.0.0.1" } });
    keys("y");
    expect(count("act")).toBe(0);
    keys("escape");
    expect(counts(state())).toBe(false);
    send({ kind: "second", now: NOW + 20_000 });
    expect(count("blocks")).toBe(2);
  });

  test("copies its target, and keeps one that reverts", () => {
    const console = armed();
    console.keys("escape", "B");
    console.send({ kind: "blocks", blocks: [block("192.0.2.1"), block(WHO)], now: NOW });
    console.keys("c", "y");
    expect(console.last("copy")?.text).toBe("192.0.2.1");
    expect(console.state().modal?.kind).toBe("blocks");
    console.keys("down");
    expect(console.text()).toContain(": y keeps");
    console.keys("y");
    expect(console.state().modal).toMatchObject({ kind: "armed", behind: { kind: "blocks" } });
    console.keys("escape");
    expect(console.state().modal?.kind).toBe("blocks");
  });

  test("is asked for with a detail too, once it could be told", () => {
    const { keys, send, count } = open();
    keys("return");
    expect(count("blocks")).toBe(0);
    send({ kind: "blocks", blocks: "a password is required", now: NOW });
    keys("escape", "return");
    expect(count("blocks")).toBe(0);
    send({ kind: "blocks", blocks: BLOCKS, now: NOW });
    keys("escape", "return");
    expect(count("blocks")).toBe(1);
  });

  test("says that it is empty, or why it cannot be read", () => {
    expect(open().text()).toBe("");
    expect(listed([]).text()).toContain("nothing is blocked");
    expect(listed("nft: permission denied").text()).toBe("nft: permission denied");
    const { keys, text, state } = open();
    keys("B");
    expect(text()).toBe("looking...");
    keys("u");
    expect(state().notice).toBe("nothing is blocked");
  });

  test("keeps the cursor in sight among more than fit, for keys and mouse", () => {
    const many = Array.from({ length: 500 }, (_, i) => block(`198.18.${i >> 8}.${i & 255}`));
    const { keys, state, send } = listed(many);
    const inSight = (): boolean => {
      const { modal } = state();
      if (modal?.kind !== "blocks") return false;
      const { at } = modal.list;
      return modal.scroll <= at && at < modal.scroll + windowRows(state()).height;
    };
    for (const name of ["end", "pageup", "up", "home", "pagedown", "down"]) {
      keys(name);
      expect([name, inSight()]).toEqual([name, true]);
    }
    send({ kind: "wheel", x: 5, y: 5, by: 1 });
    expect(inSight()).toBe(true);
    const { y } = windowRows(state());
    send({ kind: "press", x: 9, y: y + 4 });
    const { modal } = state();
    expect(modal).toMatchObject({ list: { at: (modal?.scroll ?? 0) + 4 } });
  });
});

describe("a hook", () => {
  test("runs by its key on the selected address, and from a detail", () => {
    const { keys, last, state, send } = open();
    keys("2");
    expect(last("run")).toMatchObject({ index: 1, ip: WHO });
    expect(state().modal).toMatchObject({ kind: "hook", run: { label: "dig", ip: WHO } });
    const run = last("run")?.run ?? 0;
    send({ kind: "output", run: run + 1, output: { lines: ["of another"], dropped: 0 } });
    send({ kind: "output", run, output: { lines: ["one", ""], dropped: 0 }, end: "ended with exit code 0" });
    expect(state().modal).toMatchObject({
      run: { output: { lines: ["one", ""] }, end: "ended with exit code 0" },
    });
    keys("c", "escape");
    expect(last("copy")?.text).toBe("one");
    keys("return", "1", "q");
    expect(state().modal?.kind).toBe("detail");
  });

  test("is stopped however its window goes", () => {
    const { keys, last, send } = open({ rows }, { width: 160, height: 45 });
    keys("1", "escape");
    expect(last("stop")).toEqual({ kind: "stop", run: last("run")?.run ?? 0 });
    keys("1");
    send({ kind: "press", x: 0, y: 0 });
    expect(last("stop")).toEqual({ kind: "stop", run: last("run")?.run ?? 0 });
  });

  test("needs an address, and is no key while somebody types", () => {
    const { keys, count, state } = open({ rows });
    keys("g", "home", "1");
    expect([count("run"), state().notice]).toEqual([0, "ping: runs on an address, and none is selected"]);
    keys("/", "1");
    expect([count("run"), state().filter]).toEqual([0, "1"]);
  });

  test("keeps its newest line in sight, unless somebody has scrolled back", () => {
    const { keys, last, send, state } = open();
    keys("1");
    const run = last("run")?.run ?? 0;
    const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
    const writes = (count: number) =>
      send({ kind: "output", run, output: { lines: [...lines(count), ""], dropped: 0 } });
    writes(100);
    const { height } = windowRows(state());
    expect(state().modal?.scroll).toBe(100 - height);
    writes(200);
    expect(state().modal?.scroll).toBe(200 - height);
    keys("up");
    writes(300);
    expect(state().modal?.scroll).toBe(199 - height);
    keys("end");
    writes(400);
    expect(state().modal?.scroll).toBe(400 - height);
  });

  test("gives as much of its end to the clipboard as that takes, harmless", () => {
    const { keys, last, send, state } = open();
    keys("1");
    const run = last("run")?.run ?? 0;
    const lines = Array.from({ length: 2_000 }, (_, i) => `\x1b[31m${i} ${"x".repeat(90)}`);
    send({ kind: "output", run, output: { lines, dropped: 0 } });
    keys("c");
    const text = last("copy")?.text ?? "";
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(74_994);
    expect(text).not.toContain("\x1b");
    expect(text.endsWith(`1999 ${"x".repeat(90)}`)).toBe(true);
    expect(state().notice).toMatch(/^sent the last \d{3} lines to the clipboard$/);
  });
});
