import { expect, test } from "bun:test";
import { describeWith } from "../../test/requires.ts";
import { completion } from "./completion.ts";

function run(argv: string[]): string[] {
  const child = Bun.spawnSync(argv, { stdin: null, cwd: import.meta.dir, env: { PATH: process.env.PATH } });
  expect(child.stderr.toString()).toBe("");
  return child.stdout.toString().split("\n").filter(Boolean);
}

describeWith([{ program: "bash" }], "bash completes", () => {
  const cases: [words: string[], offered: string[]][] = [
    [["st"], ["stream"]],
    [
      ["stream", ""],
      ["events", "alerts", "snapshots"],
    ],
    [["--utc", "stream", "ev"], ["events"]],
    [
      ["--log-format", "c"],
      ["combined", "common", "caddy"],
    ],
    [
      ["--color", "=", "a"],
      ["auto", "always"],
    ],
    [
      ["--color", "="],
      ["auto", "always", "never"],
    ],
    [["top", "--o"], ["--once"]],
    [["demo", "--o"], []],
    [["demo", "--no-f"], ["--no-follow"]],
    [["--filter", ""], []],
    [["record", "completion.te"], ["completion.test.ts"]],
    [["--config", "completion.te"], ["completion.test.ts"]],
  ];
  test.each(cases)("%j", (words, offered) => {
    const script = `${completion("bash")}
      COMP_WORDS=(nethergaze "$@"); COMP_CWORD=$#; _nethergaze; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(run(["bash", "--norc", "-c", script, "bash", ...words])).toEqual(offered);
  });
});

describeWith([{ program: "fish" }], "fish completes", () => {
  const cases: [line: string, offered: string[]][] = [
    ["st", ["stream"]],
    ["stream ", ["alerts", "events", "snapshots"]],
    ["--log-format c", ["caddy", "combined", "common"]],
    ["--color=a", ["--color=always", "--color=auto"]],
    ["top --on", ["--once"]],
    ["demo --on", []],
    ["demo --no-f", ["--no-follow"]],
    ["record completion.te", ["completion.test.ts"]],
    ["--config completion.te", ["completion.test.ts"]],
  ];
  test.each(cases)("%s", (line, offered) => {
    const script = `${completion("fish")}\ncomplete -C $argv[1]`;
    const lines = run(["fish", "--no-config", "-c", script, `nethergaze ${line}`]);
    expect(lines.map((candidate) => candidate.split("\t")[0] ?? "").sort()).toEqual(offered);
  });
});

describeWith([{ program: "zsh" }], "zsh", () => {
  // The completion system needs a terminal: here a stand-in prints what it would be given for `stream`.
  const stub = '_arguments() { print -rl -- "$@"; state=rest words=(stream); }; compdef() { _nethergaze; }';

  test("is told the arguments and flags of the command", () => {
    const specifications = run(["zsh", "-f", "-c", `${stub}\n${completion("zsh")}`]);
    expect(specifications).toContain("1: :->command");
    expect(specifications).toContain(
      "*--color=[colours; auto turns them off for NO_COLOR, TERM=dumb, and what is not a terminal]:WHEN:(auto always never)",
    );
    expect(specifications.slice(-3)).toEqual([
      "*--filter=[only what passes; see nethergaze help filter]:FILTER: ",
      "*--format=[layout of a line]:FORMAT:(native)",
      "1:WHAT:(events alerts snapshots)",
    ]);
  });
});
