/**
 * The thread of a history, but mortal: instead of every third answer to what changes the database it ends.
 */
import { parentPort } from "node:worker_threads";

let answers = 0;
const post = parentPort?.postMessage.bind(parentPort);
if (parentPort !== null) {
  parentPort.postMessage = (answer: { kind: string }) => {
    if (answer.kind === "done" && ++answers % 3 === 0) process.exit(1);
    post?.(answer);
  };
}
await import("../src/store/worker.ts");
