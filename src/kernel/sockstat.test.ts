import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readInUse } from "./sockstat.ts";

const root = mkdtempSync(join(tmpdir(), "sockstat-"));
mkdirSync(join(root, "net"));
afterAll(() => rmSync(root, { recursive: true }));

const V4 = "sockets: used 290\nTCP: inuse 5 orphan 0 tw 12 alloc 8 mem 1\nUDP: inuse 2 mem 0\n";
const V6 = "TCP6: inuse 3\nUDP6: inuse 1\n";

function read(v4: string, v6?: string) {
  rmSync(join(root, "net/sockstat6"), { force: true });
  writeFileSync(join(root, "net/sockstat"), v4);
  if (v6 !== undefined) writeFileSync(join(root, "net/sockstat6"), v6);
  return readInUse(root);
}

describe("readInUse", () => {
  test("counts both families; a host without IPv6 has none of it", () => {
    expect(read(V4, V6)).toEqual({ v4: 5, v6: 3, waiting: 12 });
    expect(read(V4)).toEqual({ v4: 5, v6: 0, waiting: 12 });
  });

  test("what is written in another way is not known", () => {
    expect(read("TCP: inuse many orphan 0 tw 12 alloc 8 mem 1\n", V6)).toBeUndefined();
    expect(read("", V6)).toBeUndefined();
    expect(read(V4, "TCP6: inuse -1\n")).toBeUndefined();
  });

  test("no file: its error", () => {
    expect(() => readInUse("/nonexistent")).toThrow("ENOENT");
  });

  test("this kernel writes it as we read it", () => {
    expect(readInUse("/proc")).toEqual({
      v4: expect.any(Number),
      v6: expect.any(Number),
      waiting: expect.any(Number),
    });
  });
});
