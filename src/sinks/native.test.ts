import { expect, test } from "bun:test";
import type { RequestEvent } from "../model/event.ts";
import type { Ip } from "../model/ip.ts";
import type { Alert } from "../model/snapshot.ts";
import { toSocketsView } from "../model/socket-table.ts";
import { createDetector } from "../parse/formats.ts";
import { RequestCursor } from "../parse/request-cursor.ts";
import { toAlertLine, toNativeLine } from "./native.ts";

const ORDER = [
  "kind",
  "at",
  "ip",
  "method",
  "path",
  "protocol",
  "status",
  "bytes",
  "referrer",
  "userAgent",
  "user",
  "vhost",
  "malformed",
  "timeUnknown",
  "source",
];

test("a request has its keys in the documented order, whatever the order it came in", () => {
  const request: Record<string, unknown> = {
    source: "x",
    timeUnknown: true,
    malformed: true,
    vhost: "shop.example",
    user: "bob",
    userAgent: "curl/8.5.0",
    referrer: "https://example.com/",
    bytes: 1,
    status: 200,
    protocol: "HTTP/1.1",
    path: "/",
    method: "GET",
    ip: "8.8.8.8",
    at: 1,
    kind: "request",
  };
  const line = toNativeLine(request as unknown as RequestEvent);
  expect(Object.keys(JSON.parse(line))).toEqual(ORDER);
  expect(JSON.parse(line)).toEqual(request);
});

test("a request still in its line is the documented example; what is absent has no key", () => {
  const log = '45.77.12.9 - - [07/Nov/2025:21:04:09 +0000] "GET /about HTTP/1.1" 200 5120 "-" "curl/8.5.0"';
  const cursor = new RequestCursor();
  cursor.source = "/var/log/nginx/access.log";
  expect(createDetector().parse(Buffer.from(log), 0, log.length, cursor)).toBe(true);
  expect(toNativeLine(cursor)).toBe(
    '{"kind":"request","at":1762549449000,"ip":"45.77.12.9","method":"GET","path":"/about","protocol":"HTTP/1.1",' +
      '"status":200,"bytes":5120,"userAgent":"curl/8.5.0","source":"/var/log/nginx/access.log"}',
  );
});

test("a table of sockets is written as its plain event", () => {
  const event = {
    kind: "sockets",
    at: 1,
    source: "proc",
    sockets: [
      {
        local: "193.0.6.1" as Ip,
        localPort: 443,
        remote: "8.8.8.8" as Ip,
        remotePort: 50_000,
        state: "SYN_RECV",
        direction: "in",
      },
      {
        local: "10.0.0.2" as Ip,
        localPort: 443,
        remote: "8.8.8.8" as Ip,
        remotePort: 50_000,
        state: "ESTABLISHED",
        direction: "in",
        netns: 4_026_532_202,
        container: "web",
        pid: 812,
        process: "nginx",
      },
    ],
  } as const;
  expect(toNativeLine(toSocketsView(event))).toBe(JSON.stringify(event));
  expect(toNativeLine(event)).toBe(JSON.stringify(event));
});

test("an alert has its keys in the documented order, whatever the order it came in", () => {
  const finding = { samples: ["x"], evidence: "5 failed logins", score: 40, severity: "warning", rule: "r" };
  const alert = { findings: [finding], severity: "warning", risk: 40, state: "raised", at: 1, kind: "alert" };
  const line = (more: object): string => toAlertLine({ ...more, ...alert } as unknown as Alert);
  const start = '{"kind":"alert","at":1,"state":"raised",';
  const end = '"findings":[{"rule":"r","score":40,"evidence":"5 failed logins","samples":["x"]}]}';
  const targets = [{ ip: "8.8.8.8" }, { prefix: "8.8.8.0/24" }, { asn: 15169 }, { cc: "NL" }];
  for (const target of targets) {
    const key = JSON.stringify(target).slice(1, -1);
    expect(line(target)).toBe(`${start}${key},"risk":40,"severity":"warning",${end}`);
  }
  expect(line({ class: "scan", host: "web-1" })).toBe(
    `${start}"host":"web-1","risk":40,"severity":"warning","class":"scan",${end}`,
  );
});
