import { afterEach, describe, expect, test } from "bun:test";
import { LookupFailure } from "./lookup-failure.ts";
import { createPoliteness } from "./politeness.ts";
import { type RegistryFetch, registryFetch } from "./registry-fetch.ts";

let servers: Bun.Server<undefined>[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop(true)));
  servers = [];
});

function serve(answer: (request: Request) => Response): URL {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  servers.push(server);
  return new URL(`http://127.0.0.1:${server.port}/`);
}

/** As on a host whose operator named that server; `listed` is in the list of registries. */
function fetchFrom(operator: URL, listed = ""): RegistryFetch {
  return registryFetch({
    politeness: createPoliteness(Date.now, 0),
    trusts: (host) => (host === operator.host ? "operator" : host === listed ? "list" : undefined),
    inside: false,
  });
}

const asking = { signal: new AbortController().signal, urgent: false };

function redirectTo(location: string): (request: Request) => Response {
  return () => new Response("", { status: 302, headers: { Location: location } });
}

describe("a redirect into this network is not followed", () => {
  test.each([
    ["an address", "127.0.0.1"],
    ["an address as a number", "2130706433"],
    ["an address in octal", "0177.0.0.1"],
    ["a name", "localhost"],
    ["IPv6", "[::1]"],
    ["IPv4 within IPv6", "[::ffff:127.0.0.1]"],
    ["nothing", "0.0.0.0"],
  ])("by %s", async (_, host) => {
    let reached = false;
    const inside = serve(() => {
      reached = true;
      return Response.json({});
    });
    const operator = serve(redirectTo(`http://${host}:${inside.port}/`));
    await expect(fetchFrom(operator)(operator, asking)).rejects.toThrow("lies within this network");
    // Not even where the list of registries names it.
    await expect(fetchFrom(operator, `${host}:${inside.port}`)(operator, asking)).rejects.toThrow(
      "lies within",
    );
    expect(reached).toBe(false);
  });

  test.each([
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "224.0.0.1",
    "[fe80::1]",
    "[fd00::1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::1]",
    "[ff02::1]",
  ])("%s", async (host) => {
    const operator = serve(redirectTo(`http://${host}/`));
    await expect(fetchFrom(operator)(operator, asking)).rejects.toThrow("lies within this network");
  });

  test.each(["file:///etc/passwd", "ftp://x.example/", "data:application/json,{}", "javascript:1"])(
    "nor one to %s",
    async (url) => {
      const operator = serve(redirectTo(url));
      await expect(fetchFrom(operator)(operator, asking)).rejects.toThrow("is not followed");
    },
  );
});

describe("what is asked", () => {
  test("JSON of RDAP, unpacked, with no login", async () => {
    const seen: Record<string, string | null>[] = [];
    const operator = serve(({ url, headers }) => {
      seen.push({
        accept: headers.get("accept"),
        encoding: headers.get("accept-encoding"),
        login: headers.get("authorization"),
      });
      const next = new URL("second", url);
      next.username = "user";
      next.password = "secret";
      return url.endsWith("second")
        ? Response.json({ name: "X" })
        : new Response("", { status: 301, headers: { Location: next.href } });
    });
    expect(await fetchFrom(operator)(operator, asking)).toEqual({ name: "X" });
    const expected = {
      accept: expect.stringContaining("application/rdap+json"),
      encoding: "identity",
      login: null,
    };
    expect(seen).toEqual([expected, expected]);
  });

  test.each([
    [404, "nothing"],
    [429, "refused"],
    [403, "refused"],
    [503, "refused"],
    [500, "unreachable"],
    [400, "wrong"],
  ] as const)("an answer of %d is %s", async (status, kind) => {
    const operator = serve(() => new Response("", { status, headers: { "Retry-After": "7" } }));
    const failure = await fetchFrom(operator)(operator, asking).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LookupFailure);
    expect(failure).toMatchObject({ kind, wait: kind === "refused" ? 7_000 : undefined });
  });

  test("nobody who is not there", async () => {
    const gone = serve(() => new Response(""));
    await servers[0]?.stop(true);
    const failure = await fetchFrom(gone)(gone, asking).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: "unreachable" });
  });
});
