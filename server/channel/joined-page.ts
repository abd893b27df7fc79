import type { Cursor } from "../../shared/cursor.ts";
import { atEnd, behind } from "./catch-up.ts";
import { endsMembership, untilDeparture } from "./departure.ts";
import type { Resumed } from "./log.ts";
import type { Tail } from "./tail.ts";

/** What one who resumes is answered, and where he stands with that. */
export type JoinedPage = {
  readonly answer: Resumed;
  /** When no more follows: up to here he has everything, so that what the tail gives next joins without hole or repetition. */
  readonly sent: Cursor;
  /** The seq up to which he had everything before. */
  readonly had: number;
  /** The answer ends with the entry that ends his membership. */
  readonly departs: boolean;
};

/**
 * Joins a page that was read from the log after the cursor with what the tail has after it, for the member of this number. More follows when the page says so, or when
 * the tail does not reach back to the end of the page.
 */
export const joinedPage = (page: Resumed, cursor: Cursor, tail: Tail, number: number): JoinedPage => {
  const { lineage, complete } = page;
  const reached: Cursor = page.entries.at(-1) ?? (complete ? cursor : { epoch: lineage.epoch, seq: lineage.head });
  const read = page.more ? reached : atEnd(lineage, reached);
  const near = page.more ? undefined : behind(tail, read);
  // Membership was checked when the page was read; what came after it may have ended it.
  const due = untilDeparture(near ?? [], number);
  const entries = [...page.entries, ...due];
  const end = entries.at(-1);
  const isFurther = end !== undefined && (end.epoch > read.epoch || end.seq > read.seq);
  const sent = isFurther ? { epoch: end.epoch, seq: end.seq } : read;
  return {
    answer: {
      ...page,
      ...{ lineage: { ...lineage, head: Math.max(lineage.head, end?.seq ?? 0) }, entries, more: near === undefined },
    },
    sent,
    had: complete ? cursor.seq : (entries[0]?.seq ?? sent.seq + 1) - 1,
    departs: due.some((entry) => endsMembership(entry, number)),
  };
};
