import type { HistoryBatch, Minute, Visit } from "../model/history.ts";
import type { Ip } from "../model/ip.ts";
import type { Remembered } from "./query.ts";
import type { Keep } from "./retention.ts";
import type { Trouble } from "./trouble.ts";

/** What the worker is asked; each question with an `id` gets one answer with that. `at` is now (epoch ms). */
export type Question =
  /** Opens the database, anew if it was open; `writes` where this program has the lock. */
  | {
      readonly kind: "open";
      readonly id: number;
      readonly at: number;
      readonly path: string;
      readonly writes: boolean;
      readonly keep: Keep;
    }
  /** Takes another tool's history over, if that was not done yet. */
  | { readonly kind: "adopt"; readonly id: number; readonly at: number; readonly reference: string }
  /** Visits of the batch with this number, which is written later: all at once they would hold up who sends them. */
  | { readonly kind: "part"; readonly id: number; readonly number: number; readonly visits: readonly Visit[] }
  /** Writes a batch, with its parts. It is known by its number, and by the writer it is of: it is never written twice. */
  | {
      readonly kind: "write";
      readonly id: number;
      readonly at: number;
      readonly writer: string;
      readonly number: number;
      readonly batch: HistoryBatch;
    }
  /** `session`: the run that asks. */
  | {
      readonly kind: "ask";
      readonly id: number;
      readonly ips: readonly Ip[];
      readonly session?: string;
    }
  | { readonly kind: "minutes"; readonly id: number; readonly from: number; readonly to: number }
  | { readonly kind: "recurring"; readonly id: number; readonly limit: number }
  | { readonly kind: "close"; readonly id: number };

export type Answer =
  /** `remark`: what else there is to know. */
  | { readonly kind: "done"; readonly id: number; readonly remark?: string }
  | { readonly kind: "refused"; readonly id: number; readonly trouble: Trouble }
  | { readonly kind: "told"; readonly id: number; readonly pasts: readonly Remembered[] }
  | { readonly kind: "minutes"; readonly id: number; readonly minutes: readonly Minute[] };
