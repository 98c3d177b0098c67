import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Server, startServer } from "./process.ts";

/** Caddy at `port`, logging JSON to `folder/caddy.log`. */
export async function startCaddy(folder: string, port: number, netns?: string): Promise<Server> {
  const log = join(folder, "caddy.log");
  const config = join(folder, "Caddyfile");
  writeFileSync(
    config,
    `{
      admin off
      auto_https off
    }
    http://:${port} {
      log {
        output file ${log}
      }
      respond /missing 404
      redir /dir /dir/ 301
      respond "hello"
    }`,
  );
  return startServer({
    argv: ["caddy", "run", "--config", config, "--adapter", "caddyfile"],
    log,
    port,
    netns,
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
}
