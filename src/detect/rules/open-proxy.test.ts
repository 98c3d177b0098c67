import { expect, test } from "bun:test";
import { judged, SECOND, visit, visits } from "../../../test/visits.ts";
import type { RequestEvent } from "../../model/event.ts";

const ID = "open-proxy";
const connect = (status: number, known: Partial<RequestEvent> = {}) =>
  visit("www.example.net:443", { method: "CONNECT", status, ...known });
const whole = (status: number, vhost?: string) =>
  visit("http://azenv.example/", { status, ...(vhost && { vhost }) });

test("one that is refused is a hint, three are a scan, one that is accepted is worse", () => {
  expect(judged([connect(405)]).of(ID)).toMatchObject({ score: 10, severity: "info" });
  expect(judged(visits(3, SECOND, () => connect(400))).of(ID)).toMatchObject({
    score: 30,
    severity: "warning",
  });
  expect(judged([connect(200)]).of(ID)).toMatchObject({
    score: 45,
    evidence: "1 request for other servers, a tunnel was ACCEPTED: this server may be an open proxy",
  });
});

test("whole addresses of others count where it is known whose site was asked, or where it was refused", () => {
  expect(judged([whole(400)]).rules).toEqual([ID]);
  expect(judged([whole(200)]).rules).toEqual([]);
  expect(judged([whole(200, "shop.example")]).rules).toEqual([ID]);
});

test("innocent: whole addresses of one's own site, users of one's own proxy, paths", () => {
  for (const vhost of ["azenv.example", "AZENV.example:80"])
    expect(judged([whole(404, vhost)]).rules).toEqual([]);
  expect(judged(visits(50, SECOND, () => connect(200, { user: "ann" }))).rules).toEqual([]);
  expect(judged(visits(3, SECOND, () => connect(405, { user: "ann" }))).of(ID)?.severity).toBe("warning");
  expect(judged(visits(50, SECOND, () => connect(407))).rules).toEqual([]);
  expect(judged([visit("*", { method: "OPTIONS" }), visit("/http://a/"), visit("index.html")]).rules).toEqual(
    [],
  );
  // A WebSocket over HTTP/2 (RFC 8441) asks for a path.
  expect(judged([visit("/chat", { method: "CONNECT" })]).rules).toEqual([]);
});
