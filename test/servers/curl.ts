import { inNetns } from "./process.ts";

/** Runs curl; its failures (a closed connection, a TLS error) are often what a test wants. */
export async function curl(args: readonly string[], netns?: string): Promise<void> {
  const child = Bun.spawn([...inNetns(netns), "curl", "-s", "-o", "/dev/null", "--max-time", "10", ...args], {
    stdout: "ignore",
    stderr: "ignore",
  });
  await child.exited;
}
