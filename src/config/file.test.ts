import { expect, test } from "bun:test";
import { findFile, homeOf, type World } from "./file.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000:,,,:/home/ann:/bin/sh\n";
const SUDO = { HOME: "/root", SUDO_UID: "1000", SUDO_USER: "ann" };
const USER = { HOME: "/home/ann" };

/** A world of empty files, given by path and owner. */
function world(env: World["env"], uid: number, owners: Readonly<Record<string, number>>): World {
  return {
    env,
    uid,
    readFile: (path) => {
      if (path === "/etc/passwd") return { text: PASSWD, owner: 0 };
      if (path === "/home/ann/broken/nethergaze/config.toml") return { problem: "not a regular file" };
      const owner = owners[path];
      return owner === undefined ? undefined : { text: "", owner };
    },
  };
}

const ANN = "/home/ann/.config/nethergaze/config.toml";
const ANN_DOT = "/home/ann/.nethergaze.toml";
const ROOT = "/root/.config/nethergaze/config.toml";
const SYSTEM = "/etc/nethergaze/config.toml";
const XDG = "/xdg/nethergaze/config.toml";

const cases: [string, World["env"], number, Record<string, number>, string | undefined, string[]][] = [
  ["none", USER, 1000, {}, undefined, []],
  ["the first of three", USER, 1000, { [ANN]: 1000, [ANN_DOT]: 1000, [SYSTEM]: 0 }, ANN, []],
  ["the second of three", USER, 1000, { [ANN_DOT]: 1000, [SYSTEM]: 0 }, ANN_DOT, []],
  ["the last of three", USER, 1000, { [SYSTEM]: 0 }, SYSTEM, []],
  [
    "XDG_CONFIG_HOME for ~/.config",
    { ...USER, XDG_CONFIG_HOME: "/xdg" },
    1000,
    { [XDG]: 1000, [ANN]: 1000 },
    XDG,
    [],
  ],
  ["a relative one is ignored", { ...USER, XDG_CONFIG_HOME: "xdg" }, 1000, { [ANN]: 1000 }, ANN, []],
  ["nobody's home", {}, 65534, { [ANN]: 1000, [SYSTEM]: 0 }, SYSTEM, []],
  ["a user trusts the own home", USER, 1000, { [ANN]: 0 }, ANN, []],
  ["root without sudo", { HOME: "/root" }, 0, { [ROOT]: 7, [ANN]: 1000 }, ROOT, []],
  ["sudo: the invoking user's", SUDO, 0, { [ANN]: 1000, [ROOT]: 0 }, ANN, []],
  [
    "sudo: not what another user put there",
    SUDO,
    0,
    { [ANN]: 33, [ROOT]: 0 },
    ROOT,
    [`${ANN}: belongs to uid 33, not to uid 1000, ignored`],
  ],
  [
    "sudo: not what root put there",
    SUDO,
    0,
    { [ANN]: 0, [ANN_DOT]: 1000 },
    ANN_DOT,
    [`${ANN}: belongs to uid 0, not to uid 1000, ignored`],
  ],
  [
    "sudo: not in root's home what is not root's",
    SUDO,
    0,
    { [ROOT]: 1000 },
    undefined,
    [`${ROOT}: belongs to uid 1000, not to uid 0, ignored`],
  ],
  [
    "sudo with the environment kept",
    { ...SUDO, HOME: "/home/ann", XDG_CONFIG_HOME: "/xdg" },
    0,
    { [XDG]: 1000 },
    XDG,
    [],
  ],
  ["sudo by nobody known", { ...SUDO, SUDO_UID: "4" }, 0, { [ANN]: 4, [ROOT]: 0 }, ROOT, []],
  ["SUDO_UID that is none", { ...SUDO, SUDO_UID: "1000x" }, 0, { [ANN]: 1000, [ROOT]: 0 }, ROOT, []],
  ["SUDO_UID without root", { ...USER, SUDO_UID: "0" }, 1000, { [ANN]: 0 }, ANN, []],
  [
    "what cannot be read is passed over",
    { ...USER, XDG_CONFIG_HOME: "/home/ann/broken" },
    1000,
    { [SYSTEM]: 0 },
    SYSTEM,
    ["/home/ann/broken/nethergaze/config.toml: not a regular file, ignored"],
  ],
];

test.each(cases)("%s", (_, env, uid, owners, path, warnings) => {
  const found = findFile(world(env, uid, owners));
  expect(found.file?.path).toBe(path);
  expect(found.warnings).toEqual(warnings);
});

test("the home directory is that of the person at the keyboard", () => {
  expect(homeOf(world(USER, 1000, {}))).toBe("/home/ann");
  expect(homeOf(world(SUDO, 0, {}))).toBe("/home/ann");
  expect(homeOf(world({ HOME: "/root" }, 0, {}))).toBe("/root");
});
