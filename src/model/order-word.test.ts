import { expect, test } from "bun:test";
import { parseOrder } from "./order-word.ts";

test("a dash turns the order round", () => {
  expect(parseOrder("rate")).toEqual({ sort: "rate", reverse: false });
  expect(parseOrder("-4xx")).toEqual({ sort: "4xx", reverse: true });
});
