import type { Recurring } from "../model/history.ts";
import { fit } from "./fit.ts";
import { clockOn, grouped, shortAddress } from "./format.ts";
import type { Line } from "./modal-text.ts";
import { PALETTE } from "./palette.ts";

/** Cells of an address; a longer one is cut in its middle. */
const ADDRESS = 24;
const COUNTRY = 4;
const NUMBER = 8;
const TIME = 18;

/** Who was suspicious in several runs of the program, most often first; in words why that cannot be told. */
export function recurringLines(
  found: readonly Recurring[] | string | undefined,
  now: number,
  utc: boolean,
): Line[] {
  if (found === undefined) return [() => [["looking...", PALETTE.notice]]];
  if (typeof found === "string") return [() => [[found, PALETTE.dim]]];
  if (found.length === 0)
    return [() => [["nobody was suspicious in more than one run of the program", PALETTE.dim]]];
  const title = [
    fit("ADDRESS", ADDRESS),
    fit("CC", COUNTRY),
    ...["RUNS", "FLAGGED", "REQ", "BLOCKS"].map((word) => fit(word, NUMBER, true)),
    `  ${fit("LAST SEEN", TIME)}`,
    "RULES",
  ].join("");
  return [
    () => [[title, PALETTE.dim]],
    ...found.map(
      (one): Line =>
        () =>
          lineOf(one, now, utc),
    ),
  ];
}

function lineOf(one: Recurring, now: number, utc: boolean): ReturnType<Line> {
  const numbers = [one.flaggedSessions, one.flagged, one.requests, one.blocks];
  return [
    [fit(shortAddress(one.ip, ADDRESS - 1), ADDRESS), PALETTE.strong],
    [fit(one.country ?? "-", COUNTRY), PALETTE.plain],
    [numbers.map((number) => fit(grouped(number), NUMBER, true)).join(""), PALETTE.plain],
    [`  ${fit(clockOn(one.lastSeen, now, utc), TIME)}`, PALETTE.dim],
    [one.rules.join(", "), PALETTE.warning],
  ];
}
