import { describe, expect, test } from "bun:test";
import { profile, ROWS, wire } from "../../test/console/snapshots.ts";
import { type GroupProfile, SORTS, type Sort } from "../model/snapshot.ts";
import { COLUMNS, columnsFor, keyOf, knownColumns, LEAVING } from "./columns.ts";
import { PALETTE } from "./palette.ts";
import { columnsOf } from "./table-columns.ts";

const ORIGIN = { country: "NL", asn: 14_061, org: "DigitalOcean" };
const SHOWN = { sort: "risk", reverse: false, group: "address", filter: "" } as const;
const BY_RISK = { sort: "risk", group: "address" } as const;
/** A row of which everything is known. */
const RICH = profile("45.77.12.9", {
  origin: ORIGIN,
  inBytes: 1,
  outBytes: 2,
  wire: wire({ inPackets: 1, packetsPerSecond: 0.25, synPerSecond: 1200 }),
  sessions: 3,
});

function names(width: number, wanted: readonly Sort[]): Sort[] {
  return columnsFor(width, wanted, BY_RISK).map(({ name }) => name);
}

describe("columns", () => {
  test("that nobody knows anything of take no room; once known they stay", () => {
    const plain = knownColumns(ROWS, []);
    expect(SORTS.filter((name) => !plain.includes(name))).toEqual([
      "cc",
      "network",
      "in",
      "out",
      "pkts",
      "syn",
      "seen",
    ]);
    const rich = knownColumns([RICH], plain);
    expect(rich).toEqual(SORTS);
    expect(knownColumns(ROWS, rich)).toBe(rich);
    expect(columnsOf({ columns: [], known: [], shown: SHOWN })).toEqual(plain);
  });

  test("leave in the stated order as the width shrinks", () => {
    const gone: Sort[] = [];
    for (let width = 250; width > 30; width--) {
      const kept = names(width, SORTS);
      for (const name of SORTS) if (!kept.includes(name) && !gone.includes(name)) gone.push(name);
    }
    expect(gone).toEqual([...LEAVING]);
    expect(LEAVING).toEqual([
      "5xx",
      "est",
      "pkts",
      "syn",
      "svc",
      "network",
      "4xx",
      "sent",
      "in",
      "out",
      "seen",
      "cc",
      "half",
      "req",
      "last",
    ]);
    expect(names(31, SORTS)).toEqual(["risk", "ip", "conn", "rate", "auth"]);
    // The one that is sorted by explains the order.
    expect(columnsFor(60, SORTS, { sort: "5xx", group: "address" }).map(({ name }) => name)).toEqual([
      "risk",
      "ip",
      "conn",
      "rate",
      "5xx",
      "auth",
    ]);
  });

  test("never overlap and fill the width with the last act", () => {
    for (let width = 42; width < 260; width++) {
      const placed = columnsFor(width, SORTS, BY_RISK);
      let edge = 0;
      for (const { x, width: cells } of placed) {
        expect(x >= edge).toBe(true);
        edge = x + cells;
      }
      expect(edge <= width).toBe(true);
      if (placed.some(({ name }) => name === "last")) expect(edge).toBe(width);
    }
  });

  test("the last act grows first, then the address up to its longest form, then the last act again", () => {
    const plain = columnsOf({ columns: [], known: [], shown: SHOWN });
    const size = (of: number, wanted: Sort) =>
      columnsFor(of, plain, BY_RISK).find(({ name }) => name === wanted)?.width;
    expect([size(108, "last"), size(108, "ip")]).toEqual([16, 18]);
    expect([size(120, "last"), size(120, "ip")]).toEqual([28, 18]);
    expect([size(131, "last"), size(131, "ip")]).toEqual([28, 29]);
    expect([size(190, "last"), size(190, "ip")]).toEqual([77, 39]);
  });

  test("are those asked for, in that order", () => {
    expect(columnsOf({ columns: [], known: SORTS, shown: { ...SHOWN, group: "network" } })).not.toContain(
      "network",
    );
    expect(columnsOf({ columns: [], known: SORTS, shown: { ...SHOWN, group: "country" } })).not.toContain(
      "cc",
    );
    expect(columnsOf({ columns: ["auth", "ip", "last"], known: SORTS, shown: SHOWN })).toEqual([
      "auth",
      "ip",
      "last",
    ]);
    expect(names(30, ["ip", "last", "conn", "5xx"])).toEqual(["ip", "conn"]);
  });

  test("say what they know of an address and of a group", () => {
    const cells = (row: Parameters<typeof keyOf>[0]): string[] =>
      (["risk", "ip", "cc", "network", "in", "out", "pkts", "syn", "seen"] as const).map((name) =>
        COLUMNS[name].value(row, 24),
      );
    expect(cells(RICH)).toEqual([
      "·",
      "45.77.12.9",
      "NL",
      "AS14061 DigitalOcean",
      "1B",
      "2B",
      "-",
      "1.2k",
      "3×",
    ]);
    const { ip: _, ...activity } = profile("45.77.12.9", {
      verdict: { risk: 92, severity: "critical", findings: [] },
    });
    const group: GroupProfile = { ...activity, group: "45.77.12.0/24", addresses: 1_204 };
    expect(cells(group)).toEqual(["92", "45.77.12.0/24 ×1,204", "-", "-", "-", "-", "-", "-", "-"]);
    expect(cells({ ...group, group: "" })[1]).toBe("not known ×1,204");
    expect([keyOf(RICH), keyOf(group)]).toEqual(["45.77.12.9", "45.77.12.0/24"]);
  });

  test("at 80 cells are what they were without packets, and where there is more room are bytes", () => {
    const all = columnsOf({ columns: [], known: knownColumns([RICH], []), shown: SHOWN });
    const plain = all.filter((name) => !["cc", "network", "seen"].includes(name));
    expect(names(76, plain)).toEqual(["risk", "ip", "conn", "half", "rate", "req", "auth", "last"]);
    // Beside the live panel at 160 cells.
    expect(names(95, plain)).toEqual([
      "risk",
      "ip",
      "conn",
      "half",
      "rate",
      "req",
      "in",
      "out",
      "sent",
      "auth",
      "last",
    ]);
  });

  test("what it did last is what packets tell where nothing else does, and SYNs without an ACK always", () => {
    const last = (known: Parameters<typeof profile>[1]) => {
      const row = profile("45.77.12.9", known);
      return [COLUMNS.last.value(row, 40), COLUMNS.last.style?.(row) === PALETTE.warning];
    };
    const syns = (synIn: number) => wire({ inPackets: synIn, synIn, tcp: synIn });
    expect(last({ wire: syns(812) })).toEqual(["812 SYN, no ACK", true]);
    expect(last({ wire: syns(2) })).toEqual(["2 SYN, no ACK", false]);
    expect(last({ wire: syns(812), last: "GET /" })).toEqual(["812 SYN, no ACK · GET /", true]);
    expect(last({ wire: syns(2), last: "GET /" })).toEqual(["GET /", false]);
    expect(last({ wire: wire({ inPackets: 31, tcp: 31, ackIn: 31 }), noSocket: true })).toEqual([
      "no socket, 31 packets",
      false,
    ]);
    expect(last({ wire: wire({ inPackets: 31, tcp: 31, ackIn: 31 }), last: "GET /" })).toEqual([
      "GET /",
      false,
    ]);
    expect(last({ wire: syns(9), proxy: true })[0]).toBe("proxy: counted for its clients");
    expect(last({})).toEqual(["-", false]);
  });
});
