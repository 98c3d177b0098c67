import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apacheConfig, USERS } from "./apache.ts";
import { type Server, startServer } from "./process.ts";

/** nginx that refuses in each way it has, on `port`, logging all of it to `folder/nginx-error.log`. */
export async function startRefusingNginx(folder: string, port: number, netns: string): Promise<Server> {
  const root = join(folder, "nginx");
  const log = join(folder, "nginx-error.log");
  mkdirSync(join(root, "www", "empty"), { recursive: true });
  mkdirSync(join(root, "www", "private"));
  writeFileSync(join(root, "www", "private", "index.html"), "for alice\n");
  writeFileSync(join(root, "users"), USERS);
  const config = join(root, "nginx.conf");
  writeFileSync(
    config,
    `daemon off; user root; worker_processes 2; pid ${root}/nginx.pid; error_log ${log} info;
     events { worker_connections 256; }
     http {
       access_log off; keepalive_timeout 0;
       client_body_temp_path ${root}/body; proxy_temp_path ${root}/proxy; fastcgi_temp_path ${root}/fastcgi;
       uwsgi_temp_path ${root}/uwsgi; scgi_temp_path ${root}/scgi;
       limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;
       limit_req_zone $binary_remote_addr zone=two:1m rate=5r/s;
       server {
         listen 0.0.0.0:${port}; listen [::]:${port} ipv6only=on; server_name shop.example; root ${root}/www;
         location /private { auth_basic private; auth_basic_user_file ${root}/users; }
         location /limited { limit_req zone=one; try_files $uri /private/index.html; }
         location /slower { limit_req zone=two burst=5; try_files $uri /private/index.html; }
         location /denied { deny all; }
       }
     }`,
  );
  return startServer({ argv: ["nginx", "-p", root, "-c", config], log, port, netns });
}

const MODULES = [
  "mpm_event",
  "authn_core",
  "authn_file",
  "authz_core",
  "authz_host",
  "authz_user",
  "access_compat",
  "auth_basic",
  "dir",
  "mime",
];

/** Apache that does so, logging to `folder/apache-error.log`. */
export async function startRefusingApache(folder: string, port: number, netns: string): Promise<Server> {
  const root = join(folder, "apache");
  const log = join(folder, "apache-error.log");
  mkdirSync(join(root, "www", "private"), { recursive: true });
  // It serves as another user, who must get this far.
  chmodSync(folder, 0o755);
  writeFileSync(join(root, "www", "index.html"), "hello\n");
  writeFileSync(join(root, "users"), USERS);
  const config = join(root, "apache2.conf");
  writeFileSync(
    config,
    [
      ...apacheConfig(root, port, MODULES, log),
      "KeepAlive off",
      "LogLevel info",
      "<Location /denied>",
      "Require all denied",
      "</Location>",
      "<Location /refused>",
      "Order deny,allow",
      "Deny from all",
      "</Location>",
      "",
    ].join("\n"),
  );
  return startServer({ argv: ["apache2", "-f", config, "-DFOREGROUND"], log, port, netns });
}
