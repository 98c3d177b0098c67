import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRegistry, type Registry, type RegistryOptions } from "../src/enrich/registry.ts";
import type { HealthEvent, OriginEvent } from "../src/model/event.ts";
import { type Ip, parseIp } from "../src/model/ip.ts";
import {
  network,
  ownNetwork,
  type RdapAnswer,
  type Registries,
  serveRegistries,
  serveWhois,
  type WhoisAnswer,
  type WhoisServers,
} from "./registries.ts";
import { AFRINIC, ARIN, ARIN_WHOIS, RIPE, RIPE_WHOIS } from "./registry-answers.ts";
import { until } from "./until.ts";

const ALL = ["0.0.0.0/0", "::/0"];
const DAY = 86_400;

let directory = "";
let rdap: Registries | undefined;
let whois: WhoisServers | undefined;
let registry: Registry | undefined;
let events: (OriginEvent | HealthEvent)[] = [];
let later = 0;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "nethergaze-registry-"));
  events = [];
  later = 0;
});
afterEach(async () => {
  await registry?.close();
  registry = undefined;
  await rdap?.stop();
  await whois?.stop();
  rmSync(directory, { recursive: true });
});

function ip(text: string): Ip {
  const address = parseIp(text);
  if (address === undefined) throw new Error(text);
  return address;
}

async function start(
  answer: RdapAnswer | readonly { prefixes: readonly string[]; answer: RdapAnswer }[],
  {
    whoisAnswers = [() => "% nothing\n"],
    ...more
  }: { whoisAnswers?: readonly WhoisAnswer[] } & Partial<RegistryOptions> = {},
): Promise<Registry> {
  rdap = serveRegistries(...(typeof answer === "function" ? [{ prefixes: ALL, answer }] : answer));
  whois = await serveWhois(...whoisAnswers);
  return open(more);
}

function open(more: Partial<RegistryOptions> = {}): Registry {
  registry = createRegistry({
    now: () => Date.now() + later,
    emit: (event) => events.push(event),
    cache: undefined,
    ttl: DAY,
    workers: 3,
    bootstrap: rdap?.bootstrap ?? "",
    whois: whois?.names[0] ?? "",
    gap: 0,
    ...more,
  });
  return registry;
}

function originOf(address: string): OriginEvent | undefined {
  return events.find((event): event is OriginEvent => event.kind === "origin" && event.ip === address);
}

function told(address: string): Promise<OriginEvent> {
  return until(() => originOf(address), `the origin of ${address}`);
}

function failed(of: Registry, address: string): Promise<string> {
  return until(() => {
    const state = of.state(ip(address));
    return typeof state === "object" ? state.failed : undefined;
  }, `${address} to fail`);
}

function health(source = "registries"): HealthEvent | undefined {
  return events.findLast((event): event is HealthEvent => event.kind === "health" && event.source === source);
}

/** The questions to registries, without the lists. */
function questions(): string[] {
  return (rdap?.asked ?? []).filter((line) => !line.startsWith("list"));
}

describe("RDAP", () => {
  test("the registry that IANA's list names is asked, once for a network", async () => {
    const of = await start([
      { prefixes: ["8.0.0.0/8"], answer: () => Response.json(ARIN) },
      { prefixes: ["193.0.0.0/8"], answer: () => Response.json(RIPE) },
    ]);
    expect(of.state(ip("8.8.8.8"))).toBeUndefined();
    of.ask(ip("8.8.8.8"), false);
    expect(of.state(ip("8.8.8.8"))).toBe("asked");
    expect(await told("8.8.8.8")).toEqual({
      kind: "origin",
      at: expect.any(Number),
      ip: ip("8.8.8.8"),
      org: "Google LLC",
      prefix: "8.8.8.0/24",
      network: "GOGL",
      abuse: "network-abuse@google.com",
    });
    of.ask(ip("193.0.6.139"), false);
    expect((await told("193.0.6.139")).abuse).toBe("abuse@ripe.net");
    // Its neighbour is known without asking.
    expect(of.known(ip("8.8.8.200"))).toMatchObject({ network: "GOGL", prefix: "8.8.8.0/24" });
    expect(of.state(ip("8.8.8.200"))).toBe("known");
    of.ask(ip("8.8.8.200"), true);
    expect(originOf("8.8.8.200")?.network).toBe("GOGL");
    expect(of.known(ip("8.8.9.1"))).toBeUndefined();
    expect(rdap?.asked).toEqual(["list ipv4.json", "0 8.8.8.8", "1 193.0.6.139"]);
  });

  test("IPv6, and a range that is no prefix", async () => {
    const of = await start(() => Response.json(AFRINIC));
    of.ask(ip("2001:4290:1::5"), false);
    expect((await told("2001:4290:1::5")).prefix).toBe("2001:4290::/32");
    expect(of.known(ip("2001:4290:ffff::1"))?.abuse).toBe("noc@carrier.example.za");
    expect(rdap?.asked).toEqual(["list ipv6.json", "0 2001:4290:1::5"]);
  });

  test("addresses of one network that wait together need one question", async () => {
    const of = await start(ownNetwork);
    for (let i = 0; i < 200; i++) of.ask(ip(`8.8.${i % 2}.${i}`), false);
    for (let i = 0; i < 200; i++) await told(`8.8.${i % 2}.${i}`);
    expect(questions()).toHaveLength(2);
  });

  test("redirects lead from one registry to another, within bounds", async () => {
    const of = await start([
      {
        prefixes: ["8.0.0.0/8"],
        answer: (address) => Response.redirect(`${rdap?.bases[1]}ip/${address}`, 302),
      },
      { prefixes: ["9.0.0.0/8"], answer: ownNetwork },
      { prefixes: ["10.0.0.0/8", "11.0.0.0/8"], answer: (_, { url }) => Response.redirect(url, 301) },
    ]);
    of.ask(ip("8.1.2.3"), false);
    expect((await told("8.1.2.3")).prefix).toBe("8.1.2.0/24");
    of.ask(ip("11.1.1.1"), false);
    expect(await failed(of, "11.1.1.1")).toContain("more than 5 redirects");
    expect(questions().filter((line) => line === "2 11.1.1.1")).toHaveLength(6);
  });

  test.each([
    "10.1.2.3",
    "127.0.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "203.0.113.5",
    "fe80::1",
    "fd00::1",
    "::1",
    "2001:db8::5",
  ])("%s is never asked for", async (text) => {
    const of = await start(ownNetwork);
    of.ask(ip(text), true);
    expect(of.state(ip(text))).toBeUndefined();
    of.ask(ip("8.8.8.8"), true);
    await told("8.8.8.8");
    expect(questions()).toEqual(["0 8.8.8.8"]);
  });
});

describe("an answer that is none", () => {
  const liars: [what: string, answer: RdapAnswer][] = [
    ["for somebody else's network", () => network("9.9.9.0", "9.9.9.255")],
    ["that is no JSON", () => new Response("<html>")],
    ["that is a list", () => Response.json([])],
    ["larger than anybody needs", () => Response.json({ name: "x".repeat(2 ** 21) })],
    ["of an error", () => new Response("", { status: 500 })],
    ["that knows no such network", () => new Response("", { status: 404 })],
    [
      "that leads to a file",
      () => new Response("", { status: 302, headers: { Location: "file:///etc/passwd" } }),
    ],
    ["that leads nowhere", () => new Response("", { status: 302 })],
    [
      "packed without end",
      () => new Response(Bun.gzipSync(Buffer.alloc(2 ** 20)), { headers: { "Content-Encoding": "gzip" } }),
    ],
    ["that never comes", () => new Promise(() => {})],
    [
      "that trickles",
      () =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              await Bun.sleep(20);
              controller.enqueue(new Uint8Array([0x20]));
            },
          }),
        ),
    ],
  ];
  test.each(liars)("%s: whois is asked", async (_, answer) => {
    const of = await start(answer, { whoisAnswers: [() => ARIN_WHOIS], patience: 1_500 });
    of.ask(ip("8.8.8.8"), false);
    expect((await told("8.8.8.8")).network).toBe("GOGL");
    expect(whois?.asked).toEqual(["0 8.8.8.8"]);
  });

  test("what is wider than any network counts for one address", async () => {
    const of = await start(() => network("0.0.0.0", "255.255.255.255"));
    of.ask(ip("8.8.8.8"), false);
    expect((await told("8.8.8.8")).prefix).toBeUndefined();
    expect(of.known(ip("8.8.8.8"))).toBeDefined();
    expect(of.known(ip("8.8.8.9"))).toBeUndefined();
    of.ask(ip("8.8.8.9"), false);
    await told("8.8.8.9");
    expect(questions()).toHaveLength(2);
  });
});

describe("whois", () => {
  const none: RdapAnswer = () => new Response("", { status: 404 });

  test("refers from one server to the registry", async () => {
    const of = await start(none, {
      whoisAnswers: [
        (_, __, names) => `refer: ${names[1]}\ninetnum: 193.0.0.0 - 193.255.255.255\n`,
        () => RIPE_WHOIS,
      ],
    });
    of.ask(ip("193.0.6.139"), false);
    expect(await told("193.0.6.139")).toMatchObject({
      network: "RIPE-NCC",
      prefix: "193.0.0.0/21",
      abuse: "abuse@ripe.net",
    });
    expect(whois?.asked).toEqual(["0 193.0.6.139", "1 193.0.6.139"]);
  });

  test("is asked where not even the list can be had", async () => {
    const of = await start(none, { whoisAnswers: [() => RIPE_WHOIS], bootstrap: "http://127.0.0.1:1/" });
    of.ask(ip("193.0.6.139"), false);
    expect((await told("193.0.6.139")).network).toBe("RIPE-NCC");
  });

  test("goes round in no circle, and to no stranger", async () => {
    const of = await start(none, {
      whoisAnswers: [
        (question, _, names) => `refer: ${question.startsWith("8.") ? names[1] : "whois.evil.example"}\n`,
        (_, __, names) => `refer: ${names[0]}\n`,
      ],
    });
    of.ask(ip("8.8.8.8"), false);
    expect(await failed(of, "8.8.8.8")).toContain("no registry");
    of.ask(ip("9.9.9.9"), false);
    expect(await failed(of, "9.9.9.9")).toContain("no registry");
    expect(whois?.asked).toEqual(["0 8.8.8.8", "1 8.8.8.8", "0 9.9.9.9"]);
  });

  test("Latin-1 is read, and of endless text the begin", async () => {
    const line = Buffer.from("netname: X\norg-name: Universit\u00e4t Z\u00fcrich\n\n", "latin1");
    const of = await start(none, {
      whoisAnswers: [
        (_, socket) => {
          socket.write(Buffer.concat([Buffer.from("inetnum: 8.8.8.0 - 8.8.8.255\n"), line]));
          const more = (): void => {
            while (socket.writable && socket.write(Buffer.alloc(65_536, "remarks: more\n")));
          };
          socket.on("drain", more);
          more();
          return undefined;
        },
      ],
    });
    of.ask(ip("8.8.8.8"), false);
    expect((await told("8.8.8.8")).org).toBe("Universität Zürich");
  });

  const bad: [what: string, answer: WhoisAnswer, words: string][] = [
    ["hangs", () => undefined, "no answer within"],
    ["says nothing", () => "", "said nothing"],
    ["says no", () => "%ERROR:201: access denied for 127.0.0.1\n", "refuses"],
    ["lies", () => "inetnum: 9.0.0.0 - 9.255.255.255\nnetname: LIE\n", "knows no such network"],
    ["resets", (_, socket) => void socket.resetAndDestroy(), "127.0.0.1"],
  ];
  test.each(bad)("one that %s is a failure", async (_, answer, words) => {
    const of = await start(none, { whoisAnswers: [answer], patience: 1_000 });
    of.ask(ip("8.8.8.8"), false);
    expect(await failed(of, "8.8.8.8")).toContain(words);
    expect(originOf("8.8.8.8")).toBeUndefined();
  });
});

describe("politeness", () => {
  test("one question at a time for each registry, and as many as there are workers in all", async () => {
    const at = [0, 0, 0, 0, 0];
    const slow =
      (number: number): RdapAnswer =>
      async (address) => {
        at[number] = (at[number] ?? 0) + 1;
        expect(at[number]).toBe(1);
        await Bun.sleep(15);
        at[number] = (at[number] ?? 0) - 1;
        return ownNetwork(address);
      };
    const of = await start(at.map((_, i) => ({ prefixes: [`${20 + i}.0.0.0/8`], answer: slow(i) })));
    // So that the list is there.
    of.ask(ip("20.255.0.1"), true);
    await told("20.255.0.1");
    const addresses = Array.from({ length: 40 }, (_, i) => `${20 + (i % 5)}.1.${i}.1`);
    for (const address of addresses) of.ask(ip(address), false);
    for (const address of addresses) await told(address);
    expect(rdap?.atOnce()).toBe(3);
  });

  test("whoever wants to be asked later is asked later, whatever a person wants", async () => {
    let busy = true;
    const of = await start(
      (address) =>
        busy ? new Response("", { status: 429, headers: { "Retry-After": "120" } }) : ownNetwork(address),
      { whoisAnswers: [() => "% nothing\n"] },
    );
    of.ask(ip("8.8.8.8"), true);
    await failed(of, "8.8.8.8");
    of.ask(ip("8.8.4.4"), true);
    await failed(of, "8.8.4.4");
    expect(questions()).toEqual(["0 8.8.8.8"]);
    expect(health()).toMatchObject({
      part: "whois",
      state: "degraded",
      detail: expect.stringContaining("refused for now by 127.0.0.1:"),
    });
    busy = false;
    later = 119_000;
    of.ask(ip("8.8.1.1"), true);
    await failed(of, "8.8.1.1");
    expect(questions()).toEqual(["0 8.8.8.8"]);
    later = 121_000;
    of.ask(ip("8.8.8.8"), true);
    await told("8.8.8.8");
    expect(questions()).toEqual(["0 8.8.8.8", "0 8.8.8.8"]);
    expect(health()?.state).toBe("up");
  });

  test("however long it wants to be left alone, an hour is enough", async () => {
    let busy = true;
    const of = await start((address) =>
      busy ? new Response("", { status: 429, headers: { "Retry-After": "999999999" } }) : ownNetwork(address),
    );
    of.ask(ip("8.8.8.8"), true);
    await failed(of, "8.8.8.8");
    busy = false;
    later = 3_601_000;
    of.ask(ip("8.8.8.8"), true);
    expect((await told("8.8.8.8")).prefix).toBe("8.8.8.0/24");
  });

  test("a failure is tried again when its time is over, or when a person asks", async () => {
    let answers = false;
    const of = await start((address) => (answers ? ownNetwork(address) : new Response("", { status: 404 })));
    of.ask(ip("8.8.8.8"), false);
    of.ask(ip("9.9.9.9"), false);
    await failed(of, "8.8.8.8");
    await failed(of, "9.9.9.9");
    answers = true;
    of.ask(ip("8.8.8.8"), false);
    expect(of.state(ip("8.8.8.8"))).toBeObject();
    of.ask(ip("8.8.8.8"), true);
    await told("8.8.8.8");
    later = 61_000;
    of.ask(ip("9.9.9.9"), false);
    await told("9.9.9.9");
    expect(questions().sort()).toEqual(["0 8.8.8.8", "0 8.8.8.8", "0 9.9.9.9", "0 9.9.9.9"]);
  });

  test("whom a person asks for comes first", async () => {
    const order: string[] = [];
    let go = (): void => {};
    const first = new Promise<void>((resolve) => {
      go = resolve;
    });
    const of = await start(async (address) => {
      if (order.push(address) === 1) await first;
      return ownNetwork(address);
    });
    for (let i = 0; i < 20; i++) of.ask(ip(`8.8.${i}.1`), false);
    await until(() => order.length === 1, "the first question");
    of.ask(ip("9.9.9.9"), true);
    of.ask(ip("8.8.15.1"), true);
    go();
    await told("8.8.19.1");
    expect(order.slice(0, 4)).toEqual(["8.8.0.1", "9.9.9.9", "8.8.15.1", "8.8.1.1"]);
  });

  test("of too many the oldest give way, and are counted", async () => {
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const of = await start(async (address) => {
      await gate;
      return ownNetwork(address);
    });
    of.ask(ip("8.8.8.8"), false);
    await until(() => questions().length === 1, "the first question");
    of.ask(ip("7.7.7.7"), true);
    const flood = Array.from({ length: 30_000 }, (_, i) => ip(`20.${i >> 8}.${i & 255}.1`));
    for (const address of flood) of.ask(address, false);
    expect(flood.filter((address) => of.state(address) === "asked")).toHaveLength(999);
    expect(of.state(flood.at(-1) as Ip)).toBe("asked");
    expect(of.state(ip("7.7.7.7"))).toBe("asked");
    go();
    await told("7.7.7.7");
    expect(health()?.detail).toContain("29001 gave way");
  });
});

describe("health", () => {
  test("says that nobody answers, what would help, and that it is over", async () => {
    let answers = false;
    const of = await start((address) => (answers ? ownNetwork(address) : new Response("", { status: 502 })), {
      whois: "127.0.0.1:1",
    });
    of.ask(ip("8.8.8.8"), false);
    await failed(of, "8.8.8.8");
    expect(health()).toMatchObject({
      part: "whois",
      state: "degraded",
      detail: expect.stringMatching(
        /^no answer: 127\.0\.0\.1:\d+ answered 502; 127\.0\.0\.1: ECONNREFUSED: .*--no-whois/,
      ),
    });
    answers = true;
    of.ask(ip("8.8.8.8"), true);
    await told("8.8.8.8");
    expect(health()).toMatchObject({ state: "up", detail: "1 networks known, 1 answers, 1 failures" });
  });

  test("is no flood", async () => {
    const of = await start(ownNetwork);
    for (let i = 0; i < 100; i++) of.ask(ip(`8.8.${i}.1`), false);
    for (let i = 0; i < 100; i++) await told(`8.8.${i}.1`);
    expect(events.filter(({ kind }) => kind === "health")).toHaveLength(1);
  });

  test.each([["ftp://x/"], ["nonsense"]])("bootstrap %s is refused", (bootstrap) => {
    expect(() => open({ bootstrap, whois: "whois.iana.org" })).toThrow("no http or https URL");
  });
  test.each([["a b"], ["host:99999"], [""]])("whois %j is refused", (server) => {
    expect(() => open({ bootstrap: "http://127.0.0.1:1/", whois: server })).toThrow("no whois server");
  });
});

describe("the cache on disk", () => {
  function file(): string {
    return join(directory, "state", "registry.json");
  }

  test("keeps answers over a restart, without a question", async () => {
    const first = await start(ownNetwork, { cache: file() });
    first.ask(ip("8.8.8.8"), false);
    await told("8.8.8.8");
    await first.close();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, "state")).mode & 0o777).toBe(0o700);
    events = [];
    const second = open({ cache: file(), bootstrap: "http://127.0.0.1:1/", whois: "127.0.0.1:1" });
    // Before it is read, too.
    second.ask(ip("8.8.8.77"), false);
    expect((await told("8.8.8.77")).org).toBe("Owner of 8.8.8.0");
    await second.ready;
    expect(second.known(ip("8.8.8.1"))?.network).toBe("NET-8.8.8.0");
    expect(questions()).toEqual(["0 8.8.8.8"]);
  });

  test("forgets what is too old, and failures at once", async () => {
    const first = await start(
      (address) => (address === "9.9.9.9" ? new Response("", { status: 404 }) : ownNetwork(address)),
      {
        cache: file(),
      },
    );
    first.ask(ip("8.8.8.8"), false);
    first.ask(ip("9.9.9.9"), false);
    await told("8.8.8.8");
    await failed(first, "9.9.9.9");
    await first.close();
    expect(readFileSync(file(), "utf8")).not.toContain("9.9.9");
    later = DAY * 1000 + 1000;
    const second = open({ cache: file() });
    await second.ready;
    expect(second.known(ip("8.8.8.8"))).toBeUndefined();
    second.ask(ip("8.8.8.8"), false);
    await until(() => questions().filter((line) => line === "0 8.8.8.8").length === 2, "the second question");
  });

  test("an answer gets old in a running program, too", async () => {
    const of = await start(ownNetwork);
    of.ask(ip("8.8.8.8"), false);
    await told("8.8.8.8");
    later = DAY * 1000;
    expect(of.known(ip("8.8.8.8"))).toBeUndefined();
  });

  test.each([
    ["cut short", '{"v":1,"networks":[{"for":"8.8.8.0/24","at":'],
    ["of something else", '{"blocks":[]}'],
    ["empty", ""],
    ["far too large", `{"v":1,"networks":[]}${" ".repeat(2 ** 24)}`],
  ])("one that is %s is put aside, said, and begun anew", async (_, content) => {
    const path = join(directory, "registry.json");
    writeFileSync(path, content);
    const of = await start(ownNetwork, { cache: path });
    await of.ready;
    expect(health(path)).toMatchObject({
      part: "whois",
      state: "degraded",
      detail: expect.stringContaining(`${path}.bad`),
    });
    expect(readFileSync(`${path}.bad`, "utf8")).toBe(content);
    of.ask(ip("8.8.8.8"), false);
    await told("8.8.8.8");
    await of.close();
    expect(health(path)?.state).toBe("up");
    expect(readFileSync(path, "utf8")).toContain("8.8.8.0/24");
  });

  test("what somebody wrote into it is not believed", async () => {
    const path = join(directory, "registry.json");
    const at = Date.now();
    const networks = [
      { for: "0.0.0.0/0", at, org: "Everybody" },
      { for: "8.0.0.0/24; rm", at, org: "X" },
      { for: "9.9.9.0/24", at: "1", org: "X" },
      { for: "9.9.9.0/24", at: at + 10 * DAY * 1000, org: "X" },
      {
        for: "8.8.8.0/24",
        at,
        org: "A\u001b[2J",
        abuse: "$(x)@y.example",
        country: "Germany",
        prefix: "0.0.0.0/0",
      },
      null,
    ];
    writeFileSync(path, JSON.stringify({ v: 1, networks }));
    const of = await start(ownNetwork, { cache: path });
    await of.ready;
    expect(of.known(ip("8.8.8.8"))).toEqual({ org: "A [2J" });
    expect(of.known(ip("8.8.4.4"))).toBeUndefined();
    expect(of.known(ip("9.9.9.9"))).toBeUndefined();
  });

  test("two programs keep what each of them learned", async () => {
    const first = await start(ownNetwork, { cache: file() });
    first.ask(ip("8.8.8.8"), false);
    await told("8.8.8.8");
    const second = open({ cache: file() });
    second.ask(ip("9.9.9.9"), false);
    await told("9.9.9.9");
    await first.close();
    await second.close();
    const third = open({ cache: file() });
    await third.ready;
    expect(third.known(ip("8.8.8.8"))?.network).toBe("NET-8.8.8.0");
    expect(third.known(ip("9.9.9.9"))?.network).toBe("NET-9.9.9.0");
  });

  test("a place that cannot be written is said, and all else goes on", async () => {
    writeFileSync(join(directory, "file"), "");
    const path = join(directory, "file", "registry.json");
    const of = await start(ownNetwork, { cache: path });
    of.ask(ip("8.8.8.8"), false);
    await told("8.8.8.8");
    await of.close();
    expect(health(path)).toMatchObject({
      state: "degraded",
      detail: expect.stringMatching(/ENOTDIR|EEXIST/),
    });
  });

  test("others' files are left alone", async () => {
    const path = join(directory, "registry.json");
    writeFileSync(join(directory, "precious"), "precious");
    chmodSync(join(directory, "precious"), 0o644);
    symlinkSync(join(directory, "precious"), path);
    const of = await start(ownNetwork, { cache: path });
    await of.ready;
    expect(health(path)?.state).toBe("degraded");
    of.ask(ip("8.8.8.8"), false);
    await told("8.8.8.8");
    await of.close();
    expect(readFileSync(join(directory, "precious"), "utf8")).toBe("precious");
  });
});

describe("the end", () => {
  test("comes at once, whoever still hangs", async () => {
    const of = await start(() => new Promise(() => {}), {
      patience: 600_000,
      cache: join(directory, "registry.json"),
    });
    of.ask(ip("8.8.8.8"), false);
    of.ask(ip("9.9.9.9"), false);
    await until(() => questions().length === 1, "a question");
    await of.close();
    of.ask(ip("7.7.7.7"), true);
    expect(of.state(ip("7.7.7.7"))).toBeUndefined();
    expect(events).toEqual([]);
    expect(existsSync(join(directory, "registry.json"))).toBe(false);
  });
});
