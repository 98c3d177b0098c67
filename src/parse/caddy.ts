import type { Format } from "./format.ts";
import { LINE_RANK } from "./json-keys.ts";
import { jsonOf } from "./json-line.ts";

/** Caddy's access log: the address stands in a `request` object. */
export const caddy: Format = {
  parse: jsonOf(0, LINE_RANK),
  samples: [
    {
      line: '{"level":"info","ts":1646861401.5241024,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"203.0.113.7","remote_port":"41342","client_ip":"203.0.113.7","proto":"HTTP/2.0","method":"GET","host":"example.com","uri":"/caf\\u00e9","headers":{"User-Agent":["curl/7.82.0"],"Accept":["*/*"],"Referer":["https://example.com/"]},"tls":{"resumed":false,"version":772,"cipher_suite":4865,"proto":"h2","server_name":"example.com"}},"bytes_read":0,"user_id":"","duration":0.000929675,"size":10900,"status":200,"resp_headers":{"Server":["Caddy"]}}',
      event: {
        at: 1646861401524,
        ip: "203.0.113.7",
        method: "GET",
        path: "/café",
        protocol: "HTTP/2.0",
        status: 200,
        bytes: 10900,
        referrer: "https://example.com/",
        userAgent: "curl/7.82.0",
        vhost: "example.com",
      },
    },
    {
      line: '{"ts":"2022-03-09T21:30:01.524Z","request":{"remote_addr":"[2001:db8::1]:41342","proto":"HTTP/1.1","method":"POST","host":"example.com","uri":"/login","headers":{}},"user_id":"alice","size":0,"status":401}',
      event: {
        at: 1646861401524,
        ip: "2001:db8::1",
        method: "POST",
        path: "/login",
        protocol: "HTTP/1.1",
        status: 401,
        bytes: 0,
        user: "alice",
        vhost: "example.com",
      },
    },
  ],
};
