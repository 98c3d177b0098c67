import { describe, expect, test } from "bun:test";
import { isOneAddress, parseTarget } from "./target.ts";

describe("parseTarget", () => {
  const targets: [text: string, spelled: string, family: 4 | 6, network: string, length: number][] = [
    ["45.77.12.9", "45.77.12.9", 4, "45.77.12.9", 32],
    ["45.77.12.9/32", "45.77.12.9", 4, "45.77.12.9", 32],
    ["45.77.12.9/24", "45.77.12.0/24", 4, "45.77.12.0", 24],
    ["0.0.0.0/0", "0.0.0.0/0", 4, "0.0.0.0", 0],
    ["::ffff:45.77.12.9", "45.77.12.9", 4, "45.77.12.9", 32],
    ["2001:DB8:0:0::1", "2001:db8::1", 6, "2001:db8::1", 128],
    ["2001:db8::1/64", "2001:db8::/64", 6, "2001:db8::", 64],
    ["2001:db8::1/128", "2001:db8::1", 6, "2001:db8::1", 128],
    ["::/0", "::/0", 6, "::", 0],
  ];
  test.each(targets)("%s is %s", (text, spelled, family, network, length) => {
    const target = parseTarget(text);
    expect(target).toMatchObject({ text: spelled, family, network, length });
    expect(parseTarget(spelled)).toEqual(target as NonNullable<typeof target>);
  });

  test.each([
    ...[
      "",
      "x",
      "45.77.12",
      "45.77.12.9/33",
      "45.77.12.9/",
      "/24",
      "45.77.12.9/-1",
      "45.77.12.9 ",
      "1.2.3.4/24/24",
    ],
    ...[
      "2001:db8::/129",
      "fe80::1%eth0",
      "[::1]",
      "1.2.3.4;reboot",
      "$(id)",
      "1.2.3.4\n5.6.7.8",
      "01.2.3.4",
      "١.٢.٣.٤",
    ],
  ])("%p is none", (text) => {
    expect(parseTarget(text)).toBeUndefined();
  });

  test("one address has all its bits", () => {
    const ones = ["1.2.3.4", "2001:db8::1", "1.2.3.0/31", "2001:db8::/127"].flatMap(
      (text) => parseTarget(text) ?? [],
    );
    expect(ones.map(isOneAddress)).toEqual([true, true, false, false]);
  });
});
