import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { openNginxEntry, readNginxEntry } from "./nginx-error.ts";

const HEAD = "2026/11/24 10:11:12 [error] 31402#31402: *45 ";
const SERVER = 'server: shop.example, request: "GET /private/ HTTP/1.1", host: "shop.example"';
const IP = "45.148.10.7";

/** What is told of the client: outcome, method, user, address. */
function read(message: string, head = HEAD): unknown {
  const entry = openNginxEntry(head + message);
  if (entry === undefined) return undefined;
  const line = readNginxEntry(entry);
  return typeof line === "string" ? line : [line.outcome, line.method, line.user, line.ip];
}

describe("messages of nginx", () => {
  test.each([
    [`user "alice": password mismatch, client: ${IP}, ${SERVER}`, ["failed", "basic", "alice", IP]],
    [
      `user "bob" was not found in "/etc/nginx/users", client: ${IP}, ${SERVER}`,
      ["invalid-user", "basic", "bob", IP],
    ],
    [
      `user "alice": password mismatch, client: 2001:DB8::1, ${SERVER}`,
      ["failed", "basic", "alice", "2001:db8::1"],
    ],
    [`user "": password mismatch, client: ::ffff:${IP}, ${SERVER}`, ["failed", "basic", "", IP]],
    [
      `limiting requests, excess: 5.500 by zone "one", client: ${IP}, ${SERVER}`,
      ["probe", "limit-req", undefined, IP],
    ],
    [
      `delaying request, excess: 0.988, by zone "one", client: ${IP}, ${SERVER}`,
      ["probe", "limit-req", undefined, IP],
    ],
    [
      `limiting connections by zone "perip", client: ${IP}, ${SERVER}`,
      ["probe", "limit-conn", undefined, IP],
    ],
    [`access forbidden by rule, client: ${IP}, ${SERVER}`, ["probe", "forbidden", undefined, IP]],
    [
      `client sent invalid method while reading client request line, client: ${IP}, server: _, request: "x"`,
      ["probe", "bad-request", undefined, IP],
    ],
    [
      `client sent plain HTTP request to HTTPS port while reading client request headers, client: ${IP}, ${SERVER}`,
      ["probe", "bad-request", undefined, IP],
    ],
    [
      `client sent HTTP/1.1 request without "Host" header while reading client request headers, client: ${IP}, ${SERVER}`,
      ["probe", "bad-request", undefined, IP],
    ],
    [
      `[client ${IP}] ModSecurity: Access denied with code 403 (phase 2). Matched "x, client: 8.8.8.8, server: ", client: ${IP}, ${SERVER}`,
      ["probe", "modsecurity", undefined, IP],
    ],
    ["no user/password was provided for basic authentication, client: 1.2.3.4, server: x", "other"],
    [`open() "/srv/x" failed (2: No such file or directory), client: ${IP}, ${SERVER}`, "other"],
    [`directory index of "/srv/x/" is forbidden, client: ${IP}, ${SERVER}`, "other"],
    [
      `SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking, client: ${IP}, server: 0.0.0.0:443`,
      "other",
    ],
    [`limiting requests, dry run, excess: 5.500 by zone "one", client: ${IP}, ${SERVER}`, "other"],
    [`user "alice": password mismatch, client: unix:, ${SERVER}`, "other"],
    [`client ${IP} closed keepalive connection`, "other"],
    ["user ", "other"],
    // Cut before the client, or with a newline in the name.
    [`user "${"a".repeat(1900)}`, "unparsed"],
    [`user "alice": password mismatch, client: example, ${SERVER}`, "unparsed"],
    [`user "alice": password mismatch, client: ${IP}`, "unparsed"],
    ["limiting requests, excess", "unparsed"],
  ])("%s", (message, told) => {
    expect(read(message)).toEqual(told);
  });

  test.each([
    ["a name", `user "x", client 8.8.8.8, server: ": password mismatch, client: ${IP}, ${SERVER}`],
    [
      "a request",
      `user "x": password mismatch, client: ${IP}, server: s, request: "GET /, client: 8.8.8.8, server: s, request: "`,
    ],
    [
      "a path",
      `open() "/srv/user "x": password mismatch, client: 8.8.8.8, server: s" failed (2: No), client: ${IP}, ${SERVER}`,
    ],
    [
      "a header",
      `client sent invalid header line: "x\\x20, client: 8.8.8.8, server: s" while reading client request headers, client: ${IP}, ${SERVER}`,
    ],
  ])("another address in %s counts for nothing", (_, message) => {
    expect(JSON.stringify(read(message))).not.toContain("8.8.8.8");
  });

  test("whatever name and request a client sends, it is told of itself", () => {
    const piece = fc.constantFrom(
      '"',
      ", client: 8.8.8.8",
      ", server: s",
      '": password mismatch',
      '" was not found in "/f"',
      'user "',
      "\\",
      "x",
    );
    const text = fc.array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 8 })), { maxLength: 12 });
    const end = fc.constantFrom(": password mismatch", ' was not found in "/etc/users"');
    fc.assert(
      fc.property(text, text, end, (name, request, ending) => {
        // Basic authentication ends a name at the first colon; a newline would end the line.
        const user = name.join("").replaceAll(/[:\n\r]/g, "");
        const rest = request.join("").replaceAll(/[\n\r]/g, "");
        const said = read(
          `user "${user}"${ending}, client: ${IP}, server: s, request: "GET /${rest} HTTP/1.1"`,
        );
        expect(said).toEqual([
          ending.startsWith(":") ? "failed" : "invalid-user",
          "basic",
          expect.anything(),
          IP,
        ]);
      }),
    );
  });
});

describe("heads of nginx", () => {
  const at = new Date(2026, 10, 24, 10, 11, 12).getTime();

  test("the time is the host's", () => {
    expect(openNginxEntry(`${HEAD}x`)).toEqual({
      at,
      stamp: "10:11:12 [error] 31402#31402: *45 ",
      message: "x",
    });
    expect(openNginxEntry("2026/11/24 10:11:12 [notice] 1#0: using epoll")?.message).toBe("using epoll");
    expect(openNginxEntry("2026/13/24 10:11:12 [notice] 1#0: x")?.at).toBeNaN();
  });

  test.each([
    "",
    " ",
    "2026/11/24",
    "2026/11/24 10:11:12 [error] 1: x",
    `x ${HEAD}`,
    "[Tue Nov 24 10:11:12 2026] x",
  ])("%j is none", (line) => {
    expect(openNginxEntry(line)).toBeUndefined();
  });
});
