import type { Format } from "./format.ts";
import { LINE_RANK, TRAEFIK_RANK } from "./json-keys.ts";
import { jsonOf } from "./json-line.ts";

/** A flat object whose keys are nginx's variables, as an `escape=json` format writes them, or the usual short names. */
export const nginxJson: Format = {
  parse: jsonOf(LINE_RANK, TRAEFIK_RANK),
  samples: [
    {
      line: '{"timestamp":"07/Nov/2025:21:04:09 +0000","remote_addr":"203.0.113.7","method":"GET","path":"/","protocol":"HTTP/1.1","status":"200","bytes_sent":512,"user_agent":"curl/8.5.0","referer":"-"}',
      event: {
        at: 1762549449000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/",
        protocol: "HTTP/1.1",
        status: 200,
        bytes: 512,
        userAgent: "curl/8.5.0",
      },
    },
    {
      line: '{"time_iso8601":"2025-11-07T22:04:09+01:00","remote_addr":"203.0.113.7","request":"GET /a b HTTP/1.1","status":404,"body_bytes_sent":0,"http_user_agent":"curl/8.5.0"}',
      event: {
        at: 1762549449000,
        ip: "203.0.113.7",
        method: "GET",
        path: "/a b",
        protocol: "HTTP/1.1",
        status: 404,
        bytes: 0,
        userAgent: "curl/8.5.0",
      },
    },
  ],
};
