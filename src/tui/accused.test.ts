import { expect, test } from "bun:test";
import { ip } from "../../test/console/snapshots.ts";
import type { Accused, Verdicts } from "../model/snapshot.ts";
import { chargeOf, chargeSpans } from "./accused.ts";
import { PALETTE } from "./palette.ts";
import { spansWidth } from "./surface.ts";

const SCANNER: Accused = {
  ip: ip("45.77.12.9"),
  risk: 92,
  severity: "critical",
  rules: ["exploit-probe", "scanner-agent"],
};
const GUESSER: Accused = {
  ip: ip("2001:db8:81f2:34aa:5678:9abc:6:cc90"),
  risk: 45,
  severity: "warning",
  rules: ["ssh-brute-force"],
};
const LIBRARY: Accused = { ip: ip("8.8.4.4"), risk: 10, severity: "info", rules: ["library-agent"] };

function words(verdicts: Partial<Verdicts>, room: number): string {
  const charge = chargeOf({ critical: 0, warning: 0, info: 0, worst: [], ...verdicts });
  if (charge === undefined) return "";
  const spans = chargeSpans(charge, room);
  if (spans.length > charge.head.length) expect(spansWidth(spans)).toBeLessThanOrEqual(room);
  return spans.map(([text]) => text).join("");
}

test("how many, who is the worst, and why, as far as there is room", () => {
  const verdicts = { critical: 1_002, warning: 5, info: 9, worst: [SCANNER, GUESSER, LIBRARY] };
  const head = "▲ 1,002 critical, 5 warning: 45.77.12.9";
  const shown = [0, 52, 53, 67, 68, 110, 111].map((room) => words(verdicts, room));
  expect(shown).toEqual([
    head,
    head,
    `${head} exploit-probe`,
    `${head} exploit-probe`,
    `${head} exploit-probe, scanner-agent`,
    `${head} exploit-probe, scanner-agent`,
    `${head} exploit-probe, scanner-agent · 2001:db8:81f2:34a…6:cc90 ssh-brute-force`,
  ]);
});

test("only what is there is counted, in the sign and colour of the worst; weak hints say nothing", () => {
  expect(words({ critical: 1, worst: [SCANNER] }, 28)).toBe("▲ 1 critical: 45.77.12.9");
  expect(words({ warning: 1, info: 1, worst: [GUESSER, LIBRARY] }, 30)).toBe(
    "△ 1 warning: 2001:db8:81f2:34a…6:cc90",
  );
  expect(words({ info: 1, worst: [LIBRARY] }, 200)).toBe("");
  const styles = [SCANNER, GUESSER].map((one) =>
    chargeOf({ critical: 1, warning: 1, info: 0, worst: [one] }),
  );
  expect(styles.map((charge) => charge?.head[0]?.[1])).toEqual([PALETTE.bad, PALETTE.warning]);
});
