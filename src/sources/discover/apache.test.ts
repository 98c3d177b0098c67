import { describe, expect, test } from "bun:test";
import { discoverIn, errorLogsIn } from "../../../test/tree.ts";
import { apacheFormat } from "./apache-format.ts";
import { environment } from "./environment.ts";
import { apacheWords, logicalLines } from "./lines.ts";
import { pipedLog } from "./piped.ts";

/** What Debian's apache2.conf says of logs and files. */
const DEBIAN = `DefaultRuntimeDir \${APACHE_RUN_DIR}
PidFile \${APACHE_PID_FILE}
ErrorLog \${APACHE_LOG_DIR}/error.log
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf
<Directory />
	Options FollowSymLinks
	Require all denied
</Directory>
<FilesMatch "^\\.ht">
	Require all denied
</FilesMatch>
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" vhost_combined
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
LogFormat "%h %l %u %t \\"%r\\" %>s %O" common
LogFormat "%{Referer}i -> %U" referer
LogFormat "%{User-agent}i" agent
IncludeOptional conf-enabled/*.conf
IncludeOptional sites-enabled/*.conf
`;

const ENVVARS = `# envvars - default environment variables for apache2ctl
unset HOME
if [ "\${APACHE_CONFDIR##/etc/apache2-}" != "\${APACHE_CONFDIR}" ] ; then
	SUFFIX="-\${APACHE_CONFDIR##/etc/apache2-}"
else
	SUFFIX=
fi
export APACHE_RUN_USER=www-data
export APACHE_PID_FILE=/var/run/apache2$SUFFIX/apache2.pid
export APACHE_LOG_DIR=/var/log/apache2$SUFFIX
export LANG=C
`;

const DEBIAN_TREE = {
  "/etc/apache2/apache2.conf": DEBIAN,
  "/etc/apache2/envvars": ENVVARS,
  "/etc/apache2/ports.conf": "Listen 80\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n",
  "/etc/apache2/conf-available/other-vhosts-access-log.conf": `# Define an access log for VirtualHosts that don't define their own logfile
CustomLog \${APACHE_LOG_DIR}/other_vhosts_access.log vhost_combined
`,
  "/etc/apache2/conf-enabled/other-vhosts-access-log.conf": {
    link: "../conf-available/other-vhosts-access-log.conf",
  },
  "/etc/apache2/sites-enabled/000-default.conf": `<VirtualHost *:80>
	DocumentRoot /var/www/html
	ErrorLog \${APACHE_LOG_DIR}/error.log
	CustomLog \${APACHE_LOG_DIR}/access.log combined
</VirtualHost>
`,
};

/** What RHEL's httpd.conf says of logs and files. */
const RHEL = `ServerRoot "/etc/httpd"
Listen 80
Include conf.modules.d/*.conf
ErrorLog "logs/error_log"
<IfModule log_config_module>
    #
    LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
    LogFormat "%h %l %u %t \\"%r\\" %>s %b" common

    <IfModule logio_module>
      LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\" %I %O" combinedio
    </IfModule>
    #CustomLog "logs/access_log" common
    CustomLog "logs/access_log" combined
</IfModule>
IncludeOptional conf.d/*.conf
`;

/** An Apache as RHEL lays it out, with the given configuration. */
function httpd(config: string): ReturnType<typeof discoverIn> {
  return discoverIn({ "/etc/httpd/conf/httpd.conf": config });
}

describe("Apache as it is packaged", () => {
  test("Debian", () => {
    expect(discoverIn(DEBIAN_TREE)).toEqual({
      logs: [
        {
          path: "/var/log/apache2/other_vhosts_access.log",
          format: "vhost",
          from: "/etc/apache2/conf-enabled/other-vhosts-access-log.conf:2",
        },
        {
          path: "/var/log/apache2/access.log",
          format: "combined",
          from: "/etc/apache2/sites-enabled/000-default.conf:4",
        },
      ],
      notes: [],
    });
  });

  test("RHEL with mod_ssl, whose two logs hold the same requests", () => {
    const found = discoverIn({
      "/etc/httpd/conf/httpd.conf": RHEL,
      "/etc/httpd/logs": { link: "../../var/log/httpd" },
      "/etc/httpd/conf.d/ssl.conf":
        '<VirtualHost _default_:443>\nErrorLog logs/ssl_error_log\nTransferLog logs/ssl_access_log\nLogLevel warn\nCustomLog logs/ssl_request_log \\\n          "%t %h %{SSL_PROTOCOL}x %{SSL_CIPHER}x \\"%r\\" %b"\n</VirtualHost>\n',
      "/var/log/httpd/access_log": "",
    });
    expect(found).toEqual({
      logs: [
        { path: "/var/log/httpd/access_log", format: "combined", from: "/etc/httpd/conf/httpd.conf:14" },
        { path: "/var/log/httpd/ssl_access_log", format: "common", from: "/etc/httpd/conf.d/ssl.conf:3" },
      ],
      notes: [
        {
          from: "/etc/httpd/conf.d/ssl.conf:5",
          text: "/etc/httpd/logs/ssl_request_log repeats the requests of /etc/httpd/logs/ssl_access_log and is not followed",
        },
      ],
    });
  });

  test("the image, which logs to its output", () => {
    const found = discoverIn({
      "/usr/local/apache2/conf/httpd.conf":
        'ServerRoot "/usr/local/apache2"\nCustomLog /proc/self/fd/1 common\n',
    });
    expect(found.logs).toEqual([]);
    expect(found.notes.map(({ from }) => from)).toEqual(["/usr/local/apache2/conf/httpd.conf:2"]);
  });
});

describe("Apache", () => {
  test("pipes to rotatelogs, to other programs, and syslog", () => {
    const found = httpd(`CustomLog "|/usr/sbin/rotatelogs -l /var/log/httpd/access.%Y-%m-%d 86400" common
<VirtualHost a>
  CustomLog "||bin/rotatelogs logs/a 86400" common
</VirtualHost>
<VirtualHost b>
  CustomLog "|/usr/bin/logger -t apache -p local1.info" common
</VirtualHost>
<VirtualHost c>
  CustomLog syslog:local1 common
</VirtualHost>`);
    expect(found.logs.map(({ path }) => path)).toEqual([
      "/var/log/httpd/access.*-*-*",
      "/etc/httpd/logs/a.*",
    ]);
    expect(found.notes).toEqual([
      {
        from: "/etc/httpd/conf/httpd.conf:6",
        text: "requests go to the program /usr/bin/logger -t apache -p local1.info",
        remedy: "add a CustomLog that names a file",
      },
      {
        from: "/etc/httpd/conf/httpd.conf:9",
        text: "requests go to syslog",
        remedy: "add a CustomLog that names a file",
      },
    ]);
  });

  const pipes: [command: string, path: string | undefined][] = [
    ["|/usr/bin/rotatelogs /l/access 86400", "/l/access.*"],
    ["|$/usr/bin/rotatelogs -f /l/access.%Y%m%d 86400", "/l/access.*"],
    ["|rotatelogs -L /l/current -p /bin/program /l/access.%s 5M", "/l/current"],
    ["|rotatelogs -n 5 /l/access 86400", "/l/access*"],
    ["|rotatelogs -t /l/access 5M", "/l/access"],
    ["|/usr/sbin/cronolog --period=day /l/%Y/%m/%d/access.log", "/l/*/*/*/access.log"],
    ["|/usr/sbin/cronolog -S /l/now /l/%Y.log", "/l/now"],
    ["|rotatelogs", undefined],
    ["|", undefined],
    ["|/usr/bin/tee /l/access", undefined],
  ];
  test.each(pipes)("%s", (command, path) => {
    expect(pipedLog(command)).toBe(path as string);
  });

  test("a nickname defined after its use, another one in a virtual host, and formats without one", () => {
    const found = httpd(`CustomLog /l/late "late"
LogFormat "%a %{X-Id}i \\"%r\\"" late
<VirtualHost a>
  LogFormat "%h own" late
  CustomLog /l/a late env=!dontlog
</VirtualHost>
<VirtualHost b>
  LogFormat late
  TransferLog /l/b
</VirtualHost>
<VirtualHost c>
  CustomLog /l/c "%h %l %u %t \\"%r\\" %>s %b"
</VirtualHost>
<VirtualHost d>
  TransferLog /l/d
</VirtualHost>
<VirtualHost e>
  CustomLog /l/e nowhere
</VirtualHost>`);
    expect(found.logs.map(({ path, format }) => [path, format])).toEqual([
      ["/l/late", '%a %{X-Id}i "%r"'],
      ["/l/a", "%h own"],
      ["/l/b", '%a %{X-Id}i "%r"'],
      ["/l/c", "common"],
      ["/l/d", "common"],
      ["/l/e", "auto"],
    ]);
  });

  test("Define, variables nobody defines, macros, and sections that do not hold", () => {
    const found = httpd(`Define logs /l
DEFINE sub \${logs}/sub
CustomLog \${sub}/access common
<VirtualHost a>
  CustomLog /l/\${SITE}.log common
</VirtualHost>
<Macro Site $name>
  <VirtualHost $name>
    CustomLog /l/$name-access.log common
  </VirtualHost>
</Macro>
<IfDefine !logs>
  <VirtualHost b>
    CustomLog /l/never common
  </VirtualHost>
</IfDefine>
<IfModule !mod_x.c>
  CustomLog /l/without common
</IfModule>
<IfDefine !elsewhere>
  <VirtualHost c>
    CustomLog /l/c common
  </VirtualHost>
</IfDefine>`);
    expect(found.logs.map(({ path }) => path)).toEqual([
      "/l/sub/access",
      "/l/*.log",
      "/l/*-access.log",
      "/l/c",
    ]);
    expect(found.notes).toHaveLength(2);
  });

  test("GlobalLog holds everything", () => {
    const found = httpd("GlobalLog /l/all common\n<VirtualHost a>\nCustomLog /l/a common\n</VirtualHost>");
    expect(found.logs.map(({ path }) => path)).toEqual(["/l/all"]);
  });

  test("Include takes directories whole, and goes in no circles", () => {
    const found = discoverIn({
      "/etc/httpd/conf/httpd.conf": "Include extra\nInclude conf/httpd.conf\n",
      "/etc/httpd/extra/sub/a.conf": "CustomLog /l/a common",
      "/etc/httpd/extra/sub/loop": { link: ".." },
    });
    expect(found.logs.map(({ path }) => path)).toEqual(["/l/a"]);
  });

  test("a section that an included file leaves open ends with it, and it ends none but its own", () => {
    const found = discoverIn({
      "/etc/httpd/conf/httpd.conf": `Define x
Include open.conf
CustomLog /l/a common
<VirtualHost v>
  Include close.conf
  TransferLog /l/v
</VirtualHost>`,
      "/etc/httpd/open.conf": "<IfDefine !x>",
      "/etc/httpd/close.conf": "</VirtualHost>",
    });
    expect(found.logs.map(({ path }) => path)).toEqual(["/l/a", "/l/v"]);
  });

  const formats: [text: string, format: string][] = [
    ['%h %l %u %t "%r" %>s %b', "common"],
    ['%h %l %u %t "%r" %s %B "%{Referer}i" "%{User-agent}i"', "combined"],
    ['%v %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"', "vhost"],
    ['%v %h %l %u %t "%r" %>s %b', '%v %h %l %u %t "%r" %>s %b'],
    ['%a %l %u %t "%r" %>s %b', '%a %l %u %t "%r" %>s %b'],
    ["nothing", "auto"],
  ];
  test.each(formats)("%s is %s", (text, format) => {
    expect(apacheFormat(text)).toBe(format);
  });
});

describe("the syntax of Apache", () => {
  test("words", () => {
    expect(apacheWords(`a "b \\"c\\" \\\\d" 'e "f"' g"h i\\\\j "k`)).toEqual([
      "a",
      'b "c" \\d',
      'e "f"',
      'g"h',
      "i\\j",
      "k",
    ]);
  });

  test("lines that go on, comments and blank ones", () => {
    expect([...logicalLines("# a\n\n  b \\\r\n c\\\nd  \n#e\\\nf\ng\\")]).toEqual([
      { text: "b  cd", line: 3 },
      { text: "g", line: 8 },
    ]);
  });

  test("an environment", () => {
    const script = `A=1\nexport B="$A/\${A}b" # c\n  C='$A'\nD=\${X:-d}\${Y}e;F=no\nif [ "$A" = 2 ]`;
    expect(Object.fromEntries(environment(script))).toEqual({ A: "1", B: "1/1b", C: "$A", D: "de" });
  });
});

describe("logs of errors of Apache", () => {
  test("as Debian packages it", () => {
    const [main = 0] = DEBIAN.split("\n").flatMap((line, i) => (line.startsWith("ErrorLog ") ? [i + 1] : []));
    expect(main).toBeGreaterThan(0);
    expect(errorLogsIn(DEBIAN_TREE)).toEqual({
      "/var/log/apache2/error.log": `/etc/apache2/apache2.conf:${main}`,
    });
  });

  test("where none is named, the compiled one; those of virtual hosts, relative, piped, with variable parts", () => {
    const host = (target: string) => `<VirtualHost *:80>\nErrorLog ${target}\n</VirtualHost>\n`;
    const config = [
      ...["logs/site_error", "syslog:local1", '"|/usr/bin/rotatelogs /var/log/rotated 86400"', "|/bin/mail"],
      ...[`/var/log/\${NOBODY}/error.log`, "/dev/stderr"],
    ];
    const text = `ServerRoot /srv/httpd\n${config.map(host).join("")}`;
    expect(errorLogsIn({ "/etc/httpd/conf/httpd.conf": text })).toEqual({
      "/srv/httpd/logs/site_error": "/etc/httpd/conf/httpd.conf:3",
      "/var/log/rotated.*": "/etc/httpd/conf/httpd.conf:9",
      "/var/log/*/error.log": "/etc/httpd/conf/httpd.conf:15",
      "/srv/httpd/logs/error_log": "/etc/httpd/conf/httpd.conf",
    });
  });
});
