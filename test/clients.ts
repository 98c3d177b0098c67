import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inNetns } from "./servers/process.ts";

/** Where clients run: their namespace, and the folder they keep their files in. */
export interface Place {
  readonly netns: string;
  readonly folder: string;
}

/** Runs a client to its end, whatever it makes of the answers. */
export async function runClient(
  { netns, folder }: Place,
  argv: readonly string[],
  input = "",
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = Bun.spawn([...inNetns(netns), ...argv], {
    stdin: Buffer.from(input),
    stdout: "ignore",
    stderr: "ignore",
    cwd: folder,
    env: { ...process.env, ...env },
  });
  await child.exited;
}

/** A mirror by wget of the whole site of {@link startSite}. */
export function mirrorSite(place: Place, from: string, server: string): Promise<void> {
  const options = ["-q", "-r", "-p", "-l", "inf", "--bind-address", from, "-P", "mirror"];
  return runClient(place, ["wget", ...options, `http://${server}/`]);
}

/** A session of cadaver at {@link startDav}'s server: 40 files put, some of them read and deleted again. */
export async function useDav(place: Place, server: string): Promise<void> {
  const { folder } = place;
  const home = join(folder, "home");
  mkdirSync(home);
  writeFileSync(join(home, ".netrc"), `machine ${server} login ann password secret\n`, { mode: 0o600 });
  const files = Array.from({ length: 40 }, (_, i) => `file${i}.txt`);
  for (const file of files) writeFileSync(join(folder, file), "x\n");
  const commands = [
    "mkcol photos",
    "cd photos",
    ...files.map((file) => `put ${file}`),
    "ls",
    ...files.slice(0, 10).map((file) => `get ${file} back-${file}`),
    ...files.slice(0, 10).map((file) => `delete ${file}`),
    "propnames file20.txt",
    "quit",
  ];
  await runClient(place, ["cadaver", `http://${server}:8080/dav/`], `${commands.join("\n")}\n`, {
    HOME: home,
  });
}
