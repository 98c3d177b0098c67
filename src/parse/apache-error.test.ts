import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { openApacheEntry, readApacheEntry } from "./apache-error.ts";

const TIME = "[Tue Nov 24 10:11:12.123456 2026]";
const IP = "45.148.10.7";

/** What is told of the client: outcome, method, user, address. */
function read(line: string): unknown {
  const entry = openApacheEntry(line);
  if (entry === undefined) return undefined;
  const said = readApacheEntry(entry);
  return typeof said === "string" ? said : [said.outcome, said.method, said.user, said.ip];
}

function head(module: string, client = `${IP}:46188`): string {
  return `${TIME} [${module}] [pid 32373:tid 32407] [client ${client}] `;
}

describe("messages of Apache", () => {
  test.each([
    [
      `${head("auth_basic:error")}AH01617: user alice: authentication failure for "/private/": Password Mismatch`,
      ["failed", "basic", "alice", IP],
    ],
    [
      `${head("auth_basic:error")}AH01618: user bob not found: /private/`,
      ["invalid-user", "basic", "bob", IP],
    ],
    [
      `${head("auth_basic:error", "2001:db8::10:40256")}AH01618: user bob not found: /`,
      ["invalid-user", "basic", "bob", "2001:db8::10"],
    ],
    [
      `${head("auth_basic:error")}AH01618: user a\\nb"\\\\ not found, client 8.8.8.8 not found: /private/`,
      ["invalid-user", "basic", 'a\nb"\\ not found, client 8.8.8.8', IP],
    ],
    [
      `${head("auth_digest:error")}AH01790: user \`bob' in realm \`p' not found: /digest`,
      ["invalid-user", "digest", "bob", IP],
    ],
    [
      `${head("auth_digest:error")}AH01794: user alice: password mismatch: /digest`,
      ["failed", "digest", "alice", IP],
    ],
    [
      `${head("authz_core:error")}AH01630: client denied by server configuration: /srv/deny/`,
      ["probe", "forbidden", undefined, IP],
    ],
    [
      `${head("evasive20:error")}client denied by server configuration: /srv/`,
      ["probe", "forbidden", undefined, IP],
    ],
    [
      `${TIME} [:error] [pid 1:tid 2] [client ${IP}:1] [client ${IP}] ModSecurity: Access denied with code 403 (phase 2). [client 8.8.8.8]`,
      ["probe", "modsecurity", undefined, IP],
    ],
    [
      `${head("core:error")}AH00135: Invalid method in request FOO / HTTP/1.1`,
      ["probe", "bad-request", undefined, IP],
    ],
    [`${head("core:error")}AH10244: invalid URI path (/%2)`, ["probe", "bad-request", undefined, IP]],
    // As 2.2 wrote, without a port.
    [
      `[Tue Nov  3 10:11:12 2026] [error] [client ${IP}] user bob not found: /`,
      ["invalid-user", "basic", "bob", IP],
    ],
    [
      "[Tue Nov  3 10:11:12 2026] [error] [client 2001:db8::10] user bob not found: /",
      ["invalid-user", "basic", "bob", "2001:db8::10"],
    ],
    [
      `${TIME} [core:error] [pid 1:tid 2] (13)Permission denied: [client ${IP}:1] client denied by server configuration: /`,
      ["probe", "forbidden", undefined, IP],
    ],
    [`${head("core:info")}AH00128: File does not exist: /srv/x\\n`, "other"],
    [`${head("ssl:info")}AH02008: SSL library error 1 in handshake (server shop:443)`, "other"],
    [`${head("php:notice")}PHP Notice: user bob [client 8.8.8.8:1] AH01618: user bob not found: /`, "other"],
    [`${TIME} [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.71 configured`, "other"],
    [`${TIME} [core:error] [pid 1:tid 2] client denied by server configuration: /`, "unparsed"],
    [`${head("core:error", "example:80")}client denied by server configuration: /`, "unparsed"],
  ])("%s", (line, told) => {
    expect(read(line)).toEqual(told);
  });

  test("whatever a client sends, it is told of itself", () => {
    const piece = fc.constantFrom(
      "[client 8.8.8.8:1] ",
      "AH01618: user root not found: /",
      `${TIME} [auth_basic:error] `,
      " not found",
      '"',
      "\\n",
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 12 })
      .map((pieces) => pieces.join("").replaceAll(/[\n\r]/g, ""));
    fc.assert(
      fc.property(text, text, (name, path) => {
        const user = name.replaceAll(":", "");
        const said = read(`${head("auth_basic:error")}AH01618: user ${user} not found: /${path}`);
        expect(said).toEqual(["invalid-user", "basic", expect.anything(), IP]);
      }),
    );
  });
});

describe("heads of Apache", () => {
  test("the time is the host's", () => {
    const at = new Date(2026, 10, 24, 10, 11, 12, 123).getTime();
    expect(openApacheEntry(`${head("core:error")}x`)).toEqual({ at, client: IP, message: "x" });
    expect(openApacheEntry("[Tue Nov 31 10:11:12 2026] [error] x")?.at).toBeNaN();
  });

  test.each([
    "",
    "[Tue Nov 24",
    "[client 8.8.8.8] x",
    `x ${head("core:error")}`,
    "2026/11/24 10:11:12 [error] 1#1: x",
  ])("%j is none", (line) => {
    expect(openApacheEntry(line)).toBeUndefined();
  });
});
