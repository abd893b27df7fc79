import { parseRefusal } from "../client/refused.ts";
import type { Lineage } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { decodeFrame } from "../shared/frame.ts";
import { refusal } from "./a-room.ts";
import { aSeat, type SeatHeld } from "./a-seat.ts";
import { aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

/**
 * Everything a channel's log holds, oldest first, as a member reads it over a bare connection; no faster than any client may. `channel`: one other than his
 * guild's.
 */
export const wholeLog = async (
  port: number,
  player: string,
  channel?: string,
): Promise<{ entries: Entry[]; lineage: Lineage }> => {
  const which = channel === undefined ? {} : { channel };
  const seat = await aSeat(port, await aToken(player), channel === undefined ? {} : { home: true });
  const entries: Entry[] = [];
  for (;;) {
    const before = entries[0]?.seq;
    const page = await waitFor(
      () => pageOf(seat, { limit: 200, ...which, ...(before === undefined ? {} : { before }) }),
      "a page of the history",
    );
    const older = page.frames.flatMap((frame) => decodeFrame(frame, seat.join.origin) ?? []);
    entries.unshift(...older);
    if (older.length > 0) continue;
    seat.cut();
    return { entries, lineage: page.lineage };
  }
};

/** Nothing yet when it was asked for too fast. */
const pageOf = async (seat: SeatHeld, payload: { limit: number; channel?: string; before?: number }) => {
  const asked = seat.ask("history", payload);
  const reason = parseRefusal(await refusal(asked));
  return reason?.code === "rate-limited" ? undefined : asked;
};
