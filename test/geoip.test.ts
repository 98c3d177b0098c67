import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openPty } from "./console/pty.ts";
import { asnDatabase, cityDatabase, maxmindCity } from "./geo-databases.ts";
import { writeMmdb } from "./mmdb-writer.ts";
import { ENV } from "./program.ts";
import { describeWith } from "./requires.ts";
import { until } from "./until.ts";

const UPDATER = join(import.meta.dir, "geoip-updater.ts");
const LIMIT = 20_000;
const NEW = Date.UTC(2026, 10, 1);
const OLD = Date.UTC(2026, 9, 1);
const CITY = "dbip-city-lite.mmdb";
const ASN = "dbip-asn-lite.mmdb";

type Answer = (request: Request) => Response | Promise<Response>;

let directory = "";
let data = "";
let server: Bun.Server<undefined> | undefined;
let asked: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "nethergaze-geoip-"));
  data = join(directory, "data");
  asked = [];
});
afterEach(async () => {
  await server?.stop(true);
  server = undefined;
  rmSync(directory, { recursive: true });
});

/** A server of databases; the path of whose files it was asked for goes to `asked`. */
function serve(answers: { readonly city?: Answer; readonly asn?: Answer }): string {
  const { city = () => packed(cityDatabase(NEW)), asn = () => packed(asnDatabase(NEW)) } = answers;
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return pathname.includes("asn") ? asn(request) : city(request);
    },
  });
  return `http://127.0.0.1:${server.port}/free`;
}

function packed(bytes: Buffer): Response {
  return new Response(gzipSync(bytes));
}

interface Run {
  readonly pid: number;
  readonly ended: Promise<{ code: number | string; stdout: string; stderr: string }>;
}

function start(
  from: string,
  {
    env = {},
    by = [],
    stall = 10_000,
    more = [],
  }: { env?: Record<string, string>; by?: string[]; stall?: number; more?: string[] } = {},
): Run {
  const child = Bun.spawn([...by, process.execPath, UPDATER, from, data, String(stall), ...more], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...ENV, ...env },
    timeout: LIMIT,
    killSignal: "SIGKILL",
  });
  const ended = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]).then(([stdout, stderr, code]) => ({ code: child.signalCode ?? code, stdout, stderr }));
  return { pid: child.pid, ended };
}

function update(...args: Parameters<typeof start>) {
  return start(...args).ended;
}

/** What is in the directory besides the lock. */
function files(): string[] {
  return readdirSync(data)
    .filter((name) => name !== "geoip.lock")
    .sort();
}

function putOld(bytes = cityDatabase(OLD)): Buffer<ArrayBuffer> {
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, CITY), bytes);
  return bytes;
}

describe("what is fetched", () => {
  test("is both databases, of this month, put where they belong", async () => {
    const { code, stdout, stderr } = await update(serve({}));
    expect(stderr.replace(/dbip-\w+-lite\.mmdb: \d+ % .*\n/g, "")).toBe("");
    expect(code).toBe(0);
    expect(files()).toEqual([ASN, CITY]);
    expect(readFileSync(join(data, CITY))).toEqual(cityDatabase(NEW));
    expect(readFileSync(join(data, ASN))).toEqual(asnDatabase(NEW));
    expect(asked).toEqual([
      expect.stringMatching(/^\/free\/dbip-city-lite-20\d\d-[01]\d\.mmdb\.gz$/),
      expect.stringMatching(/^\/free\/dbip-asn-lite-20\d\d-[01]\d\.mmdb\.gz$/),
    ]);
    expect(stdout).toContain(`${join(data, CITY)}: DB-IP City Lite of 2026-11-01, 0.0 MB\n`);
    expect(stdout).toContain(`${join(data, ASN)}: DB-IP ASN Lite of 2026-11-01, 0.0 MB\n`);
    expect(stdout).toContain("CC BY 4.0");
  });

  test("is of the month before, where this month's is not there yet", async () => {
    let first = true;
    const city: Answer = () => {
      const answer = first ? new Response("not yet", { status: 404 }) : packed(cityDatabase(OLD));
      first = false;
      return answer;
    };
    const { code, stdout } = await update(serve({ city }));
    expect(code).toBe(0);
    expect(stdout).toContain("DB-IP City Lite of 2026-10-01");
    const [now, before] = asked.map((path) => /(\d+)-(\d+)\.mmdb/.exec(path)?.slice(1).map(Number) ?? []);
    const months = ([year = 0, month = 0]: number[] = []): number => 12 * year + month;
    expect(months(now) - months(before)).toBe(1);
  });

  test("takes the place of an older one, and of one that cannot be used", async () => {
    putOld();
    writeFileSync(join(data, ASN), "rubbish");
    const { code, stdout } = await update(serve({}));
    expect(code).toBe(0);
    expect(stdout).toContain(
      "DB-IP City Lite of 2026-11-01, 0.0 MB; before: DB-IP City Lite of 2026-10-01\n",
    );
    expect(stdout).toContain("before: a file that could not be used (no MMDB file");
    expect(readFileSync(join(data, CITY))).toEqual(cityDatabase(NEW));
    expect(readFileSync(join(data, ASN))).toEqual(asnDatabase(NEW));
  });

  test("never takes the place of a newer one, and that is said", async () => {
    const newer = putOld(cityDatabase(Date.UTC(2026, 11, 1)));
    writeFileSync(join(data, ASN), asnDatabase(NEW));
    const { code, stdout } = await update(serve({}));
    expect(code).toBe(0);
    expect(readFileSync(join(data, CITY))).toEqual(newer);
    expect(stdout).toContain(
      "kept, DB-IP City Lite of 2026-12-01 is newer than DB-IP City Lite of 2026-11-01, which the server has\n",
    );
    expect(stdout).toContain("kept, DB-IP ASN Lite of 2026-11-01 is the newest there is\n");
    expect(files()).toEqual([ASN, CITY]);
  });

  test("is large, and comes slowly in pieces", async () => {
    const large = largeDatabase();
    const gzip = gzipSync(large);
    const city: Answer = () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            const step = Math.ceil(gzip.length / 8);
            for (let at = 0; at < gzip.length; at += step) {
              controller.enqueue(gzip.subarray(at, at + step));
              // Together longer than the patience with silence.
              await Bun.sleep(150);
            }
            controller.close();
          },
        }),
      );
    const { code, stderr } = await update(serve({ city }), { stall: 900 });
    expect({ code, stderr: stderr.replace(/dbip-.*\n/g, "") }).toEqual({ code: 0, stderr: "" });
    expect(readFileSync(join(data, CITY)).equals(large)).toBe(true);
  });

  test("is not used where other files stand before it, and that is said", async () => {
    mkdirSync(data);
    const mine = join(directory, "mine.mmdb");
    writeFileSync(mine, cityDatabase(OLD));
    const { code, stdout } = await update(serve({}), { more: [mine] });
    expect(code).toBe(0);
    expect(stdout).toContain(`note: ${mine} is there and is used in place of ${CITY}\n`);
  });
});

/** About a megabyte that packs badly. */
function largeDatabase(): Buffer<ArrayBuffer> {
  const entries = Array.from(
    { length: 20_000 },
    (_, i) => [`45.${i >> 8}.${i & 255}.0/24`, maxmindCity("NL", Bun.hash(String(i)).toString(36))] as const,
  );
  return writeMmdb(entries, { type: "DBIP-City-Lite", built: NEW });
}

describe("where it fails, what is there stays", () => {
  const gzip = gzipSync(cityDatabase(NEW));
  const flipped = Buffer.from(gzip);
  flipped[gzip.length >> 1] = (flipped[gzip.length >> 1] ?? 0) ^ 0xff;
  const page = "<!DOCTYPE html>\n<title>Log in</title>";
  const failures: [what: string, city: Answer, reason: RegExp][] = [
    ["damaged", () => new Response(flipped), /it was damaged on its way \(.*\): try again/],
    [
      "cut short",
      () => new Response(gzip.subarray(0, gzip.length - 40)),
      /it was cut short on its way: try again/,
    ],
    ["empty", () => new Response(""), /it was cut short on its way: try again/],
    [
      "a page",
      () => new Response(page),
      /what came is not a gzip file, it begins with '<!DOCTYPE html> <title>Log in<\/title>': is the base address right, or a proxy in between\?/,
    ],
    ["not packed", () => new Response(cityDatabase(NEW)), /what came is not a gzip file/],
    [
      "a packed page",
      () => packed(Buffer.from(page)),
      /what came cannot be used: no MMDB file, or cut short/,
    ],
    [
      "networks in place of cities",
      () => packed(asnDatabase(NEW)),
      /it holds DB-IP ASN Lite of 2026-11-01, which is something else/,
    ],
    [
      "cities without cities",
      () => packed(writeMmdb([["45.77.0.0/16", { country_code: "NL" }]], { type: "City" })),
      /it holds City of 2026-11-01, which is something else/,
    ],
    [
      "half a database",
      () => packed(cityDatabase(NEW).subarray(-320)),
      /what came cannot be used: damaged: its tree is larger/,
    ],
    [
      "refused",
      () => new Response("", { status: 403 }),
      /the server answered 403: is the base address right\?/,
    ],
    ["too much asked", () => new Response("", { status: 429 }), /the server answered 429: try again later/],
    ["an error", () => new Response("", { status: 503 }), /the server answered 503: try again later/],
    ["a part", () => new Response(gzip, { status: 206 }), /the server answered 206/],
    [
      "not there",
      () => new Response("", { status: 404 }),
      /not found \(404\): http:\S+, http:\S+: is the base address right, and this machine's date\?/,
    ],
    ["a redirect to nowhere", () => new Response("", { status: 302 }), /a redirect to nowhere/],
    ["a redirect to itself", ({ url }) => Response.redirect(url), /more than 10 redirects/],
    ["a redirect to a file", () => redirect("file:///etc/passwd"), /a redirect to file: is not followed/],
    [
      "a redirect to another protocol",
      () => redirect("ftp://127.0.0.1/x"),
      /a redirect to ftp: is not followed/,
    ],
  ];
  test.each(failures)("%s", async (_, city, reason) => {
    const old = putOld();
    const base = serve({ city });
    const { code, stdout, stderr } = await update(base);
    const said = stderr.replace(/^dbip-\w+-lite\.mmdb: \d+ % .*\n/gm, "");
    expect(said).toMatch(reason);
    expect(said).toContain(base);
    expect(said).toStartWith(`nethergaze: ${CITY}: `);
    expect(said).toEndWith("; what was there before is kept\n");
    expect(said.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
    expect(readFileSync(join(data, CITY))).toEqual(old);
    // The other one came all the same.
    expect(stdout).toContain("DB-IP ASN Lite of 2026-11-01");
    expect(files()).toEqual([ASN, CITY]);
  });

  test("a redirect elsewhere is followed", async () => {
    const city: Answer = ({ url }) =>
      url.endsWith("?moved") ? packed(cityDatabase(NEW)) : redirect(`${new URL(url).pathname}?moved`);
    const { code } = await update(serve({ city }));
    expect(code).toBe(0);
    expect(files()).toEqual([ASN, CITY]);
  });

  const silences: [when: string, city: Answer][] = [
    ["before its answer", () => new Promise(() => {})],
    [
      "in the middle",
      () =>
        new Response(
          new ReadableStream({ start: (controller) => controller.enqueue(gzip.subarray(0, 100)) }),
        ),
    ],
  ];
  test.each(silences)("a server that falls silent %s is given up", async (_, city) => {
    const old = putOld();
    const { code, stderr } = await update(serve({ city }), { stall: 300 });
    expect(stderr).toContain(`nothing came for 0.3 s: try again`);
    expect(code).toBe(1);
    expect(readFileSync(join(data, CITY))).toEqual(old);
    expect(files()).toEqual([ASN, CITY]);
  });

  test("a server that hangs up in the middle", async () => {
    const old = putOld();
    const hanging = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${gzip.length}\r\n\r\n`);
        socket.write(gzip.subarray(0, 100), () => socket.destroySoon());
      });
    });
    const port = await listen(hanging);
    try {
      const { code, stderr } = await update(`http://127.0.0.1:${port}/`);
      expect(stderr).toMatch(/(cut short on its way|closed|reset).*: try again/i);
      expect(code).toBe(1);
    } finally {
      hanging.close();
    }
    expect(readFileSync(join(data, CITY))).toEqual(old);
    expect(files()).toEqual([CITY]);
  });

  test("nobody listens there, and the password is not told", async () => {
    const { code, stdout, stderr } = await update("http://me:secret@127.0.0.1:1/");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /dbip-city-lite\.mmdb: http:\/\/127\.0\.0\.1:1\/\S+: .*: try again, behind a proxy with HTTPS_PROXY set\n/,
    );
    expect(stdout + stderr).not.toContain("secret");
    expect(files()).toEqual([]);
  });

  test("interrupted, it leaves nothing behind", async () => {
    const old = putOld();
    const half = gzipSync(largeDatabase()).subarray(0, 200_000);
    const city: Answer = () =>
      new Response(new ReadableStream({ start: (controller) => controller.enqueue(half) }));
    const { pid, ended } = start(serve({ city }));
    await until(
      () => existsSync(join(data, `${CITY}.part`)) && readFileSync(join(data, `${CITY}.part`)).length > 0,
      "a part",
    );
    process.kill(pid, "SIGINT");
    const { code, stderr } = await ended;
    expect(stderr).toBe(`nethergaze: ${CITY}: interrupted; what was there before is kept\n`);
    expect(code).toBe(1);
    expect(readFileSync(join(data, CITY))).toEqual(old);
    expect(files()).toEqual([CITY]);
  });

  test("killed, what it leaves is gone with the next one", async () => {
    const half = gzipSync(largeDatabase()).subarray(0, 200_000);
    let first = true;
    const city: Answer = () => {
      const answer = first
        ? new Response(new ReadableStream({ start: (controller) => controller.enqueue(half) }))
        : packed(cityDatabase(NEW));
      first = false;
      return answer;
    };
    const base = serve({ city });
    const { pid, ended } = start(base);
    await until(() => existsSync(join(data, `${CITY}.part`)), "a part");
    process.kill(pid, "SIGKILL");
    expect((await ended).code).toBe("SIGKILL");
    expect(files()).toEqual([`${CITY}.part`]);
    expect((await update(base)).code).toBe(0);
    expect(files()).toEqual([ASN, CITY]);
  });

  test("two at once: the second one does not begin", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const base = serve({ city: () => promise });
    const first = start(base);
    await until(() => asked.length > 0, "the first one");
    const { code, stderr } = await update(base);
    expect(stderr).toBe(`nethergaze: another 'geoip update' fetches into ${data}: wait for it\n`);
    expect(code).toBe(1);
    resolve(packed(cityDatabase(NEW)));
    expect((await first.ended).code).toBe(0);
    expect(files()).toEqual([ASN, CITY]);
  });

  test.each(["", "here", "ftp://127.0.0.1/", "file:///tmp/", "//127.0.0.1/"])(
    "'%s' is no base address",
    async (from) => {
      const { code, stderr } = await update(from);
      expect(stderr).toBe(
        `nethergaze: --from: '${from}' is no address that begins with https:// or http://\n`,
      );
      expect(code).toBe(2);
    },
  );
});

function redirect(to: string): Response {
  return new Response("", { status: 302, headers: { Location: to } });
}

function listen(listener: Server): Promise<number> {
  return new Promise((resolve) => {
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

/** A proxy: what it was asked for, each by its first line; all of it leads to `port` of this machine. */
async function startProxy(port: () => number) {
  const lines: string[] = [];
  const proxy = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (head) => {
      const [line = ""] = head.toString("latin1").split("\r\n");
      lines.push(line);
      const onward = connect(port(), "127.0.0.1", () => {
        if (line.startsWith("CONNECT ")) socket.write("HTTP/1.1 200 OK\r\n\r\n");
        // A proxy asks for the path alone, and for one file on a connection.
        else
          onward.write(
            head
              .toString("latin1")
              .replace(/^GET http:\/\/[^/]+/, "GET ")
              .replace(/\r\nConnection:.*/i, "")
              .replace("\r\n", "\r\nConnection: close\r\n"),
            "latin1",
          );
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy());
    });
  });
  return { lines, url: `http://127.0.0.1:${await listen(proxy)}`, stop: () => proxy.close() };
}

describe("through a proxy", () => {
  test("as HTTP_PROXY says, but not where NO_PROXY has the host", async () => {
    const base = serve({});
    const proxy = await startProxy(() => server?.port ?? 0);
    try {
      // Nobody but the proxy knows that host.
      const through = await update("http://geo.invalid/free/", {
        env: { HTTP_PROXY: proxy.url, http_proxy: proxy.url },
      });
      expect({ code: through.code, stderr: through.stderr.replace(/dbip-.*\n/g, "") }).toEqual({
        code: 0,
        stderr: "",
      });
      expect(files()).toEqual([ASN, CITY]);
      expect(proxy.lines).toEqual([
        expect.stringMatching(
          /^GET http:\/\/geo\.invalid\/free\/dbip-city-lite-[\d-]+\.mmdb\.gz HTTP\/1\.1$/,
        ),
        expect.stringMatching(/^GET http:\/\/geo\.invalid\/free\/dbip-asn-lite-[\d-]+\.mmdb\.gz HTTP\/1\.1$/),
      ]);
      proxy.lines.length = 0;
      const past = await update(base, {
        env: { HTTP_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
      });
      expect(past.code).toBe(0);
      expect(proxy.lines).toEqual([]);
    } finally {
      proxy.stop();
    }
  });

  test("that is not there, or wants a login: the reason is told", async () => {
    const dead = await update("http://geo.invalid/", { env: { HTTP_PROXY: "http://127.0.0.1:1" } });
    expect(dead.code).toBe(1);
    expect(dead.stderr).toMatch(/http:\/\/geo\.invalid\/\S+: .*: try again/);
    const base = serve({ city: () => new Response("", { status: 407 }) });
    const closed = await update("http://geo.invalid/", { env: { HTTP_PROXY: base } });
    expect(closed.stderr).toContain(
      "the server answered 407: the proxy wants a login: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT",
    );
  });

  describeWith([{ program: "openssl" }], "with TLS", () => {
    test("as HTTPS_PROXY says, by CONNECT; back to HTTP no redirect is followed", async () => {
      const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
      const made = Bun.spawnSync(
        [
          "openssl",
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-keyout",
          key,
          "-out",
          cert,
          "-days",
          "2",
          "-subj",
          "/CN=geo.invalid",
          "-addext",
          "subjectAltName=DNS:geo.invalid",
        ],
        { stdout: "ignore", stderr: "pipe" },
      );
      expect(made.exitCode).toBe(0);
      server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        tls: { key: readFileSync(key), cert: readFileSync(cert) },
        fetch: ({ url }) =>
          url.includes("asn") ? redirect("http://127.0.0.1:1/") : packed(cityDatabase(NEW)),
      });
      const proxy = await startProxy(() => server?.port ?? 0);
      try {
        const env = { HTTPS_PROXY: proxy.url, https_proxy: proxy.url };
        const { code, stderr } = await update("https://geo.invalid/", {
          env: { ...env, NODE_EXTRA_CA_CERTS: cert },
        });
        expect(stderr).toMatch(
          /dbip-asn-lite\.mmdb: https:\/\/geo\.invalid\/\S+: a redirect from https to http is not followed\n/,
        );
        expect(code).toBe(1);
        expect(files()).toEqual([CITY]);
        expect(new Set(proxy.lines)).toEqual(new Set(["CONNECT geo.invalid:443 HTTP/1.1"]));
        const stranger = await update("https://geo.invalid/", { env });
        expect(stranger.stderr).toMatch(/certificate/i);
      } finally {
        proxy.stop();
      }
    });
  });
});

test("a terminal gets a bar", async () => {
  const gzip = gzipSync(largeDatabase());
  const city: Answer = () => new Response(gzip);
  using pty = openPty(80, 24);
  const child = Bun.spawn([process.execPath, UPDATER, serve({ city }), data, "10000"], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: pty.fd,
    env: { ...ENV, TERM: "xterm" },
    timeout: LIMIT,
  });
  expect(await child.exited).toBe(0);
  const screen = pty.read(2 ** 16);
  expect(screen).toMatch(/\rdbip-city-lite\.mmdb {2}\[#{24}\] {2}100 % {2}\d+\.\d of \d+\.\d MB/);
  expect(screen).toEndWith("\r\x1b[K");
  for (const line of screen.split("\r")) expect(line.replaceAll("\x1b[K", "").length).toBeLessThan(80);
});

describeWith(["root", { program: "unshare" }], "a full disk", () => {
  test("is told, and what is there stays", async () => {
    mkdirSync(data);
    const city: Answer = () => packed(largeDatabase());
    const old = join(directory, CITY);
    writeFileSync(old, cityDatabase(OLD));
    const small =
      'mount -t tmpfs -o size=256k,mode=700 none "$0" && cp "$1" "$0/" && shift && "$@"; code=$?; ls "$0"; cmp "$0/dbip-city-lite.mmdb" "$OLD" && exit $code';
    const { code, stdout, stderr } = await update(serve({ city }), {
      by: ["unshare", "-m", "sh", "-c", small, data, old],
      env: { OLD: old },
    });
    expect(stderr).toContain("no space left on the disk: 200 MB are enough; what was there before is kept");
    expect(code).toBe(1);
    expect(stdout.trim().split("\n").slice(-3)).toEqual([ASN, CITY, "geoip.lock"]);
  });
});

describeWith(["root", { program: "setpriv" }], "without permission", () => {
  test("it says what would help", async () => {
    mkdirSync(data, { mode: 0o755 });
    expect(Bun.spawnSync(["chmod", "755", directory]).exitCode).toBe(0);
    const { code, stderr } = await update("http://127.0.0.1:1/", {
      by: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
    });
    expect(stderr).toBe(`nethergaze: no permission to write to ${data}: run with sudo\n`);
    expect(code).toBe(77);
  });
});
