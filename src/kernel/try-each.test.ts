import { expect, test } from "bun:test";
import { SystemError } from "./libc.ts";
import { tryEach } from "./try-each.ts";

const EPERM = 1;
const EACCES = 13;

test("one that is refused keeps none of the others from being done", () => {
  const seen: number[] = [];
  const tried = tryEach([0, 1, 2, 3, 4], (item) => {
    seen.push(item);
    if (item === 1) throw new SystemError("sock_destroy", EACCES);
    if (item === 3) throw new SystemError("sock_destroy", EPERM);
    return item !== 4;
  });
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(tried).toMatchObject({ done: 2, refused: { count: 2, first: { code: "EACCES" } } });
  expect(tryEach([], () => true)).toEqual({ done: 0 });
});

test("what is no error of the kernel ends it", () => {
  const wrong = (): boolean => {
    throw new TypeError("x");
  };
  expect(() => tryEach([1], wrong)).toThrow(TypeError);
});
