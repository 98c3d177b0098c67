import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENV } from "./program.ts";
import { describeWith } from "./requires.ts";

const BUN = join(import.meta.dir, "../bin/bun");
const REDIRECTOR = join(import.meta.dir, "registry-redirector.ts");
const HOSTS = `127.0.0.1 localhost
93.184.216.34 rdap.public.example listed.public.example other.public.example
10.1.2.3 rdap.private.example listed.private.example
93.184.216.34 mixed.example
10.1.2.3 mixed.example
`;
/** $1 is a hosts file, the rest the program. */
const SETUP = `
ip link set lo up && ip address add 93.184.216.34/32 dev lo && ip address add 10.1.2.3/32 dev lo || exit 1
mount --bind "$1" /etc/hosts || exit 1
shift
exec "$@"`;

describeWith(
  ["root", { program: "ip" }, { program: "unshare" }, { program: "mount" }, { program: "openssl" }],
  "redirects of registries by names",
  () => {
    let directory = "";
    const at = (name: string): string => join(directory, name);

    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), "nethergaze-redirects-"));
      writeFileSync(at("hosts"), HOSTS);
      const { status, stderr } = spawnSync("openssl", [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
        ...[
          "-subj",
          "/CN=test",
          "-addext",
          "subjectAltName=DNS:rdap.public.example,DNS:listed.public.example",
        ],
        ...["-keyout", at("key"), "-out", at("cert")],
      ]);
      if (status !== 0) throw new Error(String(stderr));
    });
    afterAll(() => rmSync(directory, { recursive: true }));

    function follow(...urls: readonly string[]): unknown[] {
      const { stdout, stderr, status } = spawnSync(
        "unshare",
        [
          ...["--net", "--mount", "sh", "-c", SETUP, "sh", at("hosts")],
          ...[BUN, REDIRECTOR, at("key"), at("cert"), ...urls],
        ],
        {
          env: { ...ENV, NODE_EXTRA_CA_CERTS: at("cert") },
          encoding: "utf8",
          timeout: 30_000,
          killSignal: "SIGKILL",
        },
      );
      if (status !== 0) throw new Error(stderr);
      return stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    }

    test("lead to public addresses, prove their names there, and never into this network", () => {
      const publicOnes = [
        "http://rdap.public.example/ip/1",
        "https://rdap.public.example/ip/1",
        "https://listed.public.example/ip/1",
      ];
      const private_ = [
        "http://rdap.private.example/",
        "https://listed.private.example/",
        "http://mixed.example/",
      ];
      const results = follow(
        ...publicOnes,
        ...private_,
        "https://other.public.example/",
        "http://nowhere.example/",
      );
      expect(results).toEqual([
        ...publicOnes.map((url) => ({
          url,
          came: { host: new URL(url).host, at: "93.184.216.34" },
          reached: ["93.184.216.34"],
        })),
        ...private_.map((url) => ({
          url,
          came: expect.stringContaining("lies within this network"),
          reached: [],
        })),
        { url: "https://other.public.example/", came: expect.stringContaining("CERT"), reached: [] },
        { url: "http://nowhere.example/", came: expect.stringContaining("nowhere.example"), reached: [] },
      ]);
    }, 40_000);
  },
);
