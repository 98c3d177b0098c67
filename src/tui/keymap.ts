/** What a key can mean. */
export type Action =
  | "quit"
  | "suspend"
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "first"
  | "last"
  | "focus-next"
  | "focus-previous"
  | "open"
  | "close"
  | "sort-next"
  | "sort-previous"
  | "sort-invert"
  | "group"
  | "mark"
  | "unmark"
  | "filter"
  | "filter-keep"
  | "filter-clear"
  | "filter-address"
  | "suspicious"
  | "complete-next"
  | "complete-previous"
  | "older"
  | "newer"
  | "form"
  | "form-next"
  | "form-previous"
  | "form-enter"
  | "section-next"
  | "section-previous"
  | "freeze"
  | "refresh"
  | "look-up"
  | "recurring"
  | "copy"
  | "block"
  | "blocks"
  | "armed"
  | "choice-row"
  | "choice-previous"
  | "choice-next"
  | "block-now"
  | "keep"
  | "unblock"
  | "unblock-yes"
  | "unblock-no"
  | "help"
  | "back"
  | "left"
  | "right"
  | "erase"
  | "erase-next"
  | "erase-word"
  | "erase-line"
  | "line-start"
  | "line-end";

/** Who hears a key: the panels, the filter's input, or a window; a window that waits for a yes hears others. */
export type Mode =
  | "main"
  | "filter"
  | "detail"
  | "help"
  | "form"
  | "block"
  | "armed"
  | "blocks"
  | "unblocking"
  | "hook"
  | "recurring";

/** A key as pressed: `ctrl+c`, `shift+tab`, `S`, `?`, `pageup`. */
export type KeyName = string;

interface Binding {
  readonly modes: readonly Mode[];
  readonly keys: readonly KeyName[];
  readonly action: Action;
  /** The keys as people read them; a binding without is not listed. */
  readonly label?: string;
  /** One line of help. */
  readonly help?: string;
  /** A word for the footer, and how early it leaves a narrow one. */
  readonly footer?: { readonly word: string; readonly rank: number };
}

const ALL = [
  "main",
  "filter",
  "detail",
  "help",
  "form",
  "block",
  "armed",
  "blocks",
  "unblocking",
  "hook",
  "recurring",
] as const satisfies readonly Mode[];
const LISTS: readonly Mode[] = ["main", "detail", "help", "blocks", "hook", "recurring"];
/** Windows in which the arrows choose: what is longer than they are is seen page by page. */
const PAGED: readonly Mode[] = [...LISTS, "block", "armed"];
/** Where an address is, or may be, selected. */
const ADDRESSES: readonly Mode[] = ["main", "detail", "recurring"];
const TYPING: readonly Mode[] = ["filter", "form"];

/** Every key there is: what it does, the footer and the help come from here. */
export const KEYMAP: readonly Binding[] = [
  {
    modes: ["main"],
    keys: ["/"],
    action: "filter",
    label: "/",
    help: "filter both panels: words, and terms such as status:4xx or rate>60",
    footer: { word: "filter", rank: 1 },
  },
  {
    modes: ["main"],
    keys: ["f"],
    action: "form",
    label: "f",
    help: "the same filter as a form",
    footer: { word: "form", rank: 12 },
  },
  {
    modes: ["main"],
    keys: ["!"],
    action: "suspicious",
    label: "!",
    help: "only what is suspicious; again: the filter that was there before",
    footer: { word: "suspects", rank: 3 },
  },
  {
    modes: ["main"],
    keys: ["g"],
    action: "group",
    label: "g",
    help: "group by prefix (/24, /64), network, country; Enter goes into a group",
    footer: { word: "group", rank: 6 },
  },
  {
    modes: ["main"],
    keys: ["s", ">"],
    action: "sort-next",
    label: "s >",
    help: "sort by the next column (or click its title)",
    footer: { word: "sort", rank: 4 },
  },
  {
    modes: ["main"],
    keys: ["S", "<"],
    action: "sort-previous",
    label: "S <",
    help: "sort by the previous column",
  },
  {
    modes: ["main"],
    keys: ["i"],
    action: "sort-invert",
    label: "i",
    help: "invert the order (or click the title again)",
  },
  {
    modes: ["main", "recurring"],
    keys: ["return"],
    action: "open",
    label: "Enter",
    help: "why, and everything about the selected address",
    footer: { word: "why", rank: 2 },
  },
  {
    modes: ADDRESSES,
    keys: ["b"],
    action: "block",
    label: "b",
    help: "block the address, the prefix of a group, or all marked ones: first it shows whom that would hit",
    footer: { word: "block", rank: 2 },
  },
  {
    modes: ADDRESSES,
    keys: ["B"],
    action: "blocks",
    label: "B",
    help: "what is blocked, and unblock",
    footer: { word: "blocks", rank: 7 },
  },
  {
    modes: ADDRESSES,
    keys: ["y"],
    action: "armed",
    label: "y",
    help: "back to the block that ends by itself unless it is confirmed",
  },
  {
    modes: ["main"],
    keys: ["tab"],
    action: "focus-next",
    label: "Tab",
    help: "next panel; in a detail: next section",
    footer: { word: "panel", rank: 8 },
  },
  {
    modes: ["main"],
    keys: ["shift+tab"],
    action: "focus-previous",
    label: "Shift+Tab",
    help: "previous panel or section",
  },
  {
    modes: LISTS,
    keys: ["up", "k"],
    action: "up",
    label: "↑ k",
    help: "one up; in the live panel: stops it, to read back",
  },
  { modes: LISTS, keys: ["down", "j"], action: "down", label: "↓ j", help: "one down" },
  { modes: PAGED, keys: ["pageup", "ctrl+b"], action: "page-up", label: "PageUp", help: "one page up" },
  {
    modes: PAGED,
    keys: ["pagedown", "ctrl+f"],
    action: "page-down",
    label: "PageDown",
    help: "one page down",
  },
  { modes: PAGED, keys: ["home"], action: "first", label: "Home", help: "to the first" },
  {
    modes: PAGED,
    keys: ["end"],
    action: "last",
    label: "End",
    help: "to the last; in the live panel: follow again",
  },
  {
    modes: ["main"],
    keys: ["m"],
    action: "mark",
    label: "m",
    help: "mark the selected row for what is done to all marked ones, or unmark it",
    footer: { word: "mark", rank: 10 },
  },
  { modes: ["main"], keys: ["M"], action: "unmark", label: "M", help: "unmark all" },
  {
    modes: ["main", "detail"],
    keys: ["space"],
    action: "freeze",
    label: "Space",
    help: "freeze the picture, and let it go on; everything can be looked at as of then",
    footer: { word: "freeze", rank: 5 },
  },
  {
    modes: ADDRESSES,
    keys: ["c"],
    action: "copy",
    label: "c",
    help: "copy the address, or all marked ones, one a line",
    footer: { word: "copy", rank: 9 },
  },
  {
    modes: ADDRESSES,
    keys: ["w"],
    action: "look-up",
    label: "w",
    help: "ask who has the address: the registry (RDAP, else whois) and reverse DNS",
    footer: { word: "whois", rank: 10 },
  },
  {
    modes: ["main"],
    keys: ["H"],
    action: "recurring",
    label: "H",
    help: "who was suspicious in several runs of the program, by the history",
  },
  {
    modes: ["main", "detail"],
    keys: ["r"],
    action: "refresh",
    label: "r",
    help: "read every source now",
    footer: { word: "refresh", rank: 11 },
  },
  {
    modes: ["main"],
    keys: ["?"],
    action: "help",
    label: "?",
    help: "these keys, and how the sources do",
    footer: { word: "help", rank: 0 },
  },
  {
    modes: ["main"],
    keys: ["escape"],
    action: "back",
    label: "Esc",
    help: "out of a group, then clear the filter, then to the first row and the newest line; in a window: back",
  },
  {
    modes: ["main"],
    keys: ["q"],
    action: "quit",
    label: "q Ctrl-C",
    help: "quit; in a window q goes back",
    footer: { word: "quit", rank: 0 },
  },
  { modes: ALL, keys: ["ctrl+c"], action: "quit" },
  {
    modes: ALL,
    keys: ["ctrl+z"],
    action: "suspend",
    label: "Ctrl-Z",
    help: "suspend to the shell; fg comes back",
  },
  {
    modes: ["detail", "help"],
    keys: ["tab"],
    action: "section-next",
    label: "Tab",
    footer: { word: "sections", rank: 3 },
  },
  { modes: ["detail", "help"], keys: ["shift+tab"], action: "section-previous" },
  {
    modes: ["detail"],
    keys: ["/"],
    action: "filter-address",
    label: "/",
    footer: { word: "filter this address", rank: 2 },
  },
  {
    modes: ["detail"],
    keys: ["escape", "q", "return"],
    action: "close",
    label: "Esc",
    footer: { word: "back", rank: 0 },
  },
  {
    modes: ["recurring"],
    keys: ["escape", "q", "H"],
    action: "close",
    label: "Esc",
    footer: { word: "back", rank: 0 },
  },
  {
    modes: ["help"],
    keys: ["escape", "q", "return", "?"],
    action: "close",
    label: "Esc",
    footer: { word: "back", rank: 0 },
  },
  {
    modes: ["block"],
    keys: ["return"],
    action: "block-now",
    label: "Enter",
    footer: { word: "block for 60 s, y keeps it", rank: 0 },
  },
  {
    modes: ["block"],
    keys: ["left", "h"],
    action: "choice-previous",
    label: "←→",
    footer: { word: "choose", rank: 2 },
  },
  { modes: ["block"], keys: ["right", "l"], action: "choice-next" },
  { modes: ["block"], keys: ["tab", "shift+tab", "up", "down", "k", "j"], action: "choice-row" },
  { modes: ["block"], keys: ["c"], action: "copy", label: "c", footer: { word: "copy commands", rank: 1 } },
  {
    modes: ["block"],
    keys: ["escape", "q"],
    action: "close",
    label: "Esc",
    footer: { word: "close", rank: 0 },
  },
  { modes: ["armed"], keys: ["y"], action: "keep", label: "y", footer: { word: "keep it", rank: 0 } },
  { modes: ["armed"], keys: ["u"], action: "unblock", label: "u", footer: { word: "unblock now", rank: 0 } },
  {
    modes: ["armed"],
    keys: ["escape", "q"],
    action: "close",
    label: "Esc",
    footer: { word: "let it end", rank: 0 },
  },
  {
    modes: ["blocks"],
    keys: ["u", "delete"],
    action: "unblock",
    label: "u",
    footer: { word: "unblock", rank: 0 },
  },
  {
    modes: ["blocks"],
    keys: ["return", "y"],
    action: "armed",
    label: "y",
    footer: { word: "keep one that reverts", rank: 3 },
  },
  { modes: ["blocks"], keys: ["c"], action: "copy", label: "c", footer: { word: "copy", rank: 2 } },
  {
    modes: ["blocks"],
    keys: ["escape", "q"],
    action: "close",
    label: "Esc",
    footer: { word: "back", rank: 0 },
  },
  {
    modes: ["unblocking"],
    keys: ["y"],
    action: "unblock-yes",
    label: "y",
    footer: { word: "unblock it", rank: 0 },
  },
  {
    modes: ["unblocking"],
    keys: ["escape", "n", "q"],
    action: "unblock-no",
    label: "Esc",
    footer: { word: "leave it", rank: 0 },
  },
  { modes: ["hook"], keys: ["c"], action: "copy", label: "c", footer: { word: "copy output", rank: 1 } },
  {
    modes: ["hook"],
    keys: ["escape", "q"],
    action: "close",
    label: "Esc",
    footer: { word: "close, and stop it if it runs", rank: 0 },
  },
  {
    modes: ["filter"],
    keys: ["return", "linefeed"],
    action: "filter-keep",
    label: "Enter",
    footer: { word: "keep", rank: 0 },
  },
  {
    modes: ["filter"],
    keys: ["escape"],
    action: "filter-clear",
    label: "Esc",
    footer: { word: "clear", rank: 0 },
  },
  {
    modes: ["filter"],
    keys: ["tab"],
    action: "complete-next",
    label: "Tab",
    footer: { word: "complete", rank: 1 },
  },
  { modes: ["filter"], keys: ["shift+tab"], action: "complete-previous" },
  {
    modes: ["filter"],
    keys: ["up", "ctrl+p"],
    action: "older",
    label: "↑",
    footer: { word: "earlier", rank: 2 },
  },
  { modes: ["filter"], keys: ["down", "ctrl+n"], action: "newer" },
  {
    modes: ["form"],
    keys: ["return", "linefeed"],
    action: "form-enter",
    label: "Enter",
    footer: { word: "apply", rank: 0 },
  },
  {
    modes: ["form"],
    keys: ["tab", "down"],
    action: "form-next",
    label: "Tab",
    footer: { word: "next field", rank: 1 },
  },
  { modes: ["form"], keys: ["shift+tab", "up"], action: "form-previous" },
  { modes: ["form"], keys: ["escape"], action: "close", label: "Esc", footer: { word: "cancel", rank: 0 } },
  { modes: TYPING, keys: ["left", "ctrl+b"], action: "left" },
  { modes: TYPING, keys: ["right", "ctrl+f"], action: "right" },
  { modes: TYPING, keys: ["home", "ctrl+a"], action: "line-start" },
  { modes: TYPING, keys: ["end", "ctrl+e"], action: "line-end" },
  { modes: TYPING, keys: ["backspace", "ctrl+h"], action: "erase" },
  { modes: TYPING, keys: ["delete", "ctrl+d"], action: "erase-next" },
  { modes: TYPING, keys: ["ctrl+w", "alt+backspace"], action: "erase-word" },
  { modes: TYPING, keys: ["ctrl+u"], action: "erase-line" },
];

const byMode = new Map<Mode, ReadonlyMap<KeyName, Action>>(
  ALL.map((mode) => [
    mode,
    new Map(
      KEYMAP.filter(({ modes }) => modes.includes(mode)).flatMap(({ keys, action }) =>
        keys.map((key) => [key, action] as const),
      ),
    ),
  ]),
);

/** What a key does in a mode. */
export function actionOf(mode: Mode, key: KeyName): Action | undefined {
  return byMode.get(mode)?.get(key);
}

/** The bindings that a mode's footer names. */
export function footerOf(mode: Mode): readonly Binding[] {
  return KEYMAP.filter(({ modes, footer }) => footer !== undefined && modes.includes(mode));
}

/** The bindings that help lists. */
export function helpOf(): readonly Binding[] {
  return KEYMAP.filter(({ help }) => help !== undefined);
}

/** Whether the key means something already where hooks are heard: none of theirs may be the same. */
export function isBuiltIn(key: KeyName): boolean {
  return ADDRESSES.some((mode) => actionOf(mode, key) !== undefined);
}
