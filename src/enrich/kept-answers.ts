import { messageOf } from "../model/message-of.ts";
import type { RegistryCache } from "./registry-cache.ts";
import { readRegistryFile, stateOf, writeRegistryFile } from "./registry-file.ts";

export interface KeptAnswersOptions {
  readonly cache: RegistryCache;
  readonly path: string;
  /** Milliseconds between two writes at least. */
  readonly interval: number;
  /** Told what is wrong with the file, and "" when nothing is any more. */
  readonly tell: (trouble: string) => void;
}

/** Answers of registries on disk, for the next run and for other programs. */
export interface KeptAnswers {
  /** Resolves when what the file had is in the cache, or it could not be read. */
  readonly loaded: Promise<void>;
  /** The cache has something new. */
  changed(): void;
  /** Writes what is new. */
  close(): Promise<void>;
}

export function keepAnswers({ cache, path, interval, tell }: KeptAnswersOptions): KeptAnswers {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isNew = false;
  let state: string | undefined;
  let closed = false;

  async function load(): Promise<void> {
    const reading = await readRegistryFile(path);
    if (reading.kind === "read") {
      await cache.takeIn(reading.json);
      state = reading.state;
    } else if (reading.kind === "put-aside") {
      tell(`it was damaged and lies at ${reading.at} now, a new one is begun`);
    } else if (reading.kind === "unread") {
      tell(`${reading.trouble}: move it away`);
    }
  }

  async function write(): Promise<void> {
    if (!isNew) return;
    isNew = false;
    try {
      // Another program may have written what we do not know.
      const there = await stateOf(path);
      if (there !== undefined && there !== state) await load();
      state = await writeRegistryFile(path, cache.toText());
      tell("");
    } catch (error) {
      isNew = true;
      tell(`${messageOf(error)}: answers are kept until the program ends`);
    }
  }

  const loaded = load();
  let running = loaded;
  return {
    loaded,
    changed() {
      isNew = true;
      if (timer !== undefined || closed) return;
      timer = setTimeout(() => {
        timer = undefined;
        running = running.then(write);
      }, interval);
      timer.unref();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
      await write();
    },
  };
}
