import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FakeProc } from "../../test/fake-proc.ts";
import { ContainerNames } from "./container-names.ts";

const ID = "8f3a0c1be5d2479f6b1d0e9c8a7f6e5d4c3b2a190817263544536271809fa0b1";
const SHORT = "8f3a0c1be5d2";
const DOCKER = `var/lib/docker/containers/${ID}/config.v2.json`;
const PODMAN = "var/lib/containers/storage/overlay-containers/containers.json";
const IN_DOCKER = { comm: "nginx", cgroup: `0::/system.slice/docker-${ID}.scope\n` };
const NETNS = 4_026_532_202;

let proc: FakeProc;
let root: string;

beforeEach(() => {
  proc = new FakeProc();
  root = mkdtempSync(join(tmpdir(), "root-"));
});
afterEach(() => {
  proc.remove();
  rmSync(root, { recursive: true });
});

function write(path: string, text: string | Uint8Array): string {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

function label(pid: number, netns = NETNS): string {
  return new ContainerNames(proc.root, root).labelOf(pid, netns, 0);
}

describe("what a namespace is called", () => {
  test("as Docker calls the container, else as Podman does, else its short id", () => {
    proc.start(10, NETNS, IN_DOCKER);
    expect(label(10)).toBe(SHORT);
    write(PODMAN, JSON.stringify([{ id: "0" }, null, { id: ID, names: ["db", "postgres"] }]));
    expect(label(10)).toBe("db");
    write(DOCKER, JSON.stringify({ ID, Name: "/web", Config: { Hostname: "x" } }));
    expect(label(10)).toBe("web");
  });

  test("as the cgroup does, where that has the name", () => {
    proc.start(10, NETNS, { cgroup: "0::/lxc.payload.mail/system.slice/postfix.service\n" });
    expect(label(10)).toBe("mail");
  });

  test("as `ip netns` does, else as a process in it", () => {
    const inode = statSync(write("run/netns/blue", "")).ino;
    write("run/netns/other", "");
    proc.start(10, inode, { comm: "sleep", cgroup: "0::/system.slice/ssh.service\n" });
    expect([label(10, inode), label(10)]).toEqual(["blue", "sleep"]);
    expect(label(11)).toBe("?");
  });

  test("not as the container the program itself is in", () => {
    writeFileSync(join(proc.root, "self/cgroup"), IN_DOCKER.cgroup);
    proc.start(10, NETNS, IN_DOCKER);
    expect(label(10)).toBe("nginx");
  });

  test("a name is kept for a while, then read again", () => {
    const names = new ContainerNames(proc.root, root);
    proc.start(10, NETNS, IN_DOCKER);
    write(DOCKER, '{"Name":"/old"}');
    const seen = [names.labelOf(10, NETNS, 0)];
    write(DOCKER, '{"Name":"/new"}');
    seen.push(names.labelOf(10, NETNS, 29_999), names.labelOf(10, NETNS, 30_000));
    expect(seen).toEqual(["old", "old", "new"]);
  });
});

describe("a hostile file", () => {
  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", "[]"],
    ["no name", "{}"],
    ["a name that is none", '{"Name":7}'],
    ["a name of nothing", '{"Name":"/"}'],
    ["a name with a command for the terminal", '{"Name":"/\\u001b[2Jweb"}'],
    ["a name with a newline", '{"Name":"/web\\n"}'],
    ["a name without end", JSON.stringify({ Name: `/${"x".repeat(1000)}` })],
    ["names of every object", '{"__proto__":{"Name":"/evil"},"constructor":{"Name":"/evil"}}'],
    ["depth", "[".repeat(1e6)],
    ["more than is read", `{"Name":"/web","x":"${"x".repeat(2 ** 20)}"}`],
    ["no text", Uint8Array.from({ length: 256 }, (_, i) => i)],
  ])("%s: the short id", (_, text) => {
    proc.start(10, NETNS, IN_DOCKER);
    write(DOCKER, text);
    expect(label(10)).toBe(SHORT);
    rmSync(join(root, DOCKER));
    write(PODMAN, text);
    expect(label(10)).toBe(SHORT);
  });

  test.each([
    ["a directory", (path: string) => mkdirSync(path, { recursive: true })],
    ["a pipe that nobody writes to", (path: string) => spawnSync("mkfifo", [path])],
    ["a link to itself", (path: string) => symlinkSync(path, path)],
    ["a device without end", (path: string) => symlinkSync("/dev/zero", path)],
  ])("%s: the short id", (_, make) => {
    proc.start(10, NETNS, IN_DOCKER);
    for (const path of [DOCKER, PODMAN]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      make(join(root, path));
    }
    expect(label(10)).toBe(SHORT);
  });

  test("a cgroup and a name of any length are cut", () => {
    proc.start(10, NETNS, { comm: "x".repeat(1e5), cgroup: "\u001b".repeat(1e6) });
    expect(label(10)).toBe("x".repeat(64));
    proc.start(11, NETNS, { cgroup: `0::/lxc/${"y".repeat(1e6)}` });
    expect(label(11)).toBe("y".repeat(64));
  });
});
