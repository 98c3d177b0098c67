import { createServer, type Socket } from "node:net";

/** What a registry of a test answers for an address. */
export type RdapAnswer = (ip: string, request: Request) => Response | Promise<Response>;

export interface Registries {
  /** Base URL of the lists of registries. */
  readonly bootstrap: string;
  /** The base URL of each registry, in the order given. */
  readonly bases: readonly string[];
  /** The addresses asked for, each as `NUMBER ADDRESS` with the number of the registry; and `list FILE`. */
  readonly asked: string[];
  /** Questions at once, at most so far. */
  readonly atOnce: () => number;
  stop(): Promise<void>;
}

/** Registries on this machine, and the lists (RFC 9224) that name them. */
export function serveRegistries(
  ...registries: readonly { readonly prefixes: readonly string[]; readonly answer: RdapAnswer }[]
): Registries {
  const asked: string[] = [];
  let now = 0;
  let most = 0;
  const servers = registries.map(({ answer }, number) =>
    Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 60,
      async fetch(request) {
        const ip = decodeURIComponent(new URL(request.url).pathname.replace(/^\/rdap\/ip\//, ""));
        asked.push(`${number} ${ip}`);
        most = Math.max(most, ++now);
        try {
          return await answer(ip, request);
        } finally {
          now--;
        }
      },
    }),
  );
  const bases = servers.map(({ port }) => `http://127.0.0.1:${port}/rdap/`);
  const services = registries.map(({ prefixes }, i) => [prefixes, [bases[i]]]);
  const lists = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const file = new URL(request.url).pathname.slice(1);
      asked.push(`list ${file}`);
      const isV6 = file === "ipv6.json";
      const of = services.flatMap(([prefixes, urls]) => {
        const family = (prefixes as readonly string[]).filter((prefix) => prefix.includes(":") === isV6);
        return family.length === 0 ? [] : [[family, urls]];
      });
      return Response.json({ version: "1.0", publication: "2026-11-01T00:00:00Z", services: of });
    },
  });
  return {
    bootstrap: `http://127.0.0.1:${lists.port}/`,
    bases,
    asked,
    atOnce: () => most,
    async stop() {
      await Promise.all([...servers, lists].map((server) => server.stop(true)));
    },
  };
}

/** A small but whole network of RDAP. */
export function network(first: string, last: string, more: Readonly<Record<string, unknown>> = {}): Response {
  return Response.json({
    objectClassName: "ip network",
    startAddress: first,
    endAddress: last,
    name: `NET-${first}`,
    country: "NL",
    entities: [
      {
        roles: ["registrant"],
        vcardArray: [
          "vcard",
          [
            ["fn", {}, "text", `Owner of ${first}`],
            ["kind", {}, "text", "org"],
          ],
        ],
      },
    ],
    ...more,
  });
}

/** The /24 of an address. */
export function ownNetwork(ip: string): Response {
  const net = ip.split(".").slice(0, 3).join(".");
  return network(`${net}.0`, `${net}.255`);
}

export interface WhoisServers {
  /** `127.0.0.1:PORT` of each, in the order given. */
  readonly names: readonly string[];
  /** Lines that were asked, each as `NUMBER LINE`. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** What one says to a line, with its connection to do worse; nothing, and not the end of it, where undefined. */
export type WhoisAnswer = (
  question: string,
  socket: Socket,
  names: readonly string[],
) => string | Buffer | undefined;

/** Whois servers on this machine (RFC 3912). */
export async function serveWhois(...answers: readonly WhoisAnswer[]): Promise<WhoisServers> {
  const asked: string[] = [];
  const names: string[] = [];
  const open = new Set<Socket>();
  const servers = await Promise.all(
    answers.map(async (answer, number) => {
      const server = createServer((socket) => {
        open.add(socket);
        socket.on("close", () => open.delete(socket));
        socket.on("error", () => {});
        let line = "";
        socket.on("data", (piece) => {
          line += piece.toString("latin1");
          if (!line.endsWith("\r\n")) return;
          asked.push(`${number} ${line.trimEnd()}`);
          const text = answer(line.trimEnd(), socket, names);
          line = "";
          if (text !== undefined) socket.end(text);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  for (const server of servers) {
    const at = server.address();
    names.push(`127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}`);
  }
  return {
    names,
    asked,
    async stop() {
      for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
