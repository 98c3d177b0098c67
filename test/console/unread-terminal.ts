import { closeSync, constants, openSync, writeSync } from "node:fs";
import { openPty, type Pty } from "./pty.ts";

/** A terminal that nobody reads and that is full: whoever writes to it waits for ever. */
export function unreadTerminal(): Pty {
  const terminal = openPty(80, 24);
  const filling = openSync(terminal.path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    while (writeSync(filling, "x".repeat(1024)) > 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
  }
  closeSync(filling);
  return terminal;
}
