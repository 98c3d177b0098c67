import { isBlank } from "./ascii.ts";
import { parseCombined } from "./combined.ts";
import type { Format } from "./format.ts";
import { TRAEFIK_RANK } from "./json-keys.ts";
import { jsonOf } from "./json-line.ts";

/** The CLF of Traefik (doc.traefik.io, access logs): combined, then count, router, backend and the duration in `ms`. */
const clf: Format = {
  parse: (bytes, start, lineEnd, cursor) => {
    let end = lineEnd;
    while (end > start && isBlank(bytes[end - 1] as number)) end--;
    return bytes[end - 2] === 0x6d && bytes[end - 1] === 0x73 && parseCombined(bytes, start, end, cursor);
  },
  samples: [
    {
      line: '203.0.113.7 - - [07/Nov/2025:21:04:09 +0000] "GET /api HTTP/2.0" 404 19 "-" "curl/8.5.0" 12 "web@docker" "http://10.0.0.5:80" 3ms',
      event: {
        at: 1762549449000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/api",
        protocol: "HTTP/2.0",
        status: 404,
        bytes: 19,
        userAgent: "curl/8.5.0",
      },
    },
  ],
};

/** Its JSON: keys in capitals, request headers that were asked for as `request_NAME`. */
export const traefikJson: Format = {
  parse: jsonOf(TRAEFIK_RANK, Number.POSITIVE_INFINITY),
  samples: [
    {
      line: '{"ClientAddr":"203.0.113.7:40216","ClientHost":"203.0.113.7","ClientPort":"40216","ClientUsername":"-","DownstreamContentSize":19,"DownstreamStatus":404,"Duration":185700,"OriginStatus":0,"RequestAddr":"shop.example","RequestCount":12,"RequestHost":"shop.example","RequestMethod":"GET","RequestPath":"/api?x=1","RequestProtocol":"HTTP/1.1","RequestScheme":"http","StartLocal":"2025-11-07T21:04:09.123456789Z","StartUTC":"2025-11-07T21:04:09.123456789Z","entryPointName":"web","level":"info","msg":"","request_User-Agent":"curl/8.5.0","time":"2025-11-07T21:04:09Z"}',
      event: {
        at: 1762549449000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/api?x=1",
        protocol: "HTTP/1.1",
        status: 404,
        bytes: 19,
        userAgent: "curl/8.5.0",
        vhost: "shop.example",
      },
    },
  ],
};

/** Either. */
export const traefik: Format = {
  parse: (bytes, start, end, cursor) =>
    traefikJson.parse(bytes, start, end, cursor) || clf.parse(bytes, start, end, cursor),
  samples: [...clf.samples, ...traefikJson.samples],
};
