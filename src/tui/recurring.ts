import type { Recurring } from "../model/history.ts";
import { fit } from "./fit.ts";
import { clockOn, grouped, shortAddress } from "./format.ts";
import type { Line } from "./modal-text.ts";
import { PALETTE } from "./palette.ts";
import type { Modal } from "./state.ts";

/** Cells of an address; a longer one is cut in its middle. */
const ADDRESS = 24;
const NARROW_ADDRESS = 17;
const COUNTRY = 4;
const NUMBER = 8;
const TIME = 18;
/** From this width on all columns are there. */
const WIDE = 110;

/** Who was suspicious in several runs of the program, most often first, with the cursor; in words why that cannot be told. */
export function recurringLines(
  { found, at }: Pick<Extract<Modal, { kind: "recurring" }>, "found" | "at">,
  now: number,
  utc: boolean,
  width: number,
): Line[] {
  if (found === undefined) return [() => [["looking...", PALETTE.notice]]];
  if (typeof found === "string") return [() => [[found, PALETTE.dim]]];
  if (found.length === 0)
    return [() => [["nobody was suspicious in more than one run of the program", PALETTE.dim]]];
  const wide = width >= WIDE;
  const numbers = wide ? ["IN RUNS", "FLAGGED", "REQ", "BLOCKS"] : ["IN RUNS", "FLAGGED"];
  const title = [
    " ",
    fit("ADDRESS", wide ? ADDRESS : NARROW_ADDRESS),
    fit("CC", COUNTRY),
    ...numbers.map((word) => fit(word, NUMBER, true)),
    wide ? `  ${fit("LAST SEEN", TIME)}` : "  ",
    "RULES",
  ].join("");
  const lines = found.map(
    (one, i): Line =>
      () =>
        lineOf(one, i === at, now, utc, wide),
  );
  return [() => [[title, PALETTE.dim]], ...lines];
}

function lineOf(one: Recurring, chosen: boolean, now: number, utc: boolean, wide: boolean): ReturnType<Line> {
  const size = wide ? ADDRESS : NARROW_ADDRESS;
  const numbers = [one.flaggedSessions, one.flagged, ...(wide ? [one.requests, one.blocks] : [])];
  return [
    [
      `${chosen ? "›" : " "}${fit(shortAddress(one.ip, size - 1), size)}`,
      chosen ? PALETTE.selected : PALETTE.strong,
    ],
    [fit(one.country ?? "-", COUNTRY), PALETTE.plain],
    [numbers.map((number) => fit(grouped(number), NUMBER, true)).join(""), PALETTE.plain],
    [`  ${wide ? fit(clockOn(one.lastSeen, now, utc), TIME) : ""}`, PALETTE.dim],
    [one.rules.join(", "), PALETTE.warning],
  ];
}
