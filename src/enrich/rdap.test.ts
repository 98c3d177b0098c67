import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AFRINIC, APNIC, ARIN, LACNIC, RIPE } from "../../test/registry-answers.ts";
import { parseIpWords } from "../model/ip.ts";
import { LookupFailure } from "./lookup-failure.ts";
import { readRdap } from "./rdap.ts";

function read(json: unknown, ip: string) {
  const words = new Uint32Array(4);
  if (!parseIpWords(ip, words)) throw new Error(ip);
  return readRdap(json, words, "rdap.example");
}

function abuseOf(...entities: readonly unknown[]): string | undefined {
  return read({ ...ARIN, entities }, "8.8.8.8").origin.abuse;
}

function withMail(text: unknown, type?: unknown): unknown {
  return ["vcard", [["email", { ...(type !== undefined && { type }) }, "text", text]]];
}

describe("what the registries answer", () => {
  test.each([
    [
      "ARIN",
      ARIN,
      "8.8.8.8",
      { org: "Google LLC", prefix: "8.8.8.0/24", network: "GOGL", abuse: "network-abuse@google.com" },
    ],
    [
      "RIPE",
      RIPE,
      "193.0.6.139",
      {
        country: "NL",
        org: "Reseaux IP Europeens Network Coordination Centre (RIPE NCC)",
        prefix: "193.0.0.0/21",
        network: "RIPE-NCC",
        abuse: "abuse@ripe.net",
      },
    ],
    [
      "APNIC",
      APNIC,
      "1.1.1.1",
      {
        country: "AU",
        org: "APNIC and Cloudflare DNS Resolver project",
        prefix: "1.1.1.0/24",
        network: "APNIC-LABS",
        abuse: "helpdesk@apnic.net",
      },
    ],
    [
      "LACNIC",
      LACNIC,
      "200.160.2.3",
      {
        country: "BR",
        org: "Núcleo de Inf. e Coord. do Ponto BR - NIC.BR",
        prefix: "200.160.0.0/20",
        abuse: "cert@cert.br",
      },
    ],
    [
      "AFRINIC",
      AFRINIC,
      "2001:4290:1::5",
      {
        country: "ZA",
        org: "Example Carrier (Pty) Ltd",
        prefix: "2001:4290::/32",
        network: "AFRINIC-IPv6",
        abuse: "noc@carrier.example.za",
      },
    ],
  ])("%s", (_, json, ip, origin) => {
    expect(read(json, ip).origin).toEqual(origin);
    expect(read(json, ip).target.text).toBe(origin.prefix);
  });
});

describe("the abuse contact", () => {
  test.each<[what: string, mail: string | undefined, ...entities: unknown[]]>([
    ["of a role", "a@b.example", { roles: ["abuse"], vcardArray: withMail("a@b.example") }],
    ["of a role that is no list", "a@b.example", { roles: "abuse", vcardArray: withMail("a@b.example") }],
    ["of a role in the singular", "a@b.example", { role: "Abuse", vcardArray: withMail("a@b.example") }],
    [
      "two levels down",
      "a@b.example",
      {
        roles: ["registrant"],
        entities: [{ entities: [{ roles: ["abuse"], vcardArray: withMail("a@b.example") }] }],
      },
    ],
    ["by a handle without a role", "a@b.example", { handle: "ABUSE-1", vcardArray: withMail("a@b.example") }],
    [
      "by a mail's type",
      "a@b.example",
      { roles: ["technical"], vcardArray: withMail("x@b.example", "work") },
      { roles: ["technical"], vcardArray: withMail("a@b.example", ["work", "Abuse"]) },
    ],
    ["by its own name", "abuse@b.example", { roles: ["technical"], vcardArray: withMail("abuse@b.example") }],
    [
      "of a role before that of a name",
      "a@b.example",
      { handle: "ABUSE-1", vcardArray: withMail("abuse@c.example") },
      { roles: ["abuse"], vcardArray: withMail("a@b.example") },
    ],
    [
      "the first that is a mail address",
      "a@b.example",
      {
        roles: ["abuse"],
        vcardArray: [
          "vcard",
          [
            ["email", null, "text", "-x@b.example"],
            ["email", {}, "uri", ["mailto:a@b.example"]],
          ],
        ],
      },
    ],
    [
      "in remarks of an entity",
      "a@b.example",
      { remarks: [{ description: ["Report abuse to <a@b.example>."] }] },
    ],
    ["not a technical contact", undefined, { roles: ["technical"], vcardArray: withMail("noc@b.example") }],
    ["nothing of nulls", undefined, null, { handle: null, roles: null, vcardArray: null, entities: null }, 7],
  ])("%s", (_, mail, ...entities) => {
    expect(abuseOf(...entities)).toBe(mail as string);
  });

  test("in remarks only when no entity has one", () => {
    const remarks = [{ description: ["noc: noc@b.example", "abuse: a@b.example\nx@b.example"] }];
    expect(read({ ...ARIN, entities: [], remarks }, "8.8.8.8").origin.abuse).toBe("a@b.example");
    expect(read({ ...ARIN, remarks }, "8.8.8.8").origin.abuse).toBe("network-abuse@google.com");
  });

  test.each([
    "a@b",
    "a b@c.example",
    "$(reboot)@c.example",
    "a@c.example\u001b[2J",
    "<a@c.example>",
    "`a`@c.example",
  ])("%j is no mail address", (text) => {
    expect(abuseOf({ roles: ["abuse"], vcardArray: withMail(text) })).toBeUndefined();
  });
});

describe("the prefix", () => {
  test("is the longest of those listed that holds the address", () => {
    const cidr0_cidrs = [
      { v4prefix: "8.0.0.0", length: 9 },
      { v4prefix: "8.8.8.0", length: 24 },
      { v4prefix: "9.9.9.9", length: 32 },
    ];
    expect(read({ ...ARIN, cidr0_cidrs }, "8.8.8.8").target.text).toBe("8.8.8.0/24");
    expect(read({ ...ARIN, cidr0_cidrs }, "8.9.0.1").target.text).toBe("8.0.0.0/9");
  });

  test("is the largest within a range that is none", () => {
    const json = { ...ARIN, cidr0_cidrs: null, startAddress: "8.8.8.10", endAddress: "8.8.8.39" };
    expect(read(json, "8.8.8.17").target.text).toBe("8.8.8.16/28");
    expect(read(json, "8.8.8.10").target.text).toBe("8.8.8.10/31");
    expect(read(json, "8.8.8.39").target.text).toBe("8.8.8.32/29");
  });

  test.each([
    ["of somebody else", ARIN, "9.9.9.9"],
    ["of the other family", { ...AFRINIC, startAddress: "::", endAddress: "ffff::" }, "8.8.8.8"],
    [
      "the wrong way round",
      { ...ARIN, cidr0_cidrs: [], startAddress: "8.8.8.255", endAddress: "8.8.8.0" },
      "8.8.8.8",
    ],
    ["missing", { name: "X" }, "8.8.8.8"],
    ["no object", [ARIN], "8.8.8.8"],
  ])("%s is refused", (_, json, ip) => {
    expect(() => read(json, ip)).toThrow(LookupFailure);
  });

  test.each([
    ["all of IPv4", "8.8.8.8", { startAddress: "0.0.0.0", endAddress: "255.255.255.255" }],
    ["a /7", "8.8.8.8", { startAddress: "8.0.0.0", endAddress: "9.255.255.255" }],
    ["a registry's /8", "8.8.8.8", { startAddress: "8.0.0.0", endAddress: "8.255.255.255", name: "APNIC-8" }],
    ["what RIPE does not manage", "8.8.8.8", { name: "NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK" }],
    [
      "a registry's /12 of IPv6",
      "2a00:1::1",
      { startAddress: "2a00::", endAddress: "2a0f:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
    ],
  ])("%s tells of one address alone", (_, ip, more) => {
    const { target, origin } = read(
      { name: "X", entities: [], startAddress: "8.8.8.0", endAddress: "8.8.8.255", ...more },
      ip,
    );
    expect(target.text).toBe(ip);
    expect(origin.prefix).toBeUndefined();
  });

  test("a company's /8 tells of all of it", () => {
    const json = { name: "APPLE-WWNET", startAddress: "17.0.0.0", endAddress: "17.255.255.255" };
    expect(read(json, "17.1.2.3").target.text).toBe("17.0.0.0/8");
  });
});

describe("what is hostile", () => {
  test("controls and length of names are taken out", () => {
    const json = {
      ...ARIN,
      name: `A\u001b]0;B\u0007\n${"C".repeat(100_000)}`,
      country: "usa",
      entities: [{ roles: ["registrant"], vcardArray: ["vcard", [["fn", {}, "text", "O\u202eR\u0000G"]]] }],
    };
    const { origin } = read(json, "8.8.8.8");
    expect(origin.network).toStartWith("A ]0;B C");
    expect(origin.network?.length).toBe(64);
    expect(origin.org).toBe("O R G");
    expect(origin.country).toBeUndefined();
  });

  test("entities nested without end are read as far as they count", () => {
    let entities: unknown[] = [{ roles: ["abuse"], vcardArray: withMail("deep@b.example") }];
    for (let i = 0; i < 1000; i++) entities = [{ entities }, { entities }];
    expect(abuseOf(...entities)).toBeUndefined();
  });

  test("a length that is none is none, also where it would be text", () => {
    const json = {
      cidr0_cidrs: [{ v4prefix: "8.8.8.0", length: { toString: 1 } }],
      startAddress: "8.8.0.0",
      endAddress: "8.8.255.255",
      name: "NET",
    };
    expect(read(json, "8.8.8.8").origin).toMatchObject({ prefix: "8.8.0.0/16" });
  });

  test("whatever is in an answer, it is read or refused", () => {
    const shaped = fc.record(
      {
        startAddress: fc.constantFrom("8.8.8.0", "::", "", 5),
        endAddress: fc.constantFrom("8.8.8.255", "ffff::", null),
        name: fc.anything(),
        country: fc.anything(),
        cidr0_cidrs: fc.oneof(
          fc.anything(),
          fc.array(fc.record({ v4prefix: fc.anything(), length: fc.anything() })),
        ),
        remarks: fc.oneof(
          fc.anything(),
          fc.array(fc.record({ title: fc.anything(), description: fc.anything() })),
        ),
        entities: fc.oneof(
          fc.anything(),
          fc.array(
            fc.record({
              roles: fc.anything(),
              handle: fc.anything(),
              vcardArray: fc.oneof(
                fc.anything(),
                fc.tuple(fc.constant("vcard"), fc.array(fc.array(fc.anything()))),
              ),
            }),
          ),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(shaped, (json) => {
        try {
          expect(read(json, "8.8.8.8").origin).toBeObject();
        } catch (error) {
          if (!(error instanceof LookupFailure)) throw error;
        }
      }),
      { numRuns: 150 },
    );
  });
});
