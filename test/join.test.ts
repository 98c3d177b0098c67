import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IpProfile, Snapshot } from "../src/model/snapshot.ts";
import { type Actor, joinNetns, makeNetns, type Netns } from "./netns.ts";
import { type Program, startProgram } from "./program.ts";
import { describeWith } from "./requires.ts";
import { curl, type Server, startCaddy, startNginx } from "./servers.ts";
import { until } from "./until.ts";

const NEEDS = ["root", ...["ip", "ss", "curl", "nginx", "caddy"].map((program) => ({ program }))] as const;
const CLIENT = "192.0.2.10";
const CLIENT6 = "2001:db8::10";

// Real servers, a client in a namespace of its own, and the program beside the servers: about ten seconds.
describeWith(NEEDS, "sockets and logs of real servers, joined by address", () => {
  const folder = mkdtempSync(join(tmpdir(), "nethergaze-join-"));
  let here: Netns;
  let there: Netns;
  let client: Actor;
  const servers: Server[] = [];
  let program: Program;

  beforeAll(async () => {
    here = makeNetns();
    there = makeNetns();
    joinNetns(here, there);
    here.ip("addr add 192.0.2.1/24 dev eth0");
    here.ip("addr add 2001:db8::1/64 dev eth0 nodad");
    there.ip(`addr add ${CLIENT}/24 dev eth0`);
    there.ip(`addr add ${CLIENT6}/64 dev eth0 nodad`);
    const auth = join(folder, "auth.log");
    writeFileSync(auth, "");
    servers.push(await startNginx(folder, 8080, here.name), await startCaddy(folder, 8090, here.name));
    const logs = servers.flatMap(({ log }) => ["--access-log", log]);
    // The addresses are of the ranges for documentation, which count as private.
    program = startProgram(
      ["stream", "snapshots", "--show-private-ips", "--from-start", ...logs, "--auth-log", auth],
      here.name,
    );
    client = there.actor();
  }, 60_000);

  afterAll(async () => {
    await program?.stop();
    for (const server of servers) await server.stop();
    await here?.remove();
    await there?.remove();
    rmSync(folder, { recursive: true });
  }, 60_000);

  const latest = (): Snapshot | undefined => program.lines.at(-1) as Snapshot | undefined;
  const row = (ip: string): IpProfile | undefined => latest()?.rows.find((profile) => profile.ip === ip);

  test("requests to nginx and Caddy are one row with the sockets, IPv4-mapped ones too", async () => {
    for (let i = 0; i < 5; i++) await curl([`http://192.0.2.1:8080/page-${i}`], there.name);
    for (let i = 0; i < 3; i++) await curl([`http://192.0.2.1:8090/caddy-${i}`], there.name);
    // A dual-stack listener: the kernel calls this peer ::ffff:192.0.2.10.
    await client.ask({ do: "connect", id: "mapped", host: "192.0.2.1", port: 8081 });
    await client.ask({ do: "connect", id: "plain", host: "192.0.2.1", port: 8080 });
    await until(() => row(CLIENT)?.requests === 8 && row(CLIENT)?.established === 2, "the joined row");
    const ports = row(CLIENT)?.services.map(({ port }) => port);
    expect(ports).toContain(8080);
    expect(ports).toContain(8081);
    expect(row(CLIENT)?.requests60s).toBe(8);
    // The two logs may be read in either order.
    expect(row(CLIENT)?.last).toMatch(/^GET \/(?:caddy-2|page-4)$/);
  }, 30_000);

  test("IPv6 clients, missing pages and a TLS hello on the plain port", async () => {
    await curl(["http://[2001:db8::1]:8080/six"], there.name);
    await curl(["http://[2001:db8::1]:8080/.env"], there.name);
    await curl(["-k", "https://[2001:db8::1]:8080/"], there.name);
    await until(() => row(CLIENT6)?.requests === 3, "three requests over IPv6");
    expect(row(CLIENT6)).toMatchObject({ status4xx: 2, malformed: 1 });
  }, 30_000);

  test("the new connections and the interface are counted, and every source is well", async () => {
    await until(() => latest()?.interfaces.some(({ name }) => name === "eth0"), "eth0");
    const health = latest()?.health ?? [];
    expect(health.filter(({ state }) => state === "down")).toEqual([]);
    expect(health.find(({ part }) => part === "sockets")?.source).toBe("sock_diag");
    expect(latest()?.totals).toMatchObject({ requests: 11, malformed: 1, evicted: 0 });
  }, 30_000);

  test("what ends is gone from the sockets, and stays in the requests", async () => {
    await client.ask({ do: "end", id: "mapped" });
    await client.ask({ do: "end", id: "plain" });
    await until(() => row(CLIENT)?.established === 0, "the connections to end");
    expect(row(CLIENT)?.requests).toBe(8);
  }, 30_000);
});
