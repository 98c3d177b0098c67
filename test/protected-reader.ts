/**
 * Reads what must not be blocked, in the namespace that it is started in: once for each line on standard input, which is
 * the {@link Question} as JSON, or with the argument `once` without any. Answers with a line of JSON.
 */
import { createInterface } from "node:readline";
import { type Given, type Places, readProtected } from "../src/respond/protected.ts";

export interface Question {
  readonly given?: Partial<Given>;
  readonly places?: Partial<Places>;
  /** With the rights of this user. */
  readonly uid?: number;
}

/** Addresses and prefixes with the reasons, and the environment's SSH_CONNECTION. */
export interface Reading {
  readonly never: readonly (readonly [string, string])[];
  readonly unlessForced: readonly (readonly [string, string])[];
  readonly unknown: readonly string[];
  readonly environment: string | undefined;
}

const PLACES: Places = {
  proc: "/proc",
  utmp: "/nonexistent/nowhere",
  logind: "/nonexistent/nowhere",
  resolvConf: "/nonexistent/nowhere",
  resolvedConf: "/nonexistent/nowhere",
};

function read({ given, places, uid = 0 }: Question): Reading {
  process.seteuid?.(uid);
  try {
    const nobody = { sshConnection: undefined, sshClient: undefined };
    const trusted = { trustAddresses: [], trustPrefixes: [], trustProxies: [] };
    const found = readProtected({ ...nobody, ...trusted, ...given }, { ...PLACES, ...places });
    return {
      never: found.never.map(({ target, why }) => [target.text, why]),
      unlessForced: found.unlessForced.map(({ target, why }) => [target.text, why]),
      unknown: found.unknown,
      environment: process.env.SSH_CONNECTION,
    };
  } finally {
    process.seteuid?.(0);
  }
}

function answer(question: Question): void {
  process.stdout.write(`${JSON.stringify(read(question))}\n`);
}

if (process.argv[2] === "once") answer({});
else {
  process.stdout.write("ready\n");
  for await (const line of createInterface({ input: process.stdin })) answer(JSON.parse(line) as Question);
}
