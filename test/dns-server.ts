import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";

/** Types of records (RFC 1035, RFC 3596). */
const TYPES = { A: 1, PTR: 12, AAAA: 28 } as const;
type Type = keyof typeof TYPES;

/** What a name server says: records of the type asked for, or a code (RFC 1035, 4.1.1: 2 failed, 3 no such name, 5 refused). */
export interface DnsAnswer {
  readonly records?: readonly string[];
  readonly code?: number;
  /** By UDP it says that it is too long. */
  readonly truncated?: true;
}

export interface DnsServer {
  /** `127.0.0.1:PORT`, of UDP and TCP. */
  readonly name: string;
  /** Questions, each as `TYPE NAME`, and ` TCP` where it came so. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** A name server on this machine; where `answer` is undefined it says nothing. `tcp`: whether it is there, too. */
export async function serveDns(
  answer: (type: Type, name: string) => DnsAnswer | undefined,
  { tcp = true }: { readonly tcp?: boolean } = {},
): Promise<DnsServer> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const stream = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      const reply = replyTo(bytes.subarray(2), true);
      if (reply === undefined) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    });
  });
  const socket = createSocket("udp4");

  function replyTo(query: Buffer, byTcp: boolean): Buffer | undefined {
    const { type, name, end } = questionOf(query);
    asked.push(`${type} ${name}${byTcp ? " TCP" : ""}`);
    const said = answer(type, name);
    if (said === undefined) return undefined;
    const { code = 0, truncated = false } = said;
    const cut = truncated && !byTcp;
    const records = cut ? [] : (said.records ?? []);
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    // A response, authoritative, recursion asked for and there; TC where cut.
    head.writeUInt16BE(0x8580 | (cut ? 0x0200 : 0) | code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    return Buffer.concat([head, query.subarray(12, end), ...records.map((record) => recordOf(type, record))]);
  }

  socket.on("message", (query, from) => {
    const reply = replyTo(query, false);
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  });
  const port = await bindBoth();

  async function bindBoth(): Promise<number> {
    if (tcp) await new Promise<void>((resolve) => stream.listen(0, "127.0.0.1", resolve));
    const at = tcp ? stream.address() : null;
    const wanted = typeof at === "object" && at !== null ? at.port : 0;
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(wanted, "127.0.0.1", resolve);
    });
    return socket.address().port;
  }

  return {
    name: `127.0.0.1:${port}`,
    asked,
    async stop() {
      for (const one of open) one.destroy();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      if (tcp) await new Promise((resolve) => stream.close(resolve));
    },
  };
}

function questionOf(query: Buffer): { readonly type: Type; readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const number = query.readUInt16BE(at + 1);
  const type = (Object.keys(TYPES) as Type[]).find((key) => TYPES[key] === number);
  if (type === undefined) throw new Error(`a question of type ${number}`);
  return { type, name: labels.join(".").toLowerCase(), end: at + 5 };
}

/** A record of a minute, of the name in the question. */
function recordOf(type: Type, text: string): Buffer {
  const data = type === "PTR" ? nameBytes(text) : addressBytes(type, text);
  const head = Buffer.from([0xc0, 12, 0, TYPES[type], 0, 1, 0, 0, 0, 60, 0, 0]);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function nameBytes(name: string): Buffer {
  const labels = name === "" ? [] : name.split(".");
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ]);
}

function addressBytes(type: Type, text: string): Buffer {
  if (type === "A") return Buffer.from(text.split(".").map(Number));
  const [head = "", tail] = text.split("::");
  const groups = (half: string): string[] => half.split(":").filter((group) => group !== "");
  const [first, last] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return Buffer.concat(
    [...first, ...zeros, ...last].map((group) => Buffer.from(group.padStart(4, "0"), "hex")),
  );
}
