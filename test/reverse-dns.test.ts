import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createReverseDns, type ReverseDns } from "../src/enrich/reverse-dns.ts";
import type { HealthEvent, OriginEvent } from "../src/model/event.ts";
import { type Ip, parseIp } from "../src/model/ip.ts";
import { type DnsAnswer, type DnsServer, serveDns } from "./dns-server.ts";
import { until } from "./until.ts";

let server: DnsServer | undefined;
let dns: ReverseDns | undefined;
let events: (OriginEvent | HealthEvent)[] = [];
let later = 0;

beforeEach(() => {
  events = [];
  later = 0;
});
afterEach(async () => {
  dns?.close();
  dns = undefined;
  await server?.stop();
  server = undefined;
});

function ip(text: string): Ip {
  const address = parseIp(text);
  if (address === undefined) throw new Error(text);
  return address;
}

/** A name server with these records, `TYPE NAME` each. */
async function start(
  zone: Readonly<Record<string, readonly string[] | DnsAnswer | undefined>>,
  { tcp = true, ...more }: { tcp?: boolean; patience?: number; privateToo?: boolean } = {},
): Promise<ReverseDns> {
  server = await serveDns(
    (type, name) => {
      const key = `${type} ${name}`;
      if (!(key in zone)) return { code: 3 };
      const said = zone[key];
      return Array.isArray(said) ? { records: said } : (said as DnsAnswer | undefined);
    },
    { tcp },
  );
  dns = createReverseDns({
    now: () => Date.now() + later,
    emit: (event) => events.push(event),
    servers: [server.name],
    ...more,
  });
  return dns;
}

/** Waits until the address was looked up: its name, or null. */
async function lookedUp(of: ReverseDns, address: string): Promise<string | null> {
  of.ask(ip(address));
  const { answer } = await until(() => {
    const known = of.known(ip(address));
    return known === undefined ? undefined : { answer: known };
  }, `the name of ${address}`);
  return answer;
}

function names(): string[] {
  return events.flatMap((event) => (event.kind === "origin" ? [`${event.ip} ${event.hostname}`] : []));
}

function health(): Promise<HealthEvent> {
  return until(() => events.findLast((event): event is HealthEvent => event.kind === "health"), "health");
}

const PTR = "PTR 1.66.249.66.in-addr.arpa";
const CRAWLER = "crawl-66-249-66-1.googlebot.com";

describe("a name", () => {
  test("that leads back to its address is told", async () => {
    const of = await start({ [PTR]: [CRAWLER], [`A ${CRAWLER}`]: ["66.249.66.1"] });
    expect(await lookedUp(of, "66.249.66.1")).toBe(CRAWLER);
    expect(events[0]).toEqual({
      kind: "origin",
      at: expect.any(Number),
      ip: ip("66.249.66.1"),
      hostname: CRAWLER,
    });
    expect(await health()).toMatchObject({ part: "dns", state: "up" });
    expect(server?.asked).toEqual([PTR, `A ${CRAWLER}`]);
  });

  test("of IPv6", async () => {
    const name = "one.one.one.one";
    const of = await start({
      [`PTR ${[..."26064700470000000000000000001111"].reverse().join(".")}.ip6.arpa`]: [name],
      [`AAAA ${name}`]: ["2606:4700:4700::1111"],
    });
    expect(await lookedUp(of, "2606:4700:4700::1111")).toBe(name);
  });

  test("that leads elsewhere is forged, and not told", async () => {
    const of = await start({ [PTR]: [CRAWLER], [`A ${CRAWLER}`]: ["66.249.66.2", "10.0.0.1"] });
    expect(await lookedUp(of, "66.249.66.1")).toBeNull();
    expect(names()).toEqual([]);
  });

  test("that leads nowhere is not told", async () => {
    const of = await start({ [PTR]: [CRAWLER] });
    expect(await lookedUp(of, "66.249.66.1")).toBeNull();
    expect(names()).toEqual([]);
  });

  test("among several is the first that leads back", async () => {
    const of = await start({
      [PTR]: ["forged.example", "True.Example", "other.example"],
      "A forged.example": ["192.0.2.1"],
      "A true.example": ["192.0.2.1", "66.249.66.1"],
      "A other.example": ["66.249.66.1"],
    });
    expect(await lookedUp(of, "66.249.66.1")).toBe("true.example");
    expect(server?.asked).toEqual([PTR, "A forged.example", "A true.example"]);
  });

  test("among too many is not looked for", async () => {
    const many = Array.from({ length: 40 }, (_, i) => `n${i}.example`);
    const of = await start({ [PTR]: many, "A n20.example": ["66.249.66.1"] });
    expect(await lookedUp(of, "66.249.66.1")).toBeNull();
    expect(server?.asked).toHaveLength(9);
  });

  test.each([
    "localhost",
    "66.249.66.1",
    "a b.example",
    "under_score.example",
    "-x.example",
    "x\u001b[2J.example",
    `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}.x`,
    "",
  ])("%j is no name of a host", async (name) => {
    const of = await start({ [PTR]: [name], [`A ${name}`]: ["66.249.66.1"] });
    expect(await lookedUp(of, "66.249.66.1")).toBeNull();
    expect(server?.asked).toEqual([PTR]);
  });

  test("that is too long for a packet comes by TCP", async () => {
    const of = await start({
      [PTR]: { records: [CRAWLER], truncated: true },
      [`A ${CRAWLER}`]: ["66.249.66.1"],
    });
    expect(await lookedUp(of, "66.249.66.1")).toBe(CRAWLER);
    expect(server?.asked).toEqual([PTR, `${PTR} TCP`, `A ${CRAWLER}`]);
  });
});

describe("no answer", () => {
  test.each<[what: string, answer: DnsAnswer | undefined, tcp: boolean]>([
    ["at all", undefined, true],
    ["but a failure", { code: 2 }, true],
    ["but a refusal", { code: 5 }, true],
    ["but half of one", { records: [CRAWLER], truncated: true }, false],
  ])("%s is told, and tried again later", async (_, answer, tcp) => {
    const zone: Record<string, readonly string[] | DnsAnswer | undefined> = { [PTR]: answer };
    const of = await start(zone, { patience: 700, tcp });
    of.ask(ip("66.249.66.1"));
    expect(await health()).toMatchObject({
      part: "dns",
      state: "degraded",
      detail: expect.stringMatching(/^no answer: .*resolv\.conf/),
    });
    expect(of.known(ip("66.249.66.1"))).toBeUndefined();
    zone[PTR] = [CRAWLER];
    zone[`A ${CRAWLER}`] = ["66.249.66.1"];
    later = 61_000;
    expect(await lookedUp(of, "66.249.66.1")).toBe(CRAWLER);
    expect((await health()).state).toBe("up");
  });

  test("to the way back proves nothing", async () => {
    const of = await start({ [PTR]: [CRAWLER], [`A ${CRAWLER}`]: undefined }, { patience: 500 });
    of.ask(ip("66.249.66.1"));
    expect((await health()).state).toBe("degraded");
    expect(names()).toEqual([]);
  });
});

describe("answers", () => {
  test("are kept: names for an hour, that there is none for ten minutes", async () => {
    const of = await start({ [PTR]: [CRAWLER], [`A ${CRAWLER}`]: ["66.249.66.1"] });
    await lookedUp(of, "66.249.66.1");
    await lookedUp(of, "8.8.8.8");
    const asked = server?.asked.length;
    of.ask(ip("66.249.66.1"));
    of.ask(ip("8.8.8.8"));
    expect(names()).toEqual([`66.249.66.1 ${CRAWLER}`, `66.249.66.1 ${CRAWLER}`]);
    later = 601_000;
    expect(of.known(ip("8.8.8.8"))).toBeUndefined();
    expect(of.known(ip("66.249.66.1"))).toBe(CRAWLER);
    expect(server?.asked).toHaveLength(asked ?? 0);
    await lookedUp(of, "8.8.8.8");
    later = 3_601_000;
    expect(of.known(ip("66.249.66.1"))).toBeUndefined();
  });

  test("of private addresses are asked for only where that is wanted", async () => {
    const zone = {
      "PTR 1.0.168.192.in-addr.arpa": ["nas.home.example"],
      "A nas.home.example": ["192.168.0.1"],
    };
    const shy = await start(zone);
    shy.ask(ip("192.168.0.1"));
    await lookedUp(shy, "8.8.8.8");
    expect(server?.asked).toEqual(["PTR 8.8.8.8.in-addr.arpa"]);
    shy.close();
    await server?.stop();
    expect(await lookedUp(await start(zone, { privateToo: true }), "192.168.0.1")).toBe("nas.home.example");
  });

  test("of a crowd come four at a time, for a thousand at most", async () => {
    const of = await start({});
    const crowd = Array.from({ length: 5_000 }, (_, i) => ip(`20.${i >> 8}.${i & 255}.1`));
    for (const one of crowd) of.ask(one);
    await until(() => of.known(crowd.at(-1) as Ip) !== undefined, "the last of them");
    expect(server?.asked).toHaveLength(1_004);
  });

  test("that come after the end are not told", async () => {
    const of = await start({ [PTR]: undefined }, { patience: 600_000 });
    of.ask(ip("66.249.66.1"));
    await until(() => server?.asked.length === 1, "the question");
    of.close();
    of.ask(ip("8.8.8.8"));
    await Bun.sleep(20);
    expect(events).toEqual([]);
    expect(server?.asked).toHaveLength(1);
  });
});
