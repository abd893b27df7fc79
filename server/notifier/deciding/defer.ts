import { createHash } from "node:crypto";
import type { PlayerId } from "../../../shared/id.ts";
import type { Reason } from "../../decisions/decision.ts";
import { inParallel } from "../in-parallel.ts";
import type { Later } from "../later.ts";
import type { Notice } from "../notice.ts";
import type { Awaited, Wait } from "./awaited.ts";
import type { Given } from "./decide.ts";
import { having, type Judged } from "./verdict.ts";

/** Has a notice looked at again for those of these players who are to be told later. */
export type Defer = (notice: Notice, judged: readonly Judged[], given: Given) => Promise<void>;

/** Players whose moments are written down at once. */
const AT_ONCE = 32;
/** Quiet hours end for many at the same minute: they are served in this time after it, and not in the two minutes in which all of FCM's senders are busy. */
const QUIET_SPREAD_MS = 8 * 60_000;
const BUSY_MS = 2 * 60_000;

/** Given to many at once, since all of them get the same. */
const GRACES: ReadonlySet<Reason<"later">> = new Set<Reason<"later">>(["reading", "present", "recent"]);

export const makeDefer =
  ({ later, awaited }: { later: Later; awaited: Awaited }): Defer =>
  async (notice, judged, given) => {
    const graces = new Map<number, PlayerId[]>();
    const put = (players: readonly PlayerId[], until: number, next: Given): Promise<void> =>
      later.put({ type: "again", notice, players: [...players], given: next }, until);
    await inParallel(AT_ONCE, having(judged, "later"), async ({ recipient: { player }, subject, verdict }) => {
      if (verdict.outcome !== "later") return;
      if (GRACES.has(verdict.reason)) {
        graces.set(verdict.until, [...(graces.get(verdict.until) ?? []), player]);
        return;
      }
      const wait = waitFor(player, verdict, given, Math.min(subject.deadline ?? subject.expiresAt, subject.expiresAt));
      if (await awaited.add(player, notice, wait)) return;
      await put([player], wait.until, { ...wait.given, turn: (given.turn ?? 0) + 1 });
    });
    for (const [until, players] of graces) await put(players, until, { ...given, waited: true });
  };

const waitFor = (
  player: PlayerId,
  { reason, until }: { reason: string; until: number },
  given: Given,
  lastMoment: number,
): Wait => {
  if (reason === "in-match") return { why: reason, until, given: { ...given, awaitedUntil: until } };
  if (reason === "burst") return { why: reason, until, given: { ...given, gap: true } };
  const spread = until + spreadOf(player);
  const isSpread = reason === "quiet-hours" && spread < lastMoment;
  return { why: reason, until: isSpread ? spread : until, given: { ...given, held: true } };
};

const spreadOf = (player: PlayerId): number =>
  BUSY_MS + (createHash("sha256").update(player).digest().readUInt32BE(0) % QUIET_SPREAD_MS);
