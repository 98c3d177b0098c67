import { compileFilter, isFilterError } from "../filter/filter.ts";
import { spellValue } from "../filter/spelling.ts";
import { GROUPS, type Group, type GroupProfile } from "../model/snapshot.ts";
import { filtered, leaveInput } from "./filtering.ts";
import { FIRST } from "./rows.ts";
import { isAddress, type Outside, type State, selected, selectedAddress } from "./state.ts";
import { ASK, noticed, type Step } from "./step.ts";

/** Everything about the selected address, or the addresses of the selected group. */
export function open(state: State): Step {
  const { focus, modal } = state;
  const row = selected(state);
  if (modal === undefined && focus === "table" && row !== undefined && !isAddress(row))
    return goInside(state, row);
  const ip = selectedAddress(state);
  if (ip === undefined) return [state];
  // The address somebody looks at is the one the cursor stays with.
  const cursor = modal === undefined && focus === "table" ? { ...state.cursor, key: ip } : state.cursor;
  const next: State = {
    ...leaveInput(state),
    cursor,
    modal: { kind: "detail", ip, scroll: 0, behind: modal },
  };
  // Only where it could be told before: who may not read the firewall would be asked for a password each time.
  return Array.isArray(state.response.blocks) ? [next, ASK, { kind: "blocks" }] : [next, ASK];
}

/** The next way to put addresses together. */
export function groupNext(state: State): Step {
  const group = GROUPS[(GROUPS.indexOf(state.group) + 1) % GROUPS.length] ?? "address";
  return [{ ...state, group, cursor: FIRST }, ASK];
}

/** The addresses of a group, with the way back noted. */
function goInside(state: State, row: GroupProfile): Step {
  // The rows of the question before: their groups are not what is grouped by now.
  if (state.group !== state.shown.group) return [state];
  const term = termOf(state.group, row);
  if (term === undefined)
    return noticed(state, "where these come from is not known: no filter can name them");
  const { group, filter, cursor, former, outside: further } = state;
  const inside = `${filter} ${term}`.trim();
  const compiled = compileFilter(inside);
  if (isFilterError(compiled)) return noticed(state, compiled.message);
  const outside: Outside = {
    group,
    filter,
    cursor: { ...cursor, key: row.group },
    ...(former !== undefined && { former }),
    ...(further !== undefined && { outside: further }),
  };
  return filtered({ ...leaveInput(state), outside, group: "address", cursor: FIRST }, inside);
}

/** The term that names a group, undefined where none can. */
function termOf(group: Group, { group: name, origin }: GroupProfile): string | undefined {
  if (name === "") return undefined;
  if (group === "prefix") return `net:${name}`;
  if (group === "country") return `cc:${spellValue(name)}`;
  return origin?.asn === undefined ? `org:=${spellValue(name)}` : `asn:${origin.asn}`;
}
