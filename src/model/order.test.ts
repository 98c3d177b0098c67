import { expect, test } from "bun:test";
import { orderOf } from "./order.ts";

test("a dash turns the order round", () => {
  expect(orderOf("rate")).toEqual({ sort: "rate", reverse: false });
  expect(orderOf("-4xx")).toEqual({ sort: "4xx", reverse: true });
});
