import { isLoopback } from "../model/cidr.ts";
import { formatIp, type IpWords, parseIpWords } from "../model/ip.ts";
import { LookupFailure } from "./lookup-failure.ts";
import type { Politeness } from "./politeness.ts";
import { answerOf, type RegistryAnswer } from "./registry-answer.ts";
import type { Asking } from "./registry-fetch.ts";
import { askWhois, parseWhoisServer, type WhoisServer } from "./whois.ts";
import { readWhois } from "./whois-text.ts";

/** Referrals lead to these alone, on the port of whois. */
const REGISTRIES: ReadonlySet<string> = new Set([
  "whois.afrinic.net",
  "whois.apnic.net",
  "whois.arin.net",
  "whois.lacnic.net",
  "whois.registro.br",
  "whois.ripe.net",
]);
/** IANA's, the registry that had it first, and the one it was moved to. */
const MAX_SERVERS = 3;

/** Asks `start`, and the registry that it refers to. Throws a {@link LookupFailure}, or what the signal is aborted for. */
export async function lookUpByWhois(
  start: WhoisServer,
  words: IpWords,
  politeness: Politeness,
  asking: Asking,
): Promise<RegistryAnswer> {
  const asked = new Set<string>();
  let answer: RegistryAnswer | undefined;
  for (let server: WhoisServer | undefined = start; server !== undefined; ) {
    const here: WhoisServer = server;
    const name = nameOf(here);
    asked.add(name);
    let reading: ReturnType<typeof readWhois>;
    try {
      reading = await politeness.ask(`${name} (whois)`, asking, async () => {
        const read = readWhois(await askWhois(here, questionOf(here, words), asking.signal), words);
        if (read.refusal !== undefined && read.registered === undefined)
          throw new LookupFailure("refused", `${here.host} refuses: ${read.refusal}`);
        return read;
      });
    } catch (error) {
      if (answer !== undefined && error instanceof LookupFailure) return answer;
      throw error;
    }
    if (reading.registered !== undefined) answer = answerOf(reading.registered, words, here.host);
    server = undefined;
    const next = reading.refers === undefined ? undefined : referral(reading.refers, isRehearsal(start));
    if (next !== undefined && !asked.has(nameOf(next)) && asked.size < MAX_SERVERS) server = next;
    else if (answer === undefined && reading.refers !== undefined)
      throw new LookupFailure("wrong", `${here.host} refers to a server that is no registry's`);
  }
  if (answer === undefined) throw new LookupFailure("nothing", `${start.host} knows no such network`);
  return answer;
}

/** ARIN lists networks by name only, where there are several, unless it is asked for all there is of networks. */
function questionOf({ host }: WhoisServer, words: IpWords): string {
  const ip = formatIp(words);
  return host === "whois.arin.net" ? `n + ${ip}` : ip;
}

function referral(text: string, rehearsal: boolean): WhoisServer | undefined {
  const server = parseWhoisServer(text);
  if (server === undefined) return undefined;
  if (REGISTRIES.has(server.host) && server.port === 43) return server;
  return rehearsal && isRehearsal(server) ? server : undefined;
}

/** A server on this machine may refer to others there. */
function isRehearsal({ host }: WhoisServer): boolean {
  const words = new Uint32Array(4);
  return parseIpWords(host, words) && isLoopback(words);
}

function nameOf({ host, port }: WhoisServer): string {
  return port === 43 ? host : `${host}:${port}`;
}
