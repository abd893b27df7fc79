import type { BroadcastId } from "../../shared/api/broadcast.ts";
import type { ReadAudience } from "../broadcast/audience.ts";
import type { Broadcasts } from "../broadcast/broadcasts.ts";
import type { Notices } from "./deciding/notices.ts";
import type { Judged } from "./deciding/verdict.ts";
import type { Later } from "./later.ts";
import { broadcastNotice } from "./notice.ts";

export type CarryOnDeps = {
  broadcasts: Pick<Broadcasts, "next" | "step">;
  readAudience: ReadAudience;
  begin(
    ...asked: Parameters<Notices["begin"]>
  ): Promise<readonly { verdict: Pick<Judged["verdict"], "outcome" | "reason"> }[]>;
  later: Pick<Later, "put">;
  now: () => number;
};

/** Most players looked at at once: the notifier has other things to do, too. */
const PAGE = 200;
/** Pages of nobody who is to be told that are passed at once. */
const PAGES = 5;

/**
 * Looks at the next players of a broadcast and puts it where it is carried on so much later that no more than its number are told in a minute. Whoever dies before the step is noted leaves
 * it to others, who look at the same players again; who was told is not told again.
 */
export const makeCarryOn =
  ({ broadcasts, readAudience, begin, later, now }: CarryOnDeps) =>
  async (id: BroadcastId): Promise<void> => {
    const startedAt = now();
    for (let pages = 1; ; pages += 1) {
      const open = await broadcasts.next(id);
      if (open === undefined) return;
      const { spec, cursor } = open;
      const most = Math.min(PAGE, Math.ceil(spec.perMinute / 60));
      const { players, next } = await readAudience(spec.to, cursor, most);
      const judged = players.length === 0 ? [] : await begin(broadcastNotice(id, open), players);
      const decided = judged.map(({ verdict: { outcome, reason } }) => ({ outcome, reason }));
      await broadcasts.step(id, cursor, next, decided);
      const told = decided.filter(({ outcome }) => outcome !== "drop").length;
      if (next !== undefined && told === 0 && pages < PAGES) continue;
      // Also at the end: where somebody else was faster, it is not over.
      return later.put({ type: "broadcast", broadcast: id }, startedAt + (told * 60_000) / spec.perMinute);
    }
  };
