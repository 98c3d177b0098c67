import { LookupFailure } from "./lookup-failure.ts";
import { orAborted, pause, remaining } from "./patience.ts";

/** Servers remembered at most: registries are a dozen, but a redirect may name anybody. */
const MAX_SERVERS = 64;
/** A server that did not answer is left alone for so long (ms), each time twice as long as before, up to the longest. */
const SILENT = 5_000;
const MAX_SILENT = 600_000;
/** One that does not want to answer, where it does not say how long. */
const REFUSING = 60_000;
/** However long a server asks for. */
const MAX_REFUSING = 3_600_000;
const MIN_REFUSING = 1_000;

/** Who asks servers one question at a time, with a gap between two, and leaves those alone who do not answer. */
export interface Politeness {
  /** Milliseconds until the gap behind the last question is over. */
  rest(server: string): number;
  /**
   * Asks when it is its turn. Throws the {@link LookupFailure} of the question, one at once where the server is left alone
   * (`urgent` asks one that was only silent), and what `signal` is aborted for.
   */
  ask<T>(
    server: string,
    options: { readonly signal: AbortSignal; readonly urgent: boolean },
    question: () => Promise<T>,
  ): Promise<T>;
  /** Servers that do not want to be asked now. */
  refusing(): string[];
}

interface Server {
  /** Over when the one before has been asked. */
  turn: Promise<void>;
  asking: number;
  /** Epoch milliseconds: when it may be asked next, and until when it is left alone. */
  next: number;
  until: number;
  refused: boolean;
  /** What it failed with last. */
  why: string;
  /** Times in a row that it did not answer or refused. */
  failures: number;
}

export function createPoliteness(now: () => number, gap: number): Politeness {
  const servers = new Map<string, Server>();

  function serverOf(name: string): Server {
    const known = servers.get(name);
    if (known !== undefined) return known;
    if (servers.size >= MAX_SERVERS) {
      const idle = [...servers].find(([, { asking, until }]) => asking === 0 && until <= now());
      if (idle === undefined)
        throw new LookupFailure("refused", `${name}: too many other servers are left alone`);
      servers.delete(idle[0]);
    }
    const server = {
      turn: Promise.resolve(),
      asking: 0,
      next: 0,
      until: 0,
      refused: false,
      why: "",
      failures: 0,
    };
    servers.set(name, server);
    return server;
  }

  function check(server: Server, urgent: boolean): void {
    const left = remaining(server.until, now(), MAX_REFUSING);
    if (left === 0 || (urgent && !server.refused)) return;
    throw new LookupFailure(server.refused ? "refused" : "unreachable", server.why);
  }

  function learn(server: Server, failure: LookupFailure | undefined): void {
    server.next = now() + gap;
    if (failure === undefined || failure.kind === "nothing" || failure.kind === "wrong") {
      server.failures = 0;
      server.until = 0;
      server.refused = false;
      return;
    }
    server.refused = failure.kind === "refused";
    server.why = failure.message;
    const twice = 2 ** Math.min(server.failures++, 16);
    const wait = server.refused
      ? Math.max(MIN_REFUSING, Math.min(failure.wait ?? REFUSING * twice, MAX_REFUSING))
      : Math.min(SILENT * twice, MAX_SILENT);
    server.until = now() + wait;
  }

  async function put<T>(server: Server, question: () => Promise<T>): Promise<T> {
    try {
      const answer = await question();
      learn(server, undefined);
      return answer;
    } catch (error) {
      learn(server, error instanceof LookupFailure ? error : undefined);
      throw error;
    }
  }

  return {
    rest(name) {
      const server = servers.get(name);
      return server === undefined ? 0 : remaining(server.next, now(), gap);
    },
    async ask(name, { signal, urgent }, question) {
      const server = serverOf(name);
      check(server, urgent);
      const before = server.turn;
      let end = (): void => {};
      server.turn = new Promise((resolve) => {
        end = resolve;
      });
      server.asking++;
      try {
        await orAborted(before, signal);
        const rest = remaining(server.next, now(), gap);
        if (rest > 0) await pause(rest, signal);
        check(server, urgent);
        return await put(server, question);
      } finally {
        server.asking--;
        before.then(end);
      }
    },
    refusing: () =>
      [...servers].flatMap(([name, { refused, until }]) =>
        refused && remaining(until, now(), MAX_REFUSING) > 0 ? [name] : [],
      ),
  };
}
