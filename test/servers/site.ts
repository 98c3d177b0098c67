import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Server, startServer } from "./process.ts";

/** Pages of {@link startSite}. */
const PAGES = 150;
/** Every so many-th page links to one that is gone. */
const DEAD = 20;

/**
 * nginx with a site of pages that link to each other, some of them to what is gone, with pictures, and a part that asks
 * for a password (`ann`, `secret`); logging `folder/site.log` as `combined`.
 */
export async function startSite(folder: string, port: number, netns: string): Promise<Server> {
  const root = join(folder, "site");
  mkdirSync(join(root, "www", "img"), { recursive: true });
  mkdirSync(join(root, "www", "private"));
  for (let i = 0; i < PAGES; i++) {
    const links = [2 * i + 1, 2 * i + 2]
      .filter((n) => n < PAGES)
      .map((n) => `<a href="/page${n}.html">${n}</a>`);
    const dead = i % DEAD === 0 ? `<a href="/moved${i}.html">old</a>` : "";
    const page = `<html><body><img src="/img/${i}.png">${links.join(" ")}${dead}</body></html>\n`;
    writeFileSync(join(root, "www", `page${i}.html`), page);
    writeFileSync(join(root, "www", "img", `${i}.png`), "not a picture\n");
  }
  writeFileSync(join(root, "www", "index.html"), '<html><body><a href="/page0.html">in</a></body></html>\n');
  writeFileSync(join(root, "users"), "ann:{PLAIN}secret\n");
  const log = join(folder, "site.log");
  writeFileSync(
    join(root, "nginx.conf"),
    `daemon off; user root; worker_processes 1; pid ${root}/pid; error_log ${folder}/site-error.log;
     events { worker_connections 256; }
     http {
       client_body_temp_path ${root}/body; proxy_temp_path ${root}/proxy; fastcgi_temp_path ${root}/fastcgi;
       uwsgi_temp_path ${root}/uwsgi; scgi_temp_path ${root}/scgi;
       types { text/html html; image/png png; }
       access_log ${log} combined;
       server { listen ${port}; root ${root}/www;
                location / { try_files $uri $uri/index.html =404; }
                location /private/ { auth_basic private; auth_basic_user_file ${root}/users; } }
     }`,
  );
  return startServer({ argv: ["nginx", "-p", root, "-c", join(root, "nginx.conf")], log, port, netns });
}
