import * as z from "zod";
import type { Cursor } from "./cursor.ts";
import { LIMITS } from "./limits.ts";

/**
 * The Colyseus message type of what a client sends by itself: everything up to here has arrived. Of the seat's own channel it is `[epoch, seq]`; of channels that are
 * followed, several in one, `[epoch, seq, ref, epoch, seq, ref, …]`, where the ref 0 is the seat's own. Lets the server see a line that is slow though the kernel
 * takes all that is written to it. It is not answered; one that is malformed, and a ref nobody knows, is ignored.
 */
export const CURSOR_REPORT = "c";

/**
 * A client reports whenever, since the last time, it has taken in so many entries of all its channels together or received so many bytes, and then of every channel
 * that has moved; never by time, which would wake a phone's radio for nothing. A channel it never reports is served as well, but judged by unsent bytes alone.
 */
export const REPORT_AFTER = { entries: 64, bytes: 32 * 1024 } as const;

/** What stands for the seat's own channel where others have the number they are followed by. */
export const OWN_REF = 0;

/** How far a client has come in each of the channels it reports, by ref. */
export type CursorReport = ReadonlyMap<number, Cursor>;

const PARTS = 3;

export const cursorReportSchema = z
  .array(z.int().min(0))
  .min(2)
  .max(PARTS * (LIMITS.channels + 1))
  .refine(({ length }) => length === 2 || length % PARTS === 0)
  .transform((flat): CursorReport => {
    const report = new Map<number, Cursor>();
    for (let at = 0; at < flat.length; at += PARTS) {
      const [epoch = 0, seq = 0, ref = OWN_REF] = flat.slice(at, at + PARTS);
      report.set(ref, { epoch, seq });
    }
    return report;
  });

export const encodeCursorReport = (report: CursorReport): number[] => {
  const own = report.get(OWN_REF);
  if (report.size === 1 && own !== undefined) return [own.epoch, own.seq];
  return [...report].flatMap(([ref, { epoch, seq }]) => [epoch, seq, ref]);
};
