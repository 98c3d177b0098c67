import type { Files } from "./files.ts";
import type { Logs } from "./logs.ts";
import type { Notes } from "./notes.ts";

/** What the readers of configuration work with. */
export interface Search {
  readonly files: Files;
  readonly logs: Logs;
  readonly notes: Notes;
}
