import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync } from "node:fs";
import fc from "fast-check";
import { describeWith } from "../../../test/requires.ts";
import { discoverIn, errorLogsIn, type Tree, withTree } from "../../../test/tree.ts";
import { discover } from "./discover.ts";

describe("a system", () => {
  test("with nothing", () => {
    expect(discoverIn({ "/etc/hostname": "empty\n" })).toEqual({ logs: [], notes: [] });
  });

  test("with logs in the usual places and no configuration", () => {
    const found = discoverIn({
      "/var/log/nginx/access.log": "",
      "/var/log/nginx/error.log": "",
      "/var/log/apache2/error.log": "",
      "/var/log/httpd/access_log": "",
      "/var/log/traefik/access.log": "",
      "/var/log/haproxy.log": "",
    });
    expect(found).toEqual({
      logs: [
        { path: "/var/log/nginx/*access*.log", format: "auto", from: "usual place" },
        { path: "/var/log/httpd/*access_log", format: "auto", from: "usual place" },
        { path: "/var/log/haproxy.log", format: "haproxy", from: "usual place" },
        { path: "/var/log/traefik/access.log", format: "auto", from: "usual place" },
      ],
      notes: [],
    });
  });

  test("with logs of errors in the usual places, and one server's configuration", () => {
    const tree = {
      "/var/log/nginx/error.log": "",
      "/var/log/nginx/access.log": "",
      "/var/log/apache2/error.log": "",
      "/var/log/httpd/ssl_error_log": "",
    };
    const apache = {
      "/var/log/apache2/*error*.log": "usual place",
      "/var/log/httpd/*error_log": "usual place",
    };
    expect(errorLogsIn(tree)).toEqual({ "/var/log/nginx/*error*.log": "usual place", ...apache });
    const config = "error_log /srv/errors;\nhttp {}\n";
    expect(errorLogsIn({ ...tree, "/etc/nginx/nginx.conf": config })).toEqual({
      "/srv/errors": "/etc/nginx/nginx.conf:1",
      ...apache,
    });
  });

  test("with nginx behind HAProxy, and an old log that nginx no longer writes", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": "events {}\nhttp {\n  server { access_log /srv/log/site.log; }\n}\n",
      "/var/log/nginx/access.log": "",
      "/etc/haproxy/haproxy.cfg":
        "global\n log /dev/log local0\ndefaults\n mode http\n log global\n option httplog\nfrontend a\n",
      "/etc/rsyslog.conf": "local0.* /var/log/haproxy.log\n",
    });
    expect(found).toEqual({
      logs: [
        { path: "/srv/log/site.log", format: "combined", from: "/etc/nginx/nginx.conf:3" },
        { path: "/var/log/haproxy.log", format: "haproxy", from: "/etc/rsyslog.conf:1" },
      ],
      notes: [],
    });
  });

  test("is found the same way twice", () => {
    const tree: Tree = Object.fromEntries(
      ["b", "a", "c"].map((name) => [`/etc/nginx/sites/${name}`, `server { access_log /l/${name}; }`]),
    );
    const twice = withTree({ ...tree, "/etc/nginx/nginx.conf": "http { include sites/*; }" }, (root) => [
      discover({ root }),
      discover({ root }),
    ]);
    expect(twice[0]).toEqual(twice[1]);
    expect(twice[0]?.logs.map(({ path }) => path.slice(-1))).toEqual(["a", "b", "c"]);
  });
});

describe("bounds", () => {
  const site = (i: number): string => `server { access_log /l/${i}.log; }`;

  test("logs", () => {
    const sites = Array.from({ length: 1100 }, (_, i) => site(i)).join("\n");
    const found = discoverIn({ "/etc/nginx/nginx.conf": `http { ${sites} }` });
    expect(found.logs).toHaveLength(1024);
    expect(found.notes.map(({ text }) => text)).toEqual(["more than 1024 logs: the rest is not followed"]);
  });

  test("notes", () => {
    const sites = "server { access_log syslog:server=a; }\n".repeat(300);
    const { notes } = discoverIn({ "/etc/nginx/nginx.conf": `http {\n${sites}}` });
    expect(notes).toHaveLength(257);
    expect(notes.at(-1)?.text).toBe("more than 256 notes: the rest is left out");
  });

  test("the length of a file", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": `http { ${site(1)}\n${"#".repeat(1 << 20)}\n${site(2)} }`,
    });
    expect(found.logs.map(({ path }) => path)).toEqual(["/l/1.log"]);
    expect(found.notes).toEqual([
      { from: "/etc/nginx/nginx.conf", text: "longer than 1 MiB: only its beginning is read" },
    ]);
  });

  test("the depth of includes", () => {
    const chain = Array.from({ length: 20 }, (_, i) => [`/etc/nginx/${i}`, `include ${i + 1}; ${site(i)}`]);
    const found = discoverIn({
      "/etc/nginx/nginx.conf": "http { include 0; }",
      ...Object.fromEntries(chain),
    });
    expect(found.logs).toHaveLength(16);
    expect(found.notes).toEqual([
      { from: "/etc/nginx/15", text: "included more than 16 deep: what it includes is not read" },
    ]);
  });

  test("includes that multiply", () => {
    const doubling = Array.from({ length: 15 }, (_, i) => [`/etc/nginx/${i}`, `include ${i + 1};`.repeat(4)]);
    const found = discoverIn({
      "/etc/nginx/nginx.conf": "http { include 0; }",
      ...Object.fromEntries(doubling),
    });
    expect(found.notes.map(({ text }) => text)).toEqual([
      "more than 64 MiB of configuration: the rest is not read",
    ]);
  });

  test("wildcards in every component", () => {
    const pattern = `${"/*".repeat(300)}`;
    const found = discoverIn({
      "/etc/nginx/nginx.conf": `http { include ${pattern}; include ${"*a".repeat(1500)}; ${site(1)} }`,
      "/loop": { link: "/" },
      "/also": { link: "/" },
    });
    expect(found.logs.map(({ path }) => path)).toEqual(["/l/1.log"]);
  });
});

describe("files that are no configuration", () => {
  test("a directory, and links that lead nowhere or in circles", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf/x": "",
      "/etc/apache2/apache2.conf": { link: "apache2.conf" },
      "/etc/caddy/Caddyfile": { link: "/missing" },
      "/etc/haproxy/haproxy.cfg": { link: "../../../../../../etc/haproxy.cfg" },
      "/etc/haproxy.cfg": "frontend a\n mode http\n",
    });
    expect(found.logs).toEqual([]);
    expect(found.notes).toContainEqual({
      from: "/etc/haproxy/haproxy.cfg:1",
      text: "this proxy logs no requests",
      remedy: "add `log global` to it, and `log /dev/log local0` to the global section",
    });
  });
});

const CONFIGS = [
  "/etc/nginx/nginx.conf",
  "/etc/apache2/apache2.conf",
  "/etc/apache2/envvars",
  "/etc/caddy/Caddyfile",
  "/etc/caddy/caddy.json",
  "/etc/haproxy/haproxy.cfg",
  "/etc/rsyslog.conf",
  "/etc/docker/daemon.json",
  "/var/lib/docker/containers/a/config.v2.json",
];

describe("hostile configuration", () => {
  const everywhere = (content: string | Uint8Array): Tree =>
    Object.fromEntries(CONFIGS.map((path) => [path, content]));

  test("no bytes throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        discoverIn(everywhere(bytes));
      }),
      { numRuns: 40 },
    );
  });

  test("no words throw", () => {
    const word = fc.constantFrom(
      ...[
        "http",
        "server",
        "{",
        "}",
        "{",
        ";",
        "\n",
        "\n",
        '"',
        "'",
        "`",
        "\\",
        "#",
        "include",
        "import",
        "*",
      ],
      ...[
        "access_log",
        "log_format",
        "x",
        "/a",
        "$y",
        "%h",
        "|rotatelogs",
        "CustomLog",
        "LogFormat",
        "<IfModule !",
      ],
      ...[
        "<VirtualHost>",
        "</VirtualHost>",
        "<Macro m $x>",
        "Define",
        `\${x}`,
        "log",
        "output",
        "file",
        "(x)",
        "{args[0]}",
      ],
      ...[
        "global",
        "frontend",
        "mode http",
        "option httplog",
        "log global",
        ":programname,",
        "haproxy",
        "then",
        "\0",
      ],
      ...[
        "content_by_lua_block",
        "[[",
        "--",
        "<<E",
        "ServerRoot",
        "TransferLog",
        "buffer=1",
        "gzip",
        "/*/*",
        "..",
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), fc.constantFrom(" ", ""), (words, between) => {
        discoverIn(everywhere(words.join(between)));
      }),
      { numRuns: 150 },
    );
    // Half a second, and ten times that on a machine that is busy.
  }, 30_000);

  /** Long enough that what is quadratic in it takes minutes. */
  const LENGTH = 1 << 18;
  const long = [
    "{",
    "}",
    '"',
    "\\",
    "a;",
    "[[",
    "[=",
    "<<E\n",
    "${",
    "{$a:",
    "a.",
    "<a>\n",
    "(a) {\n",
    "%",
    "*",
    "'\n",
  ];
  test.each([
    ...long,
    "log {\n",
    "http{",
    "server{",
    "access_log a;",
    "CustomLog a a\n",
    "{a",
    "\0",
    '[{"a":',
  ])("%j again and again ends", (part) => {
    discoverIn(everywhere(part.repeat(LENGTH / part.length)));
    discoverIn(everywhere(`http { access_log ${part.repeat(LENGTH / part.length)}`));
  });
});

describeWith(["root", { program: "setpriv" }], "a file that may not be read", () => {
  test("is a note, and the usual places are looked at instead", () => {
    withTree({ "/etc/nginx/nginx.conf": "http {}", "/var/log/nginx/access.log": "" }, (root) => {
      chmodSync(root, 0o755);
      chmodSync(`${root}/etc/nginx/nginx.conf`, 0o600);
      const script = `import { discover } from "${import.meta.dirname}/discover.ts"; console.log(JSON.stringify(discover({ root: "${root}" })));`;
      const { stdout, stderr } = Bun.spawnSync([
        ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
        ...[process.execPath, "-e", script],
      ]);
      expect(JSON.parse(stdout.toString() || stderr.toString())).toEqual({
        errors: [],
        logs: [{ path: `${root}/var/log/nginx/*access*.log`, format: "auto", from: "usual place" }],
        notes: [{ from: "/etc/nginx/nginx.conf", text: "no permission to read it", remedy: "run with sudo" }],
      });
    });
  });
});

/** What the packages of Debian write as they ship them. */
const PACKAGED = [
  {
    program: "nginx",
    config: "/etc/nginx/nginx.conf",
    path: "/var/log/nginx/access.log",
    format: "combined",
  },
  {
    program: "apache2",
    config: "/etc/apache2/apache2.conf",
    path: "/var/log/apache2/access.log",
    format: "combined",
  },
  {
    program: "apache2",
    config: "/etc/apache2/apache2.conf",
    path: "/var/log/apache2/other_vhosts_access.log",
    format: "vhost",
  },
];

describe("the servers of this machine", () => {
  for (const { program, config, path, format } of PACKAGED) {
    describeWith([{ program }], `${program} writes ${path}`, () => {
      test.skipIf(!existsSync(config))("as its own configuration says", () => {
        const { logs } = discover({ root: "" });
        expect(logs.filter((log) => log.path === path).map((log) => log.format)).toEqual([format]);
      });
    });
  }

  describeWith([{ program: "caddy" }], "caddy", () => {
    test.skipIf(!existsSync("/etc/caddy/Caddyfile"))("logs nothing, and a note says so", () => {
      expect(discover().notes.map(({ text }) => text)).toContain("Caddy logs no requests");
    });
  });
});
