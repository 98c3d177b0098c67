import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Server, startServer } from "./process.ts";

/** The ports of {@link startHaproxy}: of its front ends, of the server behind it, and of collectors of syslog. */
export interface HaproxyPorts {
  /** `option httplog`, sent to each of `collectors`. */
  readonly http: number;
  /** The same with Host, Referer and User-Agent captured, sent to `captures`. */
  readonly captured: number;
  /** `option httplog clf`, sent to `clfs`. */
  readonly clf: number;
  readonly backend: number;
  /** By the `format` of the `log` line. */
  readonly collectors: Readonly<Record<HaproxyFormat, number>>;
  readonly captures: number;
  readonly clfs: number;
}

export const HAPROXY_FORMATS = ["local", "rfc3164", "rfc5424", "raw"] as const;
export type HaproxyFormat = (typeof HAPROXY_FORMATS)[number];

/** HAProxy as Debian sets it up, with `ports`. It writes no file: `log` is empty. */
export async function startHaproxy(folder: string, ports: HaproxyPorts, netns: string): Promise<Server> {
  const config = join(folder, "haproxy.cfg");
  const bind = (port: number) => `bind 0.0.0.0:${port}\n  bind [::]:${port} v6only`;
  writeFileSync(
    config,
    `global
  log-send-hostname web-1
${HAPROXY_FORMATS.map((format) => `  log 127.0.0.1:${ports.collectors[format]} format ${format} local0`).join("\n")}
defaults
  mode http
  option httplog
  option dontlognull
  timeout connect 5s
  timeout client 5s
  timeout server 1s
frontend www
  ${bind(ports.http)}
  log global
  default_backend nginx
frontend captured
  ${bind(ports.captured)}
  log 127.0.0.1:${ports.captures} local0
  capture request header Host len 64
  capture request header Referer len 128
  capture request header User-Agent len 128
  default_backend nginx
frontend clf
  ${bind(ports.clf)}
  log 127.0.0.1:${ports.clfs} local0
  option httplog clf
  default_backend nginx
backend nginx
  option forwardfor
  server web1 127.0.0.1:${ports.backend}
`,
  );
  return startServer({ argv: ["haproxy", "-db", "-f", config], log: "", port: ports.clf, netns });
}
