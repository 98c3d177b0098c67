import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  AFRINIC_WHOIS,
  ARIN_WHOIS,
  IANA_WHOIS,
  LACNIC_WHOIS,
  RIPE_WHOIS,
} from "../../test/registry-answers.ts";
import { parseIpWords } from "../model/ip.ts";
import { answerOf } from "./registry-answer.ts";
import { readWhois } from "./whois-text.ts";

function wordsOf(ip: string): Uint32Array {
  const words = new Uint32Array(4);
  if (!parseIpWords(ip, words)) throw new Error(ip);
  return words;
}

function originOf(text: string, ip: string): unknown {
  const words = wordsOf(ip);
  const { registered } = readWhois(text, words);
  return registered && answerOf(registered, words, "whois.example").origin;
}

describe("what whois servers answer", () => {
  test("IANA refers", () => {
    const { registered, refers } = readWhois(IANA_WHOIS("whois.arin.net"), wordsOf("8.8.8.8"));
    expect(refers).toBe("whois.arin.net");
    expect(registered).toBeUndefined();
  });

  test("ARIN: the smallest of several networks, and its own contacts", () => {
    expect(originOf(ARIN_WHOIS, "8.8.8.8")).toEqual({
      country: "US",
      org: "Google LLC",
      prefix: "8.8.8.0/24",
      network: "GOGL",
      abuse: "network-abuse@google.com",
    });
    expect(originOf(ARIN_WHOIS, "8.1.1.1")).toEqual({
      country: "US",
      org: "Level 3 Parent, LLC",
      prefix: "8.0.0.0/9",
      network: "LVLT-ORG-8-8",
      abuse: "abuse@level3.com",
    });
    expect(readWhois(ARIN_WHOIS, wordsOf("8.8.8.8")).refers).toBeUndefined();
  });

  test("ARIN refers to who has it now", () => {
    const text =
      "NetRange: 62.0.0.0 - 62.255.255.255\nNetName: 62-RIPE\nReferralServer:  whois://whois.ripe.net:43\n";
    expect(readWhois(text, wordsOf("62.1.1.1")).refers).toBe("whois.ripe.net:43");
  });

  test("RIPE: the network's country, not the organisation's; the contact of a comment", () => {
    expect(originOf(RIPE_WHOIS, "193.0.6.139")).toEqual({
      country: "NL",
      org: "Reseaux IP Europeens Network Coordination Centre (RIPE NCC)",
      prefix: "193.0.0.0/21",
      network: "RIPE-NCC",
      abuse: "abuse@ripe.net",
    });
  });

  test("RIPE: a route where there is no network", () => {
    const text = "route: 193.0.0.0/21\ndescr: RIPE-NCC-ROUTE\norigin: AS3333\n";
    expect(originOf(text, "193.0.6.139")).toEqual({ org: "RIPE-NCC-ROUTE", prefix: "193.0.0.0/21" });
  });

  test("LACNIC: short prefixes, and the contact by its handle", () => {
    expect(originOf(LACNIC_WHOIS, "200.160.2.3")).toEqual({
      country: "BR",
      org: "Núcleo de Inf. e Coord. do Ponto BR - NIC.BR",
      prefix: "200.160.0.0/20",
      abuse: "cert@cert.br",
    });
  });

  test("AFRINIC: a role's abuse-mailbox", () => {
    expect(originOf(AFRINIC_WHOIS, "2001:4290:1::5")).toEqual({
      country: "ZA",
      org: "Example Carrier",
      prefix: "2001:4290::/32",
      network: "AFRINIC-IPv6",
      abuse: "noc@carrier.example.za",
    });
  });
});

describe("what is no answer", () => {
  test.each([
    ["%ERROR:201: access denied for 192.0.2.1\n%\n% Sorry, access from your host has been permanently\n"],
    ["% Query rate limit exceeded. Reduced information.\n"],
    ["# Too many simultaneous queries from your host.\n"],
  ])("%j is a refusal", (text) => {
    expect(readWhois(text, wordsOf("193.0.0.1")).refusal).toBe(text.split("\n")[0] as string);
  });

  test.each([
    ["%ERROR:101: no entries found\n"],
    ["No match found for n + 9.9.9.9.\n"],
    ["<html><body>404</body></html>"],
    [""],
  ])("%j tells of nothing", (text) => {
    expect(readWhois(text, wordsOf("193.0.0.1"))).toEqual({
      registered: undefined,
      refers: undefined,
      refusal: undefined,
    });
  });

  test("a network of somebody else is not one of the address", () => {
    expect(readWhois(RIPE_WHOIS, wordsOf("9.9.9.9")).registered).toBeUndefined();
  });

  test("a contact of another range is not believed", () => {
    const text = RIPE_WHOIS.replace(
      "Abuse contact for '193.0.0.0 - 193.0.7.255'",
      "Abuse contact for '9.0.0.0 - 9.0.0.255'",
    );
    expect(readWhois(text, wordsOf("193.0.0.1")).registered?.abuse).toBeUndefined();
  });

  test("whatever is sent is read", () => {
    const line = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.constantFrom("inetnum", "netname", "country", "refer", "NetRange", "abuse-c", "%"),
          fc.string(),
        )
        .map(([key, value]) => `${key}: ${value}`),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(readWhois(lines.join("\n"), wordsOf("193.0.0.1"))).toBeObject();
      }),
    );
  });
});
