import { fileURLToPath } from "node:url";
import { printable } from "../config/error.ts";
import type { Config } from "../config/options.ts";
import type { Places } from "../config/state.ts";
import { diesWithParent } from "../kernel/libc.ts";
import { LOOK_BACK, type Responder } from "../model/block.ts";
import type { Input } from "../model/event.ts";
import type { HookRunner } from "../model/hook.ts";
import { parseIp } from "../model/ip.ts";
import { messageOf } from "../model/message-of.ts";
import { parseOrder } from "../model/order-word.ts";
import type { Target } from "../model/target.ts";
import { now } from "../sources/clock.ts";
import type { ConsoleHost } from "../tui/console.ts";
import { canRunConsole } from "../tui/terminal.ts";
import { createEngine, type Engine } from "./engine.ts";
import { FAILED, USAGE } from "./exit-codes.ts";
import { type Files, runFiles } from "./files.ts";
import type { Knowledge, Surroundings } from "./knowledge.ts";
import { laterResponder } from "./later-responder.ts";
import { type Live, type Setup, startLive } from "./live.ts";
import { play } from "./playback.ts";

/** signal(7) */
const SIGHUP = 1;
const INCIDENT = fileURLToPath(new URL("../../demo/incident.jsonl.gz", import.meta.url));
/** How much of the incident has happened when the demo begins: enough for the rates and strips to be filled. */
const DEMO_LEAP = 100_000;

/** How the console looks. */
interface Look {
  readonly config: Config;
  readonly color: boolean;
}

/** The console on this machine. */
export async function liveConsole(
  setup: Setup & Look,
  filter: string | undefined,
  places: Places,
): Promise<number> {
  const { config } = setup;
  const { state } = places;
  const began = now();
  const responder = (engine: Engine): Responder =>
    laterResponder(async () => {
      const [{ meansOf }, { responderOf }] = await Promise.all([
        import("./means.ts"),
        import("./responder.ts"),
      ]);
      const known = () => ({
        snapshot: engine.snapshot,
        since: Math.max(began, now() - LOOK_BACK),
        past: ({ text }: Target) => {
          const ip = parseIp(text);
          return ip && engine.history.past(ip);
        },
        origin: ({ text }: Target) => {
          const ip = parseIp(text);
          return ip && engine.row({ ip })?.origin;
        },
      });
      return responderOf(config, meansOf(config, state), known);
    });
  const hooks =
    config.hooks.length === 0 ? undefined : (await import("./hooks.ts")).consoleHooks(config, state);
  return show(setup, { filter, responder, hooks }, async (accept, engine) => {
    const live = await withBlocksKept(startLive(setup, accept), config, state);
    return withKnowledge(live, { config, places, engine, emit: accept });
  });
}

/** After the first frame, who somebody is: what is there is seen before it is known. */
function withKnowledge(live: Live, around: Surroundings): Feed {
  let loading: Promise<Knowledge> | undefined;
  let knowledge: Knowledge | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let say = (_words: string): void => {};
  const begin = async (): Promise<void> => {
    loading = import("./knowledge.ts").then(({ startKnowledge }) =>
      startKnowledge({ ...around, say: (words) => say(words) }),
    );
    knowledge = await loading;
  };
  return {
    ...live,
    refresh() {
      live.refresh();
      knowledge?.refresh();
    },
    lookUp: (ip) => knowledge?.lookUp(ip) ?? "still starting",
    onSaid(listener) {
      say = listener;
    },
    recurring: async () => (await loading)?.recurring() ?? "still starting",
    onScreen(ips) {
      timer ??= setTimeout(begin, PAINTED);
      knowledge?.onScreen(ips);
    },
    async close() {
      clearTimeout(timer);
      live.close();
      // The terminal is the shell's again.
      for (const words of (await (await loading)?.close()) ?? [])
        process.stderr.write(`nethergaze: history: ${printable(words)}\n`);
    },
  };
}

/** What is to be on the screen is painted so many milliseconds later. */
const PAINTED = 100;

/** While the console may block, it also puts back what a firewall loses. */
async function withBlocksKept(live: Live, config: Config, state: string): Promise<Live> {
  if (!config.blockExecution || config.readonly) return live;
  const { keepRestoring } = await import("./keep-restoring.ts");
  // The screen is the console's: what goes wrong here is seen in the list of blocks.
  const stop = keepRestoring(config, state, () => {});
  return {
    ...live,
    close() {
      stop();
      live.close();
    },
  };
}

/** The console on files, read to their end before it opens. */
export function fileConsole(files: Files, look: Look, filter: string | undefined): Promise<number> {
  return show(look, { filter, title: "replay" }, async (accept) => {
    let events = 0;
    const emit = (input: Input): void => {
      events++;
      accept(input);
    };
    const code = await runFiles(files, { emit, health: accept });
    // Of nothing there is nothing to look at, and why is told already.
    return code !== 0 && events === 0 ? code : undefined;
  });
}

/** The console on the built-in incident, as it happened. Its addresses are of reserved ranges: all are shown. */
export function demo({ config, color }: Look): Promise<number> {
  const all: Config = { ...config, showPrivateIps: true, cidrAllow: [], cidrDeny: [] };
  return show({ config: all, color }, { title: "demo" }, (accept) => play(INCIDENT, accept, DEMO_LEAP));
}

interface Shown {
  readonly filter?: string | undefined;
  readonly title?: string;
  readonly responder?: (engine: Engine) => Responder;
  readonly hooks?: HookRunner | undefined;
}

/** What feeds the console: some sources can be asked to look again, or closer. */
type Feed = Partial<
  Omit<Live, "close"> & Pick<ConsoleHost, "lookUp" | "recurring" | "onSaid" | "onScreen">
> & {
  close(): void | Promise<void>;
};

async function show(
  { config, color }: Look,
  { filter, title, responder, hooks }: Shown,
  start: (accept: (input: Input) => void, engine: Engine) => Feed | Promise<Feed | number | undefined>,
): Promise<number> {
  const obstacle = canRunConsole();
  if (obstacle !== undefined) {
    process.stderr.write(`nethergaze: ${obstacle}; without one: nethergaze top\n`);
    return USAGE;
  }
  const { runConsole } = await import("../tui/console.ts");
  // The launcher gives the terminal back when we are killed; when it is killed itself, nobody would.
  diesWithParent(SIGHUP);
  const engine = createEngine(config);
  let onLines = (): void => {};
  const feed = await start((input) => {
    engine.accept(input);
    if (input.kind === "request" || input.kind === "auth") onLines();
  }, engine);
  if (typeof feed === "number") return feed;
  const host: ConsoleHost = {
    snapshot(query) {
      feed?.setInterest?.(query.detail);
      return engine.snapshot(query);
    },
    revision: engine.revision,
    onLines(listener) {
      onLines = listener;
    },
    refresh: () => feed?.refresh?.(),
    ...(feed?.lookUp !== undefined && { lookUp: feed.lookUp }),
    ...(feed?.onSaid !== undefined && { onSaid: feed.onSaid }),
    ...(feed?.recurring !== undefined && { recurring: feed.recurring }),
    ...(feed?.onScreen !== undefined && { onScreen: feed.onScreen }),
    freeze: engine.freeze,
    now,
    responder: responder?.(engine),
    hooks,
  };
  try {
    return await runConsole({
      host,
      fast: config.fast,
      utc: config.utc,
      maxLines: config.maxLogLines,
      ...parseOrder(config.sort),
      group: config.group,
      columns: config.columns,
      color,
      theme: config.theme,
      ...(title !== undefined && { title }),
      ...(filter !== undefined && { filter }),
    });
  } catch (error) {
    // The terminal library is there but does not load: everything else still works.
    const reason = messageOf(error);
    process.stderr.write(
      `nethergaze: the console cannot start: ${printable(reason)}; without it: nethergaze top\n`,
    );
    return FAILED;
  } finally {
    await feed?.close();
  }
}
