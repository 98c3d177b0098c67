import type { ParseLine } from "./format.ts";
import { compileFields, type LayoutField, TELLS, type Tells, told } from "./layout.ts";

/** nginx's variables (nginx.org, ngx_http_log_module and ngx_http_core_module) and what they tell; others nothing. */
const VARIABLES: Readonly<Record<string, Tells>> = {
  remote_addr: TELLS.address,
  remote_user: TELLS.user,
  time_local: TELLS.clfTime,
  time_iso8601: TELLS.time,
  msec: TELLS.time,
  request: TELLS.request,
  request_method: TELLS.method,
  request_uri: TELLS.path,
  uri: TELLS.path,
  document_uri: TELLS.path,
  server_protocol: TELLS.protocol,
  status: TELLS.status,
  body_bytes_sent: TELLS.size,
  bytes_sent: TELLS.size,
  http_referer: TELLS.referrer,
  http_user_agent: TELLS.userAgent,
  host: TELLS.vhost,
  http_host: TELLS.vhost,
  server_name: TELLS.vhost,
  http_x_forwarded_for: TELLS.forwarded,
  proxy_add_x_forwarded_for: TELLS.forwarded,
  http_x_real_ip: TELLS.forwarded,
  http_cf_connecting_ip: TELLS.forwarded,
  proxy_protocol_addr: TELLS.forwarded,
  request_time: TELLS.number,
  request_length: TELLS.number,
  connection: TELLS.number,
  connection_requests: TELLS.number,
  server_port: TELLS.number,
  remote_port: TELLS.number,
  pid: TELLS.number,
};

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/**
 * The reader of an nginx `log_format` string, its pieces joined; in words what is wrong with it where it cannot
 * be read.
 */
export function compileNginx(format: string): ParseLine | string {
  const layout: { before: string; fields: LayoutField[] } = { before: "", fields: [] };
  let from = 0;
  const text = (piece: string): void => {
    const last = layout.fields.pop();
    if (last === undefined) layout.before = piece;
    else layout.fields.push({ ...last, behind: piece });
  };
  for (const match of format.matchAll(VARIABLE)) {
    text(format.slice(from, match.index));
    const name = match[1] ?? match[2] ?? "";
    layout.fields.push({ tells: told(VARIABLES, name), behind: "" });
    from = match.index + match[0].length;
  }
  text(format.slice(from));
  return compileFields(layout, "$remote_addr");
}
