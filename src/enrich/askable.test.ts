import { expect, test } from "bun:test";
import { parseIpWords } from "../model/ip.ts";
import { isAskable } from "./askable.ts";

function askable(ip: string): boolean {
  const words = new Uint32Array(4);
  if (!parseIpWords(ip, words)) throw new Error(ip);
  return isAskable(words);
}

test.each(["8.8.8.8", "45.77.12.9", "2606:4700::1", "2001:4860::1", "100.128.0.1", "100.63.255.255"])(
  "%s",
  (ip) => expect(askable(ip)).toBe(true),
);

test.each([
  ...["10.0.0.1", "127.0.0.1", "100.64.3.4", "192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
  ...["::1", "fe80::1", "fd00::1", "fec0::1", "ff02::1", "64:ff9b::a00:1", "64:ff9b:1::5", "2002:a00:1::1"],
  ...["::10.0.0.1", "2001:2::1", "5f00::1", "2001:db8::1"],
])("not %s", (ip) => expect(askable(ip)).toBe(false));
