import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Server, startServer } from "./process.ts";

/** nginx with one worker, on all IPv4 and IPv6 addresses at `port`, logging `combined` to `folder/nginx.log`. */
export async function startNginx(folder: string, port: number, netns?: string): Promise<Server> {
  const log = join(folder, "nginx.log");
  const servers = `
    access_log ${log} combined;
    server { listen 0.0.0.0:${port}; listen [::]:${port} ipv6only=on; listen [::]:${port + 1} ipv6only=off;
             root ${folder}/www; location / { try_files $uri /index.html; } location /.env { return 404; } }`;
  return startServer({ argv: nginx(folder, servers), log, port, netns });
}

/** A log of nginx: the name of its file, and the string of its `log_format`. */
export interface NginxLog {
  readonly name: string;
  readonly format: string;
  /** What `escape=` says. */
  readonly escaping?: "json" | "none";
}

const AGENTS = '"$http_referer" "$http_user_agent"';

/** What nginx's own `combined` is, spelled out. */
export const NGINX_COMBINED: NginxLog = {
  name: "combined",
  format: `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent ${AGENTS}`,
};

/** The formats of the one site that logs in all of them. */
export const NGINX_LOGS: readonly NginxLog[] = [
  NGINX_COMBINED,
  { name: "main", format: `${NGINX_COMBINED.format} "$http_x_forwarded_for"` },
  { name: "vhost", format: `$host:$server_port ${NGINX_COMBINED.format}` },
  { name: "vhost-no-port", format: `$host ${NGINX_COMBINED.format}` },
  {
    name: "timed",
    format: `${NGINX_COMBINED.format} rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time" us=$upstream_status`,
  },
  {
    name: "json",
    escaping: "json",
    format:
      '{"time_iso8601":"$time_iso8601","msec":$msec,"remote_addr":"$remote_addr","remote_user":"$remote_user","request":"$request","status":$status,"body_bytes_sent":$body_bytes_sent,"request_time":$request_time,"http_referer":"$http_referer","http_user_agent":"$http_user_agent","host":"$host"}',
  },
  {
    name: "json-quoted",
    escaping: "json",
    format:
      '{"msec":"$msec","remote_addr":"$remote_addr","request_method":"$request_method","request_uri":"$request_uri","server_protocol":"$server_protocol","request":"$request","status":"$status","body_bytes_sent":"$body_bytes_sent","request_time":"$request_time","http_referer":"$http_referer","http_user_agent":"$http_user_agent","host":"$host"}',
  },
  {
    name: "pipe",
    format:
      "$remote_addr|$remote_user|$time_local|$request|$status|$body_bytes_sent|$http_referer|$http_user_agent|$request_time",
  },
  {
    name: "iso",
    format: `$time_iso8601 $remote_addr $host "$request" $status $body_bytes_sent ${AGENTS} $request_time`,
  },
  { name: "msec", format: `[$msec] $remote_addr "$request" $status $bytes_sent ${AGENTS}` },
  {
    name: "parts",
    format: `$remote_addr [$time_local] $request_method $scheme "$host" "$request_uri" $server_protocol $status $body_bytes_sent ${AGENTS}`,
  },
];

/** The ports of the sites of {@link startNginxSites}, and of what they talk to. */
export interface NginxPorts {
  /** Static files, logged in each of NGINX_LOGS as `nginx-NAME.log`, and to the collector of syslog lines. */
  readonly site: number;
  /** A reverse proxy before `backend`, logging `nginx-edge.log` as `timed`. */
  readonly edge: number;
  /** What it hands on, logged as `nginx-backend-main.log`. */
  readonly backend: number;
  /** The same files, not logged: what other proxies have behind them. */
  readonly quiet: number;
  /** Where a server accepts and never answers: behind `/slow`. */
  readonly mute: number;
  /** Where syslog lines go, by UDP. */
  readonly syslog: number;
}

/** The name of every site, also for requests that name none. */
export const SITE = "shop.example";

/** nginx with the sites of `ports`. The server's `log` is the one of the last written format of `site`. */
export async function startNginxSites(folder: string, ports: NginxPorts, netns: string): Promise<Server> {
  const file = (name: string) => join(folder, `nginx-${name}.log`);
  const formats = NGINX_LOGS.filter(({ name }) => name !== "combined").map(
    ({ name, format, escaping }) => `log_format ${name}${escaping ? ` escape=${escaping}` : ""} '${format}';`,
  );
  const files = `
    root ${folder}/www; server_name ${SITE};
    location / { try_files $uri $uri/ =404; }
    location /slow { proxy_pass http://127.0.0.1:${ports.mute}; }`;
  const listen = (port: number) => `listen 0.0.0.0:${port}; listen [::]:${port} ipv6only=on;`;
  const syslog = `syslog:server=127.0.0.1:${ports.syslog},facility=local7,severity=info`;
  const servers = `
    ${formats.join("\n    ")}
    server { ${listen(ports.site)} ${files}
      access_log ${syslog},tag=nginx combined;
      ${NGINX_LOGS.map(({ name }) => `access_log ${file(name)} ${name};`).join("\n      ")} }
    server { ${listen(ports.edge)} server_name ${SITE}; access_log ${file("edge")} timed;
      location / { proxy_pass http://127.0.0.1:${ports.backend}; proxy_set_header Host $host;
                   proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } }
    server { ${listen(ports.backend)} ${files} access_log ${file("backend-main")} main; }
    server { ${listen(ports.quiet)} ${files} access_log off; }`;
  const log = file(NGINX_LOGS.at(-1)?.name ?? "combined");
  return startServer({ argv: nginx(folder, servers), log, port: ports.site, netns, hostname: "web-1" });
}

/** Writes the configuration with what stands in `http`, and some files to serve; returns what runs it. */
function nginx(folder: string, http: string): string[] {
  const config = join(folder, "nginx.conf");
  mkdirSync(join(folder, "www", "dir"), { recursive: true });
  writeFileSync(join(folder, "www", "index.html"), "hello\n");
  writeFileSync(
    config,
    `daemon off; user root; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/nginx-error.log;
     events { worker_connections 256; }
     http {
       keepalive_timeout 60;
       client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
       uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
       ${http}
     }`,
  );
  return ["nginx", "-p", folder, "-c", config];
}
