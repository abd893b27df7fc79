import * as z from "zod";

/** Seqs of a new epoch start after the next multiple of this (2^20), so that no number of a lost tail is ever used again. */
export const EPOCH_STEP = 1_048_576;

/** A position in a channel's log: everything up to and including `seq` is known. `{epoch: 0, seq: 0}` knows nothing. */
export const cursorSchema = z.object({ epoch: z.int().min(0), seq: z.int().min(0) });
export type Cursor = z.infer<typeof cursorSchema>;

/** A past epoch and its last seq. A seq above it was lost with the tail of the log and means nothing. */
export type PastEpoch = { epoch: number; last: number };

/** The epochs of a channel: those that ended, oldest first, and the current one with its head. */
export type Lineage = { past: PastEpoch[]; epoch: number; head: number };

export const baseAfter = (last: number): number => (Math.floor(last / EPOCH_STEP) + 1) * EPOCH_STEP;

/** The last seq an epoch really had, or undefined when the channel never had that epoch. */
export const lastOf = (lineage: Lineage, epoch: number): number | undefined =>
  epoch === lineage.epoch ? lineage.head : lineage.past.find((row) => row.epoch === epoch)?.last;

/** Whether what the cursor claims to know is still in the log. If not, its owner drops what lies above and reloads. */
export const isGood = (lineage: Lineage, cursor: Cursor): boolean => {
  const last = lastOf(lineage, cursor.epoch);
  return last !== undefined && cursor.seq <= last;
};

/** Epochs rise, but not by one: see decision 0010. */
const epochAfter = (lineage: Lineage, epoch: number): number =>
  lineage.past[lineage.past.findIndex((row) => row.epoch === epoch) + 1]?.epoch ?? lineage.epoch;

/** The seq that follows a good cursor, across the ends of epochs; undefined when nothing was written after it yet. */
export const nextSeq = (lineage: Lineage, cursor: Cursor): number | undefined => {
  let { epoch, seq } = cursor;
  for (;;) {
    const last = lastOf(lineage, epoch);
    if (last === undefined) return undefined;
    if (seq < last) return seq + 1;
    if (epoch >= lineage.epoch) return undefined;
    epoch = epochAfter(lineage, epoch);
    seq = baseAfter(last);
  }
};

/** The cursor after an end of epoch: a cursor at the very end of a past epoch stands, with nothing lost, at the base of the next. */
export const advance = (lineage: Lineage, cursor: Cursor): Cursor => {
  let { epoch, seq } = cursor;
  for (;;) {
    const last = lastOf(lineage, epoch);
    if (last === undefined || seq < last || epoch >= lineage.epoch) return { epoch, seq };
    epoch = epochAfter(lineage, epoch);
    seq = baseAfter(last);
  }
};
