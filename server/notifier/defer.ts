import type { PlayerId } from "../../shared/id.ts";
import type { Awaited } from "./awaited.ts";
import { inParallel } from "./in-parallel.ts";
import type { Later } from "./later.ts";
import type { Notice } from "./notice.ts";
import { having, type Judged } from "./verdict.ts";

/** Has a notice looked at again for those of these players who are to be told later. */
export type Defer = (notice: Notice, judged: readonly Judged[], at: number) => Promise<void>;

/** Players whose matches are waited for at once. */
const AT_ONCE = 32;

export const makeDefer =
  ({ later, awaited, graceMs }: { later: Later; awaited: Awaited; graceMs: number }): Defer =>
  async (notice, judged, at) => {
    const again: PlayerId[] = [];
    await inParallel(AT_ONCE, having(judged, "later"), async ({ recipient: { player }, verdict }) => {
      const waits = verdict.outcome === "later" && verdict.reason === "in-match";
      if (!waits || !(await awaited.add(player, notice, verdict.until))) again.push(player);
    });
    if (again.length > 0) await later.put({ type: "again", notice, players: again }, at + graceMs);
  };
