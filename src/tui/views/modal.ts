import type { Block } from "../../model/block.ts";
import { lastingWords } from "../../model/duration.ts";
import type { Ip } from "../../model/ip.ts";
import { blocksOf } from "../block-list.ts";
import { secondsOf, targetsOf } from "../block-window.ts";
import { blockedSpan } from "../blocked.ts";
import { identity, riskSpan } from "../detail.ts";
import { cut } from "../fit.ts";
import { grouped } from "../format.ts";
import type { HookRun } from "../hook-run.ts";
import { modalText } from "../modal-text.ts";
import { PALETTE } from "../palette.ts";
import { named } from "../response.ts";
import type { State } from "../state.ts";
import { paintSpans, type Span, type Surface } from "../surface.ts";
import { windowRect, windowRows } from "../window.ts";
import { keySpans } from "./footer.ts";
import { paintFrame } from "./frame.ts";

/** The open window: a frame with its keys in the lower border, and the lines that are scrolled to. */
export function paintModal(surface: Surface, state: State): void {
  const { modal } = state;
  if (modal === undefined) return;
  const frame = windowRect(state);
  const area = windowRows(state);
  const { lines } = modalText(state, area);
  const rest = lines.length - modal.scroll - area.height;
  paintFrame(surface, frame, {
    ...titles(state, rest),
    bottom: keySpans(state, area.width - 2),
    focused: true,
  });
  surface.clip(frame, () => {
    for (let i = 0; i < area.height; i++) {
      const y = area.y + i;
      surface.text(area.x - 1, y, 1, "", PALETTE.plain);
      paintSpans(surface, area.x, y, area.width + 1, lines[modal.scroll + i]?.() ?? []);
    }
  });
}

interface Titles {
  readonly title: Span[];
  readonly right?: Span[];
}

function titles(state: State, rest: number): Titles {
  const { modal } = state;
  const more: Span = [rest > 0 ? ` · ${rest} more below` : "", PALETTE.dim];
  const head = (words: string, ...others: readonly Span[]): Titles => ({
    title: [[words, PALETTE.strong], ...others, more],
  });
  switch (modal?.kind) {
    case "form":
      return head("Filter");
    case "block":
      return head(`Block ${named(targetsOf(modal.block))} ${lastingWords(secondsOf(modal.block))}`);
    case "armed":
      return head(`Blocked ${named(modal.armed.targets)}`);
    case "blocks":
      return head("Blocks", ...countsOf(blocksOf(state)));
    case "recurring":
      return head("Recurring offenders");
    case "hook":
      return head(cut(modal.run.label, MAX_LABEL), ...runSpans(modal.run));
    case "detail":
      return detailTitles(state, modal.ip, more);
    default:
      return head("Help");
  }
}

/** As the operator's configuration has it, which may be long: the address stands behind it. */
const MAX_LABEL = 40;

function runSpans({ ip, end }: HookRun): Span[] {
  return [
    [` · ${ip}`, PALETTE.plain],
    [` · ${end ?? "running"}`, end === undefined ? PALETTE.notice : PALETTE.warning],
  ];
}

function countsOf(blocks: readonly Block[]): Span[] {
  const missing = blocks.filter((block) => block.missing).length;
  return [
    [` ${grouped(blocks.length)}`, PALETTE.plain],
    [missing === 0 ? "" : ` · ${grouped(missing)} not in force`, PALETTE.bad],
  ];
}

function detailTitles(state: State, ip: Ip, more: Span): Titles {
  const profile = state.snapshot?.detail?.profile;
  const blocked = blockedSpan(state, ip);
  if (profile?.ip !== ip) {
    return {
      title: [
        [ip, PALETTE.strong],
        [" · gone", PALETTE.warning],
      ],
      ...(blocked !== undefined && { right: [blocked] }),
    };
  }
  const risk = riskSpan(profile);
  return {
    title: [...identity(profile), more],
    right: blocked === undefined ? [risk] : [blocked, [" · ", PALETTE.faint], risk],
  };
}
