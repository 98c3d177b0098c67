import { describe, expect, test } from "bun:test";
import { block, preview, responder } from "../../test/console/responses.ts";
import {
  alert,
  auth,
  finding,
  ip,
  NOW,
  profile,
  ROWS,
  request,
  snapshot,
  verdict,
} from "../../test/console/snapshots.ts";
import { stage } from "../../test/console/stage.ts";
import type { HookRunner } from "../model/hook.ts";
import type { Baseline } from "../model/snapshot.ts";
import { monthOf } from "./format.ts";

const SIZES = [
  [80, 24],
  [100, 30],
  [160, 45],
  [200, 50],
] as const;

/** The line of a frame that holds `text`. */
function line(frame: string, text: string): string {
  return frame.split("\n").find((candidate) => candidate.includes(text)) ?? "";
}

describe("the main screen", () => {
  for (const [width, height] of SIZES) {
    test(`says what matters at ${width}x${height}`, async () => {
      await using console = await stage(width, height);
      const frame = await console.frame();
      const lines = frame.trimEnd().split("\n");
      expect(lines.length).toBe(height);
      for (const words of [
        ["web-1", "eth0 ↓", "3.1M/s", "12.4M/s", "req", "185/s"],
        ["half-open 2", "● sockets", "● logs 2", "✗ auth", "● kernel"],
        ["requests 45.77.12.9 212/m", "connections 45.77.12.9 18", "sent 45.77.12.9 2.1M"],
        ["Addresses 5 · by requests"],
        ["214 sockets", "180 established", "5 addresses", "24.7k req/min", "filter: none"],
        ["/ filter", "! suspects", "Space freeze", "s sort", "Enter why", "? help", "q quit"],
      ]) {
        const shown = line(frame, words[0] ?? "");
        for (const word of words) expect(shown).toContain(word);
      }
      // The table is sorted, the cursor on its first row, the log as it came.
      const order = ROWS.toSorted((a, b) => b.requests - a.requests).map((row) =>
        lines.findIndex((text) => text.includes(row.ip.slice(0, 8)) && text.includes(row.last ?? "")),
      );
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(line(frame, "›   ·  8.8.4.4")).toContain("4.1k");
      expect(line(frame, "SSH failed")).toContain("user=root ×5");
      expect(frame).toContain("502 POST /api/cart");
      expect(frame).toContain("not HTTP: ␖␃␁");
      expect(frame).toContain("SSH accepted user=ada publickey");
    });
  }

  test("has two panels side by side where there is room, else one above the other", async () => {
    await using wide = await stage(160, 45);
    expect(line(await wide.frame(), "Addresses")).toContain("Live");
    await using narrow = await stage(80, 24);
    expect(line(await narrow.frame(), "Addresses")).not.toContain("Live");
  });

  test("says why a source is not well where there is room", async () => {
    await using wide = await stage(160, 45);
    const frame = await wide.frame();
    expect(frame).toContain("✗ auth: cannot be read: run with sudo");
    expect(frame).toContain("● logs 2: 12 not understood");
  });

  test("says what presses the host, before anything else on its line", async () => {
    const { totals } = snapshot();
    await using console = await stage(80, 24, {
      totals: { ...totals, synCookiesPerSecond: 9_812, listenDropsPerSecond: 31, evicted: 7 },
    });
    const frame = await console.frame();
    expect(frame).toContain("SYN cookies 9.8k/s  listen drops 31/s");
    expect(line(frame, "SYN cookies")).toContain("● kernel");
    expect(frame).toContain("7 addresses dropped");
  });

  test("says how many addresses it does not list", async () => {
    const { totals } = snapshot();
    await using console = await stage(200, 50, { totals: { ...totals, hidden: 12 } });
    expect(await console.frame()).toContain(" · 12 hidden · ");
  });

  test("has the requests of this time yesterday and a week ago, where history tells them", async () => {
    const minute = (requests: number) => ({
      ...{ at: NOW, requests, bytes: 0, inBytes: 0, outBytes: 0, authFailures: 0, addresses: 0, sockets: 0 },
    });
    const header = async (known: Baseline | undefined): Promise<string> => {
      await using console = await stage(220, 24, known === undefined ? {} : { baseline: known });
      return line(await console.frame(), "web-1");
    };
    expect(await header({ yesterday: minute(3_120), lastWeek: minute(60) })).toMatch(
      /req +185\/s +[▁-█]+ +yesterday 52\/s +a week ago 1\/s/,
    );
    expect(await header({})).not.toContain("yesterday");
    expect(await header(undefined)).not.toContain("a week ago");
  });

  test("has the totals of the month beside the rates, the first to leave where it is narrow", async () => {
    const bandwidth = {
      interface: "eth0",
      month: monthOf(NOW),
      inBytes: 1_234_567_890_123,
      outBytes: 340_123_456_789,
    };
    const header = async (width: number, known = bandwidth): Promise<string> => {
      await using console = await stage(width, 24, { bandwidth: known });
      return line(await console.frame(), "web-1");
    };
    expect(await header(160)).toContain("month ↓ 1.2T ↑ 340G  req");
    const sparkline = /[▁-█]/;
    const narrow = await header(110);
    expect(narrow).not.toContain("month");
    expect(narrow).toMatch(sparkline);
    // What is not obvious is named: another month, another interface.
    expect(await header(160, { ...bandwidth, month: "2026-09" })).toContain("  2026-09 ↓ 1.2T");
    expect(await header(160, { ...bandwidth, interface: "wg0" })).toContain("  wg0 month ↓ 1.2T");
  });

  test("has the SYNs beside the new connections where packets are counted, and packets where it is wide", async () => {
    const { totals, series } = snapshot();
    const rates = {
      inBytesPerSecond: 0,
      outBytesPerSecond: 0,
      inPacketsPerSecond: 9_000,
      outPacketsPerSecond: 100,
    };
    const wire = {
      ...rates,
      synPerSecond: 9_812,
      synAckPerSecond: 12,
      loudSynPerSecond: 0,
      sampled: 0,
      dropped: 0,
      noRoom: 70_000,
    };
    const frame = async (width: number, known: Partial<typeof wire> = wire): Promise<string> => {
      const all = { ...totals, wire: { sampled: 0, dropped: 0, noRoom: 0, ...known } };
      const syn = Array.from({ length: 60 }, (_, i) => 100 * i);
      await using console = await stage(width, 24, { totals: all, series: { ...series, syn } });
      return await console.frame();
    };
    expect(line(await frame(200), "web-1")).toMatch(
      / new {3}31\/s {2}\S+ {2}SYN 9\.8k\/s {2}▂\S+█ {2}pkts 9\.1k\/s /,
    );
    expect(await frame(200)).toContain("70.0k packets without a row");
    expect(line(await frame(80), "web-1")).toContain(" SYN 9.8k/s ");
    expect(line(await frame(80), "web-1")).not.toContain("pkts");
    // Nothing was read for a while.
    expect(await frame(200, { sampled: 3 })).not.toContain("SYN");
    expect(await frame(200, { sampled: 3 })).not.toContain("without a row");
  });

  test("shows its title, and says when nothing is there yet", async () => {
    await using console = await stage(
      80,
      24,
      { rows: [], live: [], health: [], interfaces: [] },
      { title: "demo" },
    );
    const frame = await console.frame();
    expect(line(frame, "web-1")).toContain(" demo ");
    expect(frame).toContain("no address seen yet");
    expect(frame).toContain("no line read yet");
  });

  test("is too small and says so, and comes back", async () => {
    await using console = await stage(80, 24);
    for (const [width, height, words] of [
      [59, 24, "needs 60x15: this terminal is 59x24; q quits"],
      [80, 14, "needs 60x15: this terminal is 80x14; q quits"],
      [30, 3, "needs 60x15: this terminal is…"],
      [2, 1, "n…"],
      [1, 1, "…"],
    ] as const) {
      console.setup.resize(width, height);
      expect(await console.until(words)).toContain(words);
    }
    console.setup.resize(300, 100);
    expect(await console.until("Addresses")).toContain("Addresses 5");
    expect(console.acts).toEqual([]);
  });

  test("needs no colour to say anything", async () => {
    await using console = await stage(80, 24, {}, { color: false });
    await console.frame();
    const { lines } = console.setup.captureSpans();
    const colors = new Set(
      lines.flatMap(({ spans }) => spans.flatMap(({ fg, bg }) => [fg.intent, bg.intent])),
    );
    expect([...colors]).toEqual(["default"]);
    const inverse = lines.flatMap(({ spans }) => spans).filter(({ attributes }) => (attributes & 32) !== 0);
    expect(inverse.map(({ text }) => text).join("")).toContain("›   ·  8.8.4.4");
  });
});

describe("verdicts", () => {
  const PROBE = verdict(finding("exploit-probe", 60), finding("scanner-agent", 32));
  const GUESS = verdict(finding("ssh-brute-force", 45));
  const HINT = verdict(finding("library-agent", 10));
  /** The guesser did nothing for a minute and has no socket: its row is old. */
  const rows = [
    profile("45.77.12.9", { connections: 3, verdict: PROBE }),
    profile("141.98.11.20", { lastSeen: NOW - 90_000, verdict: GUESS }),
    profile("8.8.4.4", { connections: 1, verdict: HINT }),
    profile("91.2.3.4", { connections: 1 }),
  ];
  const alerts = [
    alert(1, 2, "45.77.12.9", PROBE),
    alert(2, 3, "141.98.11.20", GUESS),
    alert(3, 4, "141.98.11.20", { state: "cleared", severity: "warning" }),
  ];

  for (const [width, height] of SIZES) {
    test(`are on the first screen at ${width}x${height}: how many, who, why, with signs and words`, async () => {
      await using console = await stage(width, height, { rows, alerts }, { sort: "risk", color: false });
      const frame = await console.frame();
      expect(frame).toContain(" ▲ 1 critical, 1 warning: 45.77.12.9 exploit-probe");
      expect(line(frame, "▲ 1 critical")).toContain("✗ auth");
      expect(frame).toContain("›▲ 92  45.77.12.9");
      expect(frame).toContain(" △ 45  141.98.11.20");
      expect(frame).toContain("   10  8.8.4.4");
      expect(frame).toContain("    ·  91.2.3.4");
      expect(frame).toContain("△ ALERT warning 45: ssh-bru");
      expect(frame).toContain("✓ ALERT cleared, was warning");
    });
  }

  test("name every source that is not well where the others become signs", async () => {
    await using narrow = await stage(80, 24, { rows });
    expect(line(await narrow.frame(), "▲ 1 critical")).toContain("●  ● logs 2  ✗ auth  ●");
    await using wide = await stage(160, 45, { rows });
    const told = line(await wide.frame(), "▲ 1 critical");
    expect(told).toContain("exploit-probe, scanner-agent · 141.98.11.20 ssh-brute-force");
    expect(told).toContain("● sockets  ● logs 2");
  });

  test("leave the room to what the kernel tells of a flood", async () => {
    const { totals } = snapshot();
    const flood = { totals: { ...totals, synCookiesPerSecond: 9_812, listenDropsPerSecond: 31 }, rows };
    await using console = await stage(80, 24, flood);
    const told = line(await console.frame(), "▲ 1 critical");
    expect(told).toContain("45.77.12.9  SYN cookies 9.8k/s");
    expect(told).toContain("●  ●  ✗  ●");
    await using wide = await stage(160, 45, flood);
    expect(line(await wide.frame(), "▲ 1 critical")).toContain(
      "exploit-probe, scanner-agent  half-open 2  SYN cookies 9.8k/s  listen drops 31/s",
    );
  });

  test("change nothing of the header where there are weak hints at most", async () => {
    const header = async (known: typeof rows): Promise<string> => {
      await using console = await stage(80, 24, { rows: known });
      return line(await console.frame(), "half-open");
    };
    expect(await header(rows.slice(2))).toBe(await header([]));
    expect(await header([])).toContain("half-open 2");
  });

  test("have the colours of their severity, an old row and a weak hint too", async () => {
    await using console = await stage(100, 40, { rows, alerts }, { sort: "risk" });
    // The cursor has a look of its own.
    for (let i = 0; i < 3; i++) console.input.pressArrow("down");
    await console.until("›   ·  91.2.3.4");
    const { lines } = console.setup.captureSpans();
    const looks = (text: string) =>
      lines
        .flatMap(({ spans }) => spans)
        .filter((span) => span.text.trim().startsWith(text))
        .map(({ fg }) => fg.slot);
    expect(looks("▲ 92")).toEqual([1]);
    expect(looks("△ 45")).toEqual([3]);
    expect(looks("10")).toEqual([245]);
    expect(looks("▲ ALERT critical 92:")).toEqual([1]);
    expect(looks("△ ALERT warning 45:")).toEqual([3]);
    expect(looks("✓ ALERT cleared")).toEqual([245]);
  });
});

describe("keys", () => {
  test("arrive by name: letters, capitals, named keys, with modifiers", async () => {
    await using console = await stage(80, 24);
    console.input.pressKey("s");
    expect(await console.until("by bytes sent")).toContain("SENT");
    console.input.pressKey("S", { shift: true });
    expect(await console.until("by requests")).toContain("by requests");
    console.input.pressTab();
    expect(await console.until("›Live")).toContain("├›Live");
    console.input.pressTab({ shift: true });
    expect(await console.until("›Addresses")).toContain("┌›Addresses");
    console.input.pressArrow("down");
    expect(await console.until("›   ·  45.77.12.9")).toContain("›   ·  45.77.12.9");
    console.input.pressKey("c");
    expect(await console.until("clipboard")).toContain("sent 45.77.12.9 to the clipboard");
    console.input.pressKey("r");
    expect(await console.until("reading")).toContain("reading every source");
    console.input.pressKey(" ");
    expect(await console.until("FROZEN")).toContain("FROZEN 12:00:05");
    console.input.pressKey("z", { ctrl: true });
    console.input.pressCtrlC();
    await console.frame();
    expect(console.acts).toEqual(["copy 45.77.12.9", "refresh", "freeze", "suspend", "close"]);
  });

  test("type a filter that both panels follow; Esc clears it", async () => {
    await using console = await stage(160, 45);
    console.input.pressKey("/");
    await console.input.typeText(".env");
    await console.until(`filter: ".env"`);
    const typed = await console.settled();
    expect(typed).toContain("Addresses 1 of 5");
    expect(typed).toContain("/ .env");
    expect(typed).toContain(`filter: ".env"`);
    expect(typed).not.toContain("/docs/start");
    console.input.pressEscape();
    expect(await console.until("filter: none")).toContain("/docs/start");
  });

  test("a paste is shown harmless and filters", async () => {
    await using console = await stage(80, 24);
    console.input.pressKey("/");
    await console.frame();
    await console.input.pasteBracketedText("8.8\x07\u202e");
    const frame = await console.until("/ 8.8");
    expect(frame).toContain("/ 8.8");
    expect(frame).not.toMatch(/[\x07\u202e]/);
  });

  test("begin with the filter that was asked for", async () => {
    await using console = await stage(80, 24, {}, { filter: "ssh" });
    const frame = await console.frame();
    expect(frame).toContain(`filter: "ssh"`);
    expect(frame).toContain("Addresses 3 of 5");
  });
});

describe("modals", () => {
  for (const [width, height] of SIZES) {
    test(`show everything about an address at ${width}x${height}`, async () => {
      await using console = await stage(width, height);
      console.input.pressArrow("down");
      console.input.pressEnter();
      let seen = await console.until("LAST 60 MINUTES");
      for (let i = 0; i < 8; i++) {
        console.input.pressKey("pagedown".toUpperCase() as never);
        for (let j = 0; j < height - 3; j++) console.input.pressKey("j");
        seen += await console.frame();
      }
      for (const text of [
        "45.77.12.9",
        "18   15 ESTABLISHED  3 TIME_WAIT",
        "1,204   last minute 212   last 10 s 40   sent 2.1M",
        "4xx 980",
        "first 11:00:05   last 12:00:05, 0s ago",
        "did last      GET /.env",
        "peak 200",
        "SOCKETS  18",
        "nginx(812) web",
        "18.4ms",
        "REQUESTS, newest first  200 of 1,204",
        "/page/0",
        "Mozilla/5.0",
        "/ filter this address",
      ]) {
        expect(seen).toContain(text);
      }
    });
  }

  test("are live, and say when their address is gone", async () => {
    await using console = await stage(80, 24, {}, { fast: true });
    console.input.pressEnter();
    await console.until("LAST 60 MINUTES");
    expect(console.queries.at(-1)?.detail).toBe(ip("8.8.4.4"));
    console.change({ rows: ROWS.map((row) => ({ ...row, requests: 4_121 })) });
    expect(await console.until("4,121")).toContain("8.8.4.4");
    console.change({ rows: [] });
    expect(await console.until("gone")).toContain("8.8.4.4 · gone");
  });

  test("help lists every key of the keymap and every source", async () => {
    await using console = await stage(160, 50);
    console.input.pressKey("?");
    const frame = await console.until("KEYS");
    for (const text of [
      "S <          sort by the previous column",
      "Ctrl-Z",
      "✗ /var/log/auth.log  cannot be read: run with sudo",
      "12 not understood",
    ]) {
      expect(frame).toContain(text);
    }
    console.input.pressKey("?");
    expect(await console.until("›   ·  8.8.4.4")).not.toContain("KEYS");
  });
});

describe("a block", () => {
  const rows = [
    profile("45.77.12.9", { requests: 9, verdict: verdict(finding("exploit-probe", 60)) }),
    profile("91.2.3.4", { requests: 4 }),
  ];

  for (const [width, height] of SIZES) {
    test(`is asked, armed and kept in four keys at ${width}x${height}`, async () => {
      const { asked, ...hands } = responder();
      await using console = await stage(width, height, { rows }, {}, hands);
      await console.frame();
      console.input.pressKey("b");
      const window = await console.until("end 18 open connections");
      for (const words of [
        "┌›Block 45.77.12.9 for 1 h",
        "(•) address   ( ) 45.77.12.0/24: 3 bad, 9 good in 24 h",
        "( ) 10 min   (•) 1 h   ( ) 24 h   ( ) until unblocked",
        "ok: not you",
        "nft: nftables is active",
        "Enter block for 60 s, y keeps it",
        "c copy commands",
        "Esc close",
      ]) {
        expect(window).toContain(words);
      }
      console.input.pressArrow("down");
      console.input.pressArrow("right");
      expect(await console.until("for 24 h ")).toContain("(•) 24 h");
      await console.until("nft -f");
      console.input.pressEnter();
      expect(await console.until("reverts")).toContain("in 60 s by itself, unless you press y");
      console.input.pressKey("y");
      expect(await console.until("confirmed")).toContain("45.77.12.9 confirmed (nft)");
      expect(asked).toEqual([
        "armed 45.77.12.9 86400 exploit-probe",
        "confirmed 45.77.12.9 86400 exploit-probe",
      ]);
    });
  }

  test("counts down where somebody looks at something else, and ends", async () => {
    await using console = await stage(80, 24, { rows }, {}, responder());
    await console.frame();
    console.input.pressKey("b");
    await console.until("nft -f");
    console.input.pressEnter();
    await console.until("reverts");
    console.input.pressEscape();
    expect(await console.until("q quit")).toContain(" 45.77.12.9 blocked, reverts in 60 s: y ");
    console.pass(18);
    expect(await console.until("reverts in 42 s")).toContain("45.77.12.9 blocked, reverts in 42 s: y");
    console.pass(42);
    expect(await console.until("nobody confirmed")).toContain("the block has ended, nobody confirmed it");
    expect(await console.frame()).not.toContain("reverts in");
  });

  test("that nobody answers about leaves the console usable", async () => {
    const never = new Promise<never>(() => {});
    const silent = { preview: () => never, blocks: () => never, arm: () => never };
    await using console = await stage(80, 24, { rows }, {}, responder(silent));
    await console.frame();
    console.input.pressKey("b");
    expect(await console.until("looking...")).toContain("┌›Block 45.77.12.9");
    console.input.pressEscape();
    await console.until("q quit");
    console.input.pressKey("B", { shift: true });
    expect(await console.until("looking...")).toContain("┌›Blocks 0");
    console.input.pressEscape();
    await console.until("q quit");
    console.input.pressArrow("down");
    expect(await console.until("›   ·  91.2.3.4")).toContain("›   ·  91.2.3.4");
  });

  test("under way says so wherever somebody is", async () => {
    const never = new Promise<never>(() => {});
    await using console = await stage(80, 24, { rows }, {}, responder({ arm: () => never }));
    await console.frame();
    console.input.pressKey("b");
    await console.until("nft -f");
    console.input.pressEnter();
    expect(await console.until("now ")).toContain("blocking 45.77.12.9...");
    console.input.pressEscape();
    expect(await console.until("q quit")).toContain("blocking 45.77.12.9...");
  });

  test("is seen in the detail of an address, and of one in a blocked prefix", async () => {
    const blocks = async () => [
      block("91.2.3.0/24", { until: null }),
      block("45.77.12.9", { until: NOW + 3_000_000 }),
    ];
    await using console = await stage(120, 36, { rows }, {}, responder({ blocks }));
    await console.frame();
    console.input.pressKey("B", { shift: true });
    await console.until("91.2.3.0/24");
    console.input.pressEscape();
    await console.until("q quit");
    console.input.pressEnter();
    expect(await console.until("blocked,")).toContain("blocked, 50 min left · △ risk 60");
    console.input.pressEscape();
    await console.until("q quit");
    console.input.pressArrow("down");
    console.input.pressEnter();
    expect(await console.until("blocked until")).toContain("blocked until unblocked");
  });

  test("and its list show no text of outsiders as it is", async () => {
    const text = "\x1b[2J\u202egnp.exe\x9b31m[red]";
    const hostile = responder({
      preview: async (targets, seconds) =>
        preview(targets, seconds, {
          why: text,
          remarks: [text],
          commands: [text],
          targets: [{ target: text, refusal: { reason: text, forcible: true } }],
        }),
      blocks: async () => [block("45.77.12.9", { reason: text })],
    });
    await using console = await stage(80, 24, { rows }, {}, hostile);
    await console.frame();
    console.input.pressKey("b");
    let seen = await console.until("[red]");
    console.input.pressEscape();
    await console.until("q quit");
    console.input.pressKey("B", { shift: true });
    seen += await console.until("[red]");
    expect(seen.split("[red]").length).toBeGreaterThan(5);
    expect(seen.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe("a hook", () => {
  test("streams into its window, harmless, and says how it ended; help has its key", async () => {
    let stops = 0;
    const ends: (() => void)[] = [];
    const hooks: HookRunner = {
      hooks: [{ key: "1", label: "Reverse \x1b[31mDNS" }],
      run(_, address, write, end) {
        queueMicrotask(() => write(`asking for ${address}\n\x1b]52;c;aGk=\x07\u202e`));
        ends.push(() => end("ended with exit code 0"));
        return { stop: () => stops++ };
      },
    };
    await using console = await stage(80, 24, {}, {}, { hooks });
    await console.frame();
    console.input.pressKey("1");
    const running = await console.until("asking for");
    expect(running).toContain("┌›Reverse ␛[31mDNS · 8.8.4.4 · running");
    expect(running).toContain("asking for 8.8.4.4");
    expect(running).toContain("␛]52;c;aGk=␇");
    expect(running.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    ends[0]?.();
    expect(await console.until("ended")).toContain("8.8.4.4 · ended with exit code 0");
    console.input.pressEscape();
    await console.until("q quit");
    console.input.pressKey("1");
    await console.until("asking for");
    expect(stops).toBe(0);
    console.input.pressEscape();
    await console.until("q quit");
    expect(stops).toBe(1);
    console.input.pressKey("?");
    await console.until("KEYS");
    console.input.pressTab();
    expect(await console.until("HOOKS")).toContain(
      "1            Reverse ␛[31mDNS: runs on the selected address",
    );
  });
});

describe("the mouse", () => {
  test("sorts, selects, scrolls and closes", async () => {
    await using console = await stage(160, 45);
    const titles = (await console.frame()).split("\n").findIndex((text) => text.includes("ADDRESS"));
    const column = (await console.frame()).split("\n")[titles]?.indexOf("AUTH") ?? 0;
    await console.mouse.click(column + 1, titles);
    expect(await console.until("by auth failures")).toContain("›   ·  141.98.11.20");
    await console.mouse.click(10, titles + 2);
    expect(await console.frame()).toContain("›   ·  45.77.12.9");
    await console.mouse.scroll(10, titles + 2, "down");
    expect(await console.frame()).toContain("›   ·  91.2.3.4");
    await console.mouse.click(10, titles + 3);
    await console.mouse.click(10, titles + 3);
    expect(await console.until("LAST 60 MINUTES")).toContain("┌›2a01:4f8:c2c:1234:5678:9abc:def0:17");
    await console.mouse.scroll(80, 20, "down");
    expect(await console.frame()).not.toContain("│ services ");
    await console.mouse.click(0, 0);
    expect(await console.until("q quit")).not.toContain("LAST 60 MINUTES");
  });
});

describe("hostile text", () => {
  const paths = [
    "/[/x] [red]markup[/red]",
    "/\x1b[2J\x1b]52;c;aGk=\x07\x1b[31m",
    "/\u202egnp.exe \u2066\u2069\u200b\u200d\ufeff",
    "/👩‍👩‍👧‍👦🏳️‍🌈🇩🇪👍🏽",
    `/\u0301${"\u0301".repeat(5_000)}`,
    `/${"x".repeat(100_000)}`,
    `/${"日".repeat(50_000)}`,
    "/\ud800\udc00\ud800",
    "/\u2028\u2029\u0085\u009b31m\u0000",
    "/تجربة/עברית/한국어/ไทย/हिन्दी",
  ];

  for (const [width, height] of SIZES) {
    test(`is harmless everywhere at ${width}x${height}`, async () => {
      const rows = paths.map((path, i) =>
        profile(`198.18.0.${i}`, {
          requests: 100 - i,
          last: path,
          services: [{ port: 443, name: path, sockets: 1 }],
          verdict: verdict(finding(path, 90, { evidence: path, samples: [path, path] })),
        }),
      );
      const events = paths.flatMap((text, i) => [
        request(`198.18.0.${i}`, text, { method: text, userAgent: text, vhost: text }),
        auth(`198.18.0.${i}`, { user: text, service: text, method: text }),
        request(`198.18.0.${i}`, text, { malformed: true, at: Number.NaN }),
      ]);
      const health = paths.map((text, i) => ({
        kind: "health" as const,
        at: NOW,
        part: "http" as const,
        source: text,
        state: (["up", "degraded", "down"] as const)[i % 3] ?? "up",
        detail: text,
      }));
      await using console = await stage(
        width,
        height,
        {
          rows,
          live: events.map((event, i) => ({ seq: i + 1, event })),
          alerts: paths.map((text, i) => alert(i + 1, 100, `198.18.0.${i}`, verdict(finding(text, 90)))),
          host: { name: paths[1] ?? "" },
          health,
          interfaces: snapshot().interfaces.map((rate) => ({ ...rate, name: paths[2] ?? "" })),
        },
        { title: paths[3] ?? "" },
      );
      let seen = await console.frame();
      console.input.pressKey("?");
      seen += await console.until("KEYS");
      console.input.pressKey("q");
      console.input.pressEnter();
      seen += await console.until("Esc back");
      expect(seen.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(seen).toContain("[/x]");
      // No column was moved: the frame's right edge is one straight line.
      const rights = seen
        .split("\n")
        .filter((text) => text.startsWith("│"))
        .map((text) => Bun.stringWidth(text));
      expect(rights.filter((size) => size !== width)).toEqual([]);
      expect(console.acts).toEqual([]);
    });
  }
});

describe("questions", () => {
  test("are not asked while nothing changes", async () => {
    await using console = await stage(80, 24, {}, { fast: true });
    await Bun.sleep(600);
    expect(console.queries.length).toBe(1);
  });

  test("whose answer says what the screen shows paint nothing, but for what ten seconds change", async () => {
    const at = 1_762_549_450_000;
    await using console = await stage(80, 24, { at, live: [] }, { fast: true });
    const painted = console.repaints();
    console.change({ at: at + 1_000, live: [] });
    await Bun.sleep(400);
    expect(console.queries.length).toBe(2);
    expect(console.repaints()).toBe(painted);
    console.change({ at: at + 10_000, live: [] });
    await Bun.sleep(400);
    expect(console.repaints()).toBe(painted + 1);
    console.change({ at: at + 10_000, live: [], rows: [profile("203.0.113.9", { requests: 1 })] });
    expect(await console.until("203.0.113.9")).toContain("203.0.113.9");
  });

  test("come at most ten times a second, the last one for what is wanted then", async () => {
    await using console = await stage(80, 24);
    console.input.pressKey("/");
    for (const letter of "login-attempts") {
      await console.input.typeText(letter);
      await console.frame();
    }
    const started = performance.now();
    while (console.queries.at(-1)?.filter?.text !== "login-attempts" && performance.now() - started < 1_500) {
      await Bun.sleep(5);
    }
    expect(console.queries.at(-1)?.filter?.text).toBe("login-attempts");
    expect(console.queries.length).toBeLessThan(10);
    expect(await console.until("no address matches")).toContain("no address matches");
  });

  test("a first live line is shown at once, the next ones with the next beat", async () => {
    await using console = await stage(80, 24, { live: [], seq: 0 });
    await console.frame();
    const line = (seq: number) => ({ seq, event: request("192.0.2.7", `/line-${seq}`) });
    await Bun.sleep(110);
    console.change({ live: [line(1)], seq: 1 }, true);
    expect(await console.frame()).toContain("/line-1");
    console.change({ live: [line(1), line(2)], seq: 2 }, true);
    expect(await console.frame()).not.toContain("/line-2");
    expect(await console.until("/line-2")).toContain("/line-2");
    expect(console.queries.at(-1)?.after).toBe(1);
  });

  test("are not asked while frozen, but for what a key wants", async () => {
    await using console = await stage(80, 24, {}, { fast: true });
    console.input.pressKey(" ");
    console.change({ rows: [profile("203.0.113.9", { requests: 1 })] }, true);
    await Bun.sleep(400);
    expect(await console.frame()).not.toContain("203.0.113.9");
    console.input.pressKey(" ");
    expect(await console.until("203.0.113.9")).toContain("203.0.113.9");
  });
});
