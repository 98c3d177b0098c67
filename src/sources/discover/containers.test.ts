import { expect, test } from "bun:test";
import { discoverIn, type Tree } from "../../../test/tree.ts";

interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly running?: boolean;
  readonly driver?: string;
}

/** What dockerd keeps of a container. */
function container(
  { id, name, image, running = true, driver = "json-file" }: Container,
  root = "/var/lib/docker",
): Tree {
  const directory = `${root}/containers/${id}`;
  const path = driver === "json-file" ? `${directory}/${id}-json.log` : "";
  return {
    [`${directory}/config.v2.json`]: JSON.stringify({
      ID: id,
      Name: `/${name}`,
      Config: { Hostname: id, Image: image },
      State: { Running: running, Pid: 1 },
      LogPath: path,
    }),
    [`${directory}/hostconfig.json`]: JSON.stringify({ LogConfig: { Type: driver, Config: {} } }),
  };
}

test("servers in running containers, by their names", () => {
  const found = discoverIn({
    ...container({ id: "aa", name: "web", image: "nginx:1.27-alpine" }),
    ...container({ id: "bb", name: "edge", image: "registry.example.com:5000/infra/traefik@sha256:abc" }),
    ...container({ id: "cc", name: "db", image: "postgres:17" }),
    ...container({ id: "dd", name: "old", image: "httpd", running: false }),
    ...container({ id: "ee", name: "events", image: "apache/kafka:4.0.0" }),
    ...container({ id: "ff", name: "metrics", image: "nginx/nginx-prometheus-exporter" }),
    ...container({ id: "gg", name: "app", image: "php:8.4-apache" }),
    ...container({ id: "hh", name: "lb", image: "haproxy", driver: "journald" }),
  });
  const log = (id: string, name: string): object => ({
    path: `/var/lib/docker/containers/${id}/${id}-json.log`,
    format: "auto",
    from: `container ${name}`,
  });
  expect(found).toEqual({
    logs: [log("aa", "web"), log("bb", "edge"), log("gg", "app")] as never,
    notes: [
      {
        from: "container lb",
        text: "its output goes to the log driver journald, which cannot be followed",
        remedy: "run it with --log-driver json-file",
      },
    ],
  });
});

test("data that lies elsewhere", () => {
  const found = discoverIn({
    "/etc/docker/daemon.json": '{"data-root": "/srv/docker"}',
    ...container({ id: "aa", name: "web", image: "caddy" }, "/srv/docker"),
  });
  expect(found.logs.map(({ path }) => path)).toEqual(["/srv/docker/containers/aa/aa-json.log"]);
});

test("a container whose files are broken is none", () => {
  const found = discoverIn({
    "/var/lib/docker/containers/aa/config.v2.json": '{"Name": "/web", "Config": {"Image": "ngi',
    "/var/lib/docker/containers/bb/config.v2.json": '{"Name": 1, "Config": [], "State": null}',
    "/var/lib/docker/containers/cc/other": "",
  });
  expect(found).toEqual({ logs: [], notes: [] });
});
