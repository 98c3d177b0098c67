/** Properties of one card that are read, and texts of one property. */
const MAX_PROPERTIES = 64;
const MAX_TEXTS = 16;

/** What is read of a vCard in JSON (RFC 7095). */
export interface Card {
  /** `individual`, `group`, `org`, in lower case. */
  readonly kind: string;
  readonly name: string | undefined;
  readonly org: string | undefined;
  /** As they stand there, with their types (`work`, `abuse`) in lower case. */
  readonly mails: readonly { readonly text: string; readonly types: readonly string[] }[];
  /** The code of RFC 8605. */
  readonly country: string | undefined;
}

const NOTHING: Card = { kind: "", name: undefined, org: undefined, mails: [], country: undefined };

/** `["vcard", [[name, parameters, type, value...], ...]]`; of what is something else, a card that says nothing. */
export function readCard(json: unknown): Card {
  const properties: unknown = Array.isArray(json) ? json[1] : undefined;
  if (!Array.isArray(properties)) return NOTHING;
  const card: { -readonly [K in keyof Card]: Card[K] } = { ...NOTHING };
  const mails: { text: string; types: readonly string[] }[] = [];
  for (const property of properties.slice(0, MAX_PROPERTIES)) {
    if (!Array.isArray(property)) continue;
    const [name, parameters, , ...values]: unknown[] = property;
    const [text] = textsOf(values);
    switch (typeof name === "string" ? name.toLowerCase() : "") {
      case "kind":
        card.kind = text?.toLowerCase() ?? "";
        break;
      case "fn":
        card.name ??= text;
        break;
      case "org":
        card.org ??= text;
        break;
      case "email": {
        const types = textsOf(parameterOf(parameters, "type")).map((type) => type.toLowerCase());
        for (const mail of textsOf(values)) mails.push({ text: mail, types });
        break;
      }
      case "adr":
        card.country ??= textsOf(parameterOf(parameters, "cc"))[0];
        break;
    }
  }
  return { ...card, mails };
}

function parameterOf(parameters: unknown, key: string): unknown {
  return typeof parameters === "object" && parameters !== null
    ? Object.entries(parameters).find(([name]) => name.toLowerCase() === key)?.[1]
    : undefined;
}

/** The texts in it that say something, one by one: structured values are lists in lists. */
function textsOf(value: unknown): string[] {
  const flat: unknown[] = Array.isArray(value) ? value.slice(0, MAX_TEXTS).flat(2) : [value];
  return flat
    .slice(0, MAX_TEXTS)
    .filter((text): text is string => typeof text === "string" && text.trim() !== "");
}
