import { expect, test } from "bun:test";
import { defaultInterfaces, parseRoutes, parseRoutes6 } from "./routes.ts";

const ROUTE = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
const ZERO = "0".repeat(32);

test.each([
  ["the default route", "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0", ["eth0"]],
  ["no router", "ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0", ["ppp0"]],
  ["no hexadecimal", "eth0\t00000000\t0102x0C0\t0003\t0\t0\t0\t00000000\t0\t0\t0", ["eth0"]],
  ["a network", "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0", []],
  ["half of all addresses", "tun0\t00000000\t010200C0\t0003\t0\t0\t0\t00000080\t0\t0\t0", []],
  ["a default that is down", "eth0\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0", []],
  ["an unreachable default", "*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0", []],
  ["half a line", "eth0\t00000000", []],
])("parseRoutes: %s", (_, line, expected) => {
  expect<unknown>(parseRoutes(`${ROUTE}${line}\n`)).toEqual(expected);
});

test.each([
  [
    "the default route",
    `${ZERO} 00 ${ZERO} 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0`,
    ["eth0"],
  ],
  [
    "the router's address on the link",
    `${ZERO} 00 ${ZERO} 00 fe80000000000000021122fffe334455 00000400 00000002 00000000 00450003     eth0`,
    ["eth0"],
  ],
  [
    "the unreachable default of every host",
    `${ZERO} 00 ${ZERO} 00 ${ZERO} ffffffff 00000001 00000000 00200200       lo`,
    [],
  ],
  [
    "a network",
    `fe80${ZERO.slice(4)} 40 ${ZERO} 00 ${ZERO} 00000100 00000002 00000000 00000001     eth0`,
    [],
  ],
  ["half a line", `${ZERO} 00`, []],
])("parseRoutes6: %s", (_, line, expected) => {
  expect<unknown>(parseRoutes6(`${line}\n`)).toEqual(expected);
});

test("a host without these files has no default route", () => {
  expect(defaultInterfaces("/nonexistent")).toEqual(new Set());
});
