import type { Responder } from "../model/block.ts";
import type { HookRunner } from "../model/hook.ts";
import { append, NO_OUTPUT } from "./hook-run.ts";
import type { Effect, Message } from "./step.ts";
import { timer } from "./timer.ts";

/** Who does something about an address, and the time it takes. */
interface Hands {
  readonly responder?: Responder | undefined;
  readonly hooks?: HookRunner | undefined;
  /** The host's clock, epoch milliseconds. */
  readonly now: () => number;
}

/** Effects that reach out to an address. */
export type Deed = Extract<Effect, { kind: "preview" | "act" | "blocks" | "run" | "stop" }>;

export interface Acting {
  perform(deed: Deed): void;
  /** Stops what runs; nothing is heard of any of it after that. */
  stop(): void;
}

/** Questions under way together: one that hangs does not keep the next one waiting, a held key starts no crowd. */
const PREVIEWS = 2;
/** How often what a hook writes is shown (ms). */
const SHOWN = 100;

type Preview = Extract<Deed, { kind: "preview" }>;
type Run = Extract<Deed, { kind: "run" }>;

/** Does what the console wants done; what comes of it is heard. */
export function startActing({ responder, hooks, now }: Hands, listener: (message: Message) => void): Acting {
  let ended = false;
  let previews = 0;
  let next: Preview | undefined;
  let listing = false;
  let running: { readonly id: number; stop(): void } | undefined;
  const hear = (message: Message): void => {
    if (!ended) listener(message);
  };

  const preview = async (wanted: Preview): Promise<void> => {
    if (responder === undefined) return;
    if (previews >= PREVIEWS) {
      next = wanted;
      return;
    }
    previews++;
    const found = await responder.preview(wanted.targets, wanted.seconds);
    previews--;
    const { question } = wanted;
    const { forbidden } = responder;
    hear({ kind: "previewed", answer: { question, preview: found, forbidden, at: now() } });
    const waiting = next;
    next = undefined;
    if (waiting !== undefined && !ended) await preview(waiting);
  };

  const act = async ({ act }: Extract<Deed, { kind: "act" }>): Promise<void> => {
    if (responder === undefined) return;
    const { kind, targets, seconds, reason } = act;
    const began = now();
    const acted =
      kind === "unblock" ? await responder.unblock(targets) : await responder[kind](targets, seconds, reason);
    hear({ kind: "acted", act, acted, began, now: now() });
  };

  const list = async (): Promise<void> => {
    // Whoever asked meanwhile is answered by the answer that comes.
    if (responder === undefined || listing) return;
    listing = true;
    const blocks = await responder.blocks();
    listing = false;
    hear({ kind: "blocks", blocks, now: now() });
  };

  const run = ({ run, index, ip }: Run): void => {
    if (hooks === undefined) return;
    let output = NO_OUTPUT;
    const showing = timer(SHOWN);
    const show = (): void => hear({ kind: "output", run, output });
    const started = hooks.run(
      index,
      ip,
      (text) => {
        output = append(output, text);
        if (!showing.running()) showing.restart(show);
      },
      (end) => {
        showing.stop();
        running = undefined;
        hear({ kind: "output", run, output, end });
      },
    );
    running = {
      id: run,
      stop() {
        showing.stop();
        started.stop();
      },
    };
  };

  const halt = (): void => {
    running?.stop();
    running = undefined;
  };

  return {
    perform(deed) {
      switch (deed.kind) {
        case "preview":
          void preview(deed);
          break;
        case "act":
          void act(deed);
          break;
        case "blocks":
          void list();
          break;
        case "run":
          halt();
          run(deed);
          break;
        case "stop":
          if (running?.id === deed.run) halt();
          break;
      }
    },
    stop() {
      ended = true;
      halt();
    },
  };
}
