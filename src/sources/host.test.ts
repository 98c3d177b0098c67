import { expect, test } from "bun:test";
import { createHost } from "./host.ts";

test("tells the addresses of this host once, and again only when they changed", () => {
  const host = createHost();
  const told = host.poll(1_000);
  expect(told?.kind).toBe("host");
  expect(told?.at).toBe(1_000);
  expect(told?.addresses).toContain("127.0.0.1" as never);
  expect(host.poll(2_000)).toBeUndefined();
});
