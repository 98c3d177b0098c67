import { describe, expect, test } from "bun:test";
import { discoverIn, type Tree } from "../../../test/tree.ts";
import { haproxyWords } from "./haproxy-syntax.ts";

/** As Debian's haproxy ships it, and a proxy. */
const DEBIAN = `global
	log /dev/log	local0
	log /dev/log	local1 notice
	chroot /var/lib/haproxy
	stats socket /run/haproxy/admin.sock mode 660 level admin
	daemon

defaults
	log	global
	mode	http
	option	httplog
	option	dontlognull
        timeout connect 5000
	errorfile 400 /etc/haproxy/errors/400.http

frontend www
	bind :80
	default_backend app

backend app
	server one 127.0.0.1:8080
`;

/** As RHEL's haproxy ships it: its comments tell to set up syslog by hand. */
const RHEL = `global
    # to have these messages end up in /var/log/haproxy.log you will need to: (...)
    log         127.0.0.1 local2
    chroot      /var/lib/haproxy
defaults
    mode                    http
    log                     global
    option                  httplog
frontend main
    bind *:5000
`;

const DEBIAN_RSYSLOG: Tree = {
  "/etc/rsyslog.conf": `module(load="imuxsock") # provides support for local system logging
$FileOwner root
$IncludeConfig /etc/rsyslog.d/*.conf
*.*;auth,authpriv.none		-/var/log/syslog
auth,authpriv.*			/var/log/auth.log
kern.*				-/var/log/kern.log
*.emerg				:omusrmsg:*
`,
  "/etc/rsyslog.d/49-haproxy.conf": `# Create an additional socket in haproxy's chroot in order to allow logging via
$AddUnixListenSocket /var/lib/haproxy/dev/log

# Send HAProxy messages to a dedicated logfile
:programname, startswith, "haproxy" {
  /var/log/haproxy.log
  stop
}
`,
};

function haproxy(text: string, more: Tree = DEBIAN_RSYSLOG): ReturnType<typeof discoverIn> {
  return discoverIn({ "/etc/haproxy/haproxy.cfg": text, ...more });
}

/** Where rsyslog with these rules writes Debian's HAProxy's requests. */
function written(rules: string): (string | undefined)[] {
  return haproxy(DEBIAN, { "/etc/rsyslog.conf": rules }).logs.map(({ path }) => path);
}

describe("HAProxy", () => {
  test("as Debian ships it, with rsyslog", () => {
    expect(haproxy(DEBIAN)).toEqual({
      logs: [{ path: "/var/log/haproxy.log", format: "haproxy", from: "/etc/rsyslog.d/49-haproxy.conf:6" }],
      notes: [],
    });
  });

  test("as Debian ships it, without a proxy", () => {
    expect(haproxy(DEBIAN.slice(0, DEBIAN.indexOf("frontend")))).toEqual({ logs: [], notes: [] });
  });

  test("as RHEL ships it, with a rule for its facility", () => {
    const found = haproxy(RHEL, {
      "/etc/rsyslog.conf":
        'include(file="/etc/rsyslog.d/*.conf" mode="optional")\n*.info;mail.none;authpriv.none;cron.none /var/log/messages\n',
      "/etc/rsyslog.d/haproxy.conf": "local2.*    /var/log/haproxy.log;RSYSLOG_TraditionalFileFormat\n",
    });
    expect(found.logs).toEqual([
      { path: "/var/log/haproxy.log", format: "haproxy", from: "/etc/rsyslog.d/haproxy.conf:1" },
    ]);
  });

  test("as RHEL ships it, where everything goes to one file", () => {
    const found = haproxy(RHEL, {
      "/etc/rsyslog.conf": "*.info;mail.none;authpriv.none;cron.none /var/log/messages\n",
    });
    expect(found).toEqual({
      logs: [{ path: "/var/log/messages", format: "haproxy", from: "/etc/rsyslog.conf:1" }],
      notes: [
        {
          from: "/etc/haproxy/haproxy.cfg:3",
          text: "requests stand among other messages in /var/log/messages",
          remedy: "let rsyslog write local2.* to /var/log/haproxy.log",
        },
      ],
    });
  });

  test("without rsyslog: the usual file where it is, else a note", () => {
    expect(haproxy(DEBIAN, {})).toEqual({
      logs: [],
      notes: [
        {
          from: "/etc/haproxy/haproxy.cfg:2",
          text: "syslog writes these requests to no file",
          remedy: "let rsyslog write local0.* to /var/log/haproxy.log",
        },
      ],
    });
    expect(haproxy(DEBIAN, { "/var/log/haproxy.log": "" }).logs).toEqual([
      { path: "/var/log/haproxy.log", format: "haproxy", from: "/etc/haproxy/haproxy.cfg:2" },
    ]);
  });

  test("proxies that log elsewhere, otherwise, or not at all", () => {
    const found = haproxy(`global
  log 10.0.0.1:514 local0
  log stdout format raw local0 info
defaults quiet
  mode http
defaults web
  mode http
  log global
frontend remote from web
  option httplog
frontend silent from quiet
frontend connections from web
frontend own from web
  log-format "%ci %r"
frontend clf from web
  option httplog clf
frontend tcp from web
  mode tcp
frontend taciturn from web
  no log
frontend here from web
  log /dev/log len 4096 format rfc5424 local3
  log-format "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
`);
    expect(found.logs.map(({ path }) => path)).toEqual(["/var/log/haproxy.log"]);
    expect(found.notes.map(({ from, text }) => `${from.slice(from.indexOf(":") + 1)} ${text}`)).toEqual([
      "2 requests go to 10.0.0.1:514, where they cannot be read",
      "3 requests go to the server's standard output, and so to the journal or its container",
      "11 this proxy logs no requests",
      "12 this proxy logs connections, no requests",
      "14 requests are logged in a format of their own",
      "19 this proxy logs no requests",
    ]);
  });

  test("conf.d goes on where haproxy.cfg ends", () => {
    const found = haproxy(RHEL.slice(0, RHEL.indexOf("frontend")), {
      ...DEBIAN_RSYSLOG,
      "/etc/haproxy/conf.d/web.cfg": "listen web\n  bind :80\n",
    });
    expect(found.logs).toHaveLength(1);
  });

  const rules: [rule: string, path: string | undefined][] = [
    ["local0.* -/l/a", "/l/a"],
    ["local0,local1.info /l/a", "/l/a"],
    ["local0.=info /l/a", "/l/a"],
    ["local0.warning /l/a", undefined],
    ["*.*;local0.none /l/a", undefined],
    ["local1.* /l/a", undefined],
    ["local0.* @@10.0.0.1", undefined],
    ["local0.* ?Dynamic", undefined],
    ["*.* /l/all\nlocal0.* /l/a", "/l/a"],
    ["local0.* /l/a\nif $programname == 'haproxy' then /l/b\n& stop", "/l/b"],
    ['if ($programname startswith \'haproxy\') then {\n action(type="omfile" file="/l/b")\n stop\n}', "/l/b"],
    ["if $syslogfacility-text == 'local0' then -/l/b", "/l/b"],
    ["if $programname != 'haproxy' then /l/b", undefined],
    [':programname, isequal, "haproxy" -/l/a', "/l/a"],
    [':programname, contains, "prox" { /l/a }', "/l/a"],
    [':programname, !startswith, "haproxy" /l/a', undefined],
    [':programname, isequal, "sshd" {\n/l/a\n}', undefined],
    [':msg, contains, "haproxy" /l/a', undefined],
    ["$IncludeConfig /etc/rsyslog.conf", undefined],
  ];
  test.each(rules)("rsyslog: %j", (rule, path) => {
    expect(written(rule)).toEqual(path === undefined ? [] : [path]);
  });

  test("words", () => {
    expect(haproxyWords(`a "b 'c' \\"d"'e\\f' g\\ h \\n"" '' # i`)).toEqual([
      "a",
      `b 'c' "de\\f`,
      "g h",
      "\n",
      "",
    ]);
  });
});
