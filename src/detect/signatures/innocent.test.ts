// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the dollars are what is sent.
import { describe, expect, test } from "bun:test";
import type { RequestEvent } from "../../model/event.ts";
import type { Ip } from "../../model/ip.ts";
import { createTagger } from "../tagger.ts";
import { TAG } from "../tags.ts";

const tagger = createTagger({ agents: [], paths: undefined });
/** What is no reproach. */
const ORDINARY = TAG.static | TAG.login;

function reproaches(texts: Partial<RequestEvent>): string[] {
  const event: RequestEvent = {
    kind: "request",
    at: 0,
    ip: "192.0.2.1" as Ip,
    path: "/",
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    source: "",
    ...texts,
  };
  const mask = tagger.tag(event) & ~ORDINARY;
  return mask === 0 ? [] : [String(mask), ...tagger.names.map(({ name }) => name)];
}

describe("nothing is held against a path", () => {
  test.each([
    "/",
    "*",
    "/.github/workflows",
    "/.github/workflows/ci.yml",
    "/.gitea/issue_template",
    "/shell-scripting-guide",
    "/shell-scripting",
    "/blog/shell",
    "/docs/shell/",
    "/shells/",
    "/seashell",
    "/docs/etc/passwd-explained",
    "/how-etc-passwd-works",
    "/environment",
    "/.environment",
    "/env",
    "/dev/environments/list",
    "/.well-known/acme-challenge/x",
    "/.well-known/security.txt",
    "/.well-known/openid-configuration",
    "/.well-known/change-password",
    "/admin-guide",
    "/administrators-handbook",
    "/blog/admin",
    "/phpmyadmin-tutorial",
    "/login-help",
    "/blog/login",
    "/wp-content/uploads/a.jpg",
    "/wp-content/plugins/contact-form-7/includes/css/styles.css?ver=5.9",
    "/wp-includes/js/jquery/jquery.min.js?ver=3.7.1",
    "/wp-json/wp/v2/posts?per_page=10",
    "/wp-json/contact-form-7/v1/contact-forms/5/feedback",
    "/foo/../bar",
    "/a/b/../../c",
    "/a/./b",
    "/wait.../what",
    "/docs/docker-compose-tutorial",
    "/blog/dockerfile",
    "/config.json",
    "/manifest.json",
    "/robots.txt",
    "/sitemap.xml",
    "/consoles/nintendo",
    "/console-games",
    "/vendors/list",
    "/assets/vendor/bootstrap.min.js",
    "/caf%C3%A9/men%C3%BC",
    "/ブログ/記事",
    "/%E3%83%96%E3%83%AD%E3%82%B0/%E8%A8%98%E4%BA%8B%EF%BC%81",
    "/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82/",
    "/my%20file%20(1).pdf",
    "/100%25-cotton",
    "/100%",
    "/o'reilly-books",
    "/a;jsessionid=1A2B3C",
    "/remote.php/dav/files/alice/Documents/",
    "/remote.php/dav/calendars/alice/personal/1F2E.ics",
    "/ocs/v2.php/apps/notifications/api/v2/notifications",
    "/gitlab/group/project/-/blob/main/src/cmd.go",
    "/group/project.git/info/refs?service=git-upload-pack",
    "/v2/library/nginx/manifests/latest",
    "/socket.io/?EIO=4&transport=polling&t=OaBcDeF&sid=x_-1",
    "/api/users/me/sessions/list",
    "/auth/callback?code=4/0AX4XfWh&scope=email%20profile&state=a%3Db",
    "/sql-server-tutorial",
    "/blog/union-select-committee",
    "/music/alfa",
    "/category/c99",
    "/wp-signup",
    "/static/js/2.0x1f.chunk.js",
  ])("%s", (path) => {
    expect(reproaches({ path })).toEqual([]);
  });
});

describe("nothing is held against a query", () => {
  test.each([
    "/search?q=select+from+union+square",
    "/search?q=european+union+select+committee",
    "/search?q=the+union+select+three+players",
    "/search?q=select+*+from+table+where+name",
    "/search?q=o'reilly+or+hale",
    "/search?q=rock+'n'+roll+and+blues",
    "/search?q=%22cat%22+or+%22dog%22",
    "/search?q='cat'+or+'dog'",
    "/search?q=salt+and+pepper+or+1+more",
    "/search?q=python+sleep(5)",
    "/search?q=information_schema.tables",
    "/search?q=order+by+name",
    "/search?q=drop+table+lamp",
    "/search?q=what+is+<script>",
    "/search?q=javascript:+the+good+parts",
    "/search?q=onerror=+handler",
    "/search?q=onclick%3D",
    "/search?q=a+<+b",
    "/search?q=i+<3+you",
    "/search?q=php+base64_decode()",
    "/search?q=chmod+777",
    "/search?q=curl+%7C+bash",
    "/search?q=/etc/passwd",
    "/search?q=cat+/etc/passwd",
    "/search?q=.env+file",
    "/search?q=wp-login.php",
    "/search?q=xp_cmdshell",
    "/search?q=$100+{special}",
    "/search?q=50%25+off+--+today+only",
    "/search?q=C%23+%2F%2F+comments+%2F*+*%2F",
    "/search?q=wash+%26+curl+hair",
    "/search?q=tom+&+jerry;+the+movie",
    "/?lang=hr|sh|sr",
    "/css?family=Open+Sans:400,700|Roboto|Shadows+Into+Light",
    "/?fields=name|id|title",
    "/?a=1&&b=2",
    "/?a=b||c",
    "/?redirect=https://example.com/a//b",
    "/?next=../index.html",
    "/?path=./a/../b",
    "/?url=https%3A%2F%2Fexample.com%2Fa%3Fb%3Dc%26d%3De",
    "/?url=https%253A%252F%252Fexample.com%252Fa%253Fb%253Dc",
    "/?token=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "/?data=aGVsbG8gd29ybGQ+/w==&sig=Zm9v/YmFy+Cg==",
    "/?d=eyJrIjoidiJ9%3D%3D",
    "/?utm_source=newsletter&utm_medium=email&utm_campaign=spring%20sale%20%26%20more&gclid=Cj0KCQjw-_x&fbclid=IwAR0x1",
    "/track?e=pv&url=https%3A%2F%2Fexample.com%2F&refr=https%3A%2F%2Fwww.google.com%2F&cx=eyJzY2hlbWEiOiJpIn0&res=1920x1080",
    "/api?filter={%22name%22:%22x%22,%22age%22:{%22$gt%22:18}}",
    "/api?filter[name]=x&sort=-date&page[number]=2",
    "/graphql?query={user(id:1){name,email}}",
    "/graphql?query=query+Q($id:ID!)+{user(id:$id){name}}",
    "/?template=${name}",
    "/?x=%7B%7Bname%7D%7D",
    "/?price=10..20",
    "/?range=a...z",
    "/?t=10:30:00&d=2024-05-01T10:00:00+02:00",
    "/?email=o'brien@example.com",
    "/?name=D'Angelo+and+'Friends'",
    "/?author=jane",
    "/?s=hello+world&post_type=product",
  ])("%s", (path) => {
    expect(reproaches({ path })).toEqual([]);
  });
});

describe("nothing is held against a referrer", () => {
  test.each([
    "-",
    "https://www.google.com/",
    "https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.com%2F%3Fa%3Db%26c%3Dd&usg=AOvVaw0",
    "https://googleads.g.doubleclick.net/pagead/ads?client=ca-pub-1&output=html&adk=1&url=https%3A%2F%2Fexample.com%2F&dt=1&bpp=1&prev_fmts=0x0%2C300x250&nras=1",
    "https://www.bing.com/search?q=how+to+union+select+a+team&form=QBLH",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2F&h=AT0",
    "https://example.com/a/../b?x=('y')",
    "android-app://com.google.android.googlequicksearchbox/",
    "https://t.co/abc123",
  ])("%s", (referrer) => {
    expect(reproaches({ referrer })).toEqual([]);
  });
});

describe("nothing is held against an agent", () => {
  test.each([
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Mozilla/5.0 (compatible; DuckDuckBot/1.1; +http://duckduckgo.com/duckduckbot.html)",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "kube-probe/1.29",
    "ELB-HealthChecker/2.0",
    "GoogleHC/1.0",
    "Let's Encrypt validation server (+https://www.letsencrypt.org)",
    "Mozilla/5.0 (compatible; NucleicAcidBot/1.0)",
    "Arachnid Bot",
    "MyApp/1.0 okhttp/4.12.0",
    "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A.240505.004)",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36; wget not",
    "git/2.45.1",
    "Debian APT-HTTP/1.3 (2.9.5)",
    "DAVx5/4.4 (2024/05/20; dav4jvm; okhttp/4.12.0) Android/14",
    "WordPress/6.5.3; https://example.com",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
  ])("%s", (userAgent) => {
    expect(reproaches({ userAgent })).toEqual([]);
  });
});
