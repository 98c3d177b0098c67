import { expect, test } from "bun:test";
import fc from "fast-check";
import { command } from "./command.ts";
import { faultOf } from "./value.ts";

const withIp = command(true);
const without = command(false);
const REMEDY = 'write command = ["program", "word", "{ip}"]';

const accepted: [written: unknown, argv: string[]][] = [
  ["dig -x {ip}", ["dig", "-x", "{ip}"]],
  ["  dig \t +short  ", ["dig", "+short"]],
  [`printf '%s %s' "a 'b'" 'c "d"'`, ["printf", "%s %s", "a 'b'", 'c "d"']],
  [`echo a"b c"'d e'f "" ''`, ["echo", "ab cd ef", "", ""]],
  [`curl 'https://example.org/?q={ip}&x=(1)'`, ["curl", "https://example.org/?q={ip}&x=(1)"]],
  ["logger --tag=x {ip},{ip} {IP} {} {port}", ["logger", "--tag=x", "{ip},{ip}", "{IP}", "{}", "{port}"]],
  [
    ["sh", "-c", "echo $(id) `id` | cat; exit", "~/x", "*"],
    ["sh", "-c", "echo $(id) `id` | cat; exit", "~/x", "*"],
  ],
  [
    ["/opt/a b", ""],
    ["/opt/a b", ""],
  ],
];
test.each(accepted)("%j", (written, argv) => {
  expect(withIp.check(written)).toEqual(argv as never);
  expect(withIp.why?.(written)).toBeUndefined();
});

const refused: [written: unknown, words: string][] = [
  ...[..."|&;<>()*?~$`\\"].map((character): [unknown, string] => [
    `echo a${character}b`,
    `'echo a${character}b': ${character} is for a shell, and none runs this; ${REMEDY}`,
  ]),
  [`echo "$(id)" {ip}`, `'echo "$(id)" {ip}': $ is for a shell, and none runs this; ${REMEDY}`],
  ["echo '`id`'", `'echo '\`id\`'': \` is for a shell, and none runs this; ${REMEDY}`],
  ["echo '$HOME'", `'echo '$HOME'': $ is for a shell, and none runs this; ${REMEDY}`],
  ["echo a\nreboot", `'echo a\nreboot': a line break is for a shell, and none runs this; ${REMEDY}`],
  ["echo 'a", `'echo 'a': a ' is not closed; ${REMEDY}`],
  ['echo it"s', `'echo it"s': a " is not closed; ${REMEDY}`],
  ["", `no program is named; ${REMEDY}`],
  ["  ", `no program is named; ${REMEDY}`],
  ["'' x", `no program is named; ${REMEDY}`],
  [[], `no program is named; ${REMEDY}`],
  [
    "/bin/{ip} x",
    "'/bin/{ip}' is the program, which may not depend on the address: {ip} is not allowed in it",
  ],
  ["bin/x {ip}", "'bin/x' is not allowed; allowed: the name of a program, or its path from / on"],
  [["~/x"], "'~/x' is not allowed; allowed: the name of a program, or its path from / on"],
];
test.each(refused)("refused: %j", (written, words) => {
  expect(withIp.check(written)).toBeUndefined();
  expect(faultOf(withIp, written).words).toBe(words);
});

test.each([
  [7],
  [true],
  [{ words: "x" }],
  [["x", 7]],
  [["x", ["y"]]],
  [["x", "a\0b"]],
  [["x", "a\u001b[2Jb"]],
  ["x a\u0007b"],
  [Array<string>(65).fill("x")],
  [["x", "y".repeat(4096)]],
])("refused with what is allowed: %j", (written) => {
  expect(withIp.check(written)).toBeUndefined();
  expect(faultOf(withIp, written).words).toMatch(
    / is not allowed; allowed: a list of at most 64 words, the program first, or a text that is split/,
  );
});

test("where there is no address, nothing stands for one", () => {
  expect(without.check("/opt/block-it --now")).toEqual(["/opt/block-it", "--now"]);
  expect(without.check(["x", "a{ip}"])).toBeUndefined();
  expect(faultOf(without, ["x", "a{ip}"]).words).toBe(
    "'a{ip}' is not allowed: an alert hook reads of whom the alert is from its standard input",
  );
});

test("a text that is taken means to a shell what it means here", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    " ",
    "\t",
    "'",
    '"',
    "-",
    "=",
    "?",
    "*",
    "$",
    "\\",
    ";",
    "{ip}",
    "/",
    "ä",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = `x ${pieces.join("")}`;
      const argv = withIp.check(text);
      if (argv === undefined) return;
      const script = `set -f; set -- ${text}; for word; do printf '%s\\0' "$word"; done`;
      const { stdout } = Bun.spawnSync(["sh", "-c", script]);
      expect(stdout.toString().split("\0").slice(0, -1)).toEqual([...argv]);
    }),
    { numRuns: 150 },
  );
});
