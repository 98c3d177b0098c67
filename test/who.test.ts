import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPty } from "./console/pty.ts";
import { serveDns } from "./dns-server.ts";
import { ENV, NETHERGAZE } from "./program.ts";
import { until } from "./until.ts";

// The program with all that it knows of addresses, by a registry and a history of the test's own. Some half a minute.

const WHO = "45.77.12.9";

let folder: string;
let log: string;
let registry: ReturnType<typeof Bun.serve>;
let asked: string[];
const started: Bun.Subprocess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nethergaze-who-"));
  log = join(folder, "access.log");
  asked = [];
  registry = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch({ url }) {
      const { pathname, origin } = new URL(url);
      asked.push(pathname);
      if (pathname === "/rdap/ipv4.json")
        return Response.json({ version: "1.0", services: [[["45.0.0.0/8"], [`${origin}/registry/`]]] });
      if (pathname !== `/registry/ip/${WHO}`) return new Response("no", { status: 404 });
      return Response.json({
        objectClassName: "ip network",
        handle: "NET-45-77-0-0-1",
        name: "EXAMPLE-NET",
        startAddress: "45.77.0.0",
        endAddress: "45.77.255.255",
        ipVersion: "v4",
        country: "NL",
        entities: [
          {
            objectClassName: "entity",
            roles: ["registrant"],
            vcardArray: ["vcard", [["fn", {}, "text", "Example Hosting B.V."]]],
            entities: [
              {
                objectClassName: "entity",
                roles: ["abuse"],
                vcardArray: ["vcard", [["email", {}, "text", "abuse@example.net"]]],
              },
            ],
          },
        ],
      });
    },
  });
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
  registry.stop(true);
  rmSync(folder, { recursive: true });
});

function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...ENV,
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
    NETHERGAZE_WHOIS_ENABLED: "yes",
    NETHERGAZE_WHOIS_BOOTSTRAP: `http://127.0.0.1:${registry.port}/rdap/`,
    NETHERGAZE_WHOIS_SERVER: "127.0.0.1:9",
    NETHERGAZE_HISTORY_ENABLED: "yes",
    ...more,
  };
}

function write(paths: readonly string[], ip = WHO, http_user_agent = "Mozilla/5.0"): void {
  const time = new Date().toISOString();
  const lines = paths.map((path) =>
    JSON.stringify({ remote_addr: ip, time, method: "GET", path, status: 404, size: 10, http_user_agent }),
  );
  writeFileSync(log, `${lines.join("\n")}\n`, { flag: "a" });
}

/** `watch` on the log; `more` in its environment. */
function watch(more: Readonly<Record<string, string>> = {}) {
  const child = Bun.spawn([NETHERGAZE, "watch", "--access-log", log, "--no-auth-log", "--capture", "off"], {
    env: environment(more),
    stdout: "ignore",
    stderr: "pipe",
  });
  started.push(child);
  return child;
}

async function told(...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = Bun.spawn([NETHERGAZE, "history", ...words], {
    env: environment(),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, stdout, stderr };
}

/** The console on a terminal, on which it shows texts and hears keys; `q` at the end. */
async function inConsole(
  act: (shows: (text: string) => Promise<unknown>, keys: (text: string) => void) => Promise<void>,
): Promise<void> {
  using pty = openPty(220, 50);
  const child = Bun.spawn(
    ["setsid", "-c", NETHERGAZE, "--access-log", log, "--no-auth-log", "--capture", "off"],
    { stdio: [pty.fd, pty.fd, pty.fd], env: environment({ TERM: "xterm-256color" }) },
  );
  let screen = "";
  const shows = (text: string) =>
    until(() => {
      screen += pty.read(65_536);
      return screen.includes(text);
    }, text);
  try {
    await shows("Addresses");
    // What is known of addresses begins after the first frame.
    await Bun.sleep(700);
    await act(shows, (text) => pty.write(text));
    pty.write("q");
    await until(() => {
      pty.read(65_536);
      return child.exitCode !== null;
    }, "the end");
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

test("watch asks who is suspicious, once, and writes down what they did; the next run counts on", async () => {
  for (const run of [1, 2]) {
    writeFileSync(log, "");
    const child = watch();
    await Bun.sleep(1_000);
    write(Array.from({ length: 10 }, (_, i) => `/.env.${i}`));
    write(["/"], "45.77.99.1");
    if (run === 1) await until(() => asked.includes(`/registry/ip/${WHO}`), "the question");
    await Bun.sleep(1_500);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    const { stdout } = await told(WHO, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      ip: WHO,
      sessions: run,
      requests: 10 * run,
      bytes: 100 * run,
      flagged: run,
      rules: [expect.stringMatching(/./)],
      country: "NL",
      org: "Example Hosting B.V.",
      paths: ["/.env.9", "/.env.8", "/.env.7", "/.env.6", "/.env.5"],
    });
  }
  // Nobody was asked about the harmless one, nor about the same network again, also not in the next run.
  expect(asked.filter((path) => path.startsWith("/registry"))).toEqual([`/registry/ip/${WHO}`]);
  const flagged = JSON.parse((await told("--flagged", "--json")).stdout);
  expect(flagged.map(({ ip }: { ip: string }) => ip)).toEqual([WHO]);
  expect((await told("198.51.100.1", "--json")).code).toBe(1);
  const page = await told("--flagged");
  expect(page.stdout).toContain("in 2 runs: ");
  await inConsole(async (shows, keys) => {
    keys("H");
    await shows("Recurring offenders");
    await shows(`${WHO} `);
    await shows("sensitive-path");
    keys("\r");
    await shows("BEFORE");
    keys("q");
    await shows("Recurring offenders");
    keys("q");
  });
}, 30_000);

test("two programs count once what both saw, whoever ends first", async () => {
  writeFileSync(log, "");
  const first = watch();
  await Bun.sleep(1_000);
  const second = watch();
  await Bun.sleep(1_000);
  write(["/a", "/b", "/c"]);
  await Bun.sleep(1_000);
  first.kill("SIGTERM");
  await first.exited;
  second.kill("SIGTERM");
  await second.exited;
  expect(JSON.parse((await told(WHO, "--json")).stdout)).toMatchObject({ requests: 3, sessions: 1 });
}, 20_000);

test.each([
  ["a file", () => writeFileSync(join(folder, "state"), "")],
  ["what it may not write to", () => symlinkSync("/proc/sys", join(folder, "state"))],
])(
  "watch goes on where the state directory is %s, and says so",
  async (_, spoil) => {
    spoil();
    writeFileSync(log, "");
    const child = watch({ NETHERGAZE_WHOIS_ENABLED: "no" });
    await Bun.sleep(2_000);
    expect(child.exitCode).toBeNull();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(await new Response(child.stderr).text()).toContain("history.db");
  },
  20_000,
);

test("watch ends, though what should be the former history is a pipe", async () => {
  mkdirSync(join(folder, ".cache/nethergaze"), { recursive: true });
  Bun.spawnSync(["mkfifo", join(folder, ".cache/nethergaze/history.db")]);
  writeFileSync(log, "");
  const child = watch({ NETHERGAZE_WHOIS_ENABLED: "no", HOME: folder });
  await Bun.sleep(1_500);
  write(["/"]);
  await Bun.sleep(1_000);
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
  expect(JSON.parse((await told(WHO, "--json")).stdout)).toMatchObject({ requests: 1 });
}, 20_000);

test("watch believes a crawler only by names that lead back to it", async () => {
  const [genuine, forged] = ["66.249.66.1", "45.77.12.10"];
  const name = "crawl-66-249-66-1.googlebot.com";
  const dns = await serveDns((type, asked) => {
    // Both say that this is their name; it leads back to one of them.
    if (type === "PTR") return { records: [name] };
    return asked === name && type === "A" ? { records: [genuine] } : { code: 3 };
  });
  try {
    writeFileSync(log, "");
    const child = watch({ NETHERGAZE_RDNS_ENABLED: "yes", NETHERGAZE_RDNS_SERVERS: dns.name });
    await Bun.sleep(1_000);
    const agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    for (const ip of [genuine, forged]) write(["/"], ip, agent);
    await until(() => dns.asked.filter((question) => question.startsWith("PTR ")).length >= 2, "the names");
    await Bun.sleep(2_000);
    // Of who is not believed so many paths that are not there would be guessing.
    const paths = Array.from({ length: 40 }, (_, i) => `/old/${i}`);
    for (const ip of [genuine, forged]) write(paths, ip, agent);
    await Bun.sleep(2_500);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  } finally {
    await dns.stop();
  }
  const rules = async (ip: string): Promise<readonly string[]> =>
    JSON.parse((await told(ip, "--json")).stdout).rules;
  expect(await rules(genuine)).toEqual([]);
  expect(await rules(forged)).toContain("fake-crawler");
}, 30_000);

test("the console tells who has the address w is pressed on, and what it did before", async () => {
  writeFileSync(log, "");
  const before = watch();
  await Bun.sleep(1_000);
  write(["/once"]);
  await Bun.sleep(500);
  before.kill("SIGTERM");
  await before.exited;
  await inConsole(async (shows, keys) => {
    write(["/again"]);
    await shows(WHO);
    await shows("SEEN");
    keys("w");
    await until(() => asked.includes(`/registry/ip/${WHO}`), "the question");
    await shows("45.77.0.0/16");
    keys("\r");
    await shows("EXAMPLE-NET");
    await shows("abuse@example.net");
    await shows("in 1 run since");
    keys("q");
  });
  const { stdout } = await told(WHO, "--json");
  expect(JSON.parse(stdout)).toMatchObject({ sessions: 2, requests: 2 });
}, 40_000);
