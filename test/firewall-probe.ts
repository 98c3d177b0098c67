/**
 * Tries to connect, in the namespace of a peer: a line of `FROM,TO,PORT` separated by blanks is answered by those FROM
 * that got through, in the same order. All are tried at once.
 */
import { createConnection } from "node:net";
import { createInterface } from "node:readline";

/** A connection here takes a millisecond; the kernel asks again after 1000 (ms). */
const PATIENCE = 400;

function gotThrough(from: string, host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, localAddress: from });
    const end = (got: boolean): void => {
      clearTimeout(patience);
      socket.destroy();
      resolve(got);
    };
    // Where we were late it is there already, and is told of first.
    const patience = setTimeout(() => setTimeout(() => end(false), 50), PATIENCE);
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
  });
}

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const tries = await Promise.all(
    line.split(" ").map(async (asked) => {
      const [from = "", to = "", port = ""] = asked.split(",");
      return (await gotThrough(from, to, Number(port))) ? [from] : [];
    }),
  );
  process.stdout.write(`${tries.flat().join(" ")}\n`);
}
