import { type Cidr, contains, parseCidr } from "../model/cidr.ts";
import { type IpWords, isV4 } from "../model/ip.ts";
import { prefixWithin } from "./address-range.ts";
import { mailIn, mailOf } from "./mail-address.ts";
import type { Registered } from "./registry-answer.ts";

/** Lines of one answer, and characters of a line, that are read. */
const MAX_LINES = 5_000;
const MAX_LINE = 1_024;

/** What a whois server said. */
export interface WhoisReading {
  /** Of the smallest network that holds the address; of a route where no network is told. */
  readonly registered: Registered | undefined;
  /** The server that knows more, as it is named there. */
  readonly refers: string | undefined;
  /** It does not want to answer, in its words. */
  readonly refusal: string | undefined;
}

/** A paragraph: what is said of one thing, in the spelling of the server's keys in lower case. */
type Paragraph = Map<string, string[]>;

/** The keys with which a network begins: RPSL's (RFC 2622, 4012), ARIN's. The first three are networks, the others routes. */
const NETWORK_KEYS = ["inetnum", "inet6num", "netrange"];
const ROUTE_KEYS = ["route", "route6"];
const REFERRALS = ["refer", "whois", "referralserver"];

/** Reads answers in RPSL, as RIPE, APNIC, AFRINIC, LACNIC and IANA write them, and in ARIN's own form. */
export function readWhois(text: string, words: IpWords): WhoisReading {
  const paragraphs: Paragraph[] = [];
  let current: Paragraph | undefined;
  let told: string | undefined;
  let refusal: string | undefined;
  for (const whole of text.split("\n", MAX_LINES)) {
    const line = whole.slice(0, MAX_LINE).trimEnd();
    if (line === "") {
      current = undefined;
    } else if (/^[%#]/.test(line)) {
      current = undefined;
      told ??= abuseIn(line, words);
      refusal ??= refusalIn(line);
    } else {
      const [, key, value] = /^([A-Za-z][A-Za-z0-9 -]{0,40}?):\s*(.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined) continue;
      if (current === undefined) {
        current = new Map();
        paragraphs.push(current);
      }
      const name = key.toLowerCase();
      const values = current.get(name);
      if (values === undefined) current.set(name, [value]);
      else values.push(value);
    }
  }
  const refers = REFERRALS.map((key) => first(paragraphs, key)).find((server) => server !== undefined);
  return { registered: registeredIn(paragraphs, words, told), refers: refers && serverIn(refers), refusal };
}

function registeredIn(
  paragraphs: readonly Paragraph[],
  words: IpWords,
  told: string | undefined,
): Registered | undefined {
  for (const keys of [NETWORK_KEYS, ROUTE_KEYS]) {
    let best: { readonly at: number; readonly cidr: Cidr } | undefined;
    for (const [at, paragraph] of paragraphs.entries()) {
      const cidr = keys.map((key) => cidrOf(paragraph, key, words)).find((found) => found !== undefined);
      if (cidr !== undefined && (best === undefined || cidr.bits > best.cidr.bits)) best = { at, cidr };
    }
    if (best === undefined) continue;
    // Who stands between a network and the next one belongs to it.
    const next = paragraphs.findIndex((paragraph, i) => i > (best?.at ?? 0) && isNetwork(paragraph));
    const [network, ...around] = paragraphs.slice(best.at, next < 0 ? undefined : next);
    if (network !== undefined) return described(best.cidr, network, around, told);
  }
  return undefined;
}

function described(
  cidr: Cidr,
  network: Paragraph,
  around: readonly Paragraph[],
  told: string | undefined,
): Registered | undefined {
  const owners = around.filter((paragraph) => !ROUTE_KEYS.some((key) => paragraph.has(key)));
  const all = [network, ...owners];
  const name = first([network], "netname");
  const org = first(all, "org-name", "orgname", "custname", "owner") ?? first([network], "descr");
  if (name === undefined && org === undefined) return undefined;
  const handle = first([network], "abuse-c");
  const contact = owners.filter((paragraph) => {
    const own = first([paragraph], "nic-hdl", "nic-hdl-br");
    return own !== undefined && own === handle;
  });
  const abuse = [
    told,
    ...values(all, "abuse-mailbox", "orgabuseemail", "rabuseemail"),
    ...values(contact, "e-mail"),
    ...values(owners, "e-mail").filter((mail) => /abuse/i.test(mail)),
  ]
    .map((text) => (text === undefined ? undefined : mailOf(text)))
    .find((mail) => mail !== undefined);
  return {
    cidr,
    network: name,
    org,
    country: first(all, "country"),
    abuse: abuse ?? remarked(all),
  };
}

/** In a line that speaks of abuse. */
function remarked(paragraphs: readonly Paragraph[]): string | undefined {
  for (const line of values(paragraphs, "remarks", "comment")) {
    const mail = /abuse/i.test(line) ? mailIn(line) : undefined;
    if (mail !== undefined) return mail;
  }
  return undefined;
}

function isNetwork(paragraph: Paragraph): boolean {
  return NETWORK_KEYS.some((key) => paragraph.has(key));
}

/** `first - last`, `prefix` also in LACNIC's short form (`200.160/20`), and ARIN's CIDR beside its range. */
function cidrOf(paragraph: Paragraph, key: string, words: IpWords): Cidr | undefined {
  for (const value of values([paragraph], key)) {
    const [low, high] = value.split(/\s+-\s+/, 2);
    const cidr =
      low !== undefined && high !== undefined
        ? prefixWithin(low.trim(), high.trim(), words)
        : parseCidr(lengthened(value.trim()));
    if (cidr !== undefined && isV4(cidr.words) === isV4(words) && contains(cidr, words)) return cidr;
  }
  return undefined;
}

function lengthened(prefix: string): string {
  const [, address = "", length] = /^(\d{1,3}(?:\.\d{1,3}){0,2})\/(\d{1,2})$/.exec(prefix) ?? [];
  if (length === undefined) return prefix;
  return `${[...address.split("."), "0", "0", "0"].slice(0, 4).join(".")}/${length}`;
}

/** RIPE's, and who took its software over: `% Abuse contact for 'range' is 'mail'`. */
function abuseIn(line: string, words: IpWords): string | undefined {
  const [, range = "", mail] = /abuse contact for '([^']+)' is '([^']+)'/i.exec(line) ?? [];
  const [low = "", high = ""] = range.split(/\s+-\s+/, 2);
  const cidr = high === "" ? parseCidr(low) : prefixWithin(low, high, words);
  return mail !== undefined && cidr !== undefined && contains(cidr, words) ? mailOf(mail) : undefined;
}

function refusalIn(line: string): string | undefined {
  return /access denied|access has been|limit exceeded|quota exceeded|permission denied|too many|ERROR:(?:201|202|305|306)/i.test(
    line,
  )
    ? line.slice(0, 80)
    : undefined;
}

/** The host of `host`, `whois://host:43/` or `host:43`. */
function serverIn(text: string): string | undefined {
  const [, scheme, server] = /^(?:([a-z]+):\/\/)?([^\s/]{1,260})/i.exec(text.trim()) ?? [];
  return scheme === undefined || scheme.toLowerCase() === "whois" ? server?.toLowerCase() : undefined;
}

function values(paragraphs: readonly Paragraph[], ...keys: readonly string[]): string[] {
  return keys.flatMap((key) =>
    paragraphs.flatMap((paragraph) => paragraph.get(key) ?? []).filter((value) => value.trim() !== ""),
  );
}

function first(paragraphs: readonly Paragraph[], ...keys: readonly string[]): string | undefined {
  return values(paragraphs, ...keys)[0];
}
