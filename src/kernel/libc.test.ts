import { describe, expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "../../test/until.ts";
import { close, getdents, recv, SystemError, send, socket } from "./libc.ts";

const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

function codeOf(action: () => unknown): string {
  try {
    action();
    return "";
  } catch (error) {
    return error instanceof SystemError ? error.code : String(error);
  }
}

describe("libc", () => {
  test("a failed call throws the errno by name and in words", () => {
    expect(codeOf(() => socket(999, SOCK_DGRAM, 0))).toBe("EAFNOSUPPORT");
    expect(codeOf(() => socket(AF_NETLINK, SOCK_DGRAM, 999))).toBe("EPROTONOSUPPORT");
    expect(codeOf(() => send(-1, new Uint8Array(1)))).toBe("EBADF");
    expect(codeOf(() => recv(-1, new Uint8Array(1)))).toBe("EBADF");
    expect(() => socket(999, SOCK_DGRAM, 0)).toThrow("socket: address family not supported (EAFNOSUPPORT)");
    const file = openSync("/dev/null", "r");
    expect(codeOf(() => getdents(file, new Uint8Array(64)))).toBe("ENOTDIR");
    closeSync(file);
  });

  test("errno is that of the call, 10,000 times with the collector at work", () => {
    const codes = new Set<string>();
    let garbage: object[] = [];
    for (let i = 0; i < 10_000; i++) {
      garbage = garbage.length > 100 ? [] : [...garbage, new Array(50).fill(i)];
      codes.add(codeOf(() => socket(999, SOCK_DGRAM, 0)));
    }
    expect([...codes]).toEqual(["EAFNOSUPPORT"]);
  });

  test("a socket is open until it is closed", () => {
    const fd = socket(AF_NETLINK, SOCK_DGRAM, 0);
    expect(codeOf(() => recv(fd, new Uint8Array(16), MSG_DONTWAIT))).toBe("EAGAIN");
    close(fd);
    expect(codeOf(() => recv(fd, new Uint8Array(16), MSG_DONTWAIT))).toBe("EBADF");
  });

  test("a process that dies with its parent does", async () => {
    const libc = JSON.stringify(fileURLToPath(new URL("libc.ts", import.meta.url)));
    const child = `const { diesWithParent } = await import(${libc}); diesWithParent(15); console.log(process.pid); setInterval(() => {}, 1000);`;
    const parent = `Bun.spawn([process.execPath, "-e", ${JSON.stringify(child)}], { stdout: "inherit" }); setInterval(() => {}, 1000);`;
    const running = Bun.spawn([process.execPath, "-e", parent], { stdout: "pipe", stderr: "inherit" });
    const { value } = await running.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    expect(isAlive(pid)).toBe(true);
    running.kill("SIGKILL");
    await until(() => !isAlive(pid), "the child's end");
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
