import { basename } from "node:path";
import { printable } from "../config/error.ts";
import type { Config } from "../config/options.ts";
import type { Places } from "../config/state.ts";
import { type AlertHook, createAlertHooks, type Surroundings } from "../respond/alert-hooks.ts";
import { toAlertLine } from "../sinks/native.ts";
import { monotonic } from "../sources/clock.ts";
import { alerting } from "./alerts.ts";
import { complaining } from "./complaints.ts";
import { noting } from "./hooks.ts";
import { interpretationOf } from "./interpretation.ts";
import { keepRestoring } from "./keep-restoring.ts";
import { startKnowledge } from "./knowledge.ts";
import { type Setup, startLive } from "./live.ts";
import { lastWords, stopSignal } from "./stop.ts";
import { authPlace, authTargets, httpTargets } from "./targets.ts";

/** Names of logs in the first line; a server may have hundreds. */
const NAMED = 6;

/**
 * `watch`: everything that the console follows, with nobody looking, until a signal. Alerts go to the alert hooks; stderr
 * says what is followed and by whom alerts are heard, what cannot be read, and which hook fails. Blocks that a firewall
 * loses are put back, and what addresses do is written down.
 */
export async function watch(setup: Setup, places: Places): Promise<number> {
  const { config } = setup;
  const { state } = places;
  const asked = config.readonly ? [] : config.alertHooks.map(named);
  const hooks = createAlertHooks(asked, { now: monotonic, complain: say, note: noted(state) });
  const engine = alerting(config, undefined, { tell: (alert) => hooks.tell(alert, toAlertLine(alert)) });
  const stopped = stopSignal();
  say(`watch: follows ${followed(setup)}; alert hooks: ${heardBy(config, asked)}`);
  const accept = complaining(engine.accept);
  const live = startLive(setup, accept);
  const knowledge = startKnowledge({ config, places, engine, emit: accept });
  const stopRestoring = config.readonly ? undefined : keepRestoring(config, state, say);
  const code = await stopped;
  stopRestoring?.();
  live.close();
  for (const words of await knowledge.close()) say(`history: ${words}`);
  // What was told is told to the end, but not for ever, and not when somebody asks again.
  await Promise.race([hooks.idle(), lastWords(), stopSignal()]);
  await hooks.close();
  return code;
}

function noted(state: string): Surroundings["note"] {
  const note = noting(state);
  return ({ name, command }, who, result) =>
    note({ what: "alert-hook", targets: [who], why: name, steps: [{ argv: command }], result });
}

function named(hook: Config["alertHooks"][number]): AlertHook {
  return { ...hook, name: hook.name === "" ? basename(hook.command[0]) : hook.name };
}

/** In words, what will be looked at, as far as it can be told before. */
function followed(setup: Setup): string {
  const how = interpretationOf(setup.config);
  const auth = authTargets(setup, how, authPlace(setup.config));
  const logs = [...httpTargets(setup, how).targets, ...auth.targets].map(({ path }) => path);
  const more = logs.length > NAMED ? [`${logs.length - NAMED} more logs`] : [];
  return [
    "sockets",
    ...(setup.config.capture === "off" ? [] : ["packets"]),
    ...(auth.journal === undefined ? [] : ["the journal"]),
    ...logs.slice(0, NAMED),
    ...more,
  ].join(", ");
}

function heardBy({ readonly, alertHooks }: Config, asked: readonly AlertHook[]): string {
  if (readonly && alertHooks.length > 0) return "none runs (readonly)";
  return asked.map(({ name, severity }) => `${name} (${severity})`).join(", ") || "none";
}

/** Text of programs and names of files may be in it. */
function say(line: string): void {
  process.stderr.write(`nethergaze: ${printable(line)}\n`);
}
