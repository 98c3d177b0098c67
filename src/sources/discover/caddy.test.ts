import { describe, expect, test } from "bun:test";
import { discoverIn } from "../../../test/tree.ts";
import { caddyStatements } from "./caddyfile.ts";

function caddyfile(text: string, more = {}): ReturnType<typeof discoverIn> {
  return discoverIn({ "/etc/caddy/Caddyfile": text, ...more });
}

function pathsOf({ logs }: ReturnType<typeof discoverIn>): string[] {
  return logs.map(({ path }) => path);
}

const CONSOLE = { output: "file", filename: "/var/log/caddy/people.log" };

describe("a Caddyfile", () => {
  test("as it is packaged logs no requests", () => {
    const found = caddyfile(`# The Caddyfile is an easy way to configure your Caddy web server.
:80 {
	# Set this path to your site's directory.
	root * /usr/share/caddy
	file_server
}
`);
    expect(found).toEqual({
      logs: [],
      notes: [
        {
          from: "/etc/caddy/Caddyfile",
          text: "Caddy logs no requests",
          remedy: "add `log { output file /var/log/caddy/access.log }` to a site",
        },
      ],
    });
  });

  test("sites, snippets with arguments, and imported files", () => {
    const found = caddyfile(
      `{
	email admin@example.com
	log {
		output file /var/log/caddy/caddy.log
	}
}
(logged) {
	log {
		output file "/var/log/caddy/{args[0]}.log" {
			roll_size 100mb
			roll_keep 5
		}
		format filter {
			wrap json
			fields {
				request>headers>Authorization delete
			}
		}
	}
}
shop.example.com, www.shop.example.com {
	import logged shop
	reverse_proxy localhost:8080
}
import sites/*.caddy
`,
      {
        "/etc/caddy/sites/blog.caddy": "blog.example.com {\n\timport logged blog\n\timport common\n}\n",
        "/etc/caddy/sites/common": "encode gzip\n",
      },
    );
    expect(found).toEqual({
      logs: [
        { path: "/var/log/caddy/shop.log", format: "caddy", from: "/etc/caddy/Caddyfile:8" },
        { path: "/var/log/caddy/blog.log", format: "caddy", from: "/etc/caddy/Caddyfile:8" },
      ],
      notes: [],
    });
  });

  test("one site without braces", () => {
    const found = caddyfile(
      "example.com\n\nlog {\n\toutput file /var/log/caddy/access.log\n}\nfile_server\n",
    );
    expect(found.logs).toEqual([
      { path: "/var/log/caddy/access.log", format: "caddy", from: "/etc/caddy/Caddyfile:3" },
    ]);
  });

  test("a log without output goes where the default logger does", () => {
    const global = "{\n\tlog {\n\t\toutput file /var/log/caddy/all.log\n\t\tformat json\n\t}\n}\n";
    expect(caddyfile(`${global}a.com {\n\tlog\n}\n`).logs).toEqual([
      { path: "/var/log/caddy/all.log", format: "caddy", from: "/etc/caddy/Caddyfile:2" },
    ]);
    expect(caddyfile("a.com {\n\tlog\n}\n")).toEqual({
      logs: [],
      notes: [
        {
          from: "/etc/caddy/Caddyfile:2",
          text: "requests go to the server's standard output, and so to the journal or its container",
          remedy: "let it log to a file",
        },
      ],
    });
  });

  test("other outputs, other formats, variables", () => {
    const found = caddyfile(`a.com {
	log {
		output net 10.0.0.1:9000
	}
	log {
		output file /var/log/caddy/people.log
		format console
	}
	log {
		output discard
	}
	log {
		output file /var/log/caddy/clf.log
		format transform "{common_log}"
	}
	log {
		output file {$LOGS:/var/log/caddy}/{$SITE}.log
	}
}
`);
    expect(found.logs).toEqual([
      { path: "/var/log/caddy/clf.log", format: "auto", from: "/etc/caddy/Caddyfile:12" },
      { path: "/var/log/caddy/*.log", format: "caddy", from: "/etc/caddy/Caddyfile:16" },
    ]);
    expect(found.notes.map(({ text }) => text)).toEqual([
      "/var/log/caddy/{$SITE}.log has variable parts: files that match /var/log/caddy/*.log are followed",
      "requests go to net, which cannot be followed",
      "/var/log/caddy/people.log is written for people and has no fixed format",
    ]);
  });

  test("a global logger that includes the access logs holds those of all sites", () => {
    const found = caddyfile(
      "{\n\tlog everything {\n\t\toutput file /l/all.log\n\t\tinclude http.log.access\n\t}\n}\na.com {\n\tlog {\n\t\toutput file /l/a.log\n\t}\n}\nb.com {\n\tlog {\n\t\toutput discard\n\t}\n}\n",
    );
    expect(pathsOf(found)).toEqual(["/l/all.log"]);
  });

  test("imports that go in circles, or multiply, end", () => {
    const circle = caddyfile(
      "(a) {\n\timport b\n}\n(b) {\n\timport a\n\tlog {\n\t\toutput file /l/x.log\n\t}\n}\na.com {\n\timport a\n\timport Caddyfile\n}\n",
    );
    expect(pathsOf(circle)).toEqual(["/l/x.log"]);
    const names = Array.from({ length: 16 }, (_, i) => `s${i}`);
    const bomb = names.map(
      (name, i) => `(${name}) {\n${`import s${i - 1} {args[0]}{args[0]}\n`.repeat(8)}}\n`,
    );
    const found = caddyfile(`${bomb.join("")}a.com {\nimport s15 ${"x".repeat(4000)}\n}\n`);
    expect(found.logs).toEqual([]);
    expect(found.notes.map(({ text }) => text)).toContain(
      "more than 64 MiB of configuration: the rest is not read",
    );
  });
});

describe("Caddy's JSON", () => {
  /** As `caddy adapt` makes it of a site with a log. */
  const adapted = {
    logging: {
      logs: {
        default: { exclude: ["http.log.access.log0", "http.log.access.log1"] },
        log0: {
          writer: { filename: "/var/log/caddy/shop.log", output: "file" },
          encoder: { format: "json" },
          include: ["http.log.access.log0"],
        },
        log1: { writer: CONSOLE, encoder: { format: "console" }, include: ["http.log.access.log1"] },
      },
    },
    apps: {
      http: {
        servers: {
          srv0: {
            listen: [":443"],
            logs: { logger_names: { "a.com": ["log0"], "b.com": "log1" }, skip_unmapped_hosts: true },
          },
          srv1: { listen: [":80"] },
        },
      },
    },
  };

  test("what runs, as Caddy saves it", () => {
    const found = discoverIn({
      "/var/lib/caddy/.config/caddy/autosave.json": JSON.stringify(adapted),
    });
    expect(found).toEqual({
      logs: [
        {
          path: "/var/log/caddy/shop.log",
          format: "caddy",
          from: "/var/lib/caddy/.config/caddy/autosave.json",
        },
      ],
      notes: [
        {
          from: "/var/lib/caddy/.config/caddy/autosave.json",
          text: "/var/log/caddy/people.log is written for people and has no fixed format",
          remedy: "use format json in that log",
        },
      ],
    });
  });

  test("the default logger gets what nothing excludes", () => {
    const servers = { srv0: { logs: {} } };
    const json = (logs: object): string => JSON.stringify({ logging: { logs }, apps: { http: { servers } } });
    const file = (filename: string): object => ({ writer: { output: "file", filename } });
    const found = (logs: object): string[] => pathsOf(discoverIn({ "/etc/caddy/caddy.json": json(logs) }));
    expect(found({ default: file("/l/all") })).toEqual(["/l/all"]);
    expect(found({ default: { ...file("/l/all"), exclude: ["http.log"] } })).toEqual([]);
    expect(found({ other: { ...file("/l/a"), include: ["http.log"], exclude: ["http.log.error"] } })).toEqual(
      ["/l/a"],
    );
    expect(found({ other: { ...file("/l/a"), include: ["http"], exclude: ["http.log.access"] } })).toEqual(
      [],
    );
  });

  test("a Caddyfile and what was saved of it name each log once", () => {
    const found = caddyfile("a.com {\n\tlog {\n\t\toutput file /var/log/caddy/shop.log\n\t}\n}\n", {
      "/config/caddy/autosave.json": JSON.stringify(adapted),
    });
    expect(found.logs).toEqual([
      { path: "/var/log/caddy/shop.log", format: "caddy", from: "/etc/caddy/Caddyfile:2" },
    ]);
  });

  test.each([
    "",
    "null",
    "[]",
    "{",
    '{"logging":{"logs":[1,null,{"writer":7}]},"apps":{"http":{"servers":[{"logs":1}]}}}',
  ])("%s names no log", (text) => {
    expect(discoverIn({ "/etc/caddy/caddy.json": text }).logs).toEqual([]);
  });
});

describe("the syntax of a Caddyfile", () => {
  const cases: [text: string, ...words: string[][]][] = [
    ['a "b \\"c\\" \\d" `e "f"` # g\nh', ["a", 'b "c" \\d', 'e "f"'], ["h"]],
    ["a \\\n  b", ["a", "b"]],
    ["a{ b}c d#e", ["a{", "b}c", "d#e"]],
    ["a <<END\n  } text {\n  END\nb", ["a", ""], ["b"]],
    ["a <<END\n }", ["a", ""]],
    ["{$A:x}y {$B}", ["xy", "{$B}"]],
  ];
  test.each(cases)("%j", (text, ...words) => {
    expect([...caddyStatements(text)].map((statement) => statement.words)).toEqual(words);
  });

  test("blocks and lines", () => {
    expect([...caddyStatements("a {\r\n\tb { # c\n\t}\n\n} d")]).toEqual([
      { words: ["a"], line: 1, end: "{" },
      { words: ["b"], line: 2, end: "{" },
      { words: [], line: 3, end: "}" },
      { words: [], line: 5, end: "}" },
      { words: ["d"], line: 5, end: ";" },
    ]);
  });
});
