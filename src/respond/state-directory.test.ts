import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith } from "../../test/requires.ts";
import { until } from "../../test/until.ts";
import { parseTarget } from "../model/target.ts";
import { audit } from "./audit.ts";
import { type Entry, readLedger, writeLedger } from "./ledger.ts";
import { inTurn, type Means } from "./means.ts";
import { type Lock, type StateDirectory, stateDirectory } from "./state-directory.ts";

let root: string;
let state: StateDirectory;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "nethergaze-state-"));
  state = stateDirectory(join(root, "deep/state"));
});

afterEach(() => rmSync(root, { recursive: true }));

describe("the state directory", () => {
  test("is made with its first file, and nobody else may read it", () => {
    expect(state.read("a")).toBeUndefined();
    state.replace("a", "one");
    state.replace("a", "two");
    expect(state.read("a")).toBe("two");
    expect(statSync(state.path).mode & 0o777).toBe(0o700);
    expect(statSync(join(state.path, "a")).mode & 0o777).toBe(0o600);
  });

  test("goes on in a new file when one is large, and keeps the last", () => {
    for (const line of ["first", "second", "third"]) state.append("log", line.repeat(10), 20);
    expect(state.read("log")).toBe(`${"third".repeat(10)}\n`);
    expect(state.read("log.1")).toBe(`${"second".repeat(10)}\n`);
  });

  test("follows no link", () => {
    state.replace("a", "");
    writeFileSync(join(root, "elsewhere"), "untouched");
    symlinkSync(join(root, "elsewhere"), join(state.path, "log"));
    expect(() => state.append("log", "line", 100)).toThrow();
    expect(() => state.read("log")).toThrow();
    expect(readFileSync(join(root, "elsewhere"), "utf8")).toBe("untouched");
  });

  test("is locked by one at a time, also within one process", async () => {
    const lock = await taken();
    expect(state.tryLock("turn")).toBeUndefined();
    const waiting = taken();
    lock.release();
    const next = await waiting;
    next.release();
  });

  test("gives up the lock of a process that was killed", async () => {
    state.replace("a", "");
    const holder = Bun.spawn(["flock", "--no-fork", join(state.path, "turn"), "sleep", "60"]);
    await until(() => {
      const free = state.tryLock("turn");
      free?.release();
      return free === undefined;
    }, "a lock");
    holder.kill("SIGKILL");
    await holder.exited;
    const lock = await taken();
    lock.release();
  });

  test("says who has kept the lock too long, and whether that one is stopped", async () => {
    const impatient = stateDirectory(state.path, 0);
    state.replace("a", "");
    const holder = Bun.spawn(["flock", "--no-fork", join(state.path, "lock"), "sleep", "60"]);
    const { pid } = holder;
    try {
      const kept = await until(async () => {
        const lock = await impatient.lock("lock");
        if ("release" in lock) lock.release();
        return "holder" in lock ? lock.holder : undefined;
      }, "a lock that is kept");
      expect(kept).toMatchObject({ pid, stopped: false });
      holder.kill("SIGSTOP");
      await until(async () => {
        const lock = await impatient.lock("lock");
        return "holder" in lock && lock.holder?.stopped === true;
      }, "its being stopped");
      const means = { state: impatient } as Means;
      expect(await inTurn(means, () => Promise.resolve("done"))).toEqual({
        kind: "failed",
        denied: false,
        detail: `sleep (pid ${pid}) was stopped while it changed the firewall: let it go on with kill -CONT ${pid}, then try again`,
      });
    } finally {
      holder.kill("SIGKILL");
      await holder.exited;
    }
  });

  test("is refused where others may write there", () => {
    state.replace("a", "");
    chmodSync(state.path, 0o777);
    const words = `others may write to ${state.path}: chmod go-w ${state.path}`;
    expect(() => state.read("a")).toThrow(words);
    expect(() => state.replace("a", "")).toThrow(words);
    expect(() => state.append("a", "", 1)).toThrow(words);
    expect(() => state.tryLock("a")).toThrow(words);
    chmodSync(state.path, 0o770);
    expect(() => state.read("a")).toThrow(words);
    chmodSync(state.path, 0o755);
    expect(state.read("a")).toBe("");
  });

  test("is refused where it is a link, also where that leads nowhere", () => {
    state.replace("a", "one");
    const elsewhere = join(root, "elsewhere");
    renameSync(state.path, elsewhere);
    symlinkSync(elsewhere, state.path);
    const words = `${state.path} is a link, which may lead to a place of somebody else's: put the directory itself there`;
    const refused = () => {
      expect(() => state.read("a")).toThrow(words);
      expect(() => state.replace("a", "two")).toThrow(words);
      expect(() => state.append("a", "two", 1)).toThrow(words);
      expect(() => state.tryLock("turn")).toThrow(words);
    };
    refused();
    expect(readFileSync(join(elsewhere, "a"), "utf8")).toBe("one");
    expect(existsSync(join(elsewhere, "turn"))).toBe(false);
    rmSync(elsewhere, { recursive: true });
    refused();
    rmSync(state.path);
    writeFileSync(state.path, "");
    expect(() => state.read("a")).toThrow(`${state.path} is no directory: move it away`);
    expect(() => state.replace("a", "two")).toThrow("is no directory");
  });

  test("is good where somebody else made it for us, empty, and below a link", () => {
    // As systemd does (StateDirectory=), and where a home lies on another disk.
    mkdirSync(join(root, "disk/nethergaze"), { recursive: true, mode: 0o755 });
    symlinkSync(join(root, "disk"), join(root, "lib"));
    const made = stateDirectory(join(root, "lib/nethergaze"));
    expect(made.read("a")).toBeUndefined();
    made.append("log", "line", 100);
    made.tryLock("turn")?.release();
    expect(readFileSync(join(root, "disk/nethergaze/log"), "utf8")).toBe("line\n");
  });
});

/** The lock "turn". */
async function taken(): Promise<Lock> {
  const lock = await state.lock("turn");
  if ("holder" in lock) throw new Error(`it is kept: ${JSON.stringify(lock)}`);
  return lock;
}

describeWith(["root"], "a file of somebody else's", () => {
  test("is not believed, nor a directory", () => {
    state.replace("a", "one");
    chownSync(state.path, 1, 1);
    expect(() => state.read("a")).toThrow(
      `${state.path} belongs to uid 1, not to uid 0: chown 0 ${state.path}`,
    );
    expect(() => state.replace("a", "two")).toThrow("belongs to uid 1");
  });

  test("is not believed", () => {
    state.replace("blocks.json", '{"v":1,"blocks":[]}');
    chownSync(join(state.path, "blocks.json"), 1, 1);
    expect(() => readLedger(state)).toThrow("belongs to uid 1, not to uid 0");
  });
});

function entry(text: string, rest: Partial<Entry> = {}): Entry {
  const target = parseTarget(text);
  if (target === undefined) throw new Error(text);
  return {
    target,
    firewall: "nft",
    since: 1,
    until: 2,
    reason: "",
    packets: 0,
    pending: false,
    armed: false,
    forced: false,
    ...rest,
  };
}

describe("the ledger", () => {
  test("gives back what was written", () => {
    const entries = [
      entry("1.2.3.4", { reason: 'quotes " and\nlines', until: null }),
      entry("2001:db8::/64", { firewall: "ufw", packets: 12, pending: true, armed: true, forced: true }),
    ];
    writeLedger(state, entries);
    expect(readLedger(state)).toEqual(entries);
  });

  test("leaves out what is no entry", () => {
    const good = { target: "1.2.3.4", firewall: "nft", since: 1, until: null };
    const bad = [
      7,
      null,
      {},
      { ...good, target: "x" },
      { ...good, firewall: "pf" },
      { ...good, until: "never" },
      { ...good, until: 1e300 },
      { ...good, since: -1 },
    ];
    state.replace("blocks.json", JSON.stringify({ blocks: [...bad, good] }));
    expect(readLedger(state)).toEqual([entry("1.2.3.4", { until: null })]);
  });

  test.each(["", "{", '{"blocks":'])("of %p says which file it is", (text) => {
    state.replace("blocks.json", text);
    expect(() => readLedger(state)).toThrow("blocks.json is not JSON");
  });

  test.each(["[]", "7", "null", '{"blocks":{}}'])("of %p is empty", (text) => {
    state.replace("blocks.json", text);
    expect(readLedger(state)).toEqual([]);
  });
});

describe("the audit log", () => {
  test("has a line for each act: who, what, why, commands and result", () => {
    const who = { uid: 0, sudoUser: "eve", from: "192.0.2.9", terminal: true };
    const steps = [{ argv: ["nft", "-f", "-"], input: "add table inet x\n" } as const];
    audit(state, who, {
      at: 5,
      what: "block",
      targets: ["1.2.3.4"],
      firewall: "nft",
      until: null,
      why: "a\nb",
      steps,
      result: "ok",
    });
    const lines = (state.read("audit.jsonl") ?? "").split("\n");
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      at: 5,
      who: { ...who, pid: process.pid },
      what: "block",
      targets: ["1.2.3.4"],
      firewall: "nft",
      until: null,
      why: "a\nb",
      commands: ["nft -f - <<'EOF'\nadd table inet x\nEOF"],
      result: "ok",
    });
  });
});
