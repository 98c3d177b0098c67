import { type Cidr, contains, parseCidr } from "../model/cidr.ts";
import { type IpWords, isV4 } from "../model/ip.ts";
import { countOf, isObject, type Json, textOf } from "../model/untrusted-json.ts";
import { prefixWithin } from "./address-range.ts";
import { type Card, readCard } from "./jcard.ts";
import { LookupFailure } from "./lookup-failure.ts";
import { mailIn, mailOf } from "./mail-address.ts";
import { answerOf, type RegistryAnswer } from "./registry-answer.ts";

/** Entities of one answer, however they are nested: the largest networks have some thirty. */
const MAX_ENTITIES = 256;
const MAX_DEPTH = 6;
/** Prefixes of one network, roles of one entity, remarks and their lines. */
const MAX_LISTED = 256;

/** Somebody who has to do with a network. */
interface Entity {
  readonly handle: string;
  readonly roles: readonly string[];
  readonly card: Card;
  readonly remarks: readonly string[];
}

/** What an "ip network" of RDAP (RFC 9083, section 5.4) says of the address. Throws a {@link LookupFailure}. */
export function readRdap(json: unknown, words: IpWords, from: string): RegistryAnswer {
  if (!isObject(json)) throw new LookupFailure("wrong", `${from} sent no network`);
  const cidr = cidrOf(json, words);
  if (cidr === undefined) throw new LookupFailure("wrong", `${from} answered for another network`);
  const entities = entitiesOf(json);
  const registrants = entities.filter(({ roles }) => roles.includes("registrant"));
  const remarks = listOf(json.remarks);
  return answerOf(
    {
      cidr,
      network: textOf(json.name) ?? textOf(json.handle),
      org: orgOf(registrants, remarks),
      country:
        textOf(json.country) ??
        registrants.map(({ card }) => card.country).find((code) => code !== undefined),
      abuse: abuseOf(entities, remarks),
    },
    words,
    from,
  );
}

/** Of `cidr0_cidrs` (an extension all registries have) the longest that holds the address, else of the range. */
function cidrOf(json: Json, words: IpWords): Cidr | undefined {
  const cidrs = listOf(json.cidr0_cidrs)
    .flatMap((entry) => {
      if (!isObject(entry)) return [];
      const start = textOf(entry.v4prefix) ?? textOf(entry.v6prefix);
      const length = countOf(entry.length);
      if (start === undefined || length === undefined) return [];
      const cidr = parseCidr(`${start}/${length}`);
      return cidr !== undefined && isV4(cidr.words) === isV4(words) && contains(cidr, words) ? [cidr] : [];
    })
    .sort((a, b) => b.bits - a.bits);
  return cidrs[0] ?? prefixWithin(addressIn(json.startAddress), addressIn(json.endAddress), words);
}

/** Some write the prefix behind it. */
function addressIn(value: unknown): string {
  return textOf(value)?.slice(0, 64).replace(/\/.*$/s, "").trim() ?? "";
}

/** All of them, outer ones first. */
function entitiesOf(json: Json): Entity[] {
  const found: Entity[] = [];
  let level = listOf(json.entities);
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const entity of level) {
      if (!isObject(entity) || found.length >= MAX_ENTITIES) continue;
      found.push({
        handle: textOf(entity.handle) ?? "",
        roles: rolesOf(entity),
        card: readCard(entity.vcardArray),
        remarks: linesOf(listOf(entity.remarks)),
      });
      next.push(...listOf(entity.entities));
    }
    level = next.slice(0, MAX_ENTITIES);
  }
  return found;
}

function rolesOf({ roles, role }: Json): string[] {
  return [...(Array.isArray(roles) ? listOf(roles) : [roles]), role].flatMap((text) =>
    typeof text === "string" ? [text.toLowerCase()] : [],
  );
}

/** The registrant, an organisation before a person; a maintainer of RPSL is neither. Else the first line of a description. */
function orgOf(registrants: readonly Entity[], remarks: readonly unknown[]): string | undefined {
  const known = registrants.flatMap(({ handle, card }) => {
    const name = card.org ?? card.name;
    return name === undefined ||
      /(?:^|-)MNT(?:-|$)/i.test(card.org === undefined ? `${handle} ${name}` : name)
      ? []
      : [{ name, isOrg: card.kind === "org" || card.org !== undefined }];
  });
  const described = remarks.filter(
    (remark) => isObject(remark) && /^(?:descr.*)?$/i.test(textOf(remark.title) ?? ""),
  );
  return (known.find(({ isOrg }) => isOrg) ?? known[0])?.name ?? linesOf(described)[0];
}

/** Whom to complain to, the surest sign first. */
function abuseOf(entities: readonly Entity[], remarks: readonly unknown[]): string | undefined {
  const mails = entities.flatMap(({ handle, roles, card }) =>
    card.mails.flatMap(({ text, types }) => {
      const mail = mailOf(text);
      if (mail === undefined) return [];
      const typed = types.includes("abuse");
      const named = /abuse/i.test(`${handle} ${card.name ?? ""} ${card.org ?? ""}`);
      const rank = roles.includes("abuse")
        ? typed
          ? 0
          : 1
        : typed
          ? 2
          : named
            ? 3
            : isForAbuse(mail)
              ? 4
              : 5;
      return rank < 5 ? [{ mail, rank }] : [];
    }),
  );
  mails.sort((a, b) => a.rank - b.rank);
  if (mails[0] !== undefined) return mails[0].mail;
  for (const line of [...linesOf(remarks), ...entities.flatMap((entity) => entity.remarks)]) {
    const mail = /abuse/i.test(line) ? mailIn(line) : undefined;
    if (mail !== undefined) return mail;
  }
  return undefined;
}

function isForAbuse(mail: string): boolean {
  return /abuse/i.test(mail.slice(0, mail.indexOf("@")));
}

/** The lines of remarks that say something. */
function linesOf(remarks: readonly unknown[]): string[] {
  return remarks
    .flatMap((remark) => (isObject(remark) ? listOf(remark.description) : []))
    .slice(0, MAX_LISTED)
    .flatMap((line) =>
      typeof line === "string" && line.trim() !== "" ? line.slice(0, 1024).split("\n") : [],
    );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_LISTED) : [];
}
