import type { Entry } from "../../shared/entry.ts";
import { split } from "../../shared/frame.ts";

/**
 * Entries that leave as one frame at most: half of what a reader is cut off at (500 characters are at most 2 kB), so that no number of entries that come at
 * once, as after a stall of the process, costs him his connection.
 */
const FRAME_ENTRIES = 256;

/** The entries of one frame. `goesOn`: the frame before was only full. */
export type FrameRun = { readonly run: readonly Entry[]; readonly goesOn: boolean };

/** In order, what leaves as one frame each. */
export function* framesOf(entries: readonly Entry[]): Generator<FrameRun> {
  for (const run of split(entries))
    for (let at = 0; at < run.length; at += FRAME_ENTRIES)
      yield { run: run.slice(at, at + FRAME_ENTRIES), goesOn: at > 0 };
}
