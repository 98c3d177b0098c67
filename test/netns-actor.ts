/**
 * Does with TCP sockets what it is told, a JSON object a line on standard input, and answers each with one
 * on standard output: the other process of tests in network namespaces (see `netns.ts`).
 */
import { createSocket } from "node:dgram";
import { appendFileSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { HealthEvent, SocketsView } from "../src/model/event.ts";
import { toSocketsEvent } from "../src/model/socket-table.ts";
import { createSockets, type Sockets } from "../src/sources/sockets.ts";
import { until } from "./until.ts";

type Command = Readonly<Record<string, unknown>>;

const servers = new Map<number, { close(): void }>();
/** Connections made, by the `id` given, and accepted, by `LOCAL<REMOTE` address. */
const sockets = new Map<string, Socket>();
const received = new Map<string, number>();
/** The source under test, one for each way of reading. */
const sources = new Map<string, Sockets>();

const commands: Readonly<Record<string, (command: Command) => unknown>> = {
  /** Listens on `host` and `port`. */
  listen: ({ host, port }) =>
    new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true }, (socket) =>
        keep(`${folded(socket.localAddress)}<${folded(socket.remoteAddress)}`, socket),
      );
      servers.set(Number(port), server);
      server.on("error", reject);
      server.listen({ host: String(host), port: Number(port) }, () => resolve({}));
    }),
  /** Stops listening on `port`; what was accepted stays. */
  unlisten: ({ port }) => {
    servers.get(Number(port))?.close();
  },
  /** Connects as `id` to `host` and `port`, from `from` and `fromPort` if given; answers once that is done, unless `wait` is false. */
  connect: ({ id, host, port, from, fromPort, wait }) =>
    new Promise((resolve) => {
      const socket = createConnection({
        host: String(host),
        port: Number(port),
        allowHalfOpen: true,
        ...(typeof from === "string" && { localAddress: from }),
        ...(typeof fromPort === "number" && { localPort: fromPort }),
      });
      keep(String(id), socket);
      if (wait === false) resolve({});
      socket.on("connect", () => resolve({ port: socket.localPort }));
    }),
  /** Makes `count` connections to `host` and `port`. */
  crowd: async ({ host, port, count }) => {
    for (let i = 0; i < Number(count); i++) await commands.connect?.({ id: `crowd ${i}`, host, port });
  },
  /** Sends `bytes` bytes on `id`. */
  send: async ({ id, bytes }) => {
    const socket = await kept(id);
    await new Promise<void>((resolve) => socket.write(Buffer.alloc(Number(bytes)), () => resolve()));
  },
  /** Waits until `bytes` bytes have come in on `id`. */
  receive: ({ id, bytes }) => until(() => received.get(String(id)) === bytes, `${bytes} bytes`),
  /** Sends a FIN on `id`. */
  end: async ({ id }) => {
    (await kept(id)).end();
  },
  /**
   * Connects to `host` and `port` from `from`, sends the `pieces` (base64) with `gap` milliseconds between them,
   * and then waits for the other side to end, ends its own half first (`half-close`), or leaves (`hang up`).
   * Answers what came back, base64; a server that never ends is left after five seconds.
   */
  exchange: ({ host, port, from, pieces, gap, after }) =>
    new Promise((resolve) => {
      const came: Buffer[] = [];
      const socket = createConnection({
        host: String(host),
        port: Number(port),
        localAddress: String(from),
        allowHalfOpen: true,
      });
      const patience = setTimeout(() => socket.destroy(), 5_000);
      socket.on("data", (data) => came.push(Buffer.from(data)));
      socket.on("end", () => socket.end());
      // A server that refuses to read on resets the connection.
      socket.on("error", () => {});
      socket.on("close", () => {
        clearTimeout(patience);
        resolve({ answer: Buffer.concat(came).toString("base64") });
      });
      socket.on("connect", async () => {
        for (const piece of Array.isArray(pieces) ? pieces : []) {
          socket.write(Buffer.from(String(piece), "base64"));
          await Bun.sleep(Number(gap));
        }
        if (after === "half-close") socket.end();
        if (after === "hang up") socket.destroy();
      });
    }),
  /** Appends every datagram that comes to `port` to `file`, as a line. */
  collect: ({ port, file }) =>
    new Promise((resolve) => {
      const socket = createSocket("udp4");
      socket.on("message", (message) =>
        appendFileSync(String(file), `${message.toString("latin1").trimEnd()}\n`, "latin1"),
      );
      socket.bind(Number(port), "127.0.0.1", () => resolve({}));
    }),
  /** Goes on with the rights of the user `uid`. */
  become: ({ uid }) => {
    process.seteuid?.(Number(uid));
  },
  /** Reads the socket table with the source made of `options`, at the time `at`: its event, if any, and its health. */
  poll: ({ options, at, interest }) => {
    const key = JSON.stringify(options);
    const source = sources.get(key) ?? createSockets(Object(options));
    sources.set(key, source);
    if (typeof interest === "string") source.setInterest(interest as never);
    return source.poll(Number(at)).map(plain);
  },
};

function keep(id: string, socket: Socket): void {
  sockets.set(id, socket);
  received.set(id, 0);
  socket.on("data", (data) => received.set(id, (received.get(id) ?? 0) + data.length));
  // A connection that breaks is what some tests are about.
  socket.on("error", () => {});
}

function folded(address: string | undefined): string {
  return String(address).replace(/^::ffff:/, "");
}

/** The connection `id`, once it is there. */
async function kept(id: unknown): Promise<Socket> {
  return until(() => sockets.get(String(id)), `connection ${id}`);
}

function plain(input: SocketsView | HealthEvent): unknown {
  return input.kind === "sockets" ? toSocketsEvent(input) : input;
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer: unknown;
  try {
    const command = JSON.parse(line) as Command;
    answer = (await commands[String(command.do)]?.(command)) ?? {};
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
