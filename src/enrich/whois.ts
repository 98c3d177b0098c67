import { connect } from "node:net";
import { messageOf } from "../model/message-of.ts";
import { LookupFailure } from "./lookup-failure.ts";
import { orAborted } from "./patience.ts";

const PORT = 43;
/** All that there is of a network with its contacts has some 10 KiB; behind this nothing is read. */
const MAX_BYTES = 2 ** 18;

/** Where a whois server is. */
export interface WhoisServer {
  readonly host: string;
  readonly port: number;
}

/** `host`, `host:port`, `[address]:port`; undefined for anything else. */
export function parseWhoisServer(text: string): WhoisServer | undefined {
  const found = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]{1,253}))(?::(\d{1,5}))?$/i.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3] ?? PORT);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/**
 * Asks one question of whois (RFC 3912): a line there, a text back, which is UTF-8 where it can be that, else Latin-1. Throws a
 * {@link LookupFailure}, or what the signal is aborted for.
 */
export async function askWhois(
  { host, port }: WhoisServer,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const socket = connect({ host, port });
  const pieces: Buffer[] = [];
  let size = 0;
  const ended = new Promise<void>((resolve, reject) => {
    socket.on("connect", () => socket.write(`${question}\r\n`));
    socket.on("data", (piece: Buffer) => {
      pieces.push(piece.subarray(0, MAX_BYTES - size));
      size += piece.length;
      if (size >= MAX_BYTES) resolve();
    });
    socket.on("end", resolve);
    socket.on("close", resolve);
    socket.on("error", reject);
  });
  try {
    await orAborted(ended, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const code =
      error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
    throw new LookupFailure("unreachable", `${host}: ${code === "" ? messageOf(error) : code}`);
  } finally {
    // It may fail once more while nobody listens.
    socket.on("error", () => {});
    socket.destroy();
  }
  if (size === 0) throw new LookupFailure("unreachable", `${host} said nothing`);
  return decoded(Buffer.concat(pieces));
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}
