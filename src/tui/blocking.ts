import { ARMED_SECONDS, BLOCK_CHOICES } from "../model/block.ts";
import { parseTarget } from "../model/target.ts";
import {
  type Answer,
  allowedOf,
  answerOf,
  type BlockWindow,
  blockWindow,
  type Scope,
  scopesOf,
  secondsOf,
  targetsOf,
} from "./block-window.ts";
import { keyOf } from "./columns.ts";
import { grouped } from "./format.ts";
import { type Act, type Armed, doing, named } from "./response.ts";
import { closed, isAddress, type State, selected, selectedAddress, selectedOffender } from "./state.ts";
import { type Effect, type Message, noticed, type Step, told } from "./step.ts";

/** Why nothing can be done to anybody. */
export const NOT_HERE = "nothing can be blocked here: this console does not look at this machine";
const NO_TARGET = "no address is selected: b blocks the one the cursor is on, or all marked ones";
const GROUP =
  "networks and countries are not blocked as one: Enter goes into it, b blocks an address or prefix (g), m marks";
/** Names of rules told as the reason: more would say no more. */
const MAX_RULES = 8;

/** Opens the window that asks whether to block; of what is blocked for a minute, the one that asks to keep it. */
export function openBlock(state: State): Step {
  const { response, modal } = state;
  if (!response.able) return noticed(state, NOT_HERE);
  const found = chosen(state);
  if (typeof found === "string") return noticed(state, found);
  const { scopes, remark } = found;
  const targets = scopes[0]?.targets ?? [];
  const armed = response.armed.find((one) => targets.every((target) => one.targets.includes(target)));
  if (armed !== undefined) return showArmed(state, armed);
  const question = state.serial + 1;
  const block = blockWindow(scopes, reasonOf(state, targets), question, remark);
  return asking({ ...state, serial: question, modal: { kind: "block", scroll: 0, block, behind: modal } });
}

/** What is to be blocked, or why nothing can be. */
function chosen(state: State): { scopes: Scope[]; remark?: string } | string {
  const { marks, modal, focus } = state;
  if (modal === undefined && marks.length > 0) return marked(marks);
  const ip = selectedAddress(state);
  if (ip !== undefined) return { scopes: scopesOf(ip) };
  const row = focus === "table" ? selected(state) : undefined;
  if (row === undefined || isAddress(row)) return NO_TARGET;
  const prefix = parseTarget(row.group)?.text;
  if (prefix === undefined) return GROUP;
  return { scopes: [{ label: prefix, targets: [prefix] }] };
}

function marked(marks: readonly string[]): { scopes: Scope[]; remark?: string } | string {
  const targets = marks.flatMap((mark) => parseTarget(mark)?.text ?? []);
  if (targets.length === 0) return GROUP;
  const others = marks.length - targets.length;
  const remark = `${grouped(others)} marked networks and countries are left out: they are not blocked as one`;
  return {
    scopes: [{ label: targets.length === 1 ? named(targets) : `${grouped(targets.length)} marked`, targets }],
    ...(others > 0 && { remark }),
  };
}

/** The rules that speak against these, as far as the screen knows. */
function reasonOf(state: State, targets: readonly string[]): string {
  const { rows, snapshot } = state;
  const offender = selectedOffender(state);
  if (offender !== undefined) return `recurring: ${offender.rules.slice(0, MAX_RULES).join(", ")}`;
  const detail = snapshot?.detail?.profile;
  const known = detail === undefined ? rows : [detail, ...rows];
  const wanted = new Set(targets);
  const findings = known
    .filter((row) => wanted.has(keyOf(row)))
    .flatMap(({ verdict }) => verdict?.findings ?? []);
  return [...new Set(findings.map(({ rule }) => rule))].slice(0, MAX_RULES).join(", ");
}

/** The window with its question asked. */
function asking(state: State): Step {
  const { modal } = state;
  if (modal?.kind !== "block") return [state];
  const { block } = modal;
  const { question } = block;
  return [state, { kind: "preview", question, targets: targetsOf(block), seconds: secondsOf(block) }];
}

/** The arrows change the other choice, where there is one. */
export function otherRow(state: State): State {
  const { modal } = state;
  if (modal?.kind !== "block" || modal.block.scopes.length < 2) return state;
  const row = modal.block.row === "scope" ? "time" : "scope";
  return { ...state, modal: { ...modal, block: { ...modal.block, row } } };
}

/** The next or the previous of what the arrows change. */
export function choose(state: State, by: 1 | -1): Step {
  const { modal } = state;
  if (modal?.kind !== "block") return [state];
  const { block } = modal;
  return chooseAt(state, block.row, block[block.row] + by);
}

/** A certain one of the choices of a row, if there is such. */
export function chooseAt(state: State, row: BlockWindow["row"], place: number): Step {
  const { modal } = state;
  if (modal?.kind !== "block") return [state];
  const { block } = modal;
  const count = row === "scope" ? block.scopes.length : BLOCK_CHOICES.length;
  if (place < 0 || place >= count) return [state];
  if (place === block[row]) return [{ ...state, modal: { ...modal, block: { ...block, row } } }];
  const question = state.serial + 1;
  const { said: _, ...rest } = modal;
  const next = { ...block, row, [row]: place, question };
  return asking({ ...state, serial: question, modal: { ...rest, block: next } });
}

/** An answer, unless somebody has chosen otherwise since. */
export function hearAnswer(state: State, answer: Answer): State {
  const { modal } = state;
  if (modal?.kind !== "block" || modal.block.question !== answer.question) return state;
  const around = typeof answer.preview === "string" ? undefined : answer.preview.around;
  const block = { ...modal.block, answer, ...(around !== undefined && { around }) };
  return { ...state, modal: { ...modal, block } };
}

/** Blocks what is allowed of the chosen, for a minute. */
export function blockNow(state: State): Step {
  const { modal } = state;
  if (modal?.kind !== "block") return [state];
  const { block } = modal;
  const answer = answerOf(block);
  if (answer === undefined) return noticed(state, "still looking whom it would hit");
  const { preview, forbidden } = answer;
  if (typeof preview === "string") return noticed(state, preview);
  if (forbidden !== undefined) return noticed(state, `${forbidden}; c copies the commands`);
  if (preview.firewall === "none") return noticed(state, `no firewall, nothing is run: ${preview.why}`);
  const targets = allowedOf(preview);
  if (targets.length === 0) return noticed(state, "refused: nothing of it may be blocked from here");
  const id = state.serial + 1;
  const act = { id, kind: "arm", targets, seconds: secondsOf(block), reason: block.reason } as const;
  return start({ ...state, serial: id }, act);
}

/** Begins an act, unless one is under way. */
export function start(state: State, act: Act): Step {
  const { response } = state;
  if (response.act !== undefined) return noticed(state, `wait: ${doing(response.act)}`);
  return [
    { ...unsaid(state), response: { ...response, act } },
    { kind: "act", act },
  ];
}

function unsaid(state: State): State {
  const { modal } = state;
  if (modal === undefined || !("said" in modal)) return state;
  const { said: _, ...rest } = modal;
  return { ...state, modal: rest };
}

/** Shows what ends by itself: the selected one of the list, or the one that ends first. */
export function openArmed(state: State): Step {
  const { modal, response } = state;
  const wanted = modal?.kind === "blocks" ? modal.list.target : undefined;
  const armed = response.armed.find(({ targets }) => wanted === undefined || targets.includes(wanted));
  if (armed !== undefined) return showArmed(state, armed);
  // What came of the yes before this one is not to be missed.
  return state.notice === undefined ? noticed(state, "no block here waits for a yes") : [state];
}

function showArmed(state: State, armed: Armed): Step {
  return [{ ...state, modal: { kind: "armed", scroll: 0, armed, behind: state.modal } }];
}

/** The armed block of the open window, as long as it stands. */
export function standing({ modal, response }: State): Armed | undefined {
  return modal?.kind === "armed" ? response.armed.find(({ id }) => id === modal.armed.id) : undefined;
}

/** Confirms, or unblocks, what the open window counts down. */
export function settle(state: State, kind: "confirm" | "unblock"): Step {
  const armed = standing(state);
  if (armed === undefined) return noticed(state, "it has ended already");
  const { id, targets, seconds, reason } = armed;
  return start(state, { id, kind, targets, seconds, reason });
}

/** What an act came to. */
export function hearActed(
  state: State,
  { act, acted, began, now }: Extract<Message, { kind: "acted" }>,
): Step {
  const { act: _, ...rest } = state.response;
  const after: State = { ...state, response: { ...rest, now } };
  if (!acted.ok) return failed(after, acted.words);
  const ask: Effect = { kind: "blocks" };
  if (act.kind === "arm") {
    const { kind: __, ...what } = act;
    const until = began + 1000 * ARMED_SECONDS;
    const targets = act.targets.filter((target) => !acted.longer?.includes(target));
    if (targets.length > 0) return [withArmed(after, { ...what, targets, until, words: acted.words }), ask];
    // Nothing ends by itself, and nothing is to be taken out.
    const [noted, ...effects] = told(after.modal?.kind === "block" ? closed(after) : after, acted.words);
    return [noted, ask, ...effects];
  }
  const { armed } = rest;
  const left = act.kind === "confirm" ? armed.filter(({ id }) => id !== act.id) : without(armed, act.targets);
  const over = standing(after) !== undefined && !left.some(({ id }) => id === standing(after)?.id);
  const next: State = { ...after, response: { ...after.response, armed: left } };
  const [noted, ...effects] = told(over ? closed(next) : next, acted.words);
  return [noted, ask, ...effects];
}

/** In the window it was done in, which may be another one by now. */
function failed(state: State, words: string): Step {
  const { modal } = state;
  if (modal?.kind !== "block" && modal?.kind !== "armed" && modal?.kind !== "blocks")
    return told(state, words);
  return [{ ...state, modal: { ...modal, said: { ok: false, words } } }];
}

/** With a block that ends by itself, its countdown in the place of the window that asked for it. */
function withArmed(state: State, armed: Armed): State {
  const { modal, response } = state;
  const next: State = { ...state, response: { ...response, armed: [...response.armed, armed] } };
  if (modal?.kind !== "block") return next;
  const asked = new Set(targetsOf(modal.block));
  if (!armed.targets.every((target) => asked.has(target))) return next;
  return { ...next, modal: { kind: "armed", scroll: 0, armed, behind: modal.behind } };
}

function without(armed: readonly Armed[], gone: readonly string[]): Armed[] {
  return armed
    .map((one) => ({ ...one, targets: one.targets.filter((target) => !gone.includes(target)) }))
    .filter(({ targets }) => targets.length > 0);
}

/** How long a list of blocks is true (ms): an end, or a counter, may be seen so much later. */
const FRESH = 5_000;

/** A second later: what nobody confirmed is over. */
export function hearSecond(state: State, now: number): Step {
  const { response, modal } = state;
  const ended = response.armed.filter(({ id, until }) => until <= now && response.act?.id !== id);
  const armed = ended.length === 0 ? response.armed : response.armed.filter((one) => !ended.includes(one));
  const stale = modal?.kind === "blocks" && now - response.asked >= FRESH;
  const next: State = {
    ...state,
    response: { ...response, now, armed, ...(stale && { asked: now }) },
  };
  const unseen = ended.filter(({ id }) => modal?.kind !== "armed" || modal.armed.id !== id);
  const words = `${named(unseen.flatMap(({ targets }) => targets))}: the block has ended, nobody confirmed it`;
  const [said, ...effects] = unseen.length === 0 ? [next] : told(next, words);
  return stale ? [said, { kind: "blocks" }, ...effects] : [said, ...effects];
}

/** Whether seconds must be told. */
export function counts({ response, modal }: State): boolean {
  return response.armed.length > 0 || modal?.kind === "blocks";
}

/** What a shell takes to do the same. */
export function commandsOf(block: BlockWindow): string | undefined {
  const preview = answerOf(block)?.preview;
  if (preview === undefined || typeof preview === "string") return undefined;
  return [...preview.commands, ...preview.lasting].join("\n");
}
