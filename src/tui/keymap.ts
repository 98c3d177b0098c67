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
  | "filter"
  | "filter-keep"
  | "filter-clear"
  | "filter-address"
  | "freeze"
  | "refresh"
  | "copy"
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

/** Who hears a key: the panels, the filter's input, or a modal. */
export type Mode = "main" | "filter" | "detail" | "help";

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

const ALL: readonly Mode[] = ["main", "filter", "detail", "help"];
const LISTS: readonly Mode[] = ["main", "detail", "help"];

/** Every key there is: what it does, the footer and the help come from here. */
export const KEYMAP: readonly Binding[] = [
  {
    modes: ["main"],
    keys: ["/"],
    action: "filter",
    label: "/",
    help: "filter both panels: all words, -word excludes",
    footer: { word: "filter", rank: 1 },
  },
  {
    modes: ["main"],
    keys: ["s"],
    action: "sort-next",
    label: "s",
    help: "sort by the next column (or click its title)",
    footer: { word: "sort", rank: 3 },
  },
  { modes: ["main"], keys: ["S"], action: "sort-previous", label: "S", help: "sort by the previous column" },
  {
    modes: ["main"],
    keys: ["return"],
    action: "open",
    label: "Enter",
    help: "everything about the selected address",
    footer: { word: "detail", rank: 2 },
  },
  {
    modes: ["main"],
    keys: ["tab"],
    action: "focus-next",
    label: "Tab",
    help: "next panel",
    footer: { word: "panel", rank: 5 },
  },
  {
    modes: ["main"],
    keys: ["shift+tab"],
    action: "focus-previous",
    label: "Shift+Tab",
    help: "previous panel",
  },
  { modes: LISTS, keys: ["up", "k"], action: "up", label: "↑ k", help: "one up" },
  { modes: LISTS, keys: ["down", "j"], action: "down", label: "↓ j", help: "one down" },
  { modes: LISTS, keys: ["pageup", "ctrl+b"], action: "page-up", label: "PageUp", help: "one page up" },
  {
    modes: LISTS,
    keys: ["pagedown", "ctrl+f"],
    action: "page-down",
    label: "PageDown",
    help: "one page down",
  },
  { modes: LISTS, keys: ["home"], action: "first", label: "Home", help: "to the first" },
  {
    modes: LISTS,
    keys: ["end"],
    action: "last",
    label: "End",
    help: "to the last; in the live panel: follow again",
  },
  {
    modes: ["main"],
    keys: ["space"],
    action: "freeze",
    label: "Space",
    help: "freeze the screen, and let it go on",
    footer: { word: "freeze", rank: 6 },
  },
  {
    modes: ["main", "detail"],
    keys: ["c"],
    action: "copy",
    label: "c",
    help: "copy the address",
    footer: { word: "copy", rank: 4 },
  },
  {
    modes: ["main", "detail"],
    keys: ["r"],
    action: "refresh",
    label: "r",
    help: "read every source now",
    footer: { word: "refresh", rank: 7 },
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
    help: "clear the filter; in a window: back",
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
    modes: ["help"],
    keys: ["escape", "q", "return", "?"],
    action: "close",
    label: "Esc",
    footer: { word: "back", rank: 0 },
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
  { modes: ["filter"], keys: ["left", "ctrl+b"], action: "left" },
  { modes: ["filter"], keys: ["right", "ctrl+f"], action: "right" },
  { modes: ["filter"], keys: ["home", "ctrl+a"], action: "line-start" },
  { modes: ["filter"], keys: ["end", "ctrl+e"], action: "line-end" },
  { modes: ["filter"], keys: ["backspace", "ctrl+h"], action: "erase" },
  { modes: ["filter"], keys: ["delete", "ctrl+d"], action: "erase-next" },
  {
    modes: ["filter"],
    keys: ["ctrl+w", "alt+backspace"],
    action: "erase-word",
    label: "Ctrl-W",
    footer: { word: "erase word", rank: 2 },
  },
  { modes: ["filter"], keys: ["ctrl+u"], action: "erase-line" },
];

const byMode = new Map(
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
