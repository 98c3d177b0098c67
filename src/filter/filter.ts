import type { Filter, IpProfile } from "../model/snapshot.ts";
import type { Check, Line } from "./checks.ts";
import { type FilterError, isFilterError, parse, type Term } from "./parse.ts";

export { type FilterError, isFilterError } from "./parse.ts";

/** A term ready to be asked. */
interface Question {
  readonly negated: boolean;
  readonly cost: number;
  ofLine(event: Line, row: IpProfile | undefined): boolean;
  ofAddress(row: IpProfile): boolean;
}

/**
 * The filter that a text spells, or what is wrong with the text. All its terms must hold; without any, everything
 * passes.
 *
 * A term is about the address (its row), about one line, or about either. Of a line both are asked, the row being
 * that of the line's address: where that is not known, what is asked of it does not hold. Of an address alone, what
 * is asked of a line does not hold. A negated term holds where the same term without its dash does not.
 */
export function compileFilter(text: string): Filter | FilterError {
  const terms = parse(text);
  if (isFilterError(terms)) return terms;
  const checks = terms.flatMap((term) => term.checks);
  // What costs least and may spare the rest comes first.
  const questions = terms.map(question).sort((a, b) => a.cost - b.cost);
  return {
    text: text.trim(),
    asksLines: checks.some(({ by }) => by === "line" || by === "text"),
    asksRows: checks.some(({ by }) => by === "row"),
    line(event, row) {
      for (const asked of questions) if (asked.ofLine(event, row) === asked.negated) return false;
      return true;
    },
    address(row) {
      for (const asked of questions) if (asked.ofAddress(row) === asked.negated) return false;
      return true;
    },
  };
}

function question({ token: { negated }, checks }: Term): Question {
  const cost = checks.reduce((most, check) => Math.max(most, check.cost), 0);
  const lines = checks.map(ofLine);
  const addresses = checks.map(ofAddress);
  const [line] = lines;
  const [address] = addresses;
  if (line !== undefined && address !== undefined && checks.length === 1) {
    return { negated, cost, ofLine: line, ofAddress: address };
  }
  return {
    negated,
    cost,
    ofLine: (event, row) => lines.some((holds) => holds(event, row)),
    ofAddress: (row) => addresses.some((holds) => holds(row)),
  };
}

function ofLine(check: Check): Question["ofLine"] {
  switch (check.by) {
    case "row":
      return (_, row) => row !== undefined && check.row(row);
    case "text":
      return (event, row) => check.line(event) || (row !== undefined && check.row(row));
    case "line":
    case "address":
      return check.line;
  }
}

function ofAddress(check: Check): Question["ofAddress"] {
  return check.by === "line" ? () => false : check.row;
}
