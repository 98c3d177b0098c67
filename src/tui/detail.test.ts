import { describe, expect, test } from "bun:test";
import { detail, finding, NOW, profile, ROWS, verdict } from "../../test/console/snapshots.ts";
import type { IpProfile } from "../model/snapshot.ts";
import { detailSections, riskSpan } from "./detail.ts";
import { PALETTE } from "./palette.ts";
import type { Span } from "./surface.ts";

/** The card's lines: up to the numbers of the address. */
function why(known: Partial<IpProfile>, height: number, width = 76): (readonly Span[])[] {
  const [first] = ROWS;
  if (first === undefined) throw new Error("no row");
  const about = detail(first.ip);
  if (about === undefined) throw new Error("no detail");
  const [section = []] = detailSections(
    { ...about, profile: { ...first, ...known } },
    { width, height, utc: true, now: NOW },
  );
  const lines = section.map((line) => line());
  return lines.slice(
    0,
    lines.findIndex(([label]) => label?.[0].startsWith("connections")),
  );
}

function words(lines: readonly (readonly Span[])[]): string[] {
  return lines.map((spans) =>
    spans
      .map(([text]) => text)
      .join("")
      .trimEnd(),
  );
}

const PROBE = finding("exploit-probe", 45, {
  evidence: "14 paths in 40 s: /.env ×3, /wp-login.php ×6, /../etc/passwd",
  samples: ["404 GET /.env", "404 GET /wp-login.php", "400 GET /x"],
});
const AGENT = finding("scanner-agent", 30, { evidence: "zgrab in 12 requests", samples: ["404 GET /.env"] });
const HINT = finding("not-http", 5, { evidence: "1 request", since: NOW, last: NOW });

describe("why", () => {
  const all = { verdict: verdict(PROBE, AGENT, HINT) };

  test("each finding has its score, its rule, its numbers and its times, then what is behind it", () => {
    expect(words(why(all, 40))).toEqual([
      "why           +45  exploit-probe  14 paths in 40 s: /.env ×3, /wp-login.php",
      "                                  ×6, /../etc/passwd",
      "                                  first 11:58:01, last 12:00:02",
      "                                  404 GET /.env",
      "                                  404 GET /wp-login.php",
      "                                  400 GET /x",
      "              +30  scanner-agent  zgrab in 12 requests",
      "                                  first 11:58:01, last 12:00:02",
      "                                  404 GET /.env",
      "              +5   not-http       1 request  at 12:00:05",
    ]);
  });

  test("no finding leaves for want of room: samples do, evenly", () => {
    const sizes = [40, 22, 21, 10].map((height) => words(why(all, height)));
    expect(sizes.map((lines) => lines.length)).toEqual([10, 9, 8, 6]);
    for (const lines of sizes) {
      for (const rule of ["exploit-probe", "scanner-agent", "not-http"]) {
        expect(lines.some((line) => line.includes(rule))).toBe(true);
      }
    }
    expect(sizes[2]?.filter((line) => line.includes(" 404 "))).toHaveLength(2);
    expect(sizes[3]?.join()).not.toContain("404");
  });

  test("a weak hint and all samples are dim, what counts is not", () => {
    const styles = why(all, 40).map((spans) => spans.slice(1).map(([, style]) => style));
    expect(styles[0]).toEqual([PALETTE.warning, PALETTE.strong, PALETTE.plain]);
    expect(styles.slice(2, 6).flat()).toEqual(Array.from({ length: 4 }, () => PALETTE.dim));
    expect(new Set(styles[9])).toEqual(new Set([PALETTE.dim]));
  });

  test("the longest rule stands apart from its numbers, on a narrow screen too", () => {
    const long = { verdict: verdict(finding("ssh-user-enumeration", 70, { evidence: "9 names" })) };
    expect(words(why(long, 22, 56))[0]).toBe("why           +70  ssh-user-enumeration  9 names");
  });

  test("what happened on another day says so", () => {
    const old = finding("half-open", 40, { since: NOW - 86_400_000, last: NOW });
    expect(words(why({ verdict: verdict(old) }, 40, 120))[0]).toContain(
      "first 2026-11-23 12:00:05, last 12:00:05",
    );
  });

  test("says why there is nothing", () => {
    expect(words(why({}, 22))).toEqual(["why           nothing against it now"]);
    expect(words(why({ trusted: true }, 22))).toEqual(["why           trusted: never judged"]);
    expect(words(why({ trusted: true, proxy: true }, 22))).toEqual([
      "why           trusted: never judged",
      "proxy         its requests count for the clients it names",
    ]);
  });
});

test("the risk has a word and a sign beside its colour, but for weak hints", () => {
  const risk = (score: number) => riskSpan(profile("8.8.4.4", { verdict: verdict(finding("x", score)) }));
  expect([risk(92), risk(45), risk(10)]).toEqual([
    ["▲ risk 92 critical", PALETTE.bad],
    ["△ risk 45 warning", PALETTE.warning],
    ["risk 10 info", PALETTE.dim],
  ]);
  expect(riskSpan(profile("8.8.4.4"))[0]).toBe("nothing against it");
  expect(riskSpan(profile("8.8.4.4", { trusted: true }))[0]).toBe("trusted");
});
