import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** A real server started by a test; `stop` ends it and waits. */
export interface Server {
  readonly pid: number;
  readonly log: string;
  stop(): Promise<void>;
}

/** Words that run what follows in a network namespace, or nothing for this one's. */
export function inNetns(name: string | undefined): string[] {
  return name === undefined ? [] : ["ip", "netns", "exec", name];
}

/** nginx with one worker, on all IPv4 and IPv6 addresses at `port`, logging `combined` to `folder/nginx.log`. */
export async function startNginx(folder: string, port: number, netns?: string): Promise<Server> {
  const log = join(folder, "nginx.log");
  const config = join(folder, "nginx.conf");
  mkdirSync(join(folder, "www"), { recursive: true });
  writeFileSync(join(folder, "www", "index.html"), "hello\n");
  writeFileSync(
    config,
    `daemon off; user root; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/nginx-error.log;
     events { worker_connections 256; }
     http {
       access_log ${log} combined; keepalive_timeout 60;
       client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
       uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
       server { listen 0.0.0.0:${port}; listen [::]:${port} ipv6only=on; listen [::]:${port + 1} ipv6only=off;
                root ${folder}/www; location / { try_files $uri /index.html; } location /.env { return 404; } }
     }`,
  );
  return start(["nginx", "-p", folder, "-c", config], log, port, netns);
}

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
      respond "hello"
    }`,
  );
  return start(["caddy", "run", "--config", config, "--adapter", "caddyfile"], log, port, netns, {
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  });
}

async function start(
  argv: string[],
  log: string,
  port: number,
  netns: string | undefined,
  env: Record<string, string> = {},
): Promise<Server> {
  const child = Bun.spawn([...inNetns(netns), ...argv], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    env: { ...process.env, ...env, PATH },
  });
  const deadline = performance.now() + 15_000;
  while (!listens(port, netns)) {
    if (child.exitCode !== null) throw new Error(`${argv[0]}: ${await new Response(child.stderr).text()}`);
    if (performance.now() > deadline) throw new Error(`${argv[0]} does not listen on ${port}`);
    await Bun.sleep(20);
  }
  return {
    pid: child.pid,
    log,
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

function listens(port: number, netns: string | undefined): boolean {
  const [program = "ss", ...args] = [...inNetns(netns), "ss", "-Hltn", `sport = :${port}`];
  return spawnSync(program, args, { encoding: "utf8" }).stdout.trim() !== "";
}

/** Runs curl; its failures (a closed connection, a TLS error) are often what a test wants. */
export async function curl(args: readonly string[], netns?: string): Promise<void> {
  const child = Bun.spawn([...inNetns(netns), "curl", "-s", "-o", "/dev/null", "--max-time", "10", ...args], {
    stdout: "ignore",
    stderr: "ignore",
  });
  await child.exited;
}
