import { afterEach, expect, test } from "bun:test";
import { joinNetns, makeNetns, type Netns } from "./netns.ts";
import type { Reading } from "./protected-reader.ts";
import { describeWith } from "./requires.ts";
import { endAll, startHelper } from "./wire.ts";

const made: Netns[] = [];

afterEach(async () => {
  await endAll();
  for (const one of made.splice(0)) await one.remove();
});

/** The gateways of a host with these routes, as the guard knows them. */
async function gatewaysWith(...routes: readonly string[]): Promise<string[]> {
  const [host, peer] = [makeNetns(), makeNetns()];
  made.push(host, peer);
  joinNetns(host, peer);
  host.ip("addr add 10.77.0.1/24 dev eth0");
  host.ip("-6 addr add fd77::1/64 dev eth0 nodad");
  for (const route of routes) host.ip(route);
  const reader = await startHelper(host, "protected-reader.ts", []);
  const reading = JSON.parse(await reader.ask("{}")) as Reading;
  expect(reading.unknown.filter((what) => what.startsWith("gateways"))).toEqual([]);
  return reading.unlessForced
    .filter(([, why]) => why === "it is the gateway of eth0")
    .map(([ip]) => ip)
    .sort();
}

describeWith(["root", { program: "ip" }], "gateways are", () => {
  test("every way of a default route that has several, in both families", async () => {
    expect(
      await gatewaysWith(
        "route add default nexthop via 10.77.0.2 nexthop via 10.77.0.3",
        "-6 route add default nexthop via fd77::2 nexthop via fd77::3",
      ),
    ).toEqual(["10.77.0.2", "10.77.0.3", "fd77::2", "fd77::3"]);
  });

  test("those of other tables", async () => {
    expect(
      await gatewaysWith(
        "route add default via 10.77.0.2 table 100",
        "rule add from 10.77.0.1 table 100",
        "-6 route add default via fd77::2 table 200",
      ),
    ).toEqual(["10.77.0.2", "fd77::2"]);
  });

  test("an IPv6 router of an IPv4 route", async () => {
    expect(await gatewaysWith("route add default via inet6 fe80::99 dev eth0")).toEqual(["fe80::99"]);
  });

  test("where a pair of routes stands for the default one", async () => {
    expect(
      await gatewaysWith(
        "route add 0.0.0.0/1 via 10.77.0.4",
        "route add 128.0.0.0/1 via 10.77.0.5",
        "-6 route add 8000::/1 via fd77::4",
      ),
    ).toEqual(["10.77.0.4", "10.77.0.5", "fd77::4"]);
  });

  test("no routers of other networks, and nothing that leads nowhere", async () => {
    expect(
      await gatewaysWith(
        "route add 198.51.100.0/24 via 10.77.0.9",
        "route add unreachable default metric 9",
        "-6 route add unreachable default metric 9",
      ),
    ).toEqual([]);
  });
});
