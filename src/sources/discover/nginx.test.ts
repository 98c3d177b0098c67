import { describe, expect, test } from "bun:test";
import { discoverIn, errorLogsIn } from "../../../test/tree.ts";
import { nginxStatements } from "./nginx-syntax.ts";

const MAIN =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"';

/** As Debian's nginx-common ships it. */
const DEBIAN = `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
include /etc/nginx/modules-enabled/*.conf;

events {
	worker_connections 768;
	# multi_accept on;
}

http {
	sendfile on;
	include /etc/nginx/mime.types;
	default_type application/octet-stream;
	ssl_protocols TLSv1.2 TLSv1.3; # Dropping SSLv3, ref: POODLE
	access_log /var/log/nginx/access.log;
	gzip on;
	include /etc/nginx/conf.d/*.conf;
	include /etc/nginx/sites-enabled/*;
}

#mail {
#	server { listen localhost:110; }
#}
`;

const DEFAULT_SITE = `server {
	listen 80 default_server;
	listen [::]:80 default_server;
	root /var/www/html;
	server_name _;
	location / {
		# First attempt to serve request as file, then as directory.
		try_files $uri $uri/ =404;
	}
	#location ~ \\.php$ { fastcgi_pass unix:/run/php/php7.4-fpm.sock; }
}
`;

/** As nginx.org's and RHEL's packages ship it, and with another path Alpine's. */
function packaged(include: string, accessLog = "access_log  /var/log/nginx/access.log  main;"): string {
  return `user  nginx;
worker_processes  auto;
error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;
events {
    worker_connections  1024;
}
http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';
    ${accessLog}
    include ${include};
}
`;
}

/** An nginx whose only configuration stands in http. */
function http(body: string): ReturnType<typeof discoverIn> {
  return discoverIn({ "/etc/nginx/nginx.conf": `events {}\nhttp {\n${body}\n}\n` });
}

function pathsOf({ logs }: ReturnType<typeof discoverIn>): string[] {
  return logs.map(({ path }) => path);
}

describe("nginx as it is packaged", () => {
  test("Debian", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": DEBIAN,
      "/etc/nginx/mime.types": "types {\n    text/html html htm shtml;\n}\n",
      "/etc/nginx/modules-enabled/50-mod-http-echo.conf": "load_module modules/ngx_http_echo_module.so;\n",
      "/etc/nginx/sites-available/default": DEFAULT_SITE,
      "/etc/nginx/sites-enabled/default": { link: "/etc/nginx/sites-available/default" },
      "/var/log/nginx/access.log": "",
    });
    expect(found).toEqual({
      logs: [{ path: "/var/log/nginx/access.log", format: "combined", from: "/etc/nginx/nginx.conf:17" }],
      notes: [],
    });
  });

  test("Debian with a log for each site and a format of its own", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": DEBIAN,
      "/etc/nginx/conf.d/timing.conf":
        "log_format timing '$remote_addr [$time_local] '\n  '\"$request\" $status $request_time';\n",
      "/etc/nginx/sites-enabled/blog": "server {\n  access_log /var/log/nginx/blog.log;\n}\n",
      "/etc/nginx/sites-enabled/shop":
        "server {\n  server_name shop;\n  access_log /var/log/nginx/shop.log timing buffer=32k flush=5s;\n  location = /health { access_log off; }\n}\n",
    });
    expect(found).toEqual({
      logs: [
        { path: "/var/log/nginx/blog.log", format: "combined", from: "/etc/nginx/sites-enabled/blog:2" },
        {
          path: "/var/log/nginx/shop.log",
          format: '$remote_addr [$time_local] "$request" $status $request_time',
          from: "/etc/nginx/sites-enabled/shop:3",
        },
      ],
      notes: [],
    });
  });

  test("RHEL and nginx.org", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": packaged("/etc/nginx/conf.d/*.conf"),
      "/etc/nginx/conf.d/default.conf":
        "server {\n    listen 80;\n    #access_log  /var/log/nginx/host.access.log  main;\n    location / { root /usr/share/nginx/html; }\n}\n",
    });
    expect(found).toEqual({
      logs: [{ path: "/var/log/nginx/access.log", format: MAIN, from: "/etc/nginx/nginx.conf:14" }],
      notes: [],
    });
  });

  test("Alpine: http.d, and relative paths below /var/lib/nginx", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": packaged("/etc/nginx/http.d/*.conf"),
      "/etc/nginx/http.d/default.conf": "server {\n\tlisten 80 default_server;\n\treturn 404;\n}\n",
      "/etc/nginx/http.d/shop.conf": "server {\n\taccess_log logs/shop.log main;\n}\n",
      "/var/log/nginx/access.log": "",
      "/var/lib/nginx/logs": { link: "/var/log/nginx" },
    });
    expect(found.logs).toEqual([
      { path: "/var/log/nginx/access.log", format: MAIN, from: "/etc/nginx/nginx.conf:14" },
      { path: "/var/log/nginx/shop.log", format: MAIN, from: "/etc/nginx/http.d/shop.conf:2" },
    ]);
  });

  test("openresty: no access_log anywhere, and braces in Lua", () => {
    const found = discoverIn({
      "/usr/local/openresty/nginx/conf/nginx.conf": `worker_processes  1;
events { worker_connections  1024; }
http {
    include       mime.types;
    #access_log  logs/access.log  main;
    init_by_lua_block {
        local open = "{" -- a comment with a brace {
        local long = [==[ }}} ]] } ]==]
        --[[ access_log /no.log; }
        ]]
        local quoted = 'it\\'s }'
    }
    server {
        listen       80;
        location / {
            content_by_lua_block { ngx.say(#ngx.req.get_headers()) }
        }
        location /api { access_log logs/api.log; }
    }
}
`,
      "/usr/local/openresty/nginx/conf/mime.types": "types { text/html html; }",
    });
    expect(found).toEqual({
      logs: [
        {
          path: "/usr/local/openresty/nginx/logs/access.log",
          format: "combined",
          from: "/usr/local/openresty/nginx/conf/nginx.conf:3",
        },
        {
          path: "/usr/local/openresty/nginx/logs/api.log",
          format: "combined",
          from: "/usr/local/openresty/nginx/conf/nginx.conf:18",
        },
      ],
      notes: [],
    });
  });

  test("Debian, where nothing says where to log", () => {
    const found = discoverIn({ "/etc/nginx/nginx.conf": DEBIAN.replace(/.*access_log.*\n/, "") });
    expect(found.logs).toEqual([
      { path: "/var/log/nginx/access.log", format: "combined", from: "/etc/nginx/nginx.conf:12" },
    ]);
  });

  test("an image whose log is its output", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": packaged("/etc/nginx/conf.d/*.conf"),
      "/var/log/nginx/access.log": { link: "/dev/stdout" },
    });
    expect(found.logs).toEqual([]);
    expect(found.notes).toEqual([
      {
        from: "/etc/nginx/nginx.conf:14",
        text: "requests go to the server's standard output, and so to the journal or its container",
        remedy: "let it log to a file",
      },
    ]);
  });
});

describe("nginx", () => {
  test("JSON with escape=json", () => {
    const found = http(`log_format json escape=json '{"time":"$time_iso8601",'
      '"remote_addr":"$remote_addr",' '"status":$status}';
      access_log /var/log/nginx/json.log json if=$loggable;`);
    expect(found.logs).toEqual([
      {
        path: "/var/log/nginx/json.log",
        format: '{"time":"$time_iso8601","remote_addr":"$remote_addr","status":$status}',
        from: "/etc/nginx/nginx.conf:5",
      },
    ]);
  });

  test("off, syslog, compressed, late, and a path with variables", () => {
    const found = http(`server { access_log off; }
      server { access_log syslog:server=10.0.0.1,tag=nginx combined; }
      server { access_log /var/log/nginx/z.log.gz combined gzip=9 flush=1m; }
      server { access_log /var/log/nginx/late.log combined buffer=64k; }
      server { access_log /var/log/nginx/\${host}/$server_port-access.log; }`);
    expect(found.logs).toEqual([
      { path: "/var/log/nginx/late.log", format: "combined", from: "/etc/nginx/nginx.conf:6" },
      { path: "/var/log/nginx/*/*-access.log", format: "combined", from: "/etc/nginx/nginx.conf:7" },
    ]);
    expect(new Set(found.notes)).toEqual(
      new Set([
        {
          from: "/etc/nginx/nginx.conf:4",
          text: "requests go to syslog (server=10.0.0.1,tag=nginx)",
          remedy: "add an access_log that names a file",
        },
        {
          from: "/etc/nginx/nginx.conf:5",
          text: "/var/log/nginx/z.log.gz is written compressed and cannot be followed",
          remedy: "take gzip out of that access_log",
        },
        {
          from: "/etc/nginx/nginx.conf:6",
          text: "/var/log/nginx/late.log is written 64k at a time: its requests show late",
          remedy: "add flush=1s to that access_log",
        },
        {
          from: "/etc/nginx/nginx.conf:7",
          text: `/var/log/nginx/\${host}/$server_port-access.log has variable parts: files that match /var/log/nginx/*/*-access.log are followed`,
        },
      ]),
    );
  });

  test("of several logs of one server one is followed, and syslog beside a file is no news", () => {
    const found = http(`log_format bare '$status';
      access_log /var/log/nginx/all.log;
      access_log syslog:server=unix:/dev/log;
      server { }
      server { access_log /var/log/nginx/a.log; access_log /var/log/nginx/all.log; }
      server { access_log /var/log/nginx/b.bare bare; access_log /var/log/nginx/b.log; }`);
    expect(pathsOf(found)).toEqual(["/var/log/nginx/all.log", "/var/log/nginx/b.log"]);
    expect(found.notes.map(({ text }) => text)).toEqual([
      "/var/log/nginx/a.log repeats the requests of /var/log/nginx/all.log and is not followed",
      "/var/log/nginx/b.bare repeats the requests of /var/log/nginx/b.log and is not followed",
    ]);
  });

  test("neither standard output nor nothing is taken for a log", () => {
    const stdout = "access_log /dev/stdout; access_log /dev/null;";
    expect(pathsOf(http(`${stdout} access_log /l/x.log;`))).toEqual(["/l/x.log"]);
    expect(http(`server { ${stdout} } server { access_log /dev/null; }`)).toEqual({
      logs: [],
      notes: [
        {
          from: "/etc/nginx/nginx.conf:3",
          text: "requests go to the server's standard output, and so to the journal or its container",
          remedy: "let it log to a file",
        },
      ],
    });
  });

  test("logs that share the requests by a condition are all followed", () => {
    const found = http(`access_log /l/bots.log combined if=$bot;
      access_log /l/people.log combined if=$person; access_log /l/people2.log combined if=$person;`);
    expect(pathsOf(found)).toEqual(["/l/bots.log", "/l/people.log"]);
  });

  test("a log with some of the requests never stands for the one with all", () => {
    const found = http(`server { access_log /l/bots.log; }
      server { access_log /l/all.log; access_log /l/bots.log combined if=$bot; access_log /l/x.log combined if=$x; }`);
    expect(pathsOf(found)).toEqual(["/l/bots.log", "/l/all.log"]);
    expect(found.notes.map(({ text }) => text)).toEqual([
      "/l/x.log repeats the requests of /l/all.log and is not followed",
    ]);
  });

  test("the log of http is left out where every server has its own", () => {
    expect(pathsOf(http("access_log /l/http.log; server { access_log /l/own.log; }"))).toEqual([
      "/l/own.log",
    ]);
    expect(pathsOf(http("access_log /l/http.log; server { location / { access_log off; } }"))).toEqual([
      "/l/http.log",
    ]);
  });

  test("a path that two servers write in two formats keeps the first", () => {
    const found = http(`log_format other '$remote_addr $status';
      server { access_log /l/x.log; } server { access_log /l/x.log other; }`);
    expect(found.logs).toEqual([{ path: "/l/x.log", format: "combined", from: "/etc/nginx/nginx.conf:4" }]);
    expect(found.notes).toEqual([
      {
        from: "/etc/nginx/nginx.conf:4",
        text: "/l/x.log has another format at /etc/nginx/nginx.conf:4, in which it is read",
        remedy: "give each format its own file",
      },
    ]);
  });

  test("stream, mail and main have no access logs", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf":
        "stream { log_format s '$remote_addr'; access_log /l/stream.log s; server { access_log /l/s.log; } }\nmail { server { access_log /l/m.log; } }\naccess_log /l/main.log;",
    });
    expect(found).toEqual({ logs: [], notes: [] });
  });

  test("a format nobody defines is tried as anything", () => {
    expect(http("access_log /l/x.log nowhere;").logs.map(({ format }) => format)).toEqual(["auto"]);
  });

  test("includes that go in circles end", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": "http { include a.conf; }",
      "/etc/nginx/a.conf": "include b.conf; server { access_log /l/a.log; }",
      "/etc/nginx/b.conf": "include a.conf; include nginx.conf; include missing.conf; include missing/*;",
    });
    expect(pathsOf(found)).toEqual(["/l/a.log"]);
    expect(found.notes).toEqual([]);
  });

  test("a brace too many in an included file closes nothing outside of it", () => {
    const found = discoverIn({
      "/etc/nginx/nginx.conf": "http { include a.conf; server { access_log /l/a.log; } }",
      "/etc/nginx/a.conf": "} } }",
    });
    expect(pathsOf(found)).toEqual(["/l/a.log"]);
  });

  test("of two logs of the same requests the one that is there is followed", () => {
    const { logs } = discoverIn({
      "/etc/nginx/nginx.conf": `http {
        log_format poor '$remote_addr $status';
        access_log /srv/absent.log combined;
        access_log /srv/poor.log poor;
        access_log /srv/there.log combined;
      }`,
      "/srv/poor.log": "",
      "/srv/there.log": "",
    });
    expect(logs.map(({ path }) => path)).toEqual(["/srv/there.log"]);
  });

  test("a path with a variable stands for the files that nothing else names", () => {
    const { logs } = discoverIn({
      "/etc/nginx/nginx.conf": `error_log /srv/error.log; http {
        server { access_log /srv/$host.log combined; }
        server { access_log /srv/own.log combined; error_log /srv/own-error.log; }
        server { access_log /srv/z.log combined gzip; }
      }`,
      "/srv/a.log": "",
      "/srv/b.log": "",
      "/srv/error.log": "",
      "/srv/own.log": "",
      "/srv/own-error.log": "",
      "/srv/z.log": "",
    });
    expect(logs.map(({ path }) => path).sort()).toEqual(["/srv/a.log", "/srv/b.log", "/srv/own.log"]);
  });
});

describe("the syntax of nginx", () => {
  const cases: [text: string, words: string[]][] = [
    [`a "b c" 'd "e"' f;`, ["a", "b c", 'd "e"', "f"]],
    ['a "b\\"c\\\\d\\te\\w";', ["a", 'b"c\\d\te\\w']],
    ["a b\\ c\\;d;", ["a", "b\\ c\\;d"]],
    [`a \${b}c#d; # e;`, ["a", `\${b}c#d`]],
    ["a # b {\n c\n;", ["a", "c"]],
    ['a "";', ["a", ""]],
    ['a "b\nc";', ["a", "b\nc"]],
  ];
  test.each(cases)("%j", (text, words) => {
    expect([...nginxStatements(text)]).toEqual([{ words, line: 1, end: ";" }]);
  });

  test("blocks and lines", () => {
    expect([...nginxStatements("a\n{\n\nb c;d{}}")]).toEqual([
      { words: ["a"], line: 1, end: "{" },
      { words: ["b", "c"], line: 4, end: ";" },
      { words: ["d"], line: 4, end: "{" },
      { words: [], line: 4, end: "}" },
      { words: [], line: 4, end: "}" },
    ]);
  });
});

describe("logs of errors of nginx", () => {
  test("as Debian packages it, with one of a site", () => {
    const site = "server {\n  error_log /var/log/nginx/shop-error.log crit;\n}\n";
    const found = errorLogsIn({
      "/etc/nginx/nginx.conf": DEBIAN,
      "/etc/nginx/sites-enabled/default": DEFAULT_SITE,
      "/etc/nginx/sites-enabled/shop": site,
      "/etc/nginx/sites-enabled/twice": site,
    });
    expect(found).toEqual({
      "/var/log/nginx/error.log": "/etc/nginx/nginx.conf:4",
      "/var/log/nginx/shop-error.log": "/etc/nginx/sites-enabled/shop:2",
    });
  });

  test("where none is named, the compiled one; relative paths", () => {
    const config =
      "events {}\nhttp { error_log logs/http.log; }\nstream { error_log /var/log/stream.log; }\n";
    expect(errorLogsIn({ "/usr/local/nginx/conf/nginx.conf": config })).toEqual({
      "/usr/local/nginx/logs/error.log": "/usr/local/nginx/conf/nginx.conf",
      "/usr/local/nginx/logs/http.log": "/usr/local/nginx/conf/nginx.conf:2",
    });
  });

  test("what is no file, or goes nowhere, is none", () => {
    const targets = ["stderr", "syslog:server=127.0.0.1", "memory:32m", "/dev/null", "/dev/stderr", ""];
    const config = targets.map((target) => `error_log ${target};`).join("\n");
    expect(errorLogsIn({ "/etc/nginx/nginx.conf": `${config}\nhttp {}\n` })).toEqual({});
    const container = {
      "/etc/nginx/nginx.conf": DEBIAN,
      "/var/log/nginx/error.log": { link: "/dev/stderr" },
    };
    expect(errorLogsIn(container)).toEqual({});
  });
});
