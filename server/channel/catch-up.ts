import { type Cursor, type Lineage, lastOf } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { split } from "../../shared/frame.ts";
import { endsMembership, untilDeparture } from "./departure.ts";
import type { Log } from "./log.ts";
import type { Encoded, Standing } from "./standing.ts";
import type { Tail } from "./tail.ts";

/** Entries a held reader is given at once: at 500 characters each they stay far below the hard mark. */
const PIECE = 64;

export type CatchUp<B> = {
  tail: Tail;
  log: Log;
  encode(entries: readonly Entry[]): B;
};

/**
 * Gives a held reader what he has missed, from the tail's ring or else from the log, piece by piece, as long as he keeps up. The log is read as the system: he was a
 * member when he was held, and what follows the entry that ends that is not given to him.
 * `live`: nothing is missing and he has been made live, in the same turn, so that what comes next joins without hole or repetition. `behind`: too much is under way
 * again. `left`: he has been given the entry that ends his membership. `lost`: what he missed is not kept any more, or the epoch is another. `gone`: somebody else
 * took over meanwhile (he left, or resumes by himself).
 */
export const catchUp = async <B extends Encoded>(
  standing: Standing<B>,
  { tail, log, encode }: CatchUp<B>,
): Promise<"live" | "behind" | "left" | "lost" | "gone"> => {
  const { hold, reader } = standing;
  if (hold === undefined) return "gone";
  for (;;) {
    if (standing.isBehind()) return "behind";
    const near = behind(tail, standing.sent);
    const piece = near === undefined ? await log.resume(tail.channel, undefined, standing.sent, PIECE) : undefined;
    if (standing.hold !== hold) return "gone";
    if (piece !== undefined && !piece.complete) return "lost";
    // Other channels of his line may have filled it while this one was read.
    if (standing.isBehind()) return "behind";
    const due = (near ?? piece?.entries ?? []).slice(0, PIECE);
    const given = untilDeparture(due, reader.number);
    for (const run of split(given)) standing.give(encode(run), run);
    if (given.some((entry) => endsMembership(entry, reader.number))) return "left";
    if (near !== undefined && due.length === near.length && !standing.isBehind()) {
      standing.hold = undefined;
      standing.live = true;
      return "live";
    }
    if (piece !== undefined && !piece.more) standing.sent = atEnd(piece.lineage, standing.sent);
    // Others are served in between.
    await new Promise((resolve) => setImmediate(resolve));
    if (standing.hold !== hold) return "gone";
  }
};

/** What the tail has after a cursor; undefined when that has to be read. */
export const behind = (tail: Tail, sent: Cursor): Entry[] | undefined =>
  tail.position.epoch < sent.epoch ? [] : tail.since(sent);

/** Where one stands who has everything up to `reached` and to whom nothing more is due: at the head of the current epoch. */
export const atEnd = (lineage: Lineage, reached: Cursor): Cursor =>
  reached.epoch === lineage.epoch
    ? reached
    : { epoch: lineage.epoch, seq: lastOf(lineage, lineage.epoch) ?? reached.seq };
