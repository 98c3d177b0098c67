import { describe, test } from "bun:test";

/** What a test of real parts may need: root, or a program on the PATH. */
export type Need = "root" | { program: string };

function has(need: Need): boolean {
  if (need === "root") return process.getuid?.() === 0;
  return Bun.which(need.program, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` }) !== null;
}

/**
 * `describe` for tests that need something a machine may lack. Where it lacks, the suite is skipped with the
 * reason in its name; where `CI=true` the lack is a failure, because there everything was installed.
 */
export function describeWith(needs: readonly Need[], name: string, body: () => void): void {
  const lacking = needs.filter((need) => !has(need)).map((need) => (need === "root" ? need : need.program));
  if (lacking.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `${name} (needs ${lacking.join(", ")})`;
  if (process.env.CI !== "true") {
    describe.skip(reason, body);
    return;
  }
  test(reason, () => {
    throw new Error(`not installed: ${lacking.join(", ")}`);
  });
}
