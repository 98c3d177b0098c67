import { afterAll, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { curl, startServer } from "./servers.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "nethergaze-discovery-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Above what the servers and the program take on a busy machine. */
const TIMEOUT = 40_000;
const PORT = 18_480;
/** Debian's group that may read logs. */
const ADM = 4;

/** Directories that others stand for, in a mount namespace of the program's own. */
function seeing(places: Readonly<Record<string, string>>): string[] {
  const mounts = Object.entries(places).map(([real, seen]) => `mount --bind ${real} ${seen} &&`);
  return ["unshare", "-m", "sh", "-c", `${mounts.join(" ")} exec "$@"`, "sh"];
}

function directory(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** An nginx configuration whose sites are files of a directory, each with a format of its own. */
function nginxTree(name: string): { etc: string; site(name: string, port: number, format: string): string } {
  const etc = directory(`${name}/etc`);
  const run = directory(`${name}/run`);
  mkdirSync(join(etc, "sites"));
  mkdirSync(join(run, "www"));
  writeFileSync(join(run, "www", "index.html"), "hello\n");
  writeFileSync(
    join(etc, "nginx.conf"),
    `daemon off; user root; worker_processes 1; pid ${run}/nginx.pid; error_log ${run}/error.log;
     events { worker_connections 64; }
     http {
       client_body_temp_path ${run}/body; proxy_temp_path ${run}/proxy; fastcgi_temp_path ${run}/fastcgi;
       uwsgi_temp_path ${run}/uwsgi; scgi_temp_path ${run}/scgi;
       access_log off;
       include ${etc}/sites/*;
     }`,
  );
  return {
    etc,
    site(site, port, format) {
      const log = join(run, `${site}.log`);
      writeFileSync(
        join(etc, "sites", site),
        `log_format ${site} '${format}';
         server { listen 127.0.0.1:${port}; root ${run}/www; access_log ${log} ${site}; location / { try_files /index.html =404; } }`,
      );
      return log;
    },
  };
}

describeWith(
  ["root", { program: "nginx" }, { program: "curl" }, { program: "unshare" }],
  "logs that nobody named",
  () => {
    test(
      "an nginx with formats of its own, and a site that comes while we run",
      async () => {
        const { etc, site } = nginxTree("sites");
        const shop = site("shop", PORT, "[$msec] $remote_addr|$request|$status");
        const server = await startServer({
          argv: ["nginx", "-p", folder, "-c", join(etc, "nginx.conf")],
          log: shop,
          port: PORT,
        });
        const program = startProgram(
          ["stream", "events", "--show-private-ips", "--no-auth-log"],
          undefined,
          seeing({ [etc]: "/etc/nginx" }),
        );
        const requests = () => program.lines.filter(({ kind }) => kind === "request");
        await until(() => program.lines.some(({ source }) => source === shop), "the log of the shop");
        await curl([`http://127.0.0.1:${PORT}/a|b?c`]);
        await until(() => requests().length === 1, "a request to the shop");
        expect(requests()[0]).toMatchObject({ ip: "127.0.0.1", path: "/a|b?c", status: 200, source: shop });

        const blog = site("blog", PORT + 1, '{"who":"$remote_addr","what":"$request","s":$status}');
        process.kill(server.pid, "SIGHUP");
        await until(async () => {
          await curl([`http://127.0.0.1:${PORT + 1}/first`]);
          return existsSync(blog) && statSync(blog).size > 0;
        }, "a request to the blog in its log");
        program.signal("SIGHUP");
        await until(() => requests().some(({ source }) => source === blog), "a request to the blog");
        // Written before it was found, and read all the same: the log is younger than the program.
        expect(requests().find(({ source }) => source === blog)).toMatchObject({
          path: "/first",
          status: 200,
        });
        const { code, stderr } = await program.stop();
        await server.stop();
        expect([code, stderr]).toEqual([0, ""]);
      },
      TIMEOUT,
    );
  },
);

const LINE = '203.0.113.9 - - [07/Nov/2025:21:04:09 +0000] "GET / HTTP/1.1" 200 5\n';

test(
  "a configuration read again at SIGHUP, and one that is wrong",
  async () => {
    const [before, after] = ["before.log", "after.log"].map((name) => join(folder, name)) as [string, string];
    const config = join(folder, "config.toml");
    for (const path of [before, after]) writeFileSync(path, "");
    writeFileSync(config, `show_private_ips = true\n[log]\npath = "${before}"\n`);
    const program = startProgram(["stream", "events", "--config", config, "--no-auth-log"]);
    const sources = () => program.lines.flatMap(({ kind, source }) => (kind === "request" ? [source] : []));
    await until(() => program.lines.some(({ source }) => source === before), "the first log");
    appendFileSync(before, LINE);
    await until(() => sources().length === 1, "its line");
    writeFileSync(
      config,
      `show_private_ips = true\n[log]\npath = "${after}"\n[refresh]\nlog_interval = 0.1\n`,
    );
    program.signal("SIGHUP");
    await until(() => program.lines.some(({ source }) => source === after), "the second log");
    appendFileSync(before, LINE);
    appendFileSync(after, LINE);
    await until(() => sources().length === 2, "its line");
    expect(sources()).toEqual([before, after]);
    writeFileSync(config, "[log]\npaht = 1\n");
    program.signal("SIGHUP");
    await until(() => program.stderr.includes("paht"), "a complaint");
    appendFileSync(after, LINE);
    await until(() => sources().length === 3, "another line");
    const { code, stderr } = await program.stop();
    expect(code).toBe(0);
    expect(stderr).toStartWith(
      `nethergaze: the configuration stays as it was: ${config}:2: no such key 'log.paht'`,
    );
  },
  TIMEOUT,
);

test("of several X-Forwarded-For headers in JSON the last counts: a proxy adds its own behind a client's", async () => {
  const log = join(folder, "headers.log");
  const line = (headers: string[]) =>
    `${JSON.stringify({ ts: 1_762_549_449, status: 200, request: { remote_ip: "10.0.0.1", method: "GET", uri: "/", headers: { "X-Forwarded-For": headers } } })}\n`;
  writeFileSync(
    log,
    line(["9.9.9.9"]) + line(["8.8.8.8", "9.9.9.9"]) + line(["8.8.8.8, 9.9.9.9"]) + line(["x", "y"]),
  );
  const args = ["stream", "events", "--no-follow", "--access-log", log, "--set", "trust.proxies=private"];
  const { stdout } = await runProgram(args);
  const ips = stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text).ip);
  expect(ips).toEqual(["9.9.9.9", "9.9.9.9", "9.9.9.9", "10.0.0.1"]);
});

test("from a provider's networks strangers send too: what the provider says of its client is the end", async () => {
  const log = join(folder, "provider.log");
  const line = (peer: string, forwarded: string) =>
    `${LINE.trimEnd().replace("203.0.113.9", peer)} "-" "-" "${forwarded}"\n`;
  writeFileSync(
    log,
    line("172.64.0.1", "9.9.9.9") +
      line("172.64.0.1", "8.8.8.8, 2a06:98c0:3600::103") +
      line("10.0.0.1", "8.8.8.8, 9.9.9.9, 172.64.0.1") +
      line("10.0.0.1", "8.8.8.8, 172.64.0.2, 172.64.0.1"),
  );
  const trusted = ["--set", "trust.proxies=cloudflare,10.0.0.0/8"];
  const { stdout } = await runProgram(["stream", "events", "--no-follow", "--access-log", log, ...trusted]);
  const ips = stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text).ip);
  expect(ips).toEqual(["9.9.9.9", "2a06:98c0:3600::103", "9.9.9.9", "172.64.0.2"]);
});

describeWith(["root", { program: "unshare" }, { program: "setpriv" }], "doctor", () => {
  const empty = (name: string) => directory(`doctor/${name}`);

  test(
    "says what it found and from where, and ends with 0",
    async () => {
      const { etc, site } = nginxTree("doctor-good");
      const log = site("shop", PORT + 2, '$remote_addr "$request" $status');
      writeFileSync(log, '203.0.113.9 "GET / HTTP/1.1" 200\n203.0.113.9 "GET /b HTTP/1.1" 200\nnonsense\n');
      const by = seeing({
        [etc]: "/etc/nginx",
        [empty("apache")]: "/etc/apache2",
        [empty("caddy")]: "/etc/caddy",
      });
      const { code, stdout } = await runProgram(["doctor", "--json", "--no-auth-log"], by);
      const found = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const http = found.filter(({ part }) => part === "http logs");
      expect(http[0]).toMatchObject({ state: "warn" });
      expect(http[0].text).toStartWith(`${log} (`);
      expect(http[0].text).toContain(`from ${etc}/sites/shop:2`);
      expect(http[0].text).toContain('1 of the last 3 lines not understood, as "nonsense"');
      expect(found.find(({ part }) => part === "sockets")).toMatchObject({ state: "ok" });
      expect(code).toBe(0);
    },
    TIMEOUT,
  );

  test(
    "lists the logs of errors, of which those that nobody named are no failure",
    async () => {
      const { etc, site } = nginxTree("doctor-errors");
      site("shop", PORT + 4, "$remote_addr");
      const conf = join(etc, "nginx.conf");
      const [good, secret, none] = ["good", "secret", "none"].map((name) =>
        join(folder, `errors-${name}.log`),
      );
      const named = [good, secret, none].map((path) => `error_log ${path};`).join("\n");
      writeFileSync(conf, `${named}\n${readFileSync(conf, "utf8")}`);
      writeFileSync(good ?? "", "2026/11/24 10:11:12 [notice] 1#1: start worker processes\nnonsense\n");
      mkdirSync(secret ?? "");
      const dirs = { [etc]: "/etc/nginx", [empty("apache")]: "/etc/apache2", [empty("caddy")]: "/etc/caddy" };
      const found = await runProgram(["doctor", "--no-auth-log"], seeing(dirs));
      const lines = found.stdout.split("\n").filter((line) => line.includes("errors-"));
      expect(lines.map((line) => line.slice(11).replaceAll(folder, ""))).toEqual([
        expect.stringMatching(
          /^ok {4}\/errors-good\.log \(nginx-error, from .*nginx\.conf:1\): 0 of the last 2 lines/,
        ),
        "warn  /errors-secret.log: a directory: name its files",
        expect.stringMatching(/^warn {2}\/errors-none\.log \(from .*nginx\.conf:3\) is not there yet$/),
      ]);
      expect(found.stdout).toContain("\nerror logs ok");
      expect(found.code).toBe(0);
      const asked = await runProgram(["doctor", "--no-auth-log", "--error-log", none ?? ""], seeing(dirs));
      expect(asked.stdout).toMatch(/^error logs fail {2}.*errors-none\.log is not there$/m);
      expect(asked.stdout).not.toContain("errors-good");
      expect(asked.code).toBe(1);
    },
    TIMEOUT,
  );

  test(
    "names what cannot be read with the command that would help, and ends with 1",
    async () => {
      const log = join(folder, "secret.log");
      writeFileSync(log, LINE);
      chmodSync(log, 0o640);
      chownSync(log, 0, ADM);
      chmodSync(folder, 0o755);
      const by = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
      const args = ["doctor", "--no-auth-log", "--access-log", log, "--access-log", join(folder, "none.log")];
      const { code, stdout } = await runProgram(args, by);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /^http logs {2}fail {2}.*secret\.log: no permission to read it\. Run with sudo, or join the group that may: sudo usermod -aG adm \$USER$/m,
      );
      expect(stdout).toMatch(/^ {11}fail {2}.*none\.log is not there$/m);
    },
    TIMEOUT,
  );
});
