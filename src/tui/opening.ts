import { GROUPS, type Group } from "../model/snapshot.ts";
import { filtered } from "./filtering.ts";
import { FIRST } from "./rows.ts";
import { isAddress, type State, selected, selectedAddress } from "./state.ts";
import { ASK, noticed, type Step } from "./step.ts";

/** Everything about the selected address, or the addresses of the selected group. */
export function open(state: State): Step {
  const row = selected(state);
  if (state.focus === "table" && row !== undefined && !isAddress(row)) return goInside(state, row.group);
  const ip = selectedAddress(state);
  if (ip === undefined) return [state];
  // The address somebody looks at is the one the cursor stays with.
  const cursor = state.focus === "table" ? { ...state.cursor, key: ip } : state.cursor;
  return [{ ...state, cursor, modal: { kind: "detail", ip, scroll: 0 } }, ASK];
}

/** The next way to put addresses together. */
export function groupNext(state: State): Step {
  const { outside: _, ...rest } = state;
  const group = GROUPS[(GROUPS.indexOf(state.group) + 1) % GROUPS.length] ?? "address";
  return [{ ...rest, group, cursor: FIRST }, ASK];
}

/** The addresses of a group, with the way back noted. */
function goInside(state: State, name: string): Step {
  const term = termOf(state.shown.group, name);
  if (term === undefined)
    return noticed(state, "where these come from is not known: no filter can name them");
  const { group, filter, cursor } = state;
  const outside = { group, filter, cursor: { ...cursor, key: name } };
  return filtered({ ...state, outside, group: "address", cursor: FIRST }, `${filter} ${term}`.trim());
}

function termOf(group: Group, name: string): string | undefined {
  if (name === "") return undefined;
  if (group === "prefix") return `net:${name}`;
  return group === "country" ? `cc:${name}` : `asn:${/^AS(\d+)/.exec(name)?.[1] ?? name}`;
}
