import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Cut } from "../src/respond/cut.ts";
import type { Wanted } from "./cutter.ts";
import { type Actor, joinNetns, makeNetns, type Netns } from "./netns.ts";
import { describeWith } from "./requires.ts";
import { endAll, type Helper, run, startHelper } from "./wire.ts";

const HOST = { v4: "10.77.0.1", v6: "fd77::1" } as const;
const BAD = { v4: "10.77.0.66", v6: "fd77::66" } as const;
const GOOD = "10.77.0.2";
const NOBODY = 65_534;

let host: Netns;
let peer: Netns;
let server: Actor;
let client: Actor;
let cutter: Helper;

beforeEach(async () => {
  host = makeNetns();
  peer = makeNetns();
  joinNetns(host, peer);
  host.ip(`addr add ${HOST.v4}/24 dev eth0`);
  host.ip(`-6 addr add ${HOST.v6}/64 dev eth0 nodad`);
  for (const ip of [BAD.v4, GOOD]) peer.ip(`addr add ${ip}/24 dev eth0`);
  peer.ip(`-6 addr add ${BAD.v6}/64 dev eth0 nodad`);
  server = host.actor();
  client = peer.actor();
  cutter = await startHelper(host, "cutter.ts", []);
});

afterEach(async () => {
  await endAll();
  await host.remove();
  await peer.remove();
});

async function cut(wanted: Partial<Wanted> = {}): Promise<Cut> {
  return JSON.parse(await cutter.ask(JSON.stringify({ targets: [BAD.v4, BAD.v6], ...wanted }))) as Cut;
}

/** Three connections of BAD by IPv4 and one by IPv6, of which this host has ended its half, and one of GOOD. */
async function connectAll(): Promise<void> {
  await server.ask({ do: "listen", host: "::", port: 8080 });
  for (const id of ["one", "two", "three"])
    await client.ask({ do: "connect", id, from: BAD.v4, host: HOST.v4, port: 8080 });
  await client.ask({ do: "connect", id: "half", from: BAD.v6, host: HOST.v6, port: 8080 });
  await server.ask({ do: "end", id: `${HOST.v6}<${BAD.v6}` });
  await client.ask({ do: "connect", id: "good", from: GOOD, host: HOST.v4, port: 8080 });
}

/** Peers of the connections that `ss` sees. */
async function open(): Promise<string[]> {
  const text = await run(["ss", "-Htn"], host);
  return text
    .split("\n")
    .flatMap((line) => /\[?([\da-f.:]+)\]?:\d+\s*$/.exec(line)?.[1]?.replace("::ffff:", "") ?? [])
    .sort();
}

describeWith(["root", { program: "ip" }, { program: "ss" }], "open connections", () => {
  test("that the kernel does not let us end are counted as open, and told of once", async () => {
    await connectAll();
    expect(await cut({ uid: NOBODY })).toMatchObject({
      ended: 0,
      left: 4,
      problems: [
        expect.stringMatching(/^4 open connections stay: sock_destroy: .* \(EPERM\)$/),
        expect.stringMatching(/^tracked connections stay: .* \(EPERM\)$/),
      ],
    });
    expect(await open()).toEqual([BAD.v4, BAD.v4, BAD.v4, GOOD, BAD.v6].sort());
  });

  test("are ended, also one whose other half is closed, and nobody else's", async () => {
    await connectAll();
    expect(await cut()).toEqual({ ended: 4, left: 0, forgotten: 0, problems: [] });
    expect(await open()).toEqual([GOOD]);
    expect(await cut()).toEqual({ ended: 0, left: 0, forgotten: 0, problems: [] });
  });
});

describeWith(["root", { program: "ip" }, { program: "nft" }], "tracked connections", () => {
  test("are forgotten, and nobody else's", async () => {
    await run(
      [
        "nft",
        "add table inet t; add chain inet t c { type filter hook input priority 0; }; add rule inet t c ct state established accept",
      ],
      host,
    );
    await connectAll();
    const tracked = async () =>
      Number(await run(["cat", "/proc/sys/net/netfilter/nf_conntrack_count"], host));
    expect(await tracked()).toBeGreaterThanOrEqual(5);
    const { ended, left, forgotten, problems } = await cut();
    expect({ ended, left, problems }).toEqual({ ended: 4, left: 0, problems: [] });
    expect(forgotten).toBe(4);
    const after = await run(["cat", "/proc/sys/net/netfilter/nf_conntrack_count"], host);
    expect(Number(after)).toBeGreaterThanOrEqual(1);
    await client.ask({ do: "send", id: "good", bytes: 3 });
    await server.ask({ do: "receive", id: `${HOST.v4}<${GOOD}`, bytes: 3 });
  });
});
